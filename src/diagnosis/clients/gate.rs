//! What decides before a data connection is tried: the login, the family, TLS.

use super::super::finding::{Finding, Severity};
use super::super::text::Text;
use super::super::tls::distrust;
use crate::clients::{Client, Families, Resumes, Wait};
use crate::evidence::Evidence;
use crate::facts::{Attempt, DialOutcome, Family, Greeting, LoginOutcome, Micros, TlsLevel};

/// Whether a client comes as far as a data connection.
pub(super) enum Gate {
    /// It does, after so long.
    Open {
        /// From the first knock to the end of the login; `None` where that never comes.
        after: Option<Micros>,
    },
    /// It does not.
    Fails(Text),
    /// A fact is missing.
    Unknown(Text),
}

/// Judges all that comes before the data connection.
pub(super) fn gate(client: &Client, evidence: &Evidence<'_>, findings: &[Finding]) -> Gate {
    if let Some(version) = client.removed {
        return Gate::Fails(Text::new("client-removed").with("version", version));
    }
    let level = evidence.facts.request.tls;
    let speaks = match level {
        TlsLevel::Off => true,
        TlsLevel::Explicit => client.tls.explicit,
        TlsLevel::Implicit => client.tls.implicit,
    };
    if !speaks {
        let id = match level {
            TlsLevel::Implicit => "client-no-implicit-tls",
            _ => "client-no-tls",
        };
        return Gate::Fails(Text::new(id));
    }
    if !evidence.logged_in() {
        return no_login(client, evidence, findings);
    }
    if evidence.family() == Some(Family::V6) && client.ipv6.is_empty() {
        return Gate::Fails(Text::new("client-no-ipv6"));
    }
    if level == TlsLevel::Off {
        let asks = client.tls.unasked && client.tls.verifies && evidence.offers_tls();
        return if asks {
            Gate::Unknown(Text::new("client-unknown-certificate"))
        } else {
            Gate::Open { after: login(client, evidence) }
        };
    }
    let handshake = evidence.session().and_then(|s| s.tls.as_ref());
    if let Some(reason) = handshake.and_then(|h| h.distrust().first())
        && client.tls.verifies
    {
        return Gate::Fails(Text::new("client-distrusts").with("reason", distrust(reason)));
    }
    if client.tls.protects && findings.iter().any(|f| f.cause == "tls-session-reuse-required") {
        match client.tls.resumes {
            Resumes::No => return Gate::Fails(Text::new("client-no-resumption")),
            Resumes::AsBuilt => return Gate::Unknown(Text::new("client-unknown-built")),
            Resumes::Yes | Resumes::Varies | Resumes::Insists => {}
        }
    }
    if client.tls.resumes == Resumes::Insists && never_resumed(evidence) {
        return Gate::Fails(Text::new("client-insists"));
    }
    Gate::Open { after: login(client, evidence) }
}

/// A client that leaves data connections in clear under TLS: whether the server takes them so, no
/// run under TLS has asked. Nor does one tell how a client does whose handshakes go well with some
/// servers only. Only a knock that nobody let in fails either way.
pub(super) fn unprotected(client: &Client, evidence: &Evidence<'_>) -> Option<Text> {
    let varies = client.tls.resumes == Resumes::Varies;
    if (client.tls.protects && !varies) || evidence.facts.request.tls == TlsLevel::Off {
        return None;
    }
    let stopped = |mode| evidence.mode(mode).is_some_and(|view| view.outcome().is_shut());
    let tries = client.tries(evidence.family()?);
    let id = if varies { "client-unknown-resumption" } else { "client-unknown-protection" };
    (!tries.iter().all(|one| stopped(one.mode))).then(|| Text::new(id))
}

/// A client that begins TLS by itself has another way to go, which a run in clear does not show.
pub(super) fn unasked(
    client: &Client,
    evidence: &Evidence<'_>,
    findings: &[Finding],
) -> Option<Text> {
    let demanded = |f: &Finding| matches!(f.cause, "data-tls-required" | "tls-required");
    (client.tls.unasked
        && evidence.facts.request.tls == TlsLevel::Off
        && findings.iter().any(demanded))
    .then(|| Text::new("client-unknown-tls"))
}

fn no_login(client: &Client, evidence: &Evidence<'_>, findings: &[Finding]) -> Gate {
    let first = findings.first().filter(|f| f.severity == Severity::Problem);
    let Some(first) = first else {
        return Gate::Unknown(Text::new("client-unknown-no-login"));
    };
    let refused =
        evidence.session().is_some_and(|s| matches!(s.login, LoginOutcome::Refused { .. }));
    match first.cause {
        "login-rejected" => Gate::Unknown(
            Text::new("client-unknown-login").with("user", &evidence.facts.request.user),
        ),
        "tls-required" if refused && client.tls.unasked => {
            Gate::Unknown(Text::new("client-unknown-tls"))
        }
        "tls-certificate-invalid" if !client.tls.verifies => {
            Gate::Unknown(Text::new("client-unknown-untrusted"))
        }
        _ => Gate::Fails(Text::new("client-no-login").with("title", first.title.clone())),
    }
}

/// Whether the server did a full handshake for a data connection although it was offered a session.
fn never_resumed(evidence: &Evidence<'_>) -> bool {
    let offered = |a: &&Attempt| a.tls.as_ref().is_some_and(|t| t.offered && t.is_done());
    let all: Vec<&Attempt> = evidence.facts.attempts.iter().filter(offered).collect();
    !all.is_empty() && all.iter().all(|a| a.tls.as_ref().is_some_and(|t| t.resumed == Some(false)))
}

/// How long a client needs until it is logged in: as long as we did, and the time-outs of other
/// addresses of the name before.
fn login(client: &Client, evidence: &Evidence<'_>) -> Option<Micros> {
    let session = evidence.facts.survey()?;
    let answered = session
        .exchanges
        .iter()
        .filter(|e| matches!(e.verb(), "USER" | "PASS" | "ACCT" | "AUTH" | "PBSZ" | "PROT"))
        .filter_map(|e| e.replies.last())
        .map(|reply| reply.at)
        .max();
    let greeted = match &session.greeting {
        Greeting::Reply(reply) => Some(reply.at),
        _ => None,
    };
    let mut after = match answered.or(greeted) {
        Some(at) => at.since(session.began),
        // A file that begins behind the login.
        None if !evidence.facts.source.is_live() => Micros(0),
        None => return None,
    };
    let here = Family::of(session.peer.ip());
    for dial in &evidence.facts.dials {
        let family = Family::of(dial.to.ip());
        let silent = dial.outcome == DialOutcome::TimedOut && dial.began <= session.began;
        if !silent || client.families == Families::Race && family != here {
            continue;
        }
        if client.tries(family).is_empty() {
            continue;
        }
        match client.dial {
            Wait::Seconds(seconds) => after.0 += u64::from(seconds) * 1_000_000,
            Wait::Forever => return None,
        }
    }
    Some(after)
}
