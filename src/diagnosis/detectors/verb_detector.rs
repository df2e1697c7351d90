//! One of PASV and EPSV works, the other does not: somebody on the way tells them apart.

use std::collections::BTreeSet;

use super::finding_builder::finding;
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Who};
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, require, why_not};
use crate::evidence::{Evidence, ModeView};
use crate::facts::{Mode, Outcome};

pub static EPSV_BLOCKED: Cause = cause!("epsv-blocked", Passive, Problem, &Detector(epsv_blocked));

/// One of PASV and EPSV works, the other does not, on several ports each.
pub(super) fn epsv_blocked(evidence: &Evidence<'_>) -> Found {
    let mode = |mode: Mode| {
        let view = evidence.mode(mode);
        view.ok_or_else(|| why_not(format!("{} was not asked for", mode.verb())))
    };
    let (pasv, epsv) = (mode(Mode::Pasv)?, mode(Mode::Epsv)?);
    let (works, fails) = if pasv.is_open() { (pasv, epsv) } else { (epsv, pasv) };
    let failed = matches!(
        fails.outcome(),
        Outcome::TimedOut | Outcome::Refused | Outcome::Prohibited | Outcome::Stalled
    );
    let both = [works, fails];
    require(works.is_open(), || why_not("neither PASV nor EPSV works").on_modes(&both))?;
    require(failed, || {
        why_not("the other command does not fail by its data connection").on(fails.shown)
    })?;
    // What was never announced was never knocked at.
    if let Some(attempt) = fails.all.iter().find(|a| a.advertised.is_none()) {
        return Err(why_not("the command that fails announced no port").on(attempt));
    }
    let opens = works.all.iter().filter(|a| a.is_open()).count();
    let enough = evidence.ports_each();
    require(!one_dead_port(works, fails), || {
        why_not("all failures are of one port that the other command was never given")
            .on_all(fails.all.iter().copied())
    })?;
    require(fails.times() >= enough, || {
        why_not(format!("fewer than {enough} attempts failed alike"))
            .on_all(fails.all.iter().copied())
    })?;
    require(opens >= enough, || {
        why_not(format!("fewer than {enough} attempts of the other command came through"))
            .on_all(works.all.iter().copied())
    })?;
    if let Some(attempt) = works.all.iter().find(|a| !a.is_open()) {
        return Err(why_not("the command that works failed as well").on(attempt));
    }
    let text = Text::new("epsv-blocked-text")
        .with("works", works.mode.verb())
        .with("fails", fails.mode.verb());
    let mut build = finding(&EPSV_BLOCKED, Confidence::Proven, text).explains(&[fails]);
    for attempt in &works.all {
        build = build.attempt(attempt);
    }
    build
        .not(
            "firewall-blocks-passive",
            Text::new("not-blocked-other-verb").with("works", works.mode.verb()),
        )
        .not("passive-range-partly-blocked", Text::new("not-partly-three-ports"))
        .fix(
            Who::NetworkAdmin,
            Text::new("epsv-blocked-fix-network").with("fails", fails.mode.verb()),
            Vec::new(),
        )
        .fix(
            Who::User,
            Text::new("epsv-blocked-fix-user").with("works", works.mode.verb()),
            Vec::new(),
        )
        .done()
}

/// All failures are of a single port, at which the other command was never tried.
fn one_dead_port(works: &ModeView<'_>, fails: &ModeView<'_>) -> bool {
    let ports = |view: &ModeView<'_>| -> BTreeSet<u16> {
        view.all.iter().filter_map(|a| a.passive_port()).collect()
    };
    let dead = ports(fails);
    dead.len() == 1 && dead.is_disjoint(&ports(works))
}
