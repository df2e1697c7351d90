//! The audit's section: what every format says of it, and its map.

use std::collections::BTreeSet;

use super::pen::{Color, Pen};
use super::words::Words;
use crate::diagnosis::ports::spans;
use crate::diagnosis::{Diagnosis, Text, ports};
use crate::evidence::{PortAudit, Worth};
use crate::facts::audit::{PortRun, outcome};
use crate::facts::{BoundsFrom, Outcome};

/// Runs that are told one by one, at most.
const ROWS: usize = 40;
/// Runs that a sentence names, at most.
const SPANS: usize = 8;
/// Places of a map, at most.
const PLACES: usize = 800;
/// Places in a line of the map, where there is room for them.
pub const COLUMNS: usize = 50;

/// What an audit says, ready for any format.
pub struct Section {
    /// Sentences above the map.
    pub before: Vec<Text>,
    /// The map's places, in order.
    pub map: Option<Map>,
    /// Ports and what became of them.
    pub rows: Vec<Row>,
    /// Sentences below.
    pub after: Vec<Text>,
}

/// Ports with one outcome.
pub struct Row {
    /// Which.
    pub ports: String,
    /// What became of a knock.
    pub outcome: Outcome,
    /// Whether their silence is shown, and not counted as blocked.
    pub doubted: bool,
    /// What it means.
    pub means: Text,
}

impl Row {
    fn new(ports: String, outcome: Outcome, means: Text) -> Self {
        Self { ports, outcome, doubted: false, means }
    }
}

/// The range as places in lines.
pub struct Map {
    /// First port of each line, and what is in its places.
    pub lines: Vec<(u16, Vec<Place>)>,
    /// Ports in one place.
    pub each: usize,
}

/// What is known of the ports of one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// All of them are let through, and somebody listens at one.
    Open,
    /// All of them are let through.
    Through,
    /// None of them is.
    Blocked,
    /// Some are, some are not.
    Mixed,
    /// They stay silent, and that is not counted as blocked.
    Silent,
    /// Nothing.
    NotTested,
}

impl Place {
    /// Its sign, so that colour is not the only one.
    pub fn sign(self) -> char {
        match self {
            Self::Open => '●',
            Self::Through => '○',
            Self::Blocked => '✗',
            Self::Mixed => '◐',
            Self::Silent => '?',
            Self::NotTested => '·',
        }
    }

    /// The message that explains the sign.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Open => "audit-place-open",
            Self::Through => "audit-place-through",
            Self::Blocked => "audit-place-blocked",
            Self::Mixed => "audit-place-mixed",
            Self::Silent => "audit-place-silent",
            Self::NotTested => "audit-place-not-tested",
        }
    }

    fn of(ports: &[(u16, Outcome)], doubted: &BTreeSet<u16>) -> Self {
        let any = |wanted: fn(Outcome) -> bool| ports.iter().any(|(_, o)| wanted(*o));
        let silent = ports.iter().any(|(port, _)| doubted.contains(port));
        let held = ports.iter().any(|(port, o)| o.is_held_back() && !doubted.contains(port));
        match (any(Outcome::is_let_through), held) {
            (false, false) if silent => Self::Silent,
            (true, true) => Self::Mixed,
            (true, false) if any(|o| o == Outcome::Open) => Self::Open,
            (true, false) => Self::Through,
            (false, true) => Self::Blocked,
            (false, false) => Self::NotTested,
        }
    }
}

impl Map {
    /// The places that occur, for the legend.
    pub fn places(&self) -> Vec<Place> {
        [Place::Through, Place::Open, Place::Blocked, Place::Mixed, Place::Silent, Place::NotTested]
            .into_iter()
            .filter(|place| self.lines.iter().any(|(_, line)| line.contains(place)))
            .collect()
    }
}

