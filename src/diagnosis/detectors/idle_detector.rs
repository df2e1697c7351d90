//! Logins that are silent for a while: whether they are forgotten, and by whom.

use super::finding_builder::finding;
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Side, Who};
use crate::diagnosis::reason::{brief, idle};
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, require, why_not};
use crate::evidence::Evidence;
use crate::facts::{Idle, IdleEnd};

pub static CONTROL_IDLE_DROPPED: Cause =
    cause!("control-idle-dropped", Control, Problem, &Detector(control_idle_dropped));

/// A login that was silent for a while is gone.
fn control_idle_dropped(evidence: &Evidence<'_>) -> Found {
    let first = evidence.facts.idles.first();
    let first = first.ok_or_else(|| why_not("no login was kept silent (--idle)"))?;
    require(first.end.lost(), || why_not("the silent login was there afterwards"))?;
    let alive: Option<&Idle> = evidence.facts.idles.get(1);
    let kept = alive.is_some_and(|i| matches!(i.end, IdleEnd::Answered { .. }));
    let lost_again = alive.is_some_and(|i| i.end.lost());
    let held = first.held.words();
    let reply = match &first.end {
        IdleEnd::Ended { reply: Some((code, text)) } => brief(*code, text),
        _ => String::new(),
    };
    if let IdleEnd::Ended { reply: said } = &first.end {
        // The server says goodbye in order: its own limit, which counts commands.
        let again = alive.is_some_and(|i| matches!(i.end, IdleEnd::Ended { .. }));
        let spoke = said.is_some();
        let confidence = match (again, spoke) {
            (true, true) => Confidence::Proven,
            (_, true) | (true, _) => Confidence::Likely,
            _ => Confidence::Possible,
        };
        let id = if spoke {
            "control-idle-dropped-text-said"
        } else {
            "control-idle-dropped-text-closed"
        };
        let text = Text::new(id).with("held", held).with("reply", reply);
        return finding(&CONTROL_IDLE_DROPPED, confidence, text)
            .title(Text::new("control-idle-dropped-title-server"))
            // A proxy on the way closes in order too; it does not speak FTP.
            .side(if spoke { Side::Server } else { Side::Unknown })
            .saw(idle(first))
            .fix(
                Who::ServerAdmin,
                Text::new("control-idle-dropped-fix-server"),
                remedies::settings::longer_idle(evidence),
            )
            .done();
    }
    let confidence = match (kept, lost_again) {
        (true, _) if !evidence.lossy() => Confidence::Proven,
        (_, true) => Confidence::Possible,
        _ => Confidence::Likely,
    };
    let id = match (&first.end, kept) {
        (_, true) => "control-idle-dropped-text-kept",
        (IdleEnd::Reset, _) => "control-idle-dropped-text-reset",
        _ => "control-idle-dropped-text",
    };
    let mut build = finding(&CONTROL_IDLE_DROPPED, confidence, Text::new(id).with("held", held))
        .saw(idle(first));
    if let Some(alive) = alive {
        build = build.saw(idle(alive));
    }
    build
        .fix(Who::User, Text::new("control-idle-dropped-fix-user"), Vec::new())
        .fix(
            Who::NetworkAdmin,
            Text::new("control-idle-dropped-fix-network"),
            remedies::remember_longer(),
        )
        .done()
}
