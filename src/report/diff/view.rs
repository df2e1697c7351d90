//! The types of the JSON document about two runs. Unknown is `null`, never left out.

use serde::Serialize;

use crate::compare::conclusion::Letter;
use crate::compare::{Change, Kind};
use crate::diagnosis::{Confidence, Severity};
use crate::document::report::Tool;
use crate::facts::{Family, Mode, Outcome, Security};
use crate::words::{Nat, Side, Verdict, words};

words! {
    /// Name and version of the schema of a comparison.
    pub enum Schema: "schema of a comparison" {
        /// This one.
        Diff1 = "ftp-doctor.diff/1",
    }
}

/// The whole document.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// `ftp-doctor.diff/1`.
    pub schema: Schema,
    /// The program that compared.
    pub tool: Tool,
    /// The first run.
    pub a: JsonRun,
    /// The second run.
    pub b: JsonRun,
    /// Whether both met one server.
    pub same_server: Option<bool>,
    /// Whether both were made at one place.
    pub same_place: Option<bool>,
    /// Seconds between their starts.
    pub apart_s: Option<u64>,
    /// One sentence.
    pub summary: String,
    /// Modes side by side.
    pub modes: Vec<JsonPair>,
    /// Findings side by side.
    pub findings: Vec<JsonFindingPair>,
    /// Common routers before the server, in order; `null` where a way is not known.
    pub shared_routers: Option<Vec<Option<String>>>,
    /// All that differs.
    pub differences: Vec<JsonDifference>,
    /// What it proves.
    pub conclusions: Vec<JsonConclusion>,
    /// What to know about the comparison itself.
    pub notes: Vec<String>,
    /// 0 where verdict, modes and findings are the same, else 1.
    pub exit_code: u8,
}

/// One run.
#[derive(Debug, Serialize)]
pub struct JsonRun {
    /// Its file.
    pub file: String,
    /// When it began, as its report says.
    pub started: String,
    /// Host as asked for.
    pub host: String,
    /// Control port.
    pub port: u16,
    /// Our end of the control connection.
    pub local_address: Option<String>,
    /// The address under which the server saw us.
    pub seen_as: Option<String>,
    /// `none`, `present` or `unknown`.
    pub nat: Nat,
    /// Inside the server's own network.
    pub inside: Option<bool>,
    /// The server's address.
    pub server_address: Option<String>,
    /// Its greeting.
    pub banner: Option<String>,
    /// Its software.
    pub software: Option<String>,
    /// `healthy`, `degraded`, `broken` or `unreachable`.
    pub verdict: Verdict,
    /// Hops to the server.
    pub hops: Option<u8>,
}

/// One mode in both runs.
#[derive(Debug, Serialize)]
pub struct JsonPair {
    /// `pasv`, `epsv`, `port` or `eprt`.
    pub mode: Mode,
    /// `same`, `only-a`, `only-b`, `fails-differently` or `not-compared`.
    pub change: Change,
    /// In the first run.
    pub a: Option<JsonMode>,
    /// In the second run.
    pub b: Option<JsonMode>,
}

/// One mode of a run.
#[derive(Debug, Serialize)]
pub struct JsonMode {
    /// The attempt's id.
    pub attempt: String,
    /// `ipv4` or `ipv6`.
    pub family: Family,
    /// `clear` or `tls`.
    pub security: Security,
    /// The outcome.
    pub outcome: Outcome,
    /// Why, in words.
    pub reason: String,
}

/// One cause in both runs.
#[derive(Debug, Serialize)]
pub struct JsonFindingPair {
    /// Its id.
    pub cause: String,
    /// In the first run.
    pub a: Option<JsonJudgement>,
    /// In the second run.
    pub b: Option<JsonJudgement>,
}

/// What a run says about a cause.
#[derive(Debug, Serialize)]
pub struct JsonJudgement {
    /// `problem`, `warning` or `info`.
    pub severity: Severity,
    /// `proven`, `likely` or `possible`.
    pub confidence: Confidence,
    /// `client`, `server`, `path` or `unknown`.
    pub side: Side,
    /// One line.
    pub title: String,
}

/// One difference.
#[derive(Debug, Serialize)]
pub struct JsonDifference {
    /// What differs.
    pub what: Kind,
    /// Of which mode, finding or rule.
    pub key: Option<String>,
    /// In the first run.
    pub a: Option<String>,
    /// In the second run.
    pub b: Option<String>,
    /// Whether it decides the exit code.
    pub counts: bool,
}

/// One conclusion.
#[derive(Debug, Serialize)]
pub struct JsonConclusion {
    /// Its id.
    pub id: &'static str,
    /// `proven`, `likely` or `possible`.
    pub confidence: Confidence,
    /// `client`, `server`, `path` or `unknown`; the client's is that of the run that fails.
    pub side: Side,
    /// `a` or `b` where one run alone fails.
    pub fails: Option<Letter>,
    /// One line.
    pub title: String,
    /// A paragraph.
    pub text: String,
    /// Mode attempts that it rests on.
    pub attempts: Vec<JsonRunAttempt>,
    /// Causes that are out now.
    pub rules_out: Vec<JsonRulesOut>,
    /// What stands against it.
    pub doubts: Vec<String>,
}

/// An attempt of one of the runs.
#[derive(Debug, Serialize)]
pub struct JsonRunAttempt {
    /// `a` or `b`.
    pub run: Letter,
    /// The attempt's id.
    pub attempt: String,
}

/// A cause that is out.
#[derive(Debug, Serialize)]
pub struct JsonRulesOut {
    /// Its id.
    pub cause: &'static str,
    /// Why.
    pub because: String,
}
