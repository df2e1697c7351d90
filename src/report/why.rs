//! `replay --why CAUSE`: what the look for one cause comes to. For whoever debugs a diagnosis: the
//! frame is English, what was found is said in the language of the reports.

use super::pen::hanging;
use super::words::Words;
use crate::diagnosis::{Cause, Diagnosis, Finding, WhyNot, look_for};

/// What was found of a cause, or which condition failed and on which attempts.
pub fn why(cause: &Cause, diagnosis: &Diagnosis<'_>, words: &Words) -> String {
    let found = match look_for(cause, &diagnosis.evidence) {
        Ok(found) => found,
        Err(why) => return not_found(cause, &why),
    };
    found.iter().map(|finding| as_found(finding, diagnosis, words)).collect()
}

fn not_found(cause: &Cause, why: &WhyNot) -> String {
    let mut out = format!("{}: not found\n", cause.id);
    for failed in why.conditions() {
        out += &hanging(&format!("- {failed}"), 2);
        out.push('\n');
    }
    out
}

fn as_found(finding: &Finding, diagnosis: &Diagnosis<'_>, words: &Words) -> String {
    let id = finding.cause;
    let (severity, confidence, side) = (finding.severity, finding.confidence, finding.side);
    let mut out = format!("{id}: found ({severity}, {confidence}, side {side})\n");
    let mut line = |text: &str| {
        out += &hanging(text, 2);
        out.push('\n');
    };
    line(&words.say(&finding.title));
    line(&words.say(&finding.explanation));
    for seen in &finding.evidence {
        let text = words.say(&seen.text);
        line(&match &seen.attempt {
            Some(attempt) => format!("- {attempt}: {text}"),
            None => format!("- {text}"),
        });
    }
    if !finding.explains.is_empty() {
        line(&format!("It explains {}.", finding.explains.join(", ")));
    }
    if !diagnosis.findings.iter().any(|reported| reported.cause == id) {
        let from = diagnosis.findings.iter().find(|other| other.suppresses.contains(&id));
        line(&match from {
            Some(from) => format!("Left out of the report: it follows from {}.", from.cause),
            None => "Left out of the report: it follows from what is itself left out.".to_owned(),
        });
    }
    out
}