/// The section, if there was an audit.
pub fn section(diagnosis: &Diagnosis<'_>, columns: usize) -> Option<Section> {
    let evidence = &diagnosis.evidence;
    let view = evidence.audit()?;
    let (inside, outside): (Vec<PortRun>, Vec<PortRun>) =
        view.ports.iter().partition(|run| view.bounds.is_none_or(|(b, _)| b.has(run.first)));
    let (doubt, doubted) = doubts(view).unzip();
    let doubted = doubted.unwrap_or_default();
    let inside: Vec<Part> = inside.iter().flat_map(|r| split(view, *r, &doubted)).collect();
    // Announced ports that refuse are samples, and lie among others: the map shows where.
    let grouped = !view.rejects().is_empty();
    let mut rows: Vec<Row> = if grouped {
        groups(&inside)
    } else {
        let row = |part: &Part| {
            let row = Row::new(spans([&part.run]), part.run.outcome, part.meaning());
            Row { doubted: part.doubted, ..row }
        };
        inside.iter().take(ROWS).map(row).collect()
    };
    rows.extend(strays(&outside));
    rows.extend(view.audit.known.iter().flat_map(|r| r.each()).map(|(port, outcome)| {
        let id = match port {
            20 => "audit-known-data",
            21 => "audit-known-control",
            _ => "audit-known-implicit",
        };
        Row::new(port.to_string(), outcome, Text::new(id))
    }));
    let mut after = Vec::new();
    if inside.len() > ROWS && !grouped {
        after.push(Text::new("audit-more").with("count", inside.len() - ROWS));
    }
    after.extend(doubt);
    after.extend(asked(view));
    after.extend(chance(view));
    Some(Section { before: before(view), map: map(view, columns, &doubted), rows, after })
}

/// Neighbouring ports of which the same is known.
struct Part {
    run: PortRun,
    doubted: bool,
    /// What a RST means there, where it is not that a knock comes through.
    means: Option<&'static str>,
}

impl Part {
    fn meaning(&self) -> Text {
        match self.means {
            _ if self.doubted => Text::new("audit-means-silent"),
            Some(means) => Text::new(means),
            None => meaning(self.run.outcome),
        }
    }
}

/// A row for all ports of which the same is known.
fn groups(parts: &[Part]) -> Vec<Row> {
    let mut groups: Vec<Vec<&Part>> = Vec::new();
    for part in parts {
        let like = |other: &&Part| {
            (other.run.outcome, other.doubted, other.means)
                == (part.run.outcome, part.doubted, part.means)
        };
        match groups.iter_mut().find(|group| group.first().is_some_and(like)) {
            Some(group) => group.push(part),
            None => groups.push(vec![part]),
        }
    }
    let row = |group: Vec<&Part>| {
        let (first, last) = (group.first()?, group.last()?);
        let count: usize = group.iter().map(|part| part.run.count()).sum();
        let ports = match group.as_slice() {
            [one] => spans([&one.run]),
            _ => format!("{}…{}", first.run.first, last.run.last),
        };
        let text = Text::new("audit-group").with("count", count).with("means", first.meaning());
        Some(Row { doubted: first.doubted, ..Row::new(ports, first.run.outcome, text) })
    };
    groups.into_iter().filter_map(row).collect()
}

/// The parts of a run.
fn split(view: &PortAudit<'_>, run: PortRun, doubted: &BTreeSet<u16>) -> Vec<Part> {
    let rejected: BTreeSet<u16> = view.rejected().into_iter().collect();
    let of = |port: u16| {
        let swept = view.sweep.and_then(|s| outcome(&s.ports, port));
        let answered = swept.is_some_and(Outcome::is_let_through);
        let means = match outcome(&view.passing, port) {
            _ if view.worth != Worth::Shown || !answered => None,
            Some(Outcome::TimedOut) if rejected.contains(&port) => Some("audit-means-rejected"),
            Some(Outcome::TimedOut) => Some("audit-means-nearer"),
            Some(Outcome::NotTested) => Some("audit-means-refused-unclear"),
            Some(_)
                if outcome(&view.ports, port) == Some(Outcome::Open)
                    && swept == Some(Outcome::Refused) =>
            {
                Some("audit-means-announced")
            }
            _ => None,
        };
        (doubted.contains(&port), means)
    };
    let ports: Vec<u16> = (run.first..=run.last).collect();
    ports
        .chunk_by(|a, b| of(*a) == of(*b))
        .filter_map(|part| {
            let (first, last) = (*part.first()?, *part.last()?);
            let (doubted, means) = of(first);
            Some(Part { run: PortRun { first, last, ..run }, doubted, means })
        })
        .collect()
}

