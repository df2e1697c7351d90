//! Targets from standard input, one a line: `TARGET [LABEL]`, `#` begins a comment.

use std::rc::Rc;

use super::job::{self, Job, ListError, Place};
use crate::cli::ProbeOptions;
use crate::target::Scheme;

/// Reads lines; every target gets these options.
///
/// # Errors
/// [`ListError`] names the line.
pub fn read(file: &str, bytes: &[u8], options: &ProbeOptions) -> Result<Vec<Job>, ListError> {
    let text = job::text(file, bytes)?;
    let file: Rc<str> = Rc::from(file);
    let mut jobs = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let place = Place { file: Rc::clone(&file), line: number + 1 };
        let line = without_comment(line);
        if line.is_empty() {
            continue;
        }
        let (operand, label) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let target = job::target(operand).map_err(|e| place.error(e))?;
        let label = match label.trim() {
            "" => job::label_of(&target),
            given => job::label(given).map_err(|e| place.error(e))?,
        };
        let mut options = options.clone();
        if matches!(target.scheme, Some(Scheme::Ftps | Scheme::Ftpes)) {
            options.tls = None;
        }
        let mut options = super::keys::fitted(&target, options, false);
        if target.is_anonymous() {
            // The password of others is not said to a server that asks for none.
            options.password_file = None;
        }
        jobs.push(Job { label, target, options, password_env: None, place });
    }
    Ok(jobs)
}

/// A `#` at the beginning, or after a blank.
fn without_comment(line: &str) -> &str {
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        if c == '#' && before.is_whitespace() {
            return line.get(..at).unwrap_or_default().trim();
        }
        before = c;
    }
    line.trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::Parser;

    fn options() -> ProbeOptions {
        Cli::parse_from(["ftp-doctor", "h"]).probe.options
    }

    #[test]
    fn targets_labels_and_comments() {
        let text =
            "# all\n\nftp.example.org   the mirror # old\n\t192.0.2.1:2121\nftps://a@b/c#d\n";
        let error = read("-", text.as_bytes(), &options()).unwrap_err();
        assert_eq!(error.line, Some(5), "a fragment is no comment: {error}");
        let (text, _) = text.split_once("ftps").unwrap();
        let jobs = read("-", text.as_bytes(), &options()).unwrap();
        let labels: Vec<&str> = jobs.iter().map(|j| j.label.as_str()).collect();
        assert_eq!(labels, ["the mirror", "192.0.2.1:2121"]);
        assert_eq!(jobs[1].place.to_string(), "-:4");
    }
}
