//! Where ports are opened one by one as they are announced, only announced ports can be swept.

use std::time::Duration;

use super::super::dial::dial;
use super::super::engine::Engine;
use super::super::login::Door;
use super::super::passive::knock_policy;
use super::super::turn::Progress;
use crate::facts::audit::runs;
use crate::facts::{DialOutcome, Family, Mode, Outcome};

/// Announced ports that are knocked at, at most.
const MOST: usize = 20;
/// Ports that may stay silent before the rest is left alone: each takes its time.
const SILENT: usize = 4;
/// Announcements that may not arrive before the rest is left alone: each takes a login.
const SILENCED: usize = 2;

impl Engine<'_> {
    /// Announces and knocks in turn, on one login; nothing is listed.
    pub(super) async fn announced(&self, door: &Door<'_>, progress: &mut Progress) {
        let samples = self.spec.request.audit.map_or(0, |a| usize::from(a.samples));
        let family = Family::of(door.to.ip());
        let open = {
            let facts = self.recorder.facts();
            facts.attempts.iter().find(|a| a.is_open() && a.mode.is_passive()).map(|a| a.mode)
        };
        let mode = open.unwrap_or(if family == Family::V4 { Mode::Pasv } else { Mode::Epsv });
        let Some(mut control) = self.protected(door, progress).await else { return };
        let mut found = Vec::new();
        let mut silenced = 0;
        for _ in 0..samples.clamp(1, MOST) {
            if self.recorder.remaining() < Duration::from_secs(4) || control.is_gone() {
                break;
            }
            let sample = self.announcement(&mut control, mode).await;
            let Some(port) = sample.port else {
                silenced += 1;
                if sample.code != 0 || silenced > SILENCED {
                    break;
                }
                // Somebody else's session left a pinhole there, and the helper swallowed the reply.
                control.quit(&self.spec.limits, true).await;
                let Some(another) = self.protected(door, progress).await else { return };
                control = another;
                continue;
            };
            let mut to = door.to;
            to.set_port(port);
            let timeout = self.spec.request.timeout.duration();
            let lossy = self.recorder.lossy();
            let policy = knock_policy(&self.spec.limits, control.rtt(), lossy, timeout);
            let (record, stream) = dial(to, door.bind, policy, self.recorder).await;
            drop(stream);
            let outcome = match record.outcome {
                DialOutcome::Connected => Outcome::Open,
                DialOutcome::Refused | DialOutcome::Reset => Outcome::Refused,
                DialOutcome::TimedOut => Outcome::TimedOut,
                DialOutcome::Prohibited { .. } => Outcome::Prohibited,
                DialOutcome::Unreachable { .. } | DialOutcome::Local { .. } => Outcome::Unreachable,
            };
            found.push((port, outcome));
            found.sort_unstable_by_key(|(port, _)| *port);
            // The same port twice: what worked once can work.
            found.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                if same && next.1 == Outcome::Open {
                    kept.1 = Outcome::Open;
                }
                same
            });
            if let Some(audit) = &mut self.recorder.facts().audit {
                audit.announced = runs(found.iter().copied());
            }
            if found.iter().filter(|(_, o)| *o == Outcome::TimedOut).count() >= SILENT {
                break;
            }
        }
        control.quit(&self.spec.limits, false).await;
    }
}
