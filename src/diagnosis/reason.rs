//! The detail behind an attempt's outcome, as a message.

use super::text::Text;
use super::tls;
use crate::facts::reading::{FileKind, FileRead, Unread, UnreadWhy};
use crate::facts::{Attempt, DialOutcome, Icmp, Idle, IdleEnd, NotTested, Untold, Varied, Why};
use crate::wire::text::printable;

/// The port of the door that an attempt is about.
pub fn door_port(attempt: &Attempt) -> Option<u16> {
    attempt.dialled.or(attempt.listened).or(attempt.advertised).map(|a| a.port())
}

/// What a comparison does differently.
pub fn varied(how: &Varied) -> Text {
    match how {
        Varied::DialAdvertised => Text::new("varied-dial-advertised"),
        Varied::Announce { address } => Text::new("varied-announce").with("address", *address),
        Varied::Pipelined => Text::new("varied-pipelined"),
        Varied::Segments { mss } => Text::new("varied-segments").with("mss", *mss),
        Varied::Clear => Text::new("varied-clear"),
        Varied::FreshSession => Text::new("varied-fresh-session"),
        Varied::Retrieve => Text::new("varied-retrieve"),
        Varied::KeepAlive => Text::new("varied-keep-alive"),
        Varied::SecondKnock => Text::new("varied-second-knock"),
        Varied::KnockAgain => Text::new("varied-knock-again"),
    }
}

/// Why an attempt ended as it did.
pub fn reason(attempt: &Attempt) -> Text {
    match &attempt.why {
        Why::Complete if attempt.purpose == crate::facts::Purpose::Neighbour => {
            Text::new("why-answers")
        }
        Why::Complete if attempt.varies(|v| *v == Varied::Retrieve) => {
            Text::new("why-complete-file").with("bytes", bytes(attempt.bytes))
        }
        Why::Complete if attempt.bytes == 0 => Text::new("why-complete-empty"),
        Why::Complete => Text::new("why-complete").with("bytes", bytes(attempt.bytes)),
        Why::CutByUs => Text::new("why-cut-by-us").with("bytes", bytes(attempt.bytes)),
        Why::CommandRefused { code, text } => {
            Text::new("why-command-refused").with("reply", brief(*code, text))
        }
        Why::BadAnnouncement { text, error, .. } => Text::new("why-bad-announcement")
            .with("verb", attempt.mode.verb())
            .with("reply", first_line(text))
            .with("error", error),
        Why::ListingRefused { command, code, text } => {
            let id = if attempt.observed.is_some() {
                "why-listing-refused-connected"
            } else {
                "why-listing-refused"
            };
            Text::new(id).with("command", command).with("reply", brief(*code, text))
        }
        Why::NoAnswer { waited, syns } if attempt.mode.is_passive() => match syns {
            Some(syns) => {
                Text::new("why-no-answer-syns").with("syns", *syns).with("waited", waited.words())
            }
            None => Text::new("why-no-answer").with("waited", waited.words()),
        },
        Why::NoAnswer { waited, .. } => Text::new("why-no-knock").with("waited", waited.words()),
        Why::Reset => Text::new("why-reset"),
        Why::Icmp { icmp } => icmp_text(*icmp),
        Why::Local { text } => Text::new("why-local").with("text", text),
        Why::NoReply { command, waited } => {
            Text::new("why-no-reply").with("command", command).with("waited", waited.words())
        }
        Why::NoData { waited } => Text::new("why-no-data")
            .with("bytes", bytes(attempt.bytes))
            .with("waited", waited.words()),
        Why::NoCompletion { waited } => {
            let empty = attempt.bytes == 0;
            let id = if empty { "why-no-completion-empty" } else { "why-no-completion" };
            Text::new(id).with("waited", waited.words())
        }
        Why::TlsFailed { reply } => {
            let failure = attempt
                .tls
                .as_ref()
                .map_or_else(|| Text::new("tls-failure-timed-out"), tls::failure);
            match reply {
                Some((code, text)) => Text::new("why-tls-failed-reply")
                    .with("failure", failure)
                    .with("reply", brief(*code, text)),
                None => Text::new("why-tls-failed").with("failure", failure),
            }
        }
        Why::ProtectionRefused { code, text } => {
            Text::new("why-protection-refused").with("reply", brief(*code, text))
        }
        Why::DataReset => Text::new("why-data-reset").with("bytes", bytes(attempt.bytes)),
        Why::BrokenOff { code, text } => Text::new("why-broken-off")
            .with("bytes", bytes(attempt.bytes))
            .with("reply", brief(*code, text)),
        Why::ControlLost { command } => Text::new("why-control-lost").with("command", command),
        Why::NotAReply { command, text } => Text::new("why-not-a-reply")
            .with("command", command)
            .with("text", printable(text.as_bytes(), 100)),
        Why::WrongPeer { from } => Text::new("why-wrong-peer").with("from", *from),
        Why::ReplyOnly { code, text } => Text::new("why-reply-only")
            .with("verb", attempt.mode.verb())
            .with("reply", brief(*code, text)),
        Why::Not(not) => not_tested(not, attempt.mode.verb()),
    }
}

