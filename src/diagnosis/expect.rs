//! Whether a run showed what was expected of it. Three values: yes, no, and not measured.

use super::answer::{Diagnosis, Judged, Verdict};
use super::catalogue::{CATALOGUE, cause};
use super::cause::Plane;
use super::finding::{Severity, Side};
use super::reason::reason;
use super::text::Text;
use super::{ModeView, Nat, tls};
use crate::clients;
use crate::facts::attempt::{NotTested, Step, Why};
use crate::facts::expectation::{Claim, Clock, Reach, Sign, TlsPolicy};
use crate::facts::mistyped::perhaps;
use crate::facts::time::unix_seconds;
use crate::facts::tls::{CertificateFact, Handshake, TlsFailure, Trust};
use crate::facts::{
    Dial, DialOutcome, Expectation, ExpectationError, LoginOutcome, Micros, Mode, Outcome,
    PortRange, Purpose, TlsLevel, Varied,
};

/// Whether the causes and clients that an expectation names exist.
///
/// # Errors
/// Names the expectation and ids that are like the unknown one.
pub fn check(expectation: &Expectation) -> Result<(), ExpectationError> {
    let unknown = |what: &str, id: &str, known: Vec<&'static str>, list: &str| {
        let hint = perhaps(id, known.into_iter());
        let problem = format!("{what} \"{id}\" is not known{hint} ({list})");
        Err(ExpectationError::new(expectation.as_str(), problem))
    };
    match expectation.claim() {
        Claim::Cause { id, .. } if cause(id).is_none() => {
            let known = CATALOGUE.iter().map(|cause| cause.id).collect();
            unknown("cause", id, known, "ftp-doctor explain --list tells all")
        }
        Claim::Client { id, .. } if !clients::all().any(|client| client.id == id) => {
            let known = clients::all().map(|client| client.id).collect();
            unknown("client", id, known, "the report's clients tell all")
        }
        _ => Ok(()),
    }
}

/// Judges what the run was expected to show, in the order in which it was given.
pub fn judge(diagnosis: &Diagnosis<'_>) -> Vec<Judged> {
    let judge = |expect: &Expectation| {
        let (met, because) = claim(diagnosis, expect.claim());
        Judged { expect: expect.clone(), met, because }
    };
    diagnosis.evidence.facts.request.expect.iter().map(judge).collect()
}

/// Met or not, and what was seen.
type Answer = (Option<bool>, Text);

fn claim(diagnosis: &Diagnosis<'_>, claim: &Claim) -> Answer {
    let evidence = &diagnosis.evidence;
    match claim {
        Claim::Direction { passive, wanted } => direction(diagnosis, *passive, *wanted),
        Claim::Mode { mode, wanted } => one_mode(diagnosis, *mode, *wanted),
        Claim::Tls(policy) => policy_of(diagnosis, *policy),
        Claim::TlsReuse(wanted) => reuse(diagnosis, *wanted),
        Claim::Certificate { valid } => certificate(diagnosis, *valid),
        Claim::CertificateDays(sign, days) => certificate_days(diagnosis, *sign, *days),
        Claim::Range(range) => within(diagnosis, *range),
        Claim::Cause { id, found } => named(diagnosis, id, *found),
        Claim::Verdict(wanted) => {
            let verdict = diagnosis.verdict;
            (Some(verdict == *wanted), Text::new("expect-verdict").with("seen", said(verdict)))
        }
        Claim::Side(wanted) => side(diagnosis, *wanted),
        Claim::Nat(wanted) => {
            let nat = evidence.nat();
            let known = nat != Nat::Unknown || *wanted == Nat::Unknown;
            (known.then_some(nat == *wanted), Text::new(format!("expect-nat-{nat}")))
        }
        Claim::Time(clock, sign, limit) => time(diagnosis, *clock, *sign, *limit),
        Claim::Client { id, works } => client(diagnosis, id, *works),
        Claim::Software(product) => match evidence.software() {
            Some(seen) => (
                Some(seen.product == *product),
                Text::new("expect-software").with("name", seen.product.name()),
            ),
            None if evidence.session().is_none() => (None, Text::new("expect-no-control")),
            None => (None, Text::new("expect-software-unknown")),
        },
        Claim::Port { port, wanted } => knock(diagnosis, *port, *wanted),
    }
}

