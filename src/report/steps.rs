//! The steps of a run with their times, and why its plan took each.

use super::table;
use super::words::Words;
use crate::diagnosis::Text;
use crate::facts::{Facts, Mode, Purpose, StepTaken, Task, Varied};

/// The steps as text, a line each: when it began, how long it took, what was done and what came of
/// it. With `reasons` a second line says why.
pub fn render(facts: &Facts, words: &Words, reasons: bool) -> String {
    let times = facts.steps.iter().map(|s| vec![s.began.words(), s.took.words()]);
    let times = table::aligned(&times.collect::<Vec<_>>());
    let mut out = String::new();
    for (step, times) in facts.steps.iter().zip(times) {
        let line =
            format!("  {times}  {}{}", words.say(&done(&step.task)), outcomes(facts, step, words));
        out.push_str(line.trim_end());
        out.push('\n');
        if reasons {
            let because = words.get(&format!("because-{}", step.because.as_str()));
            out.push_str(&format!("      {because}\n"));
        }
    }
    out
}

/// What came of the attempts that were made in a step.
fn outcomes(facts: &Facts, step: &StepTaken, words: &Words) -> String {
    let made = facts.attempts.iter().filter(|a| step.made.contains(&a.id));
    let outcomes: Vec<String> = made
        .map(|a| format!("{} ({})", words.get(&format!("outcome-{}", a.outcome.as_str())), a.id))
        .collect();
    if outcomes.is_empty() { String::new() } else { format!(": {}", outcomes.join(", ")) }
}

fn done(task: &Task) -> Text {
    let list = |ports: &mut dyn Iterator<Item = u16>| {
        ports.map(|port| port.to_string()).collect::<Vec<_>>().join(", ")
    };
    match task {
        Task::Names => Text::new("step-names"),
        Task::Login => Text::new("step-login"),
        Task::Attempt { mode, purpose, varied } => attempt(*mode, *purpose, varied),
        Task::Announce { mode } => Text::new("step-announce").with("verb", mode.verb()),
        Task::Climb { ports } if ports.is_empty() => Text::new("step-climb-control"),
        Task::Climb { ports } => {
            Text::new("step-climb").with("ports", list(&mut ports.iter().copied()))
        }
        Task::Hole { mode, ttl } => {
            Text::new("step-hole").with("verb", mode.verb()).with("hop", u32::from(*ttl))
        }
        Task::Knock { doors } => {
            Text::new("step-knock").with("ports", list(&mut doors.iter().map(|(_, port)| *port)))
        }
        Task::Nearer => Text::new("step-nearer"),
        Task::Routers => Text::new("step-routers"),
        Task::Quiet => Text::new("step-quiet"),
        Task::Halves => Text::new("step-halves"),
        Task::Idle { keep_alive: false } => Text::new("step-idle"),
        Task::Idle { keep_alive: true } => Text::new("step-idle-kept"),
        Task::Sample => Text::new("step-sample"),
        Task::Sweep => Text::new("step-sweep"),
    }
}

fn attempt(mode: Mode, purpose: Purpose, varied: &[Varied]) -> Text {
    let verb = mode.verb();
    let id = match (purpose, varied) {
        (_, []) if purpose == Purpose::Mode => "step-attempt",
        (_, []) => "step-attempt-again",
        // One thing more is changed than the file.
        (_, [Varied::Retrieve, more]) => {
            return Text::new("step-attempt-file").with("verb", verb).with("how", how(more));
        }
        (_, [one, ..]) => {
            return Text::new("step-attempt-changed").with("verb", verb).with("how", how(one));
        }
    };
    Text::new(id).with("verb", verb)
}

/// What a comparison does differently.
fn how(varied: &Varied) -> Text {
    match varied {
        Varied::DialAdvertised => Text::new("step-how-dial-advertised"),
        Varied::Announce { address } => Text::new("step-how-announce").with("address", *address),
        Varied::SecondKnock => Text::new("step-how-second-knock"),
        Varied::KnockAgain => Text::new("step-how-knock-again"),
        Varied::Pipelined => Text::new("step-how-pipelined"),
        Varied::Segments { mss } => Text::new("step-how-segments").with("bytes", *mss),
        Varied::Clear => Text::new("step-how-clear"),
        Varied::FreshSession => Text::new("step-how-fresh-session"),
        Varied::Retrieve => Text::new("step-how-retrieve"),
        Varied::KeepAlive => Text::new("step-how-keep-alive"),
    }
}
