//! The page of a run: the answer on top, then everything that leads to it.

use std::net::{IpAddr, SocketAddr};

use maud::{Markup, html};

use super::super::notes::{notes, under_a_good_word};
use super::super::words::Words;
use super::super::{Style, reading, steps, transcript};
use super::frame::{Page, frame};
use super::{attempts, audit, clients, expectations, findings, path, sequence};
use crate::diagnosis::tls::distrust;
use crate::diagnosis::{Diagnosis, Lang, Nat, Verdict};
use crate::document::of::software_name;
use crate::facts::TlsLevel;
use crate::facts::tls::Handshake;

/// Renders the whole page.
pub fn render(diagnosis: &Diagnosis<'_>, words: &Words, style: Style, lang: Lang) -> String {
    let page = Page { diagnosis, words, report: words.report(diagnosis) };
    let title = format!("ftp-doctor: {}", page.report.target.host);
    frame(&title, lang, &page.content(style)).into_string()
}

impl Page<'_, '_> {
    fn content(&self, style: Style) -> Markup {
        html! {
            (self.head())
            main {
                (self.verdict())
                (expectations::section(self))
                @if !style.quiet {
                    (self.read())
                    @if let Some(text) = &self.diagnosis.one_works { section { p { (self.words.say(text)) } } }
                    @for text in under_a_good_word(self.diagnosis) {
                        section { p { (self.words.say(&text)) } }
                    }
                    (self.ends())
                    (sequence::section(self))
                    (attempts::section(self))
                    (path::section(self))
                    (findings::section(self))
                    (audit::section(self))
                    (findings::rules(self))
                    (clients::section(self))
                    (self.notes())
                }
                @if style.verbose > 0 { (self.steps(style)) (self.transcript()) }
            }
            footer { p { (self.report.tool.name) " " (self.report.tool.version) " · " (self.report.started) } }
        }
    }

    fn head(&self) -> Markup {
        let target = &self.report.target;
        html! {
            header {
                p.tool { "ftp-doctor" }
                h1 { (target.host) @if target.port != 21 { span.muted { ":" (target.port) } } }
            }
        }
    }

    fn verdict(&self) -> Markup {
        let (class, sign) = match self.diagnosis.verdict {
            Verdict::Healthy | Verdict::Limited => ("good", "✓"),
            Verdict::Incomplete => ("warn", "?"),
            Verdict::Degraded => ("warn", "!"),
            Verdict::Broken | Verdict::Unreachable => ("bad", "✗"),
        };
        html! {
            section class={ "verdict " (class) } aria-labelledby="verdict" {
                p.sign aria-hidden="true" { (sign) }
                div {
                    h2 #verdict { (self.get(&format!("verdict-{}", self.report.verdict))) }
                    p { (self.report.summary) }
                }
            }
        }
    }

    /// What was read, and what would settle what it leaves open.
    fn read(&self) -> Markup {
        let said = reading::said(self.diagnosis, self.words);
        html! {
            @if let Some(text) = reading::to_be_sure(self.diagnosis) {
                section { p { (self.words.say(&text)) } }
            }
            @if !said.is_empty() {
                section aria-labelledby="read" {
                    h2 #read { (self.get("page-read")) }
                    ul.read { @for one in &said { li.below[one.below] { (one.text) } } }
                }
            }
        }
    }