/// A verdict in words.
fn said(verdict: Verdict) -> Text {
    Text::new(format!("verdict-{verdict}"))
}

/// Several observations in one.
fn joined(texts: impl IntoIterator<Item = Text>) -> Option<Text> {
    texts.into_iter().reduce(|a, b| Text::new("expect-and").with("first", a).with("then", b))
}

/// A mode's outcome and its reason.
fn seen(view: &ModeView<'_>) -> Text {
    Text::new("expect-mode")
        .with("verb", view.mode.verb())
        .with("outcome", outcome(view.outcome()))
        .with("why", reason(view.shown))
}

fn outcome(outcome: Outcome) -> Text {
    Text::new(format!("outcome-{}", outcome.as_str()))
}

fn direction(diagnosis: &Diagnosis<'_>, passive: bool, wanted: Reach) -> Answer {
    let evidence = &diagnosis.evidence;
    let views: Vec<&ModeView<'_>> =
        evidence.modes().iter().filter(|view| view.mode.is_passive() == passive).collect();
    let Some(because) = joined(views.iter().map(|view| seen(view))) else {
        return (None, Text::new("expect-not-asked"));
    };
    // PASV and PORT cannot name an IPv6 address: nobody can test them there.
    let missing = |view: &&&ModeView<'_>| {
        !view.tested() && !matches!(view.shown.why, Why::Not(NotTested::Ipv6))
    };
    let tested = views.iter().any(|view| view.tested());
    let open = views.iter().any(|view| view.is_open());
    // One open mode decides; that none is open takes all of them.
    let is_open = if open {
        Some(true)
    } else if tested && !views.iter().any(|view| missing(&view)) {
        Some(false)
    } else {
        None
    };
    let met = match wanted {
        Reach::Open => is_open,
        Reach::Blocked => is_open.map(|open| !open),
        Reach::Any => tested.then_some(true),
    };
    (met, because)
}

fn one_mode(diagnosis: &Diagnosis<'_>, mode: Mode, wanted: Option<Outcome>) -> Answer {
    let Some(view) = diagnosis.evidence.mode(mode) else {
        return (None, Text::new("expect-not-asked"));
    };
    let met = match wanted {
        Some(wanted) if view.outcome() == wanted => Some(true),
        Some(_) => view.tested().then_some(false),
        None => view.tested().then_some(true),
    };
    (met, seen(view))
}

fn policy_of(diagnosis: &Diagnosis<'_>, policy: TlsPolicy) -> Answer {
    let evidence = &diagnosis.evidence;
    let facts = evidence.facts;
    if evidence.session().is_none() {
        return (None, Text::new("expect-no-control"));
    }
    let handshakes = || facts.sessions.iter().filter_map(|session| session.tls.as_ref());
    let done = handshakes().any(Handshake::is_done);
    let distrusted = handshakes().any(|tls| tls.failure == Some(TlsFailure::Untrusted));
    let failed = handshakes().next().is_some() && !done && !distrusted;
    let clear = facts.sessions.iter().any(|session| session.tls.is_none() && session.logged_in());
    let demanded = diagnosis.findings.iter().any(|f| f.cause == "tls-required");
    let refused = facts.sessions.iter().any(|session| {
        matches!(&session.login, LoginOutcome::TlsRefused { code, .. } if (500..600).contains(code))
    });
    // Who answers FEAT and does not name AUTH there has none; who refuses FEAT has said nothing.
    let listed = facts.survey_reply("FEAT").is_some_and(|reply| reply.code == 211);
    let offered = if done || distrusted || demanded || evidence.offers_tls() {
        Some(true)
    } else if failed || refused || (facts.request.tls == TlsLevel::Off && listed) {
        Some(false)
    } else {
        None
    };
    let from_the_first_byte = done && facts.request.tls == TlsLevel::Implicit;
    let required = if demanded || from_the_first_byte {
        Some(true)
    } else if clear || offered == Some(false) {
        Some(false)
    } else {
        None
    };
    let (met, because) = match policy {
        TlsPolicy::Required => (
            required,
            match (required, clear) {
                (Some(true), _) => Text::new("expect-tls-required"),
                (_, true) => Text::new("expect-tls-clear-taken"),
                (Some(false), _) => offer(failed, offered),
                (None, _) => Text::new("expect-tls-clear-not-tried"),
            },
        ),
        TlsPolicy::Offered => (offered, offer(failed, offered)),
        TlsPolicy::Off => (offered.map(|yes| !yes && !failed), offer(failed, offered)),
        TlsPolicy::Any => ((offered.is_some()).then_some(true), offer(failed, offered)),
    };
    (met, because)
}