fn not_tested(not: &NotTested, verb: &str) -> Text {
    match not {
        NotTested::Ipv6 => Text::new("why-not-ipv6").with("verb", verb),
        NotTested::NoLogin => Text::new("why-not-no-login"),
        NotTested::TooMany { code, text, held } => {
            Text::new(if *held { "why-not-too-many-held" } else { "why-not-too-many" })
                .with("reply", brief(*code, text))
        }
        NotTested::ShortTimeout => Text::new("why-not-short-timeout"),
        NotTested::NothingSent { code, text } => {
            Text::new("why-not-nothing-sent").with("reply", brief(*code, text))
        }
        NotTested::NoConnection { outcome } => no_connection(outcome),
        NotTested::ControlBroke => Text::new("why-not-control-broke"),
        NotTested::LoginFailed { text, .. } => {
            Text::new("why-not-login-failed").with("text", first_line(text))
        }
        NotTested::Deadline => Text::new("why-not-deadline"),
        NotTested::LoginLimit { most } => Text::new("why-not-login-limit").with("most", *most),
        NotTested::Interrupted => Text::new("why-not-interrupted"),
        NotTested::CameLate => Text::new("why-not-came-late"),
        NotTested::Local { text } => Text::new("why-not-local").with("text", text),
        NotTested::NotInFile { what } => Text::new(match what {
            Untold::NotAsked => "why-not-in-file-asked",
            Untold::NotDialled => "why-not-in-file-dialled",
            Untold::FileEnds => "why-not-in-file-ends",
            Untold::Missing => "why-not-in-file-missing",
            Untold::Encrypted => "why-not-in-file-encrypted",
            Untold::NoLastWord => "why-not-in-file-last-word",
        }),
    }
}

/// Why there was no control connection for an attempt.
fn no_connection(outcome: &DialOutcome) -> Text {
    match outcome {
        DialOutcome::Refused => Text::new("why-not-control-refused"),
        DialOutcome::Reset | DialOutcome::Connected => Text::new("why-not-control-reset"),
        DialOutcome::TimedOut => Text::new("why-not-control-silent"),
        DialOutcome::Prohibited { icmp } | DialOutcome::Unreachable { icmp } => {
            Text::new("why-not-control-icmp").with("icmp", icmp_text(*icmp))
        }
        DialOutcome::Local { text } => Text::new("why-not-local").with("text", text),
    }
}

/// What could not be read of a file, and why.
pub fn not_read(file: &FileRead, unread: &Unread) -> Text {
    let id = match &unread.why {
        UnreadWhy::Cut => "unread-cut",
        UnreadWhy::Broken { .. } => "unread-broken",
        UnreadWhy::Snapped => "unread-snapped",
        UnreadWhy::Lost => "unread-lost",
        UnreadWhy::LinkType { .. } => "unread-link-type",
        UnreadWhy::Encrypted => "unread-encrypted",
        UnreadWhy::TooMuch { .. } => "unread-too-much",
        UnreadWhy::Unknown => "unread-unknown",
    };
    let detail = match &unread.why {
        UnreadWhy::Broken { text } | UnreadWhy::TooMuch { text } => text.clone(),
        UnreadWhy::LinkType { number } => number.to_string(),
        _ => String::new(),
    };
    let unit = if file.kind == FileKind::Capture { "packet" } else { "line" };
    Text::new(id)
        .with("unit", unit)
        .with("number", unread.number.map_or_else(|| "?".to_owned(), |n| n.to_string()))
        .with("count", usize::try_from(unread.count).unwrap_or(usize::MAX))
        .with("detail", detail)
}

/// A silent login in words.
pub fn idle(idle: &Idle) -> Text {
    let id = match (&idle.end, idle.keep_alive.is_some()) {
        (IdleEnd::Answered { .. }, false) => "seen-idle-answered",
        (IdleEnd::Answered { .. }, true) => "seen-idle-kept",
        (IdleEnd::Ended { reply: Some(_) }, _) => "seen-idle-said",
        (IdleEnd::Ended { reply: None }, _) => "seen-idle-closed",
        (IdleEnd::Reset, _) => "seen-idle-reset",
        (IdleEnd::Silent { .. }, false) => "seen-idle-silent",
        (IdleEnd::Silent { .. }, true) => "seen-idle-silent-kept",
        (IdleEnd::Not { .. }, _) => "seen-idle-not",
    };
    let reply = match &idle.end {
        IdleEnd::Answered { code, text } | IdleEnd::Ended { reply: Some((code, text)) } => {
            brief(*code, text)
        }
        _ => String::new(),
    };
    let because = match &idle.end {
        IdleEnd::Not { because } => not_tested(because, ""),
        _ => Text::new("why-not-deadline"),
    };
    Text::new(id)
        .with("held", idle.held.words())
        .with("reply", reply)
        .with("pause", idle.keep_alive.unwrap_or_default().words())
        .with("because", because)
}

/// An ICMP message in words.
pub fn icmp_text(icmp: Option<Icmp>) -> Text {
    let Some(icmp) = icmp else {
        return Text::new("why-no-route");
    };
    let sender = icmp.sender.map_or_else(|| "?".to_owned(), |s| s.to_string());
    Text::new("why-icmp")
        .with("sender", sender)
        .with("kind", u16::from(icmp.kind))
        .with("code", u16::from(icmp.code))
}

/// Code and first line of a reply.
pub fn brief(code: u16, text: &str) -> String {
    format!("{code} {}", first_line(text)).trim_end().to_owned()
}

/// The first line of a text from the server, not too long for a sentence.
pub fn first_line(text: &str) -> String {
    // The sentence around it has its own full stop.
    let line = text.lines().next().unwrap_or_default().trim().trim_end_matches('.');
    if line.chars().count() <= 120 {
        return line.to_owned();
    }
    line.chars().take(119).chain(std::iter::once('…')).collect()
}

/// A number of bytes for people.
pub fn bytes(count: u64) -> String {
    match count {
        0..10_000 => format!("{count} B"),
        10_000..10_000_000 => format!("{} KiB", count / 1024),
        _ => format!("{} MiB", count / (1024 * 1024)),
    }
}
