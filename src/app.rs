//! Carries out what the command line asks for and hands back bytes and an exit code; writing and
//! exiting is main's business.

pub mod check;
mod files;
mod look;
pub mod pool;
mod read;
mod replay;
mod specify;

use std::fs;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

pub use files::write_whole;
use files::{is_same_file, place_of};

use crate::cli::audit::AuditArgs;
use crate::cli::check::SchemaArg;
use crate::cli::{self, Cli, Command, ExpectArgs, OutputArgs, ProbeOptions};
use crate::compare::{self, Run};
use crate::diagnosis::{self, Cause, Lang, Options, diagnose, diagnose_for, remedies};
use crate::facts::{self, Facts, SCHEMA, TlsLevel};
use crate::probe::tls::{Roots, TlsSetup};
use crate::probe::{self, Spec, Stage};
use crate::progress::Progress;
use crate::wire::text::{file_name, printable};
use crate::{demo, document, mask, report};
use look::{format, is_dumb, language, legible, report_language, style};
use specify::specify;

/// Saved facts larger than this are none of ours.
const FACTS_LIMIT: u64 = 64 << 20;

/// What is to be written, and where.
pub struct Outcome {
    /// For standard output.
    pub stdout: Vec<u8>,
    /// For files, each written whole or not at all.
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// The one of these files whose format its name has chosen: that it is written is told.
    pub told: Option<PathBuf>,
    /// Exit code.
    pub code: u8,
}

/// What cannot be carried out.
#[derive(Debug)]
pub enum AppError {
    /// Wrong usage or unreadable input: exit code 2.
    Usage(String),
    /// Our own fault: exit code 4.
    Internal(String),
}

impl AppError {
    /// The exit code of the contract.
    pub fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Internal(_) => 4,
        }
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Usage(text) => f.write_str(text),
            Self::Internal(text) => write!(f, "internal error: {text}"),
        }
    }
}

impl std::error::Error for AppError {}

/// The world outside, passed in so that tests can have another one.
pub struct World<'a> {
    /// Reads the environment.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// Takes warnings for stderr, a line each.
    pub warn: &'a dyn Fn(&str),
    /// Writes to standard output at once, for results that are told as they come.
    pub out: &'a dyn Fn(&[u8]) -> std::io::Result<()>,
}

fn plain(stdout: Vec<u8>) -> Outcome {
    Outcome { stdout, files: Vec::new(), told: None, code: 0 }
}

/// Carries out a command line.
///
/// # Errors
/// [`AppError`], with the exit code that goes with it.
pub fn run(cli: Cli, world: &World<'_>) -> Result<Outcome, AppError> {
    probe::os::leave_no_core();
    match cli.command {
        None => {
            let target = cli.probe.target.unwrap_or_default();
            if let Some(command) = cli::meant_command(&target) {
                (world.warn)(&format!(
                    "note: \"{target}\" is taken for a host; did you mean the command {command}?"
                ));
            }
            probe_target(&target, &cli.probe.options, None, &cli.output, world)
        }
        Some(Command::Probe { probe, output }) => {
            probe_target(&probe.target.unwrap_or_default(), &probe.options, None, &output, world)
        }
        Some(Command::Audit { probe, audit, output }) => {
            let target = probe.target.unwrap_or_default();
            probe_target(&target, &probe.options, Some(&audit), &output, world)
        }
        Some(Command::Replay { file, why, mask, expect, output }) => {
            replay::run(&file, replay::Ask { mask, why, expect }, &output, world)
        }
        Some(Command::Read { read, output }) => read::run(read, &output, world),
        Some(Command::Diff { a, b, output }) => diff(&a, &b, &output, world),
        Some(Command::Explain { cause, list, lang }) => {
            let lang = language(lang, false, world);
            explain(cause.as_deref().filter(|_| !list), lang)
        }
        Some(Command::Demo { list: true, .. }) => Ok(plain(stories().into_bytes())),
        Some(Command::Demo { story, options, output, .. }) => {
            run_demo(&story, &options, &output, world)
        }
        Some(Command::Check { check, options, output }) => {
            check::run(&check, &options, &output, world)
        }
        Some(Command::Schema { of }) => {
            let bytes = match of {
                SchemaArg::Report => document::schema::schema(),
                SchemaArg::Check => document::schema::check(),
            };
            let bytes = bytes.map_err(|e| AppError::Internal(e.to_string()))?;
            Ok(plain(bytes))
        }
        Some(Command::Completions { shell }) => {
            Ok(plain(cli::manual::completions(shell, &vocabulary())))
        }
        Some(Command::Man) => cli::manual::man()
            .map(plain)
            .map_err(|e| AppError::Internal(format!("the manual page: {e}"))),
    }
}

