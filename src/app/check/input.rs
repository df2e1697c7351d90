//! Lists of targets, from their files and from standard input.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use super::AppError;
use crate::check::job::{self, FILE_LIMIT, Job};
use crate::check::{ListError, file, lines};
use crate::cli::ProbeOptions;
use crate::wire::text::file_name;

/// Reads all lists, in their order.
pub(super) fn jobs(files: &[PathBuf], options: &ProbeOptions) -> Result<Vec<Job>, AppError> {
    let usage = |e: ListError| AppError::Usage(e.to_string());
    let names: Vec<String> = files.iter().map(|f| file_name(f)).collect();
    let mut jobs = Vec::new();
    let mut heard = false;
    for (path, name) in files.iter().zip(&names) {
        let wrong = |problem: String| ListError { file: name.clone(), line: None, problem };
        let read = |from: &mut dyn Read| -> Result<Vec<u8>, ListError> {
            let mut bytes = Vec::new();
            from.take(FILE_LIMIT + 1).read_to_end(&mut bytes).map_err(|e| wrong(e.to_string()))?;
            if bytes.len() as u64 > FILE_LIMIT {
                return Err(wrong("too large for a list of targets".to_owned()));
            }
            Ok(bytes)
        };
        if name == "-" {
            if heard {
                return Err(usage(wrong("standard input is given twice".to_owned())));
            }
            heard = true;
            let bytes = read(&mut std::io::stdin().lock()).map_err(usage)?;
            jobs.extend(lines::read(name, &bytes, options).map_err(usage)?);
        } else {
            let mut from = File::open(path).map_err(|e| usage(wrong(e.to_string())))?;
            let bytes = read(&mut from).map_err(usage)?;
            let found = file::read(name, &bytes, options).map_err(usage)?;
            if found.is_empty() {
                return Err(usage(wrong("no [[target]] in it".to_owned())));
            }
            jobs.extend(found);
        }
    }
    job::together(&names, &jobs).map_err(usage)?;
    Ok(jobs)
}