/// Ports that were announced outside of the range: those with one outcome in one row.
fn strays(outside: &[PortRun]) -> Vec<Row> {
    let mut groups: Vec<(Outcome, Vec<&PortRun>)> = Vec::new();
    for run in outside {
        match groups.iter_mut().find(|(outcome, _)| *outcome == run.outcome) {
            Some((_, group)) => group.push(run),
            None => groups.push((run.outcome, vec![run])),
        }
    }
    groups
        .into_iter()
        .map(|(outcome, group)| {
            let first = group.first().map_or(0, |r| r.first);
            let last = group.last().map_or(0, |r| r.last);
            let ports = group.iter().map(|r| r.count()).sum::<usize>();
            let means =
                Text::new("audit-outside").with("count", ports).with("means", meaning(outcome));
            let ports = if first == last { first.to_string() } else { format!("{first}…{last}") };
            Row::new(ports, outcome, means)
        })
        .collect()
}

fn meaning(outcome: Outcome) -> Text {
    Text::new(match outcome {
        Outcome::Open => "audit-means-open",
        Outcome::Refused => "audit-means-refused",
        Outcome::TimedOut => "audit-means-timed-out",
        Outcome::Prohibited => "audit-means-prohibited",
        Outcome::NotTested => "audit-means-not-tested",
        _ => "audit-means-unreachable",
    })
}

fn before(view: &PortAudit<'_>) -> Vec<Text> {
    let mut texts = Vec::new();
    let count = view.audit.sampled_ports().count();
    if let (true, Some(min), Some(max)) = (count > 0, view.announced.first(), view.announced.last())
    {
        texts.push(
            Text::new("audit-announced")
                .with("count", count)
                .with("distinct", view.announced.len())
                .with("min", min.to_string())
                .with("max", max.to_string()),
        );
    } else {
        texts.push(Text::new("audit-nothing-announced"));
    }
    if let Some((bounds, from)) = view.bounds {
        let id = match from {
            BoundsFrom::Declared => "audit-bounds-declared",
            BoundsFrom::Learned => "audit-bounds-learned",
        };
        let run = PortRun { first: bounds.min, last: bounds.max, outcome: Outcome::NotTested };
        texts.push(Text::new(id).with("range", spans([&run])).with("size", run.count()));
    }
    match view.worth {
        Worth::Pinholes => {
            texts.push(Text::new("audit-pinholes").with("ports", spans(&view.audit.controls)));
        }
        Worth::Announced => {
            let opened = ports::list(&view.opened());
            texts.push(Text::new("audit-some-pinholes").with("ports", opened));
        }
        Worth::Intercepted => texts.push(Text::new("audit-intercepted")),
        Worth::Nothing => texts.push(Text::new("audit-not-swept")),
        Worth::Shown => {}
    }
    texts
}

/// Why silent ports beside others that answer are not called blocked, and which they are.
fn doubts(view: &PortAudit<'_>) -> Option<(Text, BTreeSet<u16>)> {
    if view.worth != Worth::Shown {
        return None;
    }
    if view.patchy() {
        let silent = view.ports.iter().filter(|run| run.outcome.is_held_back());
        return Some((Text::new("audit-patchy"), silent.flat_map(|r| r.first..=r.last).collect()));
    }
    let unclear = view.unclear();
    let some = view.inside.iter().any(|run| run.outcome.is_let_through());
    (some && !unclear.is_empty()).then(|| {
        let text = Text::new("audit-unclear").with("ports", spans(unclear.iter().take(SPANS)));
        (text, unclear.iter().flat_map(|r| r.first..=r.last).collect())
    })
}

/// How often a silent port was asked, and why that is enough.
fn asked(view: &PortAudit<'_>) -> Option<Text> {
    let sweep = view.sweep.filter(|_| view.worth == Worth::Shown)?;
    if !sweep.gone_silent.is_empty() {
        return Some(
            Text::new("audit-asked-gone-silent")
                .with("ports", ports::list(&sweep.gone_silent))
                .with("syns", sweep.syns)
                .with("took", sweep.took.words()),
        );
    }
    let id = match (sweep.complete, view.is_sure()) {
        (false, _) => "audit-asked-incomplete",
        (true, true) => "audit-asked",
        (true, false) => "audit-asked-doubtful",
    };
    Some(
        Text::new(id)
            .with("asked", u16::from(sweep.asked))
            .with("syns", sweep.syns)
            .with("loss", view.loss())
            .with("took", sweep.took.words()),
    )
}

