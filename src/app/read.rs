//! `read`: files in, the report of the worst session out.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::{AppError, Outcome, World, check, is_same_file, keeps, place, render, shown};
use crate::cli::OutputArgs;
use crate::cli::read::ReadArgs;
use crate::diagnosis::{Verdict, diagnose};
use crate::facts::Facts;
use crate::facts::reading::SessionRead;
use crate::read::{self, Given};
use crate::wire::text::file_name;

/// Sessions beyond are not told one by one.
const MOST_TOLD: usize = 200;

/// Reads files and reports.
///
/// # Errors
/// [`AppError`] where a file cannot be read, or has no FTP in it.
pub(super) fn run(
    args: ReadArgs,
    output: &OutputArgs,
    world: &World<'_>,
) -> Result<Outcome, AppError> {
    check(output, &args.kept.expect)?;
    let paths: Vec<&Path> = args.files.iter().map(AsRef::as_ref).collect();
    let files: Vec<&Path> = paths.iter().copied().filter(|p| !is_stdin(p)).collect();
    keeps(output, &files)?;
    usage(&args, &paths, output)?;
    let mut moment = None;
    let mut given = Vec::new();
    for (index, path) in paths.iter().enumerate() {
        let (content, date) = open(path)?;
        moment = moment.or(date);
        let at = args.at.get(index).map(|at| (*at).into());
        given.push(Given { name: name(path), content, at });
    }
    let content = read::read(given).map_err(|e| AppError::Usage(e.to_string()))?;
    let moment = moment.unwrap_or_else(now);
    let mut all = read::sessions(content, moment);
    if all.is_empty() {
        return Err(AppError::Usage(nothing(&args)));
    }
    let mut order: Vec<(usize, u8)> = all
        .iter()
        .enumerate()
        .map(|(index, facts)| (index, badness(diagnose(facts).verdict)))
        .collect();
    order.sort_by_key(|(index, badness)| (std::cmp::Reverse(*badness), *index));
    let told: Vec<SessionRead> = order
        .iter()
        .take(MOST_TOLD)
        .filter_map(|(index, _)| {
            let facts = all.get(*index)?;
            Some(SessionRead {
                id: index + 1,
                client: facts.client(),
                verdict: diagnose(facts).verdict,
            })
        })
        .collect();
    let chosen = chosen(&args, &all, &order)?;
    let mut facts = all.swap_remove(chosen);
    facts.request.expect = args.kept.expect.expect;
    if let Some(reading) = &mut facts.reading {
        reading.others = told;
    }
    let facts = shown(facts, args.kept.mask)?;
    let (report, code) = render(&facts, output, world)?;
    let mut outcome = place(report, output, code);
    if let Some(path) = args.kept.save {
        let mut bytes =
            serde_json::to_vec_pretty(&facts).map_err(|e| AppError::Internal(e.to_string()))?;
        bytes.push(b'\n');
        outcome.files.push((path, bytes));
    }
    Ok(outcome)
}

fn usage(args: &ReadArgs, paths: &[&Path], output: &OutputArgs) -> Result<(), AppError> {
    let wrong = |text: String| Err(AppError::Usage(text));
    if paths.iter().filter(|p| is_stdin(p)).count() > 1 {
        return wrong("-: standard input can be read once".to_owned());
    }
    if args.at.len() > paths.len() {
        let (at, files) = (args.at.len(), paths.len());
        return wrong(format!("--at: {at} places for {files} files"));
    }
    if args.session == Some(0) {
        return wrong("--session 0: they are counted from 1".to_owned());
    }
    let Some(save) = &args.kept.save else { return Ok(()) };
    if output.output.as_ref().is_some_and(|report| is_same_file(report, save)) {
        return wrong(format!("{}: both --output and --save", file_name(save)));
    }
    if paths.iter().any(|p| is_same_file(p, save)) {
        let save = file_name(save);
        return wrong(format!("--save {save}: the facts would overwrite what is read"));
    }
    Ok(())
}

/// Which session is reported: the one that was asked for, else the worst.
fn chosen(args: &ReadArgs, all: &[Facts], order: &[(usize, u8)]) -> Result<usize, AppError> {
    let client = args.client.map(|a| a.to_canonical());
    let wanted = |index: &usize| {
        args.session.is_none_or(|n| *index + 1 == n)
            && client.is_none_or(|a| all.get(*index).and_then(Facts::client) == Some(a))
    };
    order.iter().map(|(index, _)| *index).find(wanted).ok_or_else(|| {
        let text = match (args.session, client) {
            (Some(number), None) if number > all.len() => {
                format!("--session {number}: there are {}", all.len())
            }
            (Some(number), _) => format!("--session {number}: it is of another client"),
            (None, Some(client)) => format!("--client {client}: no session of it"),
            (None, None) => "no session".to_owned(),
        };
        AppError::Usage(text)
    })
}

/// How bad a verdict is, for the order of sessions: data connections are what this is about.
fn badness(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Healthy => 0,
        Verdict::Limited => 1,
        Verdict::Incomplete => 2,
        Verdict::Degraded => 3,
        Verdict::Unreachable => 4,
        Verdict::Broken => 5,
    }
}

fn nothing(args: &ReadArgs) -> String {
    let names: Vec<String> = args.files.iter().map(|p| name(p)).collect();
    format!("{}: no FTP in it", names.join(", "))
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The name of a file without its folder: folders are nobody's business.
fn name(path: &Path) -> String {
    if is_stdin(path) {
        return "standard input".to_owned();
    }
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

type Opened = (Box<dyn io::Read>, Option<u64>);

/// A file, and its date in seconds since 1970.
fn open(path: &Path) -> Result<Opened, AppError> {
    if is_stdin(path) {
        return Ok((Box::new(io::stdin().lock()), None));
    }
    let usage = |e: io::Error| AppError::Usage(format!("{}: {e}", file_name(path)));
    let file = File::open(path).map_err(usage)?;
    let about = file.metadata().map_err(usage)?;
    if about.is_dir() {
        return Err(AppError::Usage(format!("{}: a folder", file_name(path))));
    }
    let date = about.modified().ok().map(seconds);
    Ok((Box::new(file), date))
}

fn seconds(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn now() -> u64 {
    seconds(SystemTime::now())
}
