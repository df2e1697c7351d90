//! Every story, told in a table: what a client meets in the four modes.

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use super::Result;
use super::client::Client;
use crate::demo::stories::Group;
use crate::demo::{Protection, Server, stories, story};

/// Story, PASV, EPSV, PORT, EPRT; or the word for a login that was not to be had.
const TABLE: &[(&str, &[&str])] = &[
    ("healthy", &["open", "open", "open", "open"]),
    ("healthy-ipv6", &["rejected 500", "open", "rejected 425", "open"]),
    ("empty-directory", &["open", "open", "open", "open"]),
    ("one-connection-each", &["open", "open", "open", "open"]),
    ("slow-server", &["open", "open", "open", "open"]),
    ("connects-at-port", &["open", "open", "open", "open"]),
    ("only-20-and-21", &["timed-out", "timed-out", "open", "open"]),
    ("browser-fails-client-works", &["rejected 550", "rejected 550", "open", "open"]),
    ("range-opened", &["open", "open", "open", "open"]),
    ("only-21-and-1433", &["timed-out", "timed-out", "nothing-came", "nothing-came"]),
    ("port-600", &["open", "open", "open", "open"]),
    ("passive-20-20", &["open", "open", "open", "open"]),
    ("behind-a-shared-address", &["open", "open", "rejected 500", "rejected 500"]),
    ("client-door-closed", &["open", "open", "nothing-came", "nothing-came"]),
    ("control-refused", &["control refused"]),
    ("control-filtered", &["control timed-out"]),
    ("control-silent", &["greeting <si"]),
    ("control-closed", &["greeting <en"]),
    ("closed-at-user", &["USER <en"]),
    ("ssh-on-the-port", &["greeting SSH"]),
    ("http-on-the-port", &["greeting HTT"]),
    ("implicit-tls", &["greeting <si"]),
    ("too-many-connections", &["greeting 421"]),
    ("full-at-the-password", &["PASS 530"]),
    ("login-rejected", &["PASS 530"]),
    ("account-needed", &["PASS 332"]),
    ("tls-required", &["USER 530"]),
    ("tls-required-421", &["USER 421"]),
    ("idle-dropped", &["open", "open", "open", "open"]),
    ("firewall-blocks-passive", &["timed-out", "timed-out", "open", "open"]),
    ("passive-disabled", &["rejected 501", "rejected 501", "open", "open"]),
    ("pasv-unsupported", &["rejected 502", "open", "open", "open"]),
    ("epsv-unsupported", &["open", "rejected 500", "open", "rejected 500"]),
    ("epsv-blocked", &["open", "timed-out", "open", "open"]),
    ("helper-opens-pinholes", &["open", "open", "open", "open"]),
    ("passive-reply-malformed", &["unreadable 227", "open", "open", "open"]),
    ("passive-port-refused", &["refused", "refused", "open", "open"]),
    ("passive-range-partly-blocked", &["open", "timed-out", "open", "open"]),
    ("passive-range-exhausted", &["rejected 425", "rejected 425", "open", "open"]),
    ("passive-address-unroutable", &["open", "open", "open", "open"]),
    ("private-address-announced", &["open", "open", "open", "open"]),
    ("passive-address-mismatch", &["open", "open", "open", "open"]),
    ("data-intercepted", &["stalled after nothing", "stalled after nothing", "open", "open"]),
    ("server-rejects-data-peer", &["closed 425", "closed 425", "open", "open"]),
    ("ipv6-needs-epsv", &["rejected 425", "rejected 500", "rejected 500", "rejected 500"]),
    ("active-disabled", &["open", "open", "rejected 550", "rejected 550"]),
    ("firewall-blocks-active", &["open", "open", "nothing-came", "nothing-came"]),
    ("client-nat-breaks-active", &["open", "open", "rejected 500", "rejected 500"]),
    ("active-source-port-unexpected", &["open", "open", "open", "open"]),
    ("active-source-address-unexpected", &["open", "open", "open", "open"]),
    ("busy-after-active", &["open", "open", "nothing-came", "greeting 421"]),
    ("data-closed-early", &["reset 426", "reset 426", "open", "open"]),
    ("data-reset", &["reset 426", "reset 426", "open", "open"]),
    ("transfer-stalls", &["stalled after some", "stalled after some", "open", "open"]),
    ("listing-refused", &["stalled 550", "stalled 550", "rejected 550", "rejected 550"]),
    ("data-tls-required", &["stalled 522", "stalled 522", "rejected 522", "rejected 522"]),
    ("tls-healthy", &["open", "open", "open", "open"]),
    ("tls-implicit-healthy", &["open", "open", "open", "open"]),
    ("tls-auth-ssl", &["AUTH 504"]),
    ("tls-no-close-notify", &["reset 226", "reset 226", "reset 226", "reset 226"]),
    ("tls-unsupported", &["AUTH 500"]),
    ("tls-certificate-expired", &["TLS expired"]),
    ("tls-certificate-wrong-name", &["TLS wrong name"]),
    ("tls-certificate-self-signed", &["TLS unknown issuer"]),
    ("tls-handshake-old-version", &["TLS old version"]),
    ("tls-handshake-closed", &["TLS end"]),
    ("tls-session-reuse", &["open", "open", "open", "open"]),
    ("tls-session-reuse-proftpd", &["open", "open", "open", "open"]),
    ("tls-session-reuse-impossible", &["reset 425", "reset 425", "reset 425", "reset 425"]),
    ("data-tls-refused", &["PROT 534"]),
    ("data-tls-plain", &["TLS clear", "TLS clear", "TLS clear", "TLS clear"]),
    ("tls-blinds-helper", &["timed-out", "timed-out", "open", "open"]),
];

