//! `ftp-doctor check`: many targets, each against what is expected of it.

mod baseline;
mod input;
mod outlet;

use std::cell::Cell;
use std::collections::HashMap;
use std::io::IsTerminal;
use std::net::IpAddr;
use std::ops::ControlFlow;
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use super::look::{format, language, legible, report_language, style, wants_ascii};
use super::pool::{self, Bounds, Panicked, Threads, Turn};
use super::specify::{Ask, Shared, specify_target};
use super::{AppError, Outcome, World, place};
use crate::check::Job;
use crate::check::done::Identity;
use crate::cli::check::CheckArgs;
use crate::cli::{OutputArgs, ProbeOptions};
use crate::diagnosis::{self, Options, Text, diagnose_for};
use crate::document::Entry;
use crate::document::check::Ending;
use crate::facts::{Facts, Family, Names, Request};
use crate::mask::Mask;
use crate::probe::{self, Resolver, Spec};
use crate::progress::Bar;
use crate::report::check::{Row, Totals, changes, json, text};
use crate::report::words::Words;
use crate::report::{self, Format};
use crate::wire::text::printable;
use baseline::Baseline;
use outlet::Outlet;

/// Files that one target may hold open: two connections each way, and rungs of ladders.
const FILES: u64 = 24;
/// Files that are not a target's.
const OWN_FILES: u64 = 64;
/// Targets in flight, whatever the system allows.
const IN_FLIGHT: usize = 4096;

/// One target, ready to be run.
struct Planned {
    label: String,
    request: Request,
}

/// What of a server may be visited by one run at a time: an address, or a name that may have many.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Place {
    Address(IpAddr, u16),
    Name(String, u16),
}

/// What came of all targets so far.
struct Results<'a> {
    planned: &'a [Planned],
    rows: Vec<Option<Row>>,
    entries: Vec<Option<Entry>>,
    /// Reports are needed until the end.
    keep: bool,
    words: Words,
    /// What fixes are wanted for.
    options: Options,
    baseline: Option<Baseline>,
    outlet: Outlet<'a>,
    bar: Bar,
    /// Where addresses and names are masked: alike in all reports.
    mask: Option<Mask>,
    /// The locale shows nothing else.
    only_ascii: bool,
}

/// Carries the check out.
pub(super) fn run(
    check: &CheckArgs,
    options: &ProbeOptions,
    output: &OutputArgs,
    world: &World<'_>,
) -> Result<Outcome, AppError> {
    super::check(output, &options.kept.expect)?;
    usable(check, options, output)?;
    let lists: Vec<&Path> =
        check.files.iter().filter(|f| f.as_os_str() != "-").map(Path::new).collect();
    super::keeps(output, &lists)?;
    let jobs = input::jobs(&check.files, options)?;
    let (mut planned, specs) = plan(jobs, world)?;
    if options.kept.mask {
        for (place, one) in planned.iter_mut().enumerate() {
            one.label = format!("target-{}", place + 1);
        }
    }
    if check.resume || check.baseline.is_some() {
        distinct(&planned)?;
    }
    let baseline = check.baseline.as_deref().map(Baseline::read).transpose()?;
    let words = Words::of(report_language(output, world));
    let format = format(output);
    let mut rows: Vec<Option<Row>> = planned.iter().map(|_| None).collect();
    let outlet = match &output.output {
        Some(path) if format == Format::JsonLines => {
            let mut done = outlet::earlier(path, check.resume)?;
            for (row, one) in rows.iter_mut().zip(&planned) {
                if let Some(known) = done.take(&Identity::of(&one.request)) {
                    let (verdict, code) = (known.verdict, known.exit_code);
                    *row =
                        Some(Row::earlier(&one.label, &one.request.input, verdict, code, &words));
                }
            }
            Outlet::append(path, &done.kept)?
        }
        None if format.streams() => Outlet::Now(world.out, format == Format::JsonLines),
        _ => Outlet::Later(Vec::new()),
    };
    let todo: Vec<usize> =
        rows.iter().enumerate().filter(|(_, row)| row.is_none()).map(|(i, _)| i).collect();
    let visible = std::io::stderr().is_terminal() && !output.quiet;
    let keep = !format.streams();
    let mut results = Results {
        planned: &planned,
        entries: if keep { planned.iter().map(|_| None).collect() } else { Vec::new() },
        rows,
        keep,
        words,
        options: super::options(output),
        baseline,
        outlet,
        bar: Bar::new(visible, todo.len(), Words::of(language(output.lang, false, world))),
        mask: options.kept.mask.then(Mask::default),
        only_ascii: wants_ascii(output, world),
    };
    let (started, clock) = (SystemTime::now(), Instant::now());
    let interrupted = execute(&todo, specs, check, output, world, &mut results)?;
    let when = json::When {
        started: probe::time_stamp(started),
        elapsed_ms: clock.elapsed().as_secs_f64() * 1000.0,
    };
    results.end(interrupted, format, output, world, when)
}