fn offer(failed: bool, offered: Option<bool>) -> Text {
    Text::new(match (failed, offered) {
        (true, _) => "expect-tls-fails",
        (_, Some(true)) => "expect-tls-offered",
        (_, Some(false)) => "expect-tls-off",
        (_, None) => "expect-tls-unknown",
    })
}

fn reuse(diagnosis: &Diagnosis<'_>, wanted: bool) -> Answer {
    let resumed: Vec<bool> = diagnosis
        .evidence
        .facts
        .attempts
        .iter()
        .filter(|a| matches!(a.purpose, Purpose::Mode | Purpose::Repeat))
        .filter_map(|a| a.tls.as_ref().filter(|tls| tls.offered)?.resumed)
        .collect();
    if resumed.is_empty() {
        return (None, Text::new("expect-reuse-unknown"));
    }
    let (yes, all) = (resumed.iter().filter(|yes| **yes).count(), resumed.len());
    let because = Text::new("expect-reuse").with("yes", yes).with("all", all);
    (Some(resumed.iter().all(|one| *one == wanted)), because)
}

/// The handshake that showed the server's certificate.
fn shown<'a>(diagnosis: &Diagnosis<'a>) -> Option<&'a Handshake> {
    let sessions = &diagnosis.evidence.facts.sessions;
    let all = sessions.iter().filter_map(|session| session.tls.as_ref());
    all.into_iter().find(|tls| !tls.certificates.is_empty())
}

fn certificate(diagnosis: &Diagnosis<'_>, valid: bool) -> Answer {
    let Some(tls) = shown(diagnosis) else {
        return (None, Text::new("expect-certificate-unknown"));
    };
    match &tls.trust {
        Trust::Trusted => (Some(valid), Text::new("expect-certificate-valid")),
        Trust::Untrusted { reasons } => {
            let because = joined(reasons.iter().map(tls::distrust));
            let because = because.unwrap_or_else(|| Text::new("expect-certificate-unknown"));
            (Some(!valid), because)
        }
        Trust::NotChecked => (None, Text::new("expect-certificate-unknown")),
    }
}

/// The moment at which the server's own certificate ends, RFC 3339 in UTC.
pub fn certificate_expiry<'a>(diagnosis: &Diagnosis<'a>) -> Option<&'a str> {
    let own: &CertificateFact = shown(diagnosis)?.certificates.first()?;
    own.not_after.as_deref().filter(|moment| unix_seconds(moment).is_some())
}

fn certificate_days(diagnosis: &Diagnosis<'_>, sign: Sign, days: u64) -> Answer {
    let now = unix_seconds(&diagnosis.evidence.facts.started);
    let (Some(until), Some(now)) = (certificate_expiry(diagnosis).and_then(unix_seconds), now)
    else {
        return (None, Text::new("expect-certificate-unknown"));
    };
    let limit = i64::try_from(days).unwrap_or(i64::MAX / 86_400).saturating_mul(86_400);
    let left = until - now;
    let because = if left < 0 {
        Text::new("expect-certificate-ended").with("days", (-left / 86_400).to_string())
    } else {
        Text::new("expect-certificate-days").with("days", (left / 86_400).to_string())
    };
    (Some(sign.holds(left, limit)), because)
}

fn within(diagnosis: &Diagnosis<'_>, range: PortRange) -> Answer {
    let evidence = &diagnosis.evidence;
    let ports =
        evidence.audit().map_or_else(|| evidence.announced_ports(), |view| view.announced.clone());
    if ports.is_empty() {
        return (None, Text::new("expect-range-unknown"));
    }
    let outside: Vec<u16> =
        ports.iter().copied().filter(|port| *port < range.min || *port > range.max).collect();
    if outside.is_empty() {
        let list = super::ports::list(&ports);
        return (Some(true), Text::new("expect-range-inside").with("ports", list));
    }
    let list = super::ports::list(&outside);
    (Some(false), Text::new("expect-range-outside").with("ports", list))
}

