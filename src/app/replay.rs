//! `ftp-doctor replay`: saved facts diagnosed again, without a network.

use std::path::Path;

use super::look::{format, legible, report_language};
use super::{
    AppError, Outcome, World, check, content, keeps, known_cause, place, render, saved, shown,
};
use crate::cli::{ExpectArgs, OutputArgs};
use crate::diagnosis::{Cause, diagnose};
use crate::facts::Facts;
use crate::report::words::Words;
use crate::report::{self, Format};

/// What of the saved facts is asked for.
pub(super) struct Ask {
    /// Addresses and names masked.
    pub(super) mask: bool,
    /// Why this cause was found, or was not.
    pub(super) why: Option<String>,
    /// Judged instead of what the run itself was expected to show.
    pub(super) expect: ExpectArgs,
}

/// Carries the replay out.
pub(super) fn run(
    file: &Path,
    ask: Ask,
    output: &OutputArgs,
    world: &World<'_>,
) -> Result<Outcome, AppError> {
    check(output, &ask.expect)?;
    keeps(output, &[file])?;
    let of = |id: &str| known_cause(id).map_err(|error| AppError::Usage(format!("--why: {error}")));
    let cause = ask.why.as_deref().map(of).transpose()?;
    if cause.is_some() && format(output) != Format::Text {
        return Err(AppError::Usage("--why: is told as text alone".to_owned()));
    }
    let mut facts = saved(file, &content(file, "saved facts")?)?;
    if !ask.expect.expect.is_empty() {
        facts.request.expect = ask.expect.expect;
    }
    let facts = shown(facts, ask.mask)?;
    if let Some(cause) = cause {
        return Ok(place(why(cause, &facts, output, world), output, 0));
    }
    let (report, code) = render(&facts, output, world)?;
    Ok(place(report, output, code))
}

fn why(cause: &Cause, facts: &Facts, output: &OutputArgs, world: &World<'_>) -> Vec<u8> {
    let words = Words::of(report_language(output, world)).about(facts);
    let text = report::why::why(cause, &diagnose(facts), &words);
    legible(text.into_bytes(), output, world)
}
