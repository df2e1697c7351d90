//! It works from both places, or fails from both.

use super::conclusion::{Conclusion, End, Two};
use super::place::{independent, inside};
use super::run::RunFinding;
use super::state::{State, located};
use super::way::shared_end;
use crate::diagnosis::{Confidence, Side, Text};
use crate::facts::Outcome;

const PASSIVE_WORKS: &str = "passive-works-from-both";
const ACTIVE_WORKS: &str = "active-works-from-both";

/// Whether a conclusion says that it works from both.
pub fn works(conclusion: &Conclusion) -> bool {
    matches!(conclusion.id, PASSIVE_WORKS | ACTIVE_WORKS)
}

/// One direction works from two places.
pub fn work(two: &Two<'_>, a: &End<'_>, b: &End<'_>, passive: bool) -> Option<Conclusion> {
    if !independent(two.a, two.b) {
        return None;
    }
    let (text, causes) = if passive {
        (
            "diff-works-passive-text",
            ["server-firewall-blocks-passive", "passive-ports-not-forwarded"],
        )
    } else {
        ("diff-works-active-text", ["server-firewall-blocks-active", "active-disabled"])
    };
    let id = if passive { PASSIVE_WORKS } else { ACTIVE_WORKS };
    let title = if passive { "diff-works-passive-title" } else { "diff-works-active-title" };
    let because = || Text::new("diff-not-both-came-through");
    let [first, second] = causes;
    Some(
        Conclusion::both(id, a, b, title, text)
            .not(first, because())
            .not(second, because())
            .at_one_time(two),
    )
}

/// One direction fails from two places.
pub fn conclude(
    two: &Two<'_>,
    (a, of_a): (&End<'_>, State),
    (b, of_b): (&End<'_>, State),
    passive: bool,
) -> Option<Conclusion> {
    match (of_a, of_b) {
        (State::Stopped, State::Stopped) => Some(stopped(two, a, b, passive)),
        (State::Refused, State::Refused) => Some(refused(a, b, passive)),
        (State::Stopped, State::Refused) | (State::Refused, State::Stopped) => {
            Some(differently(a, b))
        }
        _ => None,
    }
    .map(|found| found.at_one_time(two))
}

fn stopped(two: &Two<'_>, a: &End<'_>, b: &End<'_>, passive: bool) -> Conclusion {
    let (own_a, own_b) = (located(a.run, passive), located(b.run, passive));
    let side = |own: Option<&RunFinding>| own.map_or(Side::Unknown, |f| f.side);
    match (side(own_a), side(own_b)) {
        (Side::Server, Side::Server) => agreed(a, b, own_a.zip(own_b), passive),
        (Side::Server, Side::Unknown) => one_says(two, a, b, "A", passive),
        (Side::Unknown, Side::Server) => one_says(two, a, b, "B", passive),
        (Side::Client, Side::Client) => each(a, b, passive),
        (Side::Client, Side::Server) => two_boxes(a, b, passive),
        (Side::Server, Side::Client) => two_boxes(b, a, passive),
        (Side::Unknown, Side::Unknown) => unknown(two, a, b, passive),
        // One run found its own cause, and the other one none: neither says anything about the
        // other.
        (Side::Client | Side::Path, _) | (_, Side::Client | Side::Path) => {
            let first = matches!(side(own_a), Side::Client | Side::Path);
            let run = if first { "A" } else { "B" };
            from_both(a, b, passive).doubt(Text::new("diff-doubt-own-cause").with("run", run))
        }
    }
}

/// Both runs place it at the server.
fn agreed(
    a: &End<'_>,
    b: &End<'_>,
    own: Option<(&RunFinding, &RunFinding)>,
    passive: bool,
) -> Conclusion {
    let text = if passive { "diff-agreed-passive-text" } else { "diff-agreed-active-text" };
    let mut found = Conclusion::both(server_id(passive), a, b, server_title(passive), text);
    if let Some((own_a, own_b)) = own {
        found.confidence = own_a.confidence.max(own_b.confidence);
    }
    not_client(found.on(Side::Server), passive)
}

/// One run places it at the server, and nothing in the other one speaks against that.
fn one_says(two: &Two<'_>, a: &End<'_>, b: &End<'_>, run: &str, passive: bool) -> Conclusion {
    let mut found =
        Conclusion::both(server_id(passive), a, b, server_title(passive), "diff-says-text")
            .on(Side::Server)
            .with("run", run);
    found.text = found.text.with("suspects", suspects(two));
    found
}

fn server_id(passive: bool) -> &'static str {
    if passive { "server-side-blocks-passive" } else { "server-side-blocks-active" }
}

fn server_title(passive: bool) -> &'static str {
    if passive { "diff-server-passive-title" } else { "diff-server-active-title" }
}

fn not_client(found: Conclusion, passive: bool) -> Conclusion {
    let cause =
        if passive { "client-firewall-blocks-passive" } else { "client-firewall-blocks-active" };
    found.not(cause, Text::new("diff-not-agreed"))
}