fn named(diagnosis: &Diagnosis<'_>, id: &str, wanted: bool) -> Answer {
    if let Some(finding) = diagnosis.findings.iter().find(|f| f.cause == id) {
        let because = Text::new("expect-cause-found").with("title", finding.title.clone());
        return (Some(wanted), because);
    }
    if let Some(from) = diagnosis.findings.iter().find(|f| f.suppresses.contains(&id)) {
        let because = Text::new("expect-cause-follows").with("cause", from.cause);
        return (Some(!wanted), because);
    }
    match not_measured(diagnosis, id) {
        Some(because) => (None, because),
        None => (Some(!wanted), Text::new("expect-cause-not-found")),
    }
}

/// Why a cause that was not found may be there all the same.
fn not_measured(diagnosis: &Diagnosis<'_>, id: &str) -> Option<Text> {
    let evidence = &diagnosis.evidence;
    let Some(cause) = cause(id) else {
        return Some(Text::new("expect-cause-unmeasured"));
    };
    if matches!(id, "passive-port-hole" | "passive-range-leaks") && evidence.facts.audit.is_none() {
        return Some(Text::new("expect-cause-audit"));
    }
    if cause.plane == Plane::Control {
        let held = id != "control-idle-dropped" || !evidence.facts.idles.is_empty();
        return (!held).then(|| Text::new("expect-cause-idle"));
    }
    // Without a login the planes beyond it stay dark; TLS shows before.
    if !evidence.logged_in() && cause.plane != Plane::Tls {
        return Some(Text::new("expect-no-login"));
    }
    let tested = match cause.plane {
        Plane::Passive => !evidence.passive().is_empty(),
        Plane::Active => !evidence.active().is_empty(),
        Plane::Middlebox | Plane::Server => evidence.modes().iter().any(ModeView::tested),
        Plane::Tls if evidence.facts.request.tls == TlsLevel::Off => {
            return (id != "tls-required").then(|| Text::new("expect-clear-run"));
        }
        _ => true,
    };
    (!tested).then(|| Text::new("expect-not-tested"))
}

fn side(diagnosis: &Diagnosis<'_>, wanted: Side) -> Answer {
    let first = diagnosis.findings.first().filter(|f| f.severity == Severity::Problem);
    match first {
        Some(finding) => {
            let because = Text::new("expect-side")
                .with("side", Text::new(format!("report-side-{}", finding.side.as_str())))
                .with("cause", finding.cause);
            (Some(finding.side == wanted), because)
        }
        None => (Some(false), Text::new("expect-no-problem")),
    }
}

/// A time that the run measured.
pub fn measured(diagnosis: &Diagnosis<'_>, clock: Clock) -> Option<Micros> {
    let evidence = &diagnosis.evidence;
    let session = evidence.session();
    match clock {
        Clock::Control => session.map(|s| s.connect).filter(|took| took.0 > 0),
        Clock::Greeting => {
            let session = session?;
            let stood = Micros(session.began.0.saturating_add(session.connect.0));
            // Behind implicit TLS the greeting waits for the handshake.
            let tls =
                session.tls.as_ref().filter(|_| evidence.facts.request.tls == TlsLevel::Implicit);
            let before = Micros(stood.0.saturating_add(tls.map_or(0, |tls| tls.took.0)));
            session.greeting_reply().map(|reply| reply.at.since(before))
        }
        Clock::Tls => session?.tls.as_ref().filter(|tls| tls.is_done()).map(|tls| tls.took),
        Clock::Login => {
            let session = evidence.facts.survey()?;
            let last = session
                .exchanges
                .iter()
                .filter(|e| matches!(e.verb(), "USER" | "PASS" | "ACCT"))
                .filter_map(|e| e.replies.last())
                .next_back()?;
            Some(last.at.since(session.began))
        }
        Clock::List => evidence.modes().iter().filter_map(|view| listing(diagnosis, view)).max(),
        Clock::Elapsed => Some(evidence.facts.elapsed),
    }
}

