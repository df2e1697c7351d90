//! One target of a list.

use std::collections::HashMap;
use std::fmt;

use crate::cli::ProbeOptions;
use crate::target::Target;
use crate::wire::text::printable;

/// A file larger than this (bytes) is no list of targets.
pub const FILE_LIMIT: u64 = 16 << 20;
/// More targets than this are refused.
pub const MOST: usize = 100_000;
/// Bytes of a label.
const LABEL: usize = 200;

/// One target, with the options of the main job.
#[derive(Debug, Clone)]
pub struct Job {
    /// What reports call it: as given, else the target as typed.
    pub label: String,
    /// The target, its user name included.
    pub target: Target,
    /// As if they had been given on a command line of its own.
    pub options: ProbeOptions,
    /// The environment variable that holds the password.
    pub password_env: Option<String>,
    /// Where it stands, `FILE:LINE`.
    pub place: Place,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as typed, `-` for standard input.
    pub file: std::rc::Rc<str>,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Why a file is no list of targets. `Display` names file, line and operand, never a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListError {
    /// The file as typed.
    pub file: String,
    /// The line, from 1, where one is to blame.
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for ListError {}

impl Place {
    /// An error at this place.
    pub fn error(&self, problem: impl Into<String>) -> ListError {
        ListError { file: self.file.to_string(), line: Some(self.line), problem: problem.into() }
    }
}

/// The text of a file, checked for what no list is.
///
/// # Errors
/// [`ListError`] for bytes that are no UTF-8 text.
pub fn text<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, ListError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let at = match std::str::from_utf8(bytes) {
        Ok(text) => match text.find('\0') {
            None => return Ok(text),
            Some(at) => at,
        },
        Err(error) => error.valid_up_to(),
    };
    let before = bytes.get(..at).unwrap_or_default();
    let line = before.split(|b| *b == b'\n').count();
    Err(ListError {
        file: file.to_owned(),
        line: Some(line),
        problem: "not a text (UTF-8)".to_owned(),
    })
}

/// The label of a target that was given none: as it was typed, made printable.
pub fn label_of(target: &Target) -> String {
    printable(target.input.as_bytes(), target.input.len())
}

/// Checks a label.
///
/// # Errors
/// What is wrong with it.
pub fn label(given: &str) -> Result<String, String> {
    let shown = printable(given.as_bytes(), 60);
    if given.trim().is_empty() {
        return Err("label \"\": empty".to_owned());
    }
    if given.chars().any(char::is_control) {
        return Err(format!("label \"{shown}\": has a control character"));
    }
    // Directions and joiners that would change how a line of a report reads.
    if printable(given.as_bytes(), given.len()) != given {
        return Err(format!("label \"{shown}\": has a character that cannot be shown"));
    }
    if given.len() > LABEL {
        return Err(format!("label \"{shown}\": longer than {LABEL} bytes"));
    }
    Ok(given.trim().to_owned())
}

/// Parses a target of a list, where a password has no business.
///
/// # Errors
/// What is wrong with it.
pub fn target(operand: &str) -> Result<Target, String> {
    let target = Target::parse(operand).map_err(|e| e.to_string())?;
    if target.password.is_some() {
        return Err(format!("\"{}\": {}", printable(target.input.as_bytes(), 120), NO_PASSWORDS));
    }
    Ok(target)
}

/// What to do instead of writing a password into a list.
pub const NO_PASSWORDS: &str = "a password does not belong into a list; name its place with \
                                password_file or password_env, or keep it in ~/.netrc";

/// Checks what concerns all lists of a run together: there is something to do, and each target can
/// be told from the others.
///
/// # Errors
/// [`ListError`] names the second one of two that bear one label.
pub fn together(files: &[String], jobs: &[Job]) -> Result<(), ListError> {
    let of = |problem: String| ListError { file: files.join(", "), line: None, problem };
    if jobs.is_empty() {
        return Err(of("no target in it".to_owned()));
    }
    if jobs.len() > MOST {
        return Err(of(format!("{} targets, more than {MOST}", jobs.len())));
    }
    let mut seen: HashMap<&str, &Place> = HashMap::with_capacity(jobs.len());
    for job in jobs {
        if let Some(before) = seen.insert(&job.label, &job.place) {
            let shown = printable(job.label.as_bytes(), 120);
            return Err(job.place.error(format!(
                "label \"{shown}\": stands at {before} already (give one of them another label)"
            )));
        }
    }
    Ok(())
}