/// What is common to both ways is the server's side.
fn server(two: &Two<'_>, a: &End<'_>, b: &End<'_>, passive: bool) -> Conclusion {
    let text = if passive { "diff-server-passive-text" } else { "diff-server-active-text" };
    let suspects = suspects(two);
    let mut found =
        Conclusion::both(server_id(passive), a, b, server_title(passive), text).on(Side::Server);
    found.text = found.text.with("suspects", suspects);
    found
}

/// The routers that both ways have before the server.
fn suspects(two: &Two<'_>) -> Text {
    let Some(shared) = shared_end(two.a, two.b) else { return Text::new("diff-suspects-unknown") };
    if shared.routers.is_empty() {
        return Text::new("diff-suspects-server");
    }
    let names: Vec<String> = shared
        .routers
        .iter()
        .map(|router| router.map_or_else(|| "?".to_owned(), |r| r.to_string()))
        .collect();
    Text::new("diff-suspects").with("routers", names.join(", "))
}

fn unknown(two: &Two<'_>, a: &End<'_>, b: &End<'_>, passive: bool) -> Conclusion {
    let within = [two.a, two.b].map(|run| inside(run) == Some(true));
    if within[0] != within[1] {
        // From inside, the way does not cross the edge, and it fails all the same.
        let (near, far) = if within[0] { (a, b) } else { (b, a) };
        let text = if passive { "diff-itself-passive-text" } else { "diff-itself-active-text" };
        let mut found = Conclusion::of(server_id(passive), near, far, server_title(passive), text)
            .on(Side::Server);
        found.fails = None;
        return if passive { found } else { found.at_most(Confidence::Possible) };
    }
    if !independent(two.a, two.b) || kinds(a) != kinds(b) {
        return if kinds(a) == kinds(b) { from_both(a, b, passive) } else { differently(a, b) };
    }
    let found = server(two, a, b, passive);
    if passive {
        return found.doubt(Text::new("diff-doubt-both-networks"));
    }
    // Most networks let nobody in that was not called: two of them that do so are no wonder.
    found.at_most(Confidence::Possible).doubt(Text::new("diff-doubt-nobody-in"))
}

/// Ways in which packets are stopped: silence, RST, ICMP.
fn kinds(end: &End<'_>) -> Vec<&'static str> {
    let mut kinds: Vec<&'static str> =
        end.modes.iter().filter(|m| m.stopped()).map(|m| m.outcome).map(Outcome::as_str).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn each(a: &End<'_>, b: &End<'_>, passive: bool) -> Conclusion {
    let (id, title, text) = if passive {
        ("each-network-blocks-passive", "diff-each-passive-title", "diff-each-text")
    } else {
        ("each-network-blocks-active", "diff-each-active-title", "diff-each-text")
    };
    Conclusion::both(id, a, b, title, text).on(Side::Client)
}

/// One run places it at its own side, the other one at the server's: two boxes, not one.
fn two_boxes(client: &End<'_>, server: &End<'_>, passive: bool) -> Conclusion {
    let (id, title, text) = if passive {
        ("both-sides-block-passive", "diff-two-boxes-passive-title", "diff-two-boxes-text")
    } else {
        ("both-sides-block-active", "diff-two-boxes-active-title", "diff-two-boxes-text")
    };
    Conclusion::both(id, client, server, title, text)
        .with("client", client.letter.name())
        .with("server", server.letter.name())
}

fn from_both(a: &End<'_>, b: &End<'_>, passive: bool) -> Conclusion {
    let (id, title) = if passive {
        ("passive-fails-from-both", "diff-both-passive-title")
    } else {
        ("active-fails-from-both", "diff-both-active-title")
    };
    Conclusion::both(id, a, b, title, "diff-both-text").at_most(Confidence::Possible)
}

fn differently(a: &End<'_>, b: &End<'_>) -> Conclusion {
    let (title, text) = ("diff-ways-title", "diff-ways-text");
    Conclusion::both("fails-in-two-ways", a, b, title, text).at_most(Confidence::Possible)
}

fn refused(a: &End<'_>, b: &End<'_>, passive: bool) -> Conclusion {
    let (id, cause, blocks, title) = if passive {
        let title = "diff-refuses-passive-title";
        ("server-refuses-passive", "passive-disabled", "firewall-blocks-passive", title)
    } else {
        let title = "diff-refuses-active-title";
        ("server-refuses-active", "active-disabled", "firewall-blocks-active", title)
    };
    let mut found = Conclusion::both(id, a, b, title, "diff-refuses-text").on(Side::Server);
    if let (Some(in_a), Some(in_b)) = (a.run.finding(&[cause]), b.run.finding(&[cause])) {
        found.confidence = in_a.confidence.max(in_b.confidence);
    }
    found.not(blocks, Text::new("diff-not-packets"))
}