/// Names that the command line cannot know of, before anything is sent. A report that has no place
/// to go would be lost after the whole run.
fn check(output: &OutputArgs, expect: &ExpectArgs) -> Result<(), AppError> {
    for expectation in &expect.expect {
        diagnosis::expect::check(expectation)
            .map_err(|e| AppError::Usage(format!("--expect: {e}")))?;
    }
    if let Some(path) = &output.output {
        place_of(path).map_err(|text| AppError::Usage(format!("--output {text}")))?;
    }
    match output.fix_for.iter().find(|name| !remedies::SOFTWARE.contains(&name.as_str())) {
        Some(name) => Err(AppError::Usage(format!(
            "--fix-for \"{}\": known are {}",
            printable(name.as_bytes(), 60),
            remedies::SOFTWARE.join(", ")
        ))),
        None => Ok(()),
    }
}

/// What completions know beyond the command line itself.
fn vocabulary() -> cli::manual::Vocabulary {
    cli::manual::Vocabulary {
        causes: diagnosis::CATALOGUE.iter().map(|cause| cause.id).collect(),
        software: remedies::SOFTWARE.into(),
        stories: demo::stories().iter().map(|story| story.id).collect(),
    }
}

/// Report and facts must not overwrite each other.
fn two_files(output: &OutputArgs, options: &ProbeOptions) -> Result<(), AppError> {
    match (&output.output, &options.kept.save) {
        (Some(report), Some(facts)) if is_same_file(report, facts) => {
            Err(AppError::Usage(format!("{}: both --output and --save", file_name(facts))))
        }
        _ => Ok(()),
    }
}

/// Whether the report would go into a file that is read: it would be lost.
fn keeps(output: &OutputArgs, files: &[&Path]) -> Result<(), AppError> {
    match (&output.output, files) {
        (Some(path), files) if files.iter().any(|file| is_same_file(path, file)) => {
            Err(AppError::Usage(format!(
                "--output {}: the report would overwrite what is read",
                file_name(path)
            )))
        }
        _ => Ok(()),
    }
}

fn probe_target(
    target: &str,
    options: &ProbeOptions,
    audit: Option<&AuditArgs>,
    output: &OutputArgs,
    world: &World<'_>,
) -> Result<Outcome, AppError> {
    check(output, &options.kept.expect)?;
    two_files(output, options)?;
    let mut spec = specify(target, options, world)?;
    if let Some(audit) = audit {
        cli::audit::audit(&mut spec.request, options, audit);
        // Announcements take logins of their own.
        spec.limits.logins += 6;
    }
    let facts = block_on(&spec, output, world, None)?;
    // No further login: the password goes before anything is written.
    drop(spec);
    finish(facts, options, output, world)
}

fn run_demo(
    story: &str,
    options: &ProbeOptions,
    output: &OutputArgs,
    world: &World<'_>,
) -> Result<Outcome, AppError> {
    check(output, &options.kept.expect)?;
    two_files(output, options)?;
    let Some(story) = demo::story(story) else {
        let name = printable(story.as_bytes(), 60);
        return Err(AppError::Usage(format!(
            "story \"{name}\" is not known; ftp-doctor demo --list shows them"
        )));
    };
    let asked = match story.protection() {
        demo::Protection::Clear => None,
        demo::Protection::Explicit => Some(TlsLevel::Explicit),
        demo::Protection::Implicit => Some(TlsLevel::Implicit),
    };
    let options = &ProbeOptions { tls: options.tls.or(asked), ..options.clone() };
    let only_with_tls = [
        ("--insecure", options.insecure),
        ("--ca", options.ca.is_some()),
        ("--allow-clear", options.allow_clear),
    ];
    if let (None | Some(TlsLevel::Off), Some((option, _))) =
        (options.tls, only_with_tls.iter().find(|(_, given)| *given))
    {
        return Err(AppError::Usage(format!(
            "{option} means nothing where story \"{}\" is met in clear (--tls explicit asks for TLS)",
            story.id
        )));
    }
    let told = format!("demo: {}. {}", story.title, story.lesson);
    (world.warn)(&report::pen::paragraph(&told));
    // The address is known once the server runs; until then a stand-in makes the request.
    let mut spec = specify("127.0.0.1", options, world)?;
    spec.request.demo = true;
    let facts = block_on(&spec, output, world, Some((story.behaviour)()))?;
    finish(facts, options, output, world)
}

