//! FTP helpers on the way: who reads the control connection, and opens or forwards ports by it.

use super::Evidence;
use super::loss::TWICE;
use crate::facts::{Attempt, DialOutcome, RungAnswer, Varied};

impl<'f> Evidence<'f> {
    /// Whether somebody on the way reads commands: only who knows what PORT means holds half of it
    /// back, and lets half of a NOOP pass. It takes two of each.
    pub fn read_on_the_way(&self) -> bool {
        let held = |verbs: &[&str], wanted: bool| {
            let of = self.facts.halves.iter().filter(|h| verbs.contains(&h.verb.as_str()));
            let of: Vec<bool> = of.filter_map(|h| h.held).collect();
            of.len() >= TWICE && of.iter().all(|h| *h == wanted)
        };
        held(&["PORT", "EPRT"], true) && held(&["NOOP"], false)
    }

    /// Second knocks that were made at an announced port while the first connection stood there.
    pub fn second_knocks(&self) -> Vec<&'f Attempt> {
        let made = self.facts.varied(|v| *v == Varied::SecondKnock);
        made.filter(|a| a.second.is_some()).collect()
    }

    /// A second knock that was answered: then ports are not opened for one connection each.
    pub fn answered_second_knock(&self) -> Option<&'f Attempt> {
        self.second_knocks().into_iter().find(|a| !a.second_met(&DialOutcome::TimedOut))
    }

    /// The hop whose box resets a second knock under the server's own address and forwards the
    /// control connection from there: a NAT.
    pub fn resetting_nat(&self) -> Option<u8> {
        let server = self.peer()?;
        let nearer = self.facts.nearer.as_ref()?;
        match &nearer.control {
            Some(RungAnswer::Expired { router: Some(router) })
                if router.to_canonical() == server =>
            {
                nearer.resets_at
            }
            _ => None,
        }
    }
}