/// Options that do not go together here, before anything is read.
fn usable(check: &CheckArgs, options: &ProbeOptions, output: &OutputArgs) -> Result<(), AppError> {
    let format = format(output);
    let problem = if options.kept.save.is_some() {
        "--save: keeps the facts of one run; check has many (--format jsonl --output FILE)"
    } else if check.resume && (output.output.is_none() || format != Format::JsonLines) {
        "--resume: needs the file of the unfinished run (--format jsonl --output FILE)"
    } else if options.kept.mask && (check.resume || check.baseline.is_some()) {
        "--mask: targets of an earlier run (--resume, --baseline) are not known again by masked names"
    } else if check.baseline.is_some() && !format.tells_changes() {
        "--baseline: what changed is told with --format text, markdown or json"
    } else {
        return Ok(());
    };
    Err(AppError::Usage(problem.to_owned()))
}

/// Everything that can be wrong with a target is found before anything is sent.
fn plan(jobs: Vec<Job>, world: &World<'_>) -> Result<(Vec<Planned>, Vec<Spec>), AppError> {
    let shared = Shared::default();
    let mut planned = Vec::with_capacity(jobs.len());
    let mut specs = Vec::with_capacity(jobs.len());
    for job in jobs {
        let at = |problem: &str| AppError::Usage(job.place.error(problem).to_string());
        for expectation in &job.options.kept.expect.expect {
            diagnosis::expect::check(expectation).map_err(|e| at(&e.to_string()))?;
        }
        let ask = job.password_env.as_deref().map_or(Ask::Nobody, Ask::Variable);
        let spec = specify_target(job.target.clone(), &job.options, ask, &shared, world);
        let spec = spec.map_err(|e| match e {
            AppError::Usage(problem) => at(&problem),
            own @ AppError::Internal(_) => own,
        })?;
        let request = spec.request.shown();
        planned.push(Planned { label: job.label.clone(), request });
        specs.push(spec);
    }
    Ok((planned, specs))
}

/// Results of an earlier run are known again by what a report says of their target.
fn distinct(planned: &[Planned]) -> Result<(), AppError> {
    let mut seen = HashMap::with_capacity(planned.len());
    for one in planned {
        if let Some(before) = seen.insert(Identity::of(&one.request), &one.label) {
            return Err(AppError::Usage(format!(
                "--resume, --baseline: \"{before}\" and \"{}\" cannot be told apart in a report (write one of the hosts or their expectations another way)",
                one.label
            )));
        }
    }
    Ok(())
}

/// How many targets may run, with the limit of open files raised as far as it goes.
fn bounds(check: &CheckArgs, todo: usize) -> Bounds {
    let wanted = todo.clamp(usize::from(check.jobs), IN_FLIGHT);
    let files = probe::os::descriptors(wanted as u64 * FILES + OWN_FILES);
    let most = files.map_or(wanted, |files| {
        usize::try_from(files.saturating_sub(OWN_FILES) / FILES).unwrap_or(wanted)
    });
    let in_flight = wanted.min(most.max(1));
    Bounds { at_work: usize::from(check.jobs).min(in_flight), in_flight }
}

