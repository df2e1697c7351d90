//! From the facts to one prediction for each client.

use super::super::finding::Finding;
use super::super::text::Text;
use super::gate::{self, Gate};
use super::walk::{self, End};
use crate::clients::{Client, Gives, How, Setting, all};
use crate::evidence::Evidence;
use crate::facts::Micros;

/// What one client will meet here with its default settings.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// The client.
    pub client: &'static Client,
    /// Whether it lists within [`LIMIT`](super::LIMIT); `None` where a fact is missing.
    pub works: Option<bool>,
    /// After how long, where it works.
    pub after: Option<Micros>,
    /// Why, step by step.
    pub because: Text,
    /// The same in a few words that clients with the same fate share.
    pub short: Text,
    /// Ids of the attempts behind it.
    pub attempts: Vec<String>,
    /// Where it fails: what makes it work.
    pub setting: Option<&'static Setting>,
}

impl Prediction {
    /// The setting in words.
    pub fn setting_text(&self) -> Option<Text> {
        self.setting.map(setting_text)
    }
}

/// A setting in words.
pub fn setting_text(setting: &Setting) -> Text {
    let id = match setting.gives {
        Gives::Passive => "client-setting-passive",
        Gives::Active => "client-setting-active",
        Gives::Pasv => "client-setting-pasv",
        Gives::Epsv => "client-setting-epsv",
        Gives::ServersAddress => "client-setting-server",
        Gives::AnyAddress => "client-setting-any",
        Gives::Another => "client-setting-another",
    };
    Text::new(id).with("how", setting.how)
}

/// One prediction for each client.
pub fn predictions(evidence: &Evidence<'_>, findings: &[Finding]) -> Vec<Prediction> {
    all().map(|client| predict(client, evidence, findings)).collect()
}

fn predict(client: &'static Client, evidence: &Evidence<'_>, findings: &[Finding]) -> Prediction {
    let (end, because, short, attempts) = fate(client, evidence, findings);
    let (works, after) = match end {
        End::Works(after) => (Some(true), Some(after)),
        End::Fails => (Some(false), None),
        End::Unknown => (None, None),
    };
    let helps = |setting: &&Setting| {
        let (end, ..) = fate(&client.with(setting), evidence, findings);
        matches!(end, End::Works(_))
    };
    let setting = match works {
        Some(false) => client.settings.iter().find(helps),
        _ => None,
    };
    let because = match client.source.how {
        How::Believed if client.removed.is_none() => {
            Text::new("client-believed").with("because", because)
        }
        _ => because,
    };
    Prediction { client, works, after, because, short, attempts, setting }
}

fn fate(
    client: &Client,
    evidence: &Evidence<'_>,
    findings: &[Finding],
) -> (End, Text, Text, Vec<String>) {
    match gate::gate(client, evidence, findings) {
        Gate::Fails(text) => (End::Fails, text.clone(), text, Vec::new()),
        Gate::Unknown(text) => (End::Unknown, text.clone(), text, Vec::new()),
        Gate::Open { after } => {
            let course = walk::walk(client, evidence, after);
            if let Some(text) = gate::unprotected(client, evidence) {
                return (End::Unknown, text.clone(), text, course.attempts);
            }
            let unasked = gate::unasked(client, evidence, findings);
            match (course.end, unasked) {
                // What fails in clear may work over the TLS that this client begins by itself.
                (End::Fails, Some(text)) => (End::Unknown, text.clone(), text, course.attempts),
                (end, _) => (end, course.because, course.short, course.attempts),
            }
        }
    }
}