/// What a client meets in the four modes, each on a login of its own.
async fn met(server: &Server, protection: Protection) -> Result<Vec<String>> {
    let mut words = Vec::new();
    for verb in ["PASV", "EPSV", "PORT", "EPRT"] {
        let word = match Client::protected(server, protection).await {
            Err(word) if words.is_empty() => return Ok(vec![word]),
            Err(word) => word,
            Ok(mut client) => {
                let word = if verb.ends_with('V') {
                    client.passive(verb).await
                } else {
                    client.active(verb).await?.0
                };
                if word == "open" {
                    client.quit().await;
                }
                word
            }
        };
        words.push(word);
    }
    Ok(words)
}

/// How a story differs from what the table says.
async fn difference(id: &str, expected: &[&str]) -> std::result::Result<(), String> {
    let story = story(id).ok_or("no such story")?;
    let server = Server::start((story.behaviour)()).await.map_err(|error| error.to_string())?;
    let words = met(&server, story.protection()).await.map_err(|error| error.to_string())?;
    if words == expected {
        return Ok(());
    }
    let transcript = server.transcript().join("\n");
    Err(format!("{words:?}, not {expected:?}\n{transcript}"))
}

#[tokio::test]
async fn every_story_is_as_told() {
    let mut differences = Vec::new();
    // All at once: most of their time is spent in waiting.
    let mut told = JoinSet::new();
    for (id, expected) in TABLE {
        told.spawn(async move { (*id, difference(id, expected).await) });
    }
    for (id, result) in told.join_all().await {
        differences.extend(result.err().map(|text| format!("{id}: {text}")));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

#[test]
fn the_table_has_every_story_once() {
    let told: BTreeSet<&str> = TABLE.iter().map(|(id, _)| *id).collect();
    let all: BTreeSet<&str> = stories().iter().map(|story| story.id).collect();
    assert_eq!(told, all);
    assert_eq!(all.len(), stories().len(), "ids are unique");
}

#[test]
fn stories_are_well_formed() {
    for story in stories() {
        let id = story.id;
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(id.chars().all(kebab), "{id}");
        assert!(story.title.len() <= 72, "{id}: the title fits a line");
        assert!(!story.title.ends_with('.'), "{id}");
        assert!(story.lesson.ends_with(['.', ')']), "{id}");
        assert!(!story.lesson.contains("  "), "{id}");
        let sentences = story.lesson.matches(". ").count() + 1;
        assert!(sentences <= 3, "{id}: {sentences} sentences");
        if story.group == Group::Healthy {
            assert!(matches!(story.cause, None | Some("active-source-port-unexpected")), "{id}");
        }
    }
}