fn block_on(
    spec: &Spec,
    output: &OutputArgs,
    world: &World<'_>,
    behaviour: Option<demo::Behaviour>,
) -> Result<Facts, AppError> {
    probe::os::room().map_err(|e| {
        AppError::Internal(format!("a run needs more descriptors (ulimit -n): {e}"))
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| AppError::Internal(format!("no runtime: {e}")))?;
    let progress = Progress::new(
        std::io::stderr().is_terminal() && !output.quiet && !is_dumb(world),
        report::words::Words::of(language(output.lang, false, world)),
    );
    let stage = |stage: Stage| progress.stage(&stage);
    let facts = runtime.block_on(async {
        let server = match behaviour {
            Some(behaviour) => {
                let started = demo::Server::start(behaviour).await;
                Some(started.map_err(|e| {
                    AppError::Internal(format!("the demo server does not start: {e}"))
                })?)
            }
            None => None,
        };
        let Some(server) = &server else {
            return Ok(probe::run(spec, &stage, probe::os::interrupted()).await);
        };
        let at = server.address();
        let mut request = spec.request.clone();
        request.input = at.to_string();
        request.host = at.ip().into();
        request.port = at.port();
        let tls = match &spec.tls {
            // Its own authority, unless another was asked for.
            Some(_) if request.ca.is_none() => {
                let roots = server.authority().map(<[u8]>::to_vec).into_iter().collect();
                let setup = TlsSetup::new(&Roots::Given(roots), request.insecure);
                Some(setup.map_err(|e| AppError::Internal(e.to_string()))?)
            }
            given => given.clone(),
        };
        let spec = Spec {
            request,
            credentials: spec.credentials.clone(),
            limits: spec.limits.clone(),
            tls,
            bind: Vec::new(),
            proxies: Vec::new(),
        };
        Ok(probe::run(&spec, &stage, probe::os::interrupted()).await)
    });
    // A name look-up in the system's resolver cannot be cancelled: it is not waited for.
    runtime.shutdown_background();
    facts
}

/// From here on an interrupt ends the program at once: nothing is measured any more.
pub fn measured() {
    probe::os::default_interrupts();
}

/// The bytes of a file that a run wrote.
fn content(file: &Path, what: &str) -> Result<Vec<u8>, AppError> {
    let usage = |text: String| AppError::Usage(format!("{}: {text}", file_name(file)));
    let mut bytes = Vec::new();
    let opened = fs::File::open(file).map_err(|e| usage(e.to_string()))?;
    opened.take(FACTS_LIMIT + 1).read_to_end(&mut bytes).map_err(|e| usage(e.to_string()))?;
    if bytes.len() as u64 > FACTS_LIMIT {
        return Err(usage(format!("too large for {what}")));
    }
    Ok(bytes)
}

/// The facts as they may be shown: masked, if that was asked for.
fn shown(facts: Facts, mask: bool) -> Result<Facts, AppError> {
    if mask {
        return mask::mask(&facts).map_err(|e| AppError::Internal(e.to_string()));
    }
    Ok(facts)
}

fn saved(file: &Path, bytes: &[u8]) -> Result<Facts, AppError> {
    facts::read(bytes).map_err(|e| AppError::Usage(format!("{}: {e}", file_name(file))))
}

fn diff(a: &Path, b: &Path, output: &OutputArgs, world: &World<'_>) -> Result<Outcome, AppError> {
    if !format(output).tells_differences() {
        let formats = report::Format::which(report::Format::tells_differences);
        return Err(AppError::Usage(format!("--format: a comparison comes as {formats}")));
    }
    check(output, &ExpectArgs::default())?;
    keeps(output, &[a, b])?;
    let comparison = compare::compare(&run_of(a)?, &run_of(b)?);
    let bytes = report::render_diff(
        &comparison,
        format(output),
        style(output, world),
        report_language(output, world),
    )
    .map_err(|e| AppError::Internal(e.to_string()))?;
    Ok(place(legible(bytes, output, world), output, comparison.exit_code()))
}

/// A run from its report, or from its facts, which are diagnosed first.
fn run_of(file: &Path) -> Result<Run, AppError> {
    let name = file_name(file);
    let usage = |e: document::ReadError| AppError::Usage(format!("{name}: {e}"));
    let bytes = content(file, "a report or saved facts")?;
    if document::read::schema(&bytes).map_err(usage)? != SCHEMA {
        return compare::read(&name, &bytes).map_err(usage);
    }
    let facts = saved(file, &bytes)?;
    let run =
        Run::of(&name, &report::words::Words::english().about(&facts).report(&diagnose(&facts)));
    // A report tells our own address of a control connection that stood; facts know it before.
    let called_from = facts.dials.iter().find_map(|d| d.from).map(|from| from.ip().to_canonical());
    Ok(Run { local: run.local.or(called_from), ..run })
}

fn finish(
    facts: Facts,
    options: &ProbeOptions,
    output: &OutputArgs,
    world: &World<'_>,
) -> Result<Outcome, AppError> {
    let facts = &shown(facts, options.kept.mask)?;
    let (report, code) = render(facts, output, world)?;
    let mut outcome = place(report, output, code);
    if let Some(path) = &options.kept.save {
        let mut bytes =
            serde_json::to_vec_pretty(facts).map_err(|e| AppError::Internal(e.to_string()))?;
        bytes.push(b'\n');
        outcome.files.push((path.clone(), bytes));
    }
    Ok(outcome)
}

/// What fixes are wanted for. Facts of old that name it too are not asked: the reader's own machine is
/// meant.
fn options(output: &OutputArgs) -> Options {
    Options { fix_for: output.fix_for.clone(), nft_chain: output.nft_chain.clone() }
}

fn render(
    facts: &Facts,
    output: &OutputArgs,
    world: &World<'_>,
) -> Result<(Vec<u8>, u8), AppError> {
    let options = options(output);
    let diagnosis = diagnose_for(facts, &options);
    let remedies = || diagnosis.findings.iter().flat_map(|f| &f.remedies);
    for name in &output.fix_for {
        if !remedies().flat_map(|r| &r.snippets).any(|snippet| snippet.software == name) {
            (world.warn)(&format!("note: nothing in this report has lines for {name}"));
        }
    }
    let bytes = report::render(
        &diagnosis,
        format(output),
        style(output, world),
        report_language(output, world),
    )
    .map_err(|e| AppError::Internal(e.to_string()))?;
    let code = report::exit_code(&diagnosis, format(output));
    Ok((legible(bytes, output, world), code))
}

fn place(report: Vec<u8>, output: &OutputArgs, code: u8) -> Outcome {
    match &output.output {
        Some(path) => {
            // Who names a format as well, as a job of cron does, knows what he gets.
            let asked = output.json || output.format.is_some() || output.quiet;
            let told = Some(path.clone()).filter(|path| !asked && place_of(path) != Ok(None));
            Outcome { stdout: Vec::new(), files: vec![(path.clone(), report)], told, code }
        }
        None => Outcome { files: Vec::new(), code, ..plain(report) },
    }
}

fn explain(cause: Option<&str>, lang: Lang) -> Result<Outcome, AppError> {
    let Some(id) = cause else {
        return Ok(plain(report::explain::list(lang).into_bytes()));
    };
    let page = report::explain::page(known_cause(id)?, lang);
    Ok(plain(page.into_bytes()))
}

/// The cause of this id; where there is none, what may have been meant.
fn known_cause(id: &str) -> Result<&'static Cause, AppError> {
    diagnosis::cause(id).ok_or_else(|| {
        let hint = facts::mistyped::perhaps(id, diagnosis::CATALOGUE.iter().map(|cause| cause.id));
        let name = printable(id.as_bytes(), 60);
        let text = format!("cause \"{name}\" is not known{hint} (ftp-doctor explain --list)");
        AppError::Usage(text)
    })
}

fn stories() -> String {
    let mut out = String::new();
    let mut group = None;
    for story in demo::stories() {
        if group != Some(story.group) {
            out.push_str(&format!("{:?}\n", story.group));
            group = Some(story.group);
        }
        out.push_str(&format!("  {}\n      {}\n", story.id, story.title));
    }
    out
}