/// From the command that announces a data connection to the reply that confirms the listing.
fn listing(diagnosis: &Diagnosis<'_>, view: &ModeView<'_>) -> Option<Micros> {
    let attempt = view.shown;
    if !attempt.is_open() {
        return None;
    }
    let facts = diagnosis.evidence.facts;
    let index = attempt.session?;
    let next = facts
        .attempts
        .iter()
        .filter(|a| a.session == Some(index) && a.first_exchange > attempt.first_exchange)
        .map(|a| a.first_exchange)
        .min();
    let own = facts.exchanges_of(attempt);
    let own = match next {
        Some(next) => own.get(..next.saturating_sub(attempt.first_exchange)).unwrap_or(own),
        None => own,
    };
    let last = own
        .iter()
        .filter(|e| !matches!(e.verb(), "QUIT" | "ABOR"))
        .filter_map(|e| e.replies.last())
        .next_back()?;
    Some(last.at.since(own.first()?.sent))
}

fn time(diagnosis: &Diagnosis<'_>, clock: Clock, sign: Sign, limit: Micros) -> Answer {
    let Some(value) = measured(diagnosis, clock) else {
        return (None, Text::new("expect-time-unknown"));
    };
    // Thousandths of a millisecond are no use to a reader; tenths decide nothing else.
    let because = Text::new("expect-time").with("value", format!("{:.1}", value.millis()));
    (Some(sign.holds(value, limit)), because)
}

fn client(diagnosis: &Diagnosis<'_>, id: &str, wanted: Option<bool>) -> Answer {
    let Some(prediction) = diagnosis.clients.iter().find(|p| p.client.id == id) else {
        return (None, Text::new("expect-client-unknown"));
    };
    let met = prediction.works.map(|works| wanted.is_none_or(|wanted| wanted == works));
    (met, prediction.because.clone())
}

fn knock(diagnosis: &Diagnosis<'_>, port: u16, wanted: Outcome) -> Answer {
    let facts = diagnosis.evidence.facts;
    let mut seen: Vec<Outcome> = facts
        .attempts
        .iter()
        .filter(|a| a.mode.is_passive() && a.dialled.is_some_and(|to| to.port() == port))
        // Who knocks where the server did not say so (--dial-advertised) asks another address.
        .filter(|a| !a.varies(|v| *v == Varied::DialAdvertised))
        .filter_map(|a| match a.outcome {
            _ if a.step >= Step::Connected => Some(Outcome::Open),
            other => Outcome::KNOCK.contains(&other).then_some(other),
        })
        .collect();
    // The other family, and addresses that were left for a better one, are other doors.
    let peer = diagnosis.evidence.peer();
    let ours = |d: &&Dial| d.to.port() == port && peer.is_none_or(|peer| d.to.ip() == peer);
    seen.extend(facts.dials.iter().filter(ours).filter_map(|d| {
        Some(match d.outcome {
            DialOutcome::Connected | DialOutcome::Reset => Outcome::Open,
            DialOutcome::Refused => Outcome::Refused,
            DialOutcome::TimedOut => Outcome::TimedOut,
            DialOutcome::Prohibited { .. } => Outcome::Prohibited,
            DialOutcome::Unreachable { .. } => Outcome::Unreachable,
            DialOutcome::Local { .. } => return None,
        })
    }));
    let swept =
        diagnosis.evidence.audit().map_or_else(Vec::new, |view| view.all(&diagnosis.evidence));
    seen.extend(swept.into_iter().filter_map(|(of, outcome)| {
        (of == port && outcome != Outcome::NotTested).then_some(outcome)
    }));
    seen.sort_unstable();
    seen.dedup();
    let Some(because) = joined(seen.iter().map(|seen| outcome(*seen))) else {
        return (None, Text::new("expect-port-unknown"));
    };
    // A passive port is open while it is announced and refused at other times: open, then.
    let open = seen.contains(&Outcome::Open) && !seen.iter().any(|seen| seen.is_held_back());
    let met = if open { wanted == Outcome::Open } else { seen.iter().all(|seen| *seen == wanted) };
    (Some(met), because)
}
