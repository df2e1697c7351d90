//! What a report must say, checked as a whole: every mismatch is told, with all that explains it.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;

use super::run::{Mode, Run};
use super::world::World;

/// No run may take longer, unless it was asked for: the program's own limit, and what a busy
/// machine adds.
const LIMIT: Duration = Duration::from_secs(33);

/// The same of an audit: announced ports that stay silent are knocked at one by one.
const AUDIT: Duration = Duration::from_secs(240);

/// What is expected of one run.
#[derive(Clone, Debug)]
pub struct Expect {
    verdicts: Vec<&'static str>,
    exit: i32,
    /// The first finding is one of these; without any, no finding is a problem.
    causes: Vec<&'static str>,
    modes: Vec<(Mode, Vec<&'static str>)>,
    /// Whether the folder that is listed has files in it.
    files: Option<bool>,
    /// These are there too, wherever they stand.
    also: Vec<Found>,
    /// No finding has one of these causes.
    without: Vec<&'static str>,
    /// A finding with one of these causes may be there, and may not be proven.
    unproven: Vec<&'static str>,
    /// Every mode that was tried was tried so: `tls` or `clear`.
    security: Option<&'static str>,
    /// The version of TLS on every data connection, such as "1.3".
    version: Option<&'static str>,
    limit: Duration,
}

/// What is expected of a finding.
#[derive(Clone, Debug)]
pub struct Found {
    cause: &'static str,
    severity: &'static str,
    confidence: Option<&'static str>,
    sides: Vec<&'static str>,
    hop: Option<u64>,
    says: Vec<&'static str>,
}

impl Found {
    /// It is a problem.
    pub fn problem(cause: &'static str) -> Self {
        Self {
            cause,
            severity: "problem",
            confidence: None,
            sides: Vec::new(),
            hop: None,
            says: Vec::new(),
        }
    }

    /// It is a warning.
    pub fn warning(cause: &'static str) -> Self {
        Self { severity: "warning", ..Self::problem(cause) }
    }

    /// It is information.
    pub fn info(cause: &'static str) -> Self {
        Self { severity: "info", ..Self::problem(cause) }
    }

    /// It is certain.
    pub fn proven(mut self) -> Self {
        self.confidence = Some("proven");
        self
    }

    /// It is as good as certain, and not more.
    pub fn likely(mut self) -> Self {
        self.confidence = Some("likely");
        self
    }

    /// It is at this side.
    pub fn side(mut self, side: &'static str) -> Self {
        self.sides.push(side);
        self
    }

    /// This hop is among the suspects.
    pub fn hop(mut self, hop: u64) -> Self {
        self.hop = Some(hop);
        self
    }

    /// Its words, or those of its evidence, have this in them.
    pub fn says(mut self, words: &'static str) -> Self {
        self.says.push(words);
        self
    }

    fn mismatches(&self, report: &Value) -> Vec<String> {
        let Self { cause, severity, confidence, sides, hop, says } = self;
        let Some(found) = list(report, "findings").find(|it| it["cause"] == *cause) else {
            return vec![format!("no finding {cause}, expected a {severity}")];
        };
        let mut wrong = Vec::new();
        let mut want = |what: &str, wanted: &[&str]| {
            if !wanted.is_empty() && !found[what].as_str().is_some_and(|it| wanted.contains(&it)) {
                wrong.push(format!("{what} of {cause} is {}, expected {wanted:?}", found[what]));
            }
        };
        want("severity", &[severity]);
        want("confidence", confidence.as_slice());
        want("side", sides);
        let text = format!("{} {} {}", found["title"], found["explanation"], found["evidence"]);
        wrong.extend(
            says.iter()
                .filter(|words| !text.contains(**words))
                .map(|words| format!("{cause} does not say {words:?}")),
        );
        let place = &found["location"];
        let [min, max] = ["hop_min", "hop_max"].map(|end| place[end].as_u64());
        if let Some(hop) = *hop
            && !min.zip(max).is_some_and(|(min, max)| (min..=max).contains(&hop))
        {
            wrong.push(format!("{cause} is at {place}, expected hop {hop} to be among them"));
        }
        wrong
    }
}

impl Expect {
    /// All is well: every mode works.
    pub fn healthy() -> Self {
        Self::new("healthy", 0, &[]).modes(&Mode::ALL, &["open"])
    }

