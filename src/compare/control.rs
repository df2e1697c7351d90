//! Runs of which at least one had no login.

use super::changed;
use super::conclusion::{Conclusion, End, Two};
use super::factors;
use super::one;
use super::place::{Place, independent, inside};
use super::run::{Run, RunFinding};
use crate::diagnosis::{Confidence, Side, Text};

/// Causes that stop a control connection before an FTP server has said a word about the login.
const STOPPED: &[&str] = &[
    "control-filtered",
    "control-refused",
    "control-unreachable",
    "control-silent",
    "control-closed",
];

/// Causes of a login that was not had.
const NO_LOGIN: &[&str] = &[
    "name-not-found",
    "control-filtered",
    "control-refused",
    "control-unreachable",
    "control-silent",
    "control-closed",
    "control-not-ftp",
    "too-many-connections",
    "login-rejected",
    "tls-required",
];

/// Compares two runs, at least one of them without a login.
pub fn conclude(two: &Two<'_>) -> Vec<Conclusion> {
    let (a, b) = two.ends();
    let found = match (two.a.logged_in(), two.b.logged_in()) {
        (true, false) => one_side(two, &a, &b),
        (false, true) => one_side(two, &b, &a),
        (false, false) => neither(two, &a, &b),
        (true, true) => None,
    };
    found.into_iter().collect()
}

/// The cause of a login that was not had.
fn cause(run: &Run) -> Option<&RunFinding> {
    run.finding(NO_LOGIN)
}

fn one_side(two: &Two<'_>, works: &End<'_>, fails: &End<'_>) -> Option<Conclusion> {
    let own = cause(fails.run)?;
    let (with, without) = (&works.run.target, &fails.run.target);
    let make = |id, (title, text): (&str, &str)| {
        Conclusion::of(id, works, fails, title, text).with("seen", &own.title)
    };
    if own.cause == "login-rejected" && with.user != without.user {
        let found = make("login-depends-on-user", ("diff-user-title", "diff-user-text"))
            .on(Side::Server)
            .with("with", &with.user)
            .with("without", &without.user);
        return Some(found);
    }
    // What is asked for at another port or in another way of encryption is another question.
    if with.tls != without.tls {
        let found = make("security-decides", ("diff-control-tls-title", "diff-control-tls-text"))
            .with("with", with.tls.as_str())
            .with("without", without.tls.as_str());
        return Some(found.at_one_time(two));
    }
    if with.port != without.port {
        return None;
    }
    if own.cause == "too-many-connections" {
        return Some(
            make("server-was-full", ("diff-full-title", "diff-full-text")).on(Side::Server),
        );
    }
    if STOPPED.contains(&own.cause.as_str())
        && let Some(found) = factors::control(two, works, fails)
    {
        return Some(found);
    }
    match two.place {
        Place::Same | Place::LooksSame => {
            let words = ("diff-changed-login-title", "diff-changed-login-text");
            let found = changed::changed(two, works, fails, words);
            Some(found.on(own.side).with("seen", &own.title))
        }
        Place::Neighbours if STOPPED.contains(&own.cause.as_str()) => {
            Some(one::machine(works, fails))
        }
        Place::Neighbours => None,
        Place::Different | Place::Unknown => other_place(two, works, fails, own),
    }
}

fn other_place(
    two: &Two<'_>,
    works: &End<'_>,
    fails: &End<'_>,
    own: &RunFinding,
) -> Option<Conclusion> {
    let make = |id, (title, text): (&str, &str)| {
        Conclusion::of(id, works, fails, title, text).with("seen", &own.title)
    };
    let found = match own.cause.as_str() {
        "name-not-found" if same_host(works.run, fails.run) => {
            make("name-depends-on-place", ("diff-name-title", "diff-name-text"))
        }
        "login-rejected" => make("login-depends-on-place", ("diff-login-title", "diff-login-text"))
            .on(Side::Server)
            .at_most(Confidence::Possible),
        cause if STOPPED.contains(&cause) => stopped(works, fails, own),
        _ => return None,
    };
    let found = match two.place {
        Place::Unknown => {
            found.at_most(Confidence::Possible).doubt(Text::new("diff-doubt-two-places"))
        }
        _ => found,
    };
    Some(found.at_one_time(two))
}

fn same_host(a: &Run, b: &Run) -> bool {
    a.target.host.eq_ignore_ascii_case(&b.target.host)
}

fn stopped(works: &End<'_>, fails: &End<'_>, own: &RunFinding) -> Conclusion {
    let make = |id, (title, text): (&str, &str)| {
        Conclusion::of(id, works, fails, title, text).with("seen", &own.title)
    };
    match (own.side, inside(works.run), inside(fails.run)) {
        (Side::Client, _, _) => make(
            "client-network-blocks-control",
            ("diff-network-title", "diff-network-control-text"),
        )
        .on(Side::Client)
        .at_least_as_sure_as(Some(own)),
        (Side::Server, Some(false), _) => {
            make("server-filters-by-source", ("diff-source-title", "diff-source-control-text"))
                .on(Side::Server)
        }
        (Side::Server | Side::Unknown, Some(true), Some(false)) => {
            make("server-edge-blocks-control", ("diff-edge-title", "diff-edge-control-text"))
                .on(Side::Server)
                .doubt(Text::new("diff-doubt-third").with("fails", fails.letter.name()))
        }
        _ => make("control-depends-on-place", ("diff-control-title", "diff-control-text")),
    }
}

/// No login from either place, for one reason.
fn neither(two: &Two<'_>, a: &End<'_>, b: &End<'_>) -> Option<Conclusion> {
    let (in_a, in_b) = (cause(two.a)?, cause(two.b)?);
    let client = [in_a, in_b].iter().any(|f| f.side == Side::Client);
    let one_question =
        two.a.target.port == two.b.target.port && two.a.target.tls == two.b.target.tls;
    if in_a.cause != in_b.cause || client || !one_question {
        return None;
    }
    let (title, text) = ("diff-neither-title", "diff-neither-text");
    let found =
        Conclusion::both("control-fails-from-both", a, b, title, text).with("seen", &in_a.title);
    let found = match two.place {
        Place::Different if independent(two.a, two.b) => found.on(Side::Server),
        Place::Different => found.at_most(Confidence::Possible),
        Place::Same | Place::LooksSame | Place::Neighbours | Place::Unknown => return None,
    };
    Some(found.at_one_time(two))
}
