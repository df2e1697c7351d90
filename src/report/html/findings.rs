//! Each finding a card, with what to change; and the eight rules.

use maud::{Markup, html};

use super::super::signs::{passes, sign};
use super::attempts::anchor;
use super::frame::{Page, colour};
use crate::diagnosis::{RuleState, Severity, Side, Text, remedies};
use crate::document::report::{Evidence, Finding, Remedy, Snippet};

/// All findings.
pub fn section(page: &Page<'_, '_>) -> Markup {
    let findings = &page.report.findings;
    html! {
        @if !findings.is_empty() {
            section aria-labelledby="findings" {
                h2 #findings { (page.get("diff-findings")) }
                @for (place, finding) in findings.iter().enumerate() { (card(page, place, finding)) }
            }
        }
    }
}

fn card(page: &Page<'_, '_>, place: usize, finding: &Finding) -> Markup {
    let title = format!("finding-{place}");
    let word = |family: &str, word: &str| page.get(&format!("report-{family}-{word}"));
    html! {
        article class={ "finding " (finding.severity.as_str()) } aria-labelledby=(title) {
            p.tags {
                span class={ "tag " (finding.severity.as_str()) } { (word("severity", finding.severity.as_str())) }
                " " span.tag { (word("confidence", finding.confidence.as_str())) }
                @if finding.side != Side::Unknown || finding.severity == Severity::Problem {
                    " " span.tag { (word("side", finding.side.as_str())) }
                }
            }
            h3 id=(title) { (finding.title) }
            p { (finding.explanation) }
            @if !finding.evidence.is_empty() {
                h4 { (page.get("report-evidence")) }
                ul { @for seen in &finding.evidence { li { (evidence(page, seen)) } } }
            }
            @if !finding.ruled_out.is_empty() {
                h4 { (page.get("report-ruled-out")) }
                ul { @for gone in &finding.ruled_out { li { code { (gone.cause) } ": " (gone.because) } } }
            }
            @if !finding.suppresses.is_empty() {
                h4 { (page.get("report-also")) }
                ul { @for cause in &finding.suppresses { li { code { (cause) } } } }
            }
            @if !finding.remedies.is_empty() {
                h4 { (page.get("report-fix")) }
                ol.remedies { @for remedy in &finding.remedies { (self::remedy(page, remedy)) } }
            }
            p.more { (page.words.say(&Text::new("report-more").with("cause", &finding.cause))) }
        }
    }
}

/// What was seen, with the way to the attempt it was seen in.
fn evidence(page: &Page<'_, '_>, seen: &Evidence) -> Markup {
    let place = seen
        .attempt
        .as_ref()
        .and_then(|id| page.diagnosis.evidence.facts.attempts.iter().position(|a| a.id == *id));
    html! {
        (seen.text)
        @if let (Some(id), Some(place)) = (&seen.attempt, place) {
            " (" a href={ "#" (anchor(place)) } { (id) } ")"
        }
    }
}

fn remedy(page: &Page<'_, '_>, remedy: &Remedy) -> Markup {
    let evidence = &page.diagnosis.evidence;
    let near = |snippet: &&Snippet| {
        !evidence.options.fix_for.is_empty()
            || evidence.product() == Some(snippet.software.as_str())
            || matches!(snippet.software.as_str(), "nftables" | "iptables")
            || remedies::is_at_hand(evidence.facts.system, remedy.who, &snippet.software)
    };
    let (mut open, mut folded): (Vec<_>, Vec<_>) = remedy.snippets.iter().partition(near);
    if open.is_empty() || folded.len() == 1 {
        open.append(&mut folded);
    }
    let names: Vec<&str> = folded.iter().map(|snippet| snippet.software.as_str()).collect();
    html! {
        li {
            p { strong.who { (page.get(&format!("report-who-{}", remedy.who))) } " " (remedy.text) }
            @for snippet in open { (lines(snippet)) }
            @if !folded.is_empty() {
                details {
                    summary { (names.join(", ")) }
                    @for snippet in folded { (lines(snippet)) }
                }
            }
        }
    }
}

/// Lines to paste: one click takes them all.
fn lines(snippet: &Snippet) -> Markup {
    html! {
        figure.snippet {
            figcaption { (snippet.software) }
            pre { code { (snippet.content) } }
        }
    }
}

/// The eight rules.
pub fn rules(page: &Page<'_, '_>) -> Markup {
    let rules = &page.report.rules;
    let all = page.diagnosis.rules.iter().all(|r| r.state == RuleState::Passes);
    html! {
        section aria-labelledby="rules" {
            h2 #rules { (page.get("report-rules")) }
            @if all { p { (page.get("report-rules-all")) } }
            table.rules {
                thead {
                    tr {
                        th scope="col" { (page.get("diff-what-rule")) }
                        th scope="col" { (page.get("page-outcome")) }
                        th scope="col" { (page.get("page-packets")) }
                    }
                }
                tbody {
                    @for rule in rules {
                        @let passes = passes(rule.state);
                        tr {
                            th scope="row" { (rule.id) }
                            td class={ "state " (colour(passes)) } { (sign(passes)) " " (page.get(&format!("report-rules-{}", rule.state))) }
                            td { (rule.text) }
                        }
                    }
                }
            }
        }
    }
}