/// The chance to have noticed what announced ports alone show, where it is below 99 %.
fn chance(view: &PortAudit<'_>) -> Option<Text> {
    let unnoticed = view.unnoticed();
    let of_use = view.worth == Worth::Shown && view.rejected().is_empty();
    (of_use && unnoticed > 1 && !view.refusing().is_empty()).then(|| {
        let tried = view.met.iter().filter(|(port, _)| view.has(*port)).count();
        Text::new("audit-chance").with("chance", 100 - unnoticed).with("count", tried)
    })
}

fn map(view: &PortAudit<'_>, columns: usize, doubted: &BTreeSet<u16>) -> Option<Map> {
    let (bounds, _) = view.bounds?;
    let held: BTreeSet<u16> = view.rejects().into_iter().collect();
    let ports: Vec<(u16, Outcome)> = view
        .ports
        .iter()
        .flat_map(|r| r.each())
        .filter(|(port, _)| bounds.has(*port))
        .map(|(port, o)| (port, if held.contains(&port) { Outcome::Prohibited } else { o }))
        .collect();
    if ports.len() < 2 || view.worth == Worth::Pinholes {
        return None;
    }
    let each = ports.len().div_ceil(PLACES);
    let lines = ports
        .chunks(each * columns)
        .map(|line| {
            let first = line.first().map_or(0, |(port, _)| *port);
            let places = line.chunks(each).map(|part| Place::of(part, doubted)).collect();
            (first, places)
        })
        .collect();
    Some(Map { lines, each })
}

/// The section of the text report.
pub fn text(diagnosis: &Diagnosis<'_>, words: &Words, pen: Pen, out: &mut String) {
    // Eight for the first port of a line; tens are easy to count.
    let columns = (pen.width().saturating_sub(8) / 10 * 10).clamp(10, COLUMNS);
    let Some(section) = section(diagnosis, columns) else { return };
    out.push('\n');
    out.push_str(&format!("{}\n", pen.bold(&words.get("audit-title"))));
    for text in &section.before {
        pen.prose(out, "  ", "  ", &words.say(text));
    }
    if let Some(map) = &section.map {
        for (first, places) in &map.lines {
            let mut line = format!("  {first:>5} ");
            for group in places.chunk_by(|a, b| a == b) {
                let signs: String = group.iter().map(|p| p.sign()).collect();
                let color = match group.first() {
                    Some(Place::Open | Place::Through) => Color::Green,
                    Some(Place::Blocked) => Color::Red,
                    Some(Place::Mixed | Place::Silent) => Color::Yellow,
                    _ => Color::BrightBlack,
                };
                line.push_str(&pen.paint(&signs, color));
            }
            out.push_str(&line);
            out.push('\n');
        }
        pen.prose(out, "        ", "        ", &legend(map, words));
    }
    let rows = section
        .rows
        .iter()
        .map(|row| {
            let color = match row.outcome {
                o if o.is_let_through() => Color::Green,
                Outcome::NotTested => Color::BrightBlack,
                _ if row.doubted => Color::Yellow,
                _ => Color::Red,
            };
            let word = words.get(&format!("outcome-{}", row.outcome.as_str()));
            vec![row.ports.clone(), pen.paint(&word, color), words.say(&row.means)]
        })
        .collect();
    pen.rows(out, rows);
    for text in &section.after {
        pen.prose(out, "  ", "  ", &words.say(text));
    }
}

/// What the signs of a map mean.
pub fn legend(map: &Map, words: &Words) -> String {
    let mut parts: Vec<String> = map
        .places()
        .into_iter()
        .map(|place| format!("{} {}", place.sign(), words.get(place.meaning())))
        .collect();
    parts.push(words.say(&Text::new("audit-each").with("count", map.each)));
    parts.join("   ")
}