    /// Where it was measured from, and what it was measured against.
    fn ends(&self) -> Markup {
        let vantage = &self.report.vantage;
        let nat = match self.diagnosis.evidence.nat() {
            Nat::None => Some(format!("✓ {}", tidy(&self.get("report-nat-none")))),
            Nat::Present => Some(tidy(&self.get("report-nat-present"))),
            Nat::Unknown => None,
        };
        let seen = vantage.seen_as.filter(|_| self.diagnosis.evidence.nat() == Nat::Present);
        let shown = |address: Option<IpAddr>| address.map(|address| address.to_string());
        let server = &self.report.server;
        let address = server.address.or(self.report.target.addresses.first().copied());
        let at = match (address, server.port) {
            (Some(address), Some(port)) => Some(SocketAddr::new(address, port).to_string()),
            _ => shown(address),
        };
        let evidence = &self.diagnosis.evidence;
        let tls = evidence.session().and_then(|s| s.tls.as_ref());
        let spoken = tls.filter(|t| t.is_done()).and_then(|t| {
            let version = t.version?.name();
            Some(t.cipher.as_ref().map_or(version.to_owned(), |c| format!("{version}, {c}")))
        });
        let asked = &evidence.facts.request.tls;
        let security =
            spoken.or_else(|| (*asked != TlsLevel::Off).then(|| asked.as_str().to_owned()));
        let doubts =
            tls.map(Handshake::distrust).filter(|doubts| !doubts.is_empty()).map(|doubts| {
                doubts.iter().map(|d| self.words.say(&distrust(d))).collect::<Vec<_>>().join("; ")
            });
        let row = |id: &str, value: Option<&str>| {
            html! { @if let Some(value) = value { div { dt { (self.get(id)) } dd { (value) } } } }
        };
        html! {
            div.ends {
                section aria-labelledby="client" {
                    h2 #client { (self.get("report-you")) }
                    dl {
                        (row("diff-what-local-address", shown(vantage.local_address).as_deref()))
                        (row("diff-what-seen-as", shown(seen).as_deref()))
                        (row("diff-what-nat", nat.as_deref()))
                        (row("diff-what-user", Some(&self.report.target.user)))
                    }
                }
                section aria-labelledby="server" {
                    h2 #server { (self.get("report-server")) }
                    dl {
                        (row("diff-what-server-address", at.as_deref()))
                        (row("diff-what-software", evidence.software().map(software_name).as_deref()))
                        (row("diff-what-security", security.as_deref()))
                        (row("page-certificate", doubts.as_deref()))
                        (row("diff-what-banner", server.banner.as_deref()))
                    }
                }
            }
        }
    }

    fn notes(&self) -> Markup {
        let notes = notes(self.diagnosis);
        html! {
            @if !notes.is_empty() {
                section aria-labelledby="notes" {
                    h2 #notes { (self.get("page-notes")) }
                    ul { @for note in &notes { li { (self.words.say(note)) } } }
                }
            }
        }
    }

    fn steps(&self, style: Style) -> Markup {
        let steps = steps::render(self.diagnosis.evidence.facts, self.words, style.verbose > 1);
        html! {
            @if !steps.is_empty() {
                details.transcript {
                    summary { (self.get("report-steps")) }
                    pre { code { (steps) } }
                }
            }
        }
    }

    fn transcript(&self) -> Markup {
        html! {
            details.transcript {
                summary { (self.get("report-transcript")) }
                pre { code { (transcript::render(self.diagnosis.evidence.facts, self.words)) } }
            }
        }
    }
}

/// A part of a sentence as a value of its own.
fn tidy(part: &str) -> String {
    part.trim_start_matches([',', '，', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use maud::html;

    use super::tidy;

    /// What the whole page rests on: a value cannot leave its place.
    #[test]
    fn values_are_escaped_in_text_and_in_attributes() {
        let hostile = "<script>alert(1)</script>\" onload=\"x' ]]> &lt; --> ";
        let made = html! { p title=(hostile) class={ "a " (hostile) } { (hostile) } }.into_string();
        let escaped =
            "&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&quot;x' ]]&gt; &amp;lt; --&gt; ";
        assert_eq!(made, format!("<p title=\"{escaped}\" class=\"a {escaped}\">{escaped}</p>"));
    }

    #[test]
    fn parts_of_sentences_lose_their_comma() {
        assert_eq!(tidy(", no NAT"), "no NAT");
        assert_eq!(tidy("，没有 NAT"), "没有 NAT");
    }
}
