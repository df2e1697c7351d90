//! The lines to paste and nothing else, each below a remark that says what it is for.

use super::pen;
use super::words::Words;
use crate::diagnosis::{Diagnosis, Snippet};

/// The lines of a report, those of each remedy under its text. Empty where there are none.
pub fn render(diagnosis: &Diagnosis<'_>, words: &Words) -> String {
    let mut parts = Vec::new();
    for finding in &diagnosis.findings {
        for remedy in &finding.remedies {
            let who = words.get(&format!("report-who-{}", remedy.who.as_str()));
            let text = words.say(&remedy.text);
            for snippet in &remedy.snippets {
                let about = format!("{} [{}] {who}: {text}", snippet.software, finding.cause);
                let remarks = pen::remarked(&about, remark(snippet.software));
                parts.push(format!("{remarks}\n{}\n", lines(snippet)));
            }
        }
    }
    parts.join("\n")
}

/// What a machine can read, and as remarks what is for people to do in a window, or to complete.
fn lines(snippet: &Snippet) -> String {
    let content = snippet.content.trim_end();
    if matches!(snippet.software, "filezilla-server" | "serv-u") || content.contains('…') {
        return pen::remarked(content, remark(snippet.software));
    }
    content.to_owned()
}

/// How a line begins that does nothing: the command line of Windows has another word for it than all
/// others.
fn remark(software: &str) -> &'static str {
    if matches!(software, "netsh" | "iis") { "rem " } else { "# " }
}