/// Runs what is to be run; whether an interrupt ended it.
fn execute(
    todo: &[usize],
    specs: Vec<Spec>,
    check: &CheckArgs,
    output: &OutputArgs,
    world: &World<'_>,
    results: &mut Results<'_>,
) -> Result<bool, AppError> {
    let threads =
        Threads::new(todo.len()).map_err(|e| AppError::Internal(format!("no runtime: {e}")))?;
    let bounds = bounds(check, todo.len());
    // Each is there until its turn comes: with it goes its password.
    let waiting: Arc<[Mutex<Option<Spec>>]> =
        specs.into_iter().map(|s| Mutex::new(Some(s))).collect();
    let mut failure = None;
    let interrupted = Cell::new(false);
    let look = style(output, world);
    let width = text::label_width(results.planned.iter().map(|p| p.label.as_str()));
    let crew = || {
        // What it was told is remembered by each thread for itself.
        let resolver = Rc::new(Resolver::system(probe::Limits::default().resolve));
        let waiting = Arc::clone(&waiting);
        move |index: usize, turn: Turn<Place>| {
            let spec = todo.get(index).and_then(|i| waiting.get(*i)).and_then(take);
            one(spec, Rc::clone(&resolver), turn)
        }
    };
    let done = |index: usize, result: Result<Option<Facts>, Panicked>| {
        let Some(index) = todo.get(index).copied() else { return ControlFlow::Continue(()) };
        let ended = match result {
            Ok(Some(facts)) => results.finished(index, &facts, look, width),
            Ok(None) => Ok(()),
            Err(Panicked(text)) => results.failed(index, &text, look, width, world),
        };
        match ended {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    let ending = async {
        probe::os::interrupted().await;
        interrupted.set(true);
    };
    pool::run(threads, todo.len(), bounds, crew, done, ending);
    match failure {
        // A reader that has seen enough ends the run.
        Some(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(interrupted.get()),
        Some(error) => Err(AppError::Usage(format!("{}: {error}", results.outlet.name()))),
        None => Ok(interrupted.get()),
    }
}

fn take(waiting: &Mutex<Option<Spec>>) -> Option<Spec> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// One target: its name, its turn at the server, the probe. Nothing where an interrupt came before.
async fn one(spec: Option<Spec>, resolver: Rc<Resolver>, turn: Turn<Place>) -> Option<Facts> {
    let spec = spec?;
    let stopped = turn.stop.clone();
    let halt = || {
        let mut stopped = stopped.clone();
        async move {
            if stopped.wait_for(|stop| *stop).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let names = tokio::select! {
        names = resolver.names(&spec.request.host, spec.limits.resolve) => names,
        () = halt() => return None,
    };
    let keys = places(&spec.request, &names);
    let work = async {
        if *stopped.borrow() {
            return None;
        }
        Some(probe::run_resolved(&spec, Some(names), &|_| {}, halt()).await)
    };
    // Handed over as it is it would lie there twice.
    turn.at(keys, Box::pin(work)).await
}

/// The places that this run will visit.
fn places(request: &Request, names: &Names) -> Vec<Place> {
    // The usual ports of one host are one server.
    let port = if request.port == 990 { 21 } else { request.port };
    let wanted = |a: &&IpAddr| request.family.is_none_or(|f| Family::of(**a) == f);
    let mut places: Vec<Place> = names
        .addresses
        .iter()
        .filter(wanted)
        .map(|a| Place::Address(a.to_canonical(), port))
        .collect();
    if let Some(name) = request.host.name() {
        places.push(Place::Name(name.to_lowercase(), port));
    }
    places
}

/// A target as it was typed, masked where names are.
fn shown_input(mask: Option<&mut Mask>, request: &Request) -> String {
    mask.map_or_else(|| request.input.clone(), |mask| mask.input(request))
}

impl Results<'_> {
    fn finished(
        &mut self,
        index: usize,
        facts: &Facts,
        style: report::Style,
        width: usize,
    ) -> std::io::Result<()> {
        let Some(one) = self.planned.get(index) else { return Ok(()) };
        let masked = match &mut self.mask {
            Some(mask) => Some(mask.facts(facts).map_err(std::io::Error::other)?),
            None => None,
        };
        let facts = masked.as_ref().unwrap_or(facts);
        let diagnosis = diagnose_for(facts, &self.options);
        let entry = Entry::of(one.label.clone(), self.words.report(&diagnosis));
        let Some(report) = entry.report() else { return Ok(()) };
        let row = Row::of(&one.label, report, &self.words);
        if let Some(baseline) = &mut self.baseline {
            baseline.meet(index, &one.label, &Identity::of(&facts.request), report);
        }
        if !self.keep {
            if self.outlet.is_json() {
                let mut bytes = serde_json::to_vec(report)?;
                bytes.push(b'\n');
                self.outlet.write(&bytes)?;
            } else if style.verbose > 0 {
                let whole = report::text::render(&diagnosis, &self.words, style);
                let head = text::line(&row, width, &self.words, style);
                self.say(&format!("{head}\n{whole}\n"))?;
            } else if !style.quiet {
                self.say(&text::line(&row, width, &self.words, style))?;
            }
        }
        self.note(index, row, entry);
        Ok(())
    }

    /// Text for a person, as soon as it is known.
    fn say(&mut self, text: &str) -> std::io::Result<()> {
        let text = &report::job_log::no_commands(text);
        if self.only_ascii {
            return self.outlet.write(report::ascii::ascii(text).as_bytes());
        }
        self.outlet.write(text.as_bytes())
    }

    fn failed(
        &mut self,
        index: usize,
        what: &str,
        style: report::Style,
        width: usize,
        world: &World<'_>,
    ) -> std::io::Result<()> {
        let Some(one) = self.planned.get(index) else { return Ok(()) };
        let what = printable(what.as_bytes(), 300);
        (world.warn)(&format!("ftp-doctor: {}: internal error: {what}", one.label));
        let because = self.words.say(&Text::new("check-because-failed").with("text", what));
        let input = shown_input(self.mask.as_mut(), &one.request);
        let row = Row::without(&one.label, &input, Ending::Failed, because.clone());
        if !self.keep && !self.outlet.is_json() && !style.quiet {
            self.say(&text::line(&row, width, &self.words, style))?;
        }
        self.note(index, row, Entry::failed(one.label.clone(), input, because));
        Ok(())
    }

    fn note(&mut self, index: usize, row: Row, entry: Entry) {
        self.bar.one_more(row.is_well());
        if let Some(place) = self.entries.get_mut(index) {
            *place = Some(entry);
        }
        if let Some(place) = self.rows.get_mut(index) {
            *place = Some(row);
        }
    }

    /// What is written once all have ended.
    fn end(
        mut self,
        interrupted: bool,
        format: Format,
        output: &OutputArgs,
        world: &World<'_>,
        when: json::When,
    ) -> Result<Outcome, AppError> {
        let internal = |e: &dyn std::fmt::Display| AppError::Internal(e.to_string());
        let because = self.words.get("check-because-interrupted");
        let mut left = false;
        for (index, one) in self.planned.iter().enumerate() {
            let mut input = || shown_input(self.mask.as_mut(), &one.request);
            if let Some(row @ None) = self.rows.get_mut(index) {
                left = true;
                *row = Some(Row::without(&one.label, &input(), Ending::NotRun, because.clone()));
            }
            if let Some(entry @ None) = self.entries.get_mut(index) {
                *entry = Some(Entry::failed(one.label.clone(), input(), because.clone()));
            }
        }
        let rows: Vec<Row> = self.rows.into_iter().flatten().collect();
        let entries: Vec<Entry> = self.entries.into_iter().flatten().collect();
        let totals = Totals::of(&rows, interrupted && left);
        let changes = self.baseline.map(Baseline::changes);
        let changes = changes.as_ref();
        let look = style(output, world);
        self.bar.finish();
        let (bytes, code) = match format {
            Format::JsonLines => (Vec::new(), totals.exit_code()),
            Format::Text => {
                let end = text::summary(&rows, &totals, changes, &self.words, look);
                (legible(end.into_bytes(), output, world), totals.exit_code())
            }
            Format::Json => {
                let bytes = json::document(&rows, entries, changes, &totals, when)
                    .map_err(|e| internal(&e))?;
                (bytes, totals.exit_code())
            }
            other => {
                let lang = report_language(output, world);
                let mut bytes = report::render_entries(&entries, other, look, lang)
                    .map_err(|e| internal(&e))?;
                if other == Format::Markdown
                    && let Some(changes) = changes
                {
                    bytes.extend(changes::Changes::markdown(changes, &self.words).into_bytes());
                }
                let code = if other == Format::Nagios {
                    report::nagios::worst(&entries)
                } else {
                    totals.exit_code()
                };
                (bytes, code)
            }
        };
        match self.outlet {
            Outlet::Now(..) | Outlet::File { .. } => Ok(Outcome { code, ..super::plain(bytes) }),
            Outlet::Later(mut before) => {
                before.extend(bytes);
                Ok(place(before, output, code))
            }
        }
    }
}