    /// Passive mode works and active mode does not; the first finding is one of these.
    pub fn limited(causes: &[&'static str]) -> Self {
        Self::new("limited", 0, causes)
    }

    /// Too little was measured, and nobody is blamed.
    pub fn incomplete() -> Self {
        Self::new("incomplete", 5, &[])
    }

    /// Some mode works, and the first finding is one of these.
    pub fn degraded(causes: &[&'static str]) -> Self {
        Self::new("degraded", 1, causes)
    }

    /// There was no login, for one of these reasons.
    pub fn unreachable(causes: &[&'static str]) -> Self {
        Self::new("unreachable", 3, causes)
    }

    /// There is a login and no mode works, and the first finding is one of these.
    pub fn broken(causes: &[&'static str]) -> Self {
        Self::new("broken", 1, causes)
    }

    fn new(verdict: &'static str, exit: i32, causes: &[&'static str]) -> Self {
        Self {
            verdicts: vec![verdict],
            exit,
            causes: causes.to_vec(),
            modes: Vec::new(),
            files: None,
            also: Vec::new(),
            without: Vec::new(),
            unproven: Vec::new(),
            security: None,
            version: None,
            limit: LIMIT,
        }
    }

    /// Every one of these modes has one of these outcomes.
    pub fn modes(mut self, modes: &[Mode], outcomes: &[&'static str]) -> Self {
        self.modes.retain(|(mode, _)| !modes.contains(mode));
        let new = modes.iter().map(|&mode| (mode, outcomes.to_vec()));
        self.modes.extend(new);
        self
    }

    /// What is open brought a listing of an empty folder, or of one with files.
    pub fn files(mut self, some: bool) -> Self {
        self.files = Some(some);
        self
    }

    /// There is this finding, wherever it stands.
    pub fn also(mut self, found: Found) -> Self {
        self.also.push(found);
        self
    }

    /// There is no finding with this cause.
    pub fn without(mut self, cause: &'static str) -> Self {
        self.without.push(cause);
        self
    }

    /// If there is a finding with this cause, it is not proven.
    pub fn unproven(mut self, cause: &'static str) -> Self {
        self.unproven.push(cause);
        self
    }

    /// Every mode was tried under TLS.
    pub fn secured(mut self) -> Self {
        self.security = Some("tls");
        self
    }

    /// Every mode was tried in clear.
    pub fn in_clear(mut self) -> Self {
        self.security = Some("clear");
        self
    }

    /// As [`Expect::secured`], and data connections speak this version, such as "1.3".
    pub fn version(mut self, version: &'static str) -> Self {
        self.version = Some(version);
        self.secured()
    }

    /// It was asked for more than fits into the usual time.
    pub fn within(mut self, seconds: u64) -> Self {
        self.limit = Duration::from_secs(seconds);
        self
    }

    /// Both passive modes have one of these outcomes.
    pub fn passive(self, outcomes: &[&'static str]) -> Self {
        self.modes(&Mode::PASSIVE, outcomes)
    }

    /// Both active modes have one of these outcomes.
    pub fn active(self, outcomes: &[&'static str]) -> Self {
        self.modes(&Mode::ACTIVE, outcomes)
    }

    /// Fails the test where the run is not as expected.
    ///
    /// # Panics
    ///
    /// With everything that there is to know about the run and its world.
    pub fn check(&self, world: &World, run: &Run) {
        let wrong = self.mismatches(run);
        assert!(
            wrong.is_empty(),
            "{} is not as expected:\n  {}\n{}",
            run.command,
            wrong.join("\n  "),
            explain(world, run)
        );
    }

    fn mismatches(&self, run: &Run) -> Vec<String> {
        let report = run.report();
        let mut wrong = always(run, &report, self.limit);
        let mut want = |what: &str, seen: &Value, wanted: &[&str]| {
            if !seen.as_str().is_some_and(|seen| wanted.contains(&seen)) {
                wrong.push(format!("{what} is {seen}, expected {wanted:?}"));
            }
        };
        want("verdict", &report["verdict"], &self.verdicts);
        for (mode, outcomes) in &self.modes {
            let name = mode.name();
            want(name, outcome(&report, *mode), outcomes);
        }
        for attempt in list(&report, "attempts") {
            let bytes = attempt["bytes"].as_u64();
            let open = attempt["purpose"] == "mode" && attempt["outcome"] == "open";
            if open && self.files.is_some_and(|some| bytes.is_none_or(|it| some != (it > 0))) {
                want("bytes of an open mode", &attempt["bytes"], &[]);
            }
        }
        for attempt in list(&report, "attempts").filter(|it| it["purpose"] == "mode") {
            let name = format!("security of {}", attempt["mode"]);
            if let Some(security) = self.security {
                want(&name, &attempt["security"], &[security]);
            }
            let version = attempt["tls"]["version"].as_str().unwrap_or("none");
            if attempt["outcome"] == "open" && self.version.is_some_and(|it| !version.ends_with(it))
            {
                want(&format!("version of {}", attempt["mode"]), &attempt["tls"], &[]);
            }
        }
        if !self.causes.is_empty() {
            let first = &report["findings"][0];
            want("the first cause", &first["cause"], &self.causes);
            let limited = self.verdicts == ["limited"];
            let severity = if limited { "warning" } else { "problem" };
            want("its severity", &first["severity"], &[severity]);
        } else if self.also.iter().all(|found| found.severity != "problem")
            && let Some(problem) = problems(&report).first()
        {
            wrong.push(format!("a problem, expected none: {}", problem["cause"]));
        }
        wrong.extend(self.also.iter().flat_map(|found| found.mismatches(&report)));
        for finding in list(&report, "findings") {
            let is = |causes: &[&str]| causes.iter().any(|cause| finding["cause"] == *cause);
            if is(&self.without) || (is(&self.unproven) && finding["confidence"] == "proven") {
                let what = &finding["confidence"];
                wrong.push(format!("a {what} finding, expected none: {}", finding["cause"]));
            }
        }
        if run.exit != Some(self.exit) {
            wrong.push(format!("exit is {:?}, expected {}", run.exit, self.exit));
        }
        wrong
    }
}

/// The findings that are problems.
pub fn problems(report: &Value) -> Vec<&Value> {
    list(report, "findings").filter(|finding| finding["severity"] == "problem").collect()
}

/// Whether so much was lost that the time ended before everything was known; nobody is blamed then.
pub fn out_of_time(run: &Run) -> bool {
    let report = run.report();
    let ended = report["elapsed_ms"].as_f64().is_some_and(|ms| ms > 29_000.0);
    ended && report["verdict"] == "incomplete" && problems(&report).is_empty()
}

/// All that there is to know about a run and its world.
pub fn explain(world: &World, run: &Run) -> String {
    let mut text = String::new();
    let report = match run.report() {
        Value::Null => run.stdout.clone(),
        report => format!("{report:#}"),
    };
    let _ = writeln!(text, "--- {}", in_short(&run.report()));
    let _ = writeln!(text, "--- after {:?}, stdout\n{report}", run.elapsed);
    let _ = writeln!(text, "--- stderr\n{}", run.stderr);
    text + &world.describe()
}

/// The verdict, what was found, and what came of each attempt, on one line.
fn in_short(report: &Value) -> String {
    let words = |key: &str, of: &[&str]| {
        let one = |it: &Value| of.iter().map(|of| it[of].to_string()).collect::<Vec<_>>().join(" ");
        list(report, key).map(one).collect::<Vec<_>>().join(", ").replace('"', "")
    };
    format!(
        "{}; {}; {}",
        report["verdict"],
        words("findings", &["cause", "severity", "confidence", "side"]),
        words("attempts", &["id", "outcome", "reason"])
    )
}

/// The outcome of a mode; `null` where it is not in the report.
pub fn outcome(report: &Value, mode: Mode) -> &Value {
    list(report, "attempts")
        .find(|attempt| attempt["purpose"] == "mode" && attempt["mode"] == mode.name())
        .map_or(&Value::Null, |attempt| &attempt["outcome"])
}

/// What holds for every report whatsoever.
fn always(run: &Run, report: &Value, limit: Duration) -> Vec<String> {
    let mut wrong = Vec::new();
    let audit = report["ports"].as_array().is_some_and(|ports| !ports.is_empty());
    let limit = if audit { limit.max(AUDIT) } else { limit };
    for fault in validator().iter_errors(report).take(5) {
        wrong.push(format!("not after the schema at {}: {fault}", fault.instance_path()));
    }
    let mut must = |holds: bool, what: &str| {
        if !holds {
            wrong.push(what.to_owned());
        }
    };
    must(report.is_object(), "stdout is one JSON document");
    must(report["schema"] == "ftp-doctor.report/1", "the schema is named");
    must(report["exit_code"].as_i64() == run.exit.map(i64::from), "exit_code is the exit code");
    must(run.elapsed < limit, "it keeps within its time");
    must(!run.stderr.contains("panicked"), "nothing panics");
    let ids: Vec<String> =
        list(report, "attempts").map(|attempt| attempt["id"].to_string()).collect();
    must(ids.iter().collect::<HashSet<_>>().len() == ids.len(), "the ids of attempts are unique");
    if report["verdict"] != "unreachable" {
        let count = |mode: Mode| {
            list(report, "attempts")
                .filter(|it| it["purpose"] == "mode" && it["mode"] == mode.name())
                .count()
        };
        must(Mode::ALL.into_iter().all(|mode| count(mode) == 1), "every mode is there once");
    }
    let modes: Vec<bool> =
        list(report, "attempts").map(|attempt| attempt["purpose"] == "mode").collect();
    must(modes.is_sorted_by_key(|&mode| !mode), "mode attempts come first");
    must(
        list(report, "attempts").all(|it| it["security"] != "clear" || it["tls"].is_null()),
        "what is in clear knows nothing of TLS",
    );
    must(
        list(report, "attempts")
            // Of a hole and a neighbour the TCP handshake is all that is asked.
            .filter(|it| it["purpose"] != "hole" && it["purpose"] != "neighbour")
            .all(|it| it["security"] != "tls" || it["outcome"] != "open" || it["tls"].is_object()),
        "what is open under TLS says how",
    );
    let problems: Vec<bool> =
        list(report, "findings").map(|finding| finding["severity"] == "problem").collect();
    must(problems.is_sorted_by_key(|&problem| !problem), "problems come first");
    let known: HashSet<&String> = ids.iter().collect();
    must(
        list(report, "findings")
            .flat_map(|finding| list(finding, "evidence"))
            .map(|evidence| &evidence["attempt"])
            .all(|id| id.is_null() || known.contains(&id.to_string())),
        "evidence names attempts that are there",
    );
    wrong
}

/// The values of an array in a report; none where there is no array.
pub fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

/// The report's own schema, read by a validator that is not ours.
fn validator() -> &'static jsonschema::Validator {
    static VALIDATOR: std::sync::OnceLock<jsonschema::Validator> = std::sync::OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let schema = ftp_doctor::schema().expect("a schema");
        let schema = serde_json::from_slice(&schema).expect("JSON");
        jsonschema::validator_for(&schema).expect("a JSON Schema")
    })
}
