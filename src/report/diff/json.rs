//! From a comparison to its JSON document, schema `ftp-doctor.diff/1`.

use super::summary::summary;
use super::view::{
    Diff, JsonConclusion, JsonDifference, JsonFindingPair, JsonJudgement, JsonMode, JsonPair,
    JsonRulesOut, JsonRun, JsonRunAttempt, Schema,
};
use crate::compare::place::{Gap, Place, inside};
use crate::compare::{
    Comparison, Conclusion, Difference, FindingPair, ModePair, ModeRun, Run, RunFinding,
};
use crate::document::report::Tool;
use crate::report::words::Words;

/// Makes the document.
pub fn diff(comparison: &Comparison, words: &Words) -> Diff {
    let shared = comparison.shared.as_ref();
    Diff {
        schema: Schema::Diff1,
        tool: Tool { name: "ftp-doctor".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        a: run(&comparison.a),
        b: run(&comparison.b),
        same_server: comparison.identity.same(),
        same_place: match comparison.place {
            Place::Same => Some(true),
            Place::Different | Place::Neighbours => Some(false),
            Place::LooksSame | Place::Unknown => None,
        },
        apart_s: match comparison.gap {
            Gap::Near(seconds) | Gap::Far(seconds) => Some(seconds),
            Gap::Unknown => None,
        },
        summary: summary(comparison, words),
        modes: comparison.modes.iter().map(pair).collect(),
        findings: comparison.findings.iter().map(finding).collect(),
        shared_routers: shared
            .map(|s| s.routers.iter().map(|r| r.map(|r| r.to_string())).collect()),
        differences: comparison.differences.iter().map(difference).collect(),
        conclusions: comparison.conclusions.iter().map(|c| conclusion(c, words)).collect(),
        notes: comparison.notes.iter().map(|n| words.say(n)).collect(),
        exit_code: comparison.exit_code(),
    }
}

fn run(run: &Run) -> JsonRun {
    JsonRun {
        file: run.name.clone(),
        started: run.started.clone(),
        host: run.target.host.clone(),
        port: run.target.port,
        local_address: run.local.map(|a| a.to_string()),
        seen_as: run.seen.map(|a| a.to_string()),
        nat: run.nat,
        inside: inside(run),
        server_address: run.server.address.map(|a| a.to_string()),
        banner: run.server.banner.clone(),
        software: run.server.software.clone(),
        verdict: run.verdict,
        hops: run.hops,
    }
}

fn pair(pair: &ModePair) -> JsonPair {
    JsonPair {
        mode: pair.mode,
        change: pair.change,
        a: pair.a.as_ref().map(mode),
        b: pair.b.as_ref().map(mode),
    }
}

fn mode(mode: &ModeRun) -> JsonMode {
    JsonMode {
        attempt: mode.attempt.clone(),
        family: mode.family,
        security: mode.security,
        outcome: mode.outcome,
        reason: mode.reason.clone(),
    }
}

fn finding(pair: &FindingPair) -> JsonFindingPair {
    let judged = |finding: &RunFinding| JsonJudgement {
        severity: finding.severity,
        confidence: finding.confidence,
        side: finding.side,
        title: finding.title.clone(),
    };
    JsonFindingPair {
        cause: pair.cause.clone(),
        a: pair.a.as_ref().map(judged),
        b: pair.b.as_ref().map(judged),
    }
}

fn difference(difference: &Difference) -> JsonDifference {
    JsonDifference {
        what: difference.kind,
        key: difference.key.clone(),
        a: difference.a.clone(),
        b: difference.b.clone(),
        counts: difference.counts,
    }
}

fn conclusion(conclusion: &Conclusion, words: &Words) -> JsonConclusion {
    let attempts = conclusion.attempts.iter();
    JsonConclusion {
        id: conclusion.id,
        confidence: conclusion.confidence,
        side: conclusion.side,
        fails: conclusion.fails,
        title: words.say(&conclusion.title),
        text: words.say(&conclusion.text),
        attempts: attempts
            .map(|a| JsonRunAttempt { run: a.run, attempt: a.attempt.clone() })
            .collect(),
        rules_out: conclusion
            .rules_out
            .iter()
            .map(|r| JsonRulesOut { cause: r.cause, because: words.say(&r.because) })
            .collect(),
        doubts: conclusion.doubts.iter().map(|d| words.say(d)).collect(),
    }
}
