//! The clock of a run and the place where observations are written down as they are made, so that
//! an interrupt or the deadline loses at most the step at hand.

use std::cell::{RefCell, RefMut};
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use super::os;
use crate::evidence::Evidence;
use crate::facts::{Because, Facts, Family, Micros, StepTaken, Task};

/// Shared by all parts of one run (which is one task on one thread).
#[derive(Clone)]
pub struct Recorder {
    start: Instant,
    deadline: Instant,
    facts: Rc<RefCell<Facts>>,
    counts: bool,
}

impl Recorder {
    /// Begins the run's clock. `alone`: no other run goes on meanwhile.
    pub fn new(facts: Facts, start: Instant, alone: bool) -> Self {
        let deadline = start + facts.request.deadline.duration();
        let counts = alone && facts.request.localise;
        Self { start, deadline, facts: Rc::new(RefCell::new(facts)), counts }
    }

    /// The machine's count of packets that nobody got, where it is about this run.
    pub fn undelivered(&self) -> Option<i64> {
        let facts = self.facts.borrow();
        self.undelivered_of(facts.family().or(facts.request.family).unwrap_or(Family::V4))
    }

    /// The same, where the family of the run is not known yet. Nothing is read where nothing is to
    /// be localised.
    pub fn undelivered_of(&self, family: Family) -> Option<i64> {
        if self.counts { os::undelivered(family == Family::V6) } else { None }
    }

    /// How many more there are than `before`.
    pub fn undelivered_since(&self, before: Option<i64>) -> Option<u32> {
        // Of what was for everybody, some was delivered: then there may be fewer.
        u32::try_from((self.undelivered()? - before?).max(0)).ok()
    }

    /// This moment, counted from the start.
    pub fn now(&self) -> Micros {
        self.start.elapsed().into()
    }

    /// The end of the run, whatever happens.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// What is left of the run's time.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// The moment `limit` from now, or the deadline if that is sooner.
    pub fn until(&self, limit: Duration) -> Instant {
        (Instant::now() + limit).min(self.deadline)
    }

    /// The facts, for one short write or read; never held across an await.
    pub fn facts(&self) -> RefMut<'_, Facts> {
        self.facts.borrow_mut()
    }

    /// Writes down that a step begins, and why. It lasts until what is returned is dropped, which an
    /// interrupt or the deadline does too.
    #[must_use]
    pub fn step(&self, task: Task, because: Because) -> StepAtWork {
        let began = self.now();
        let mut facts = self.facts();
        let attempts = facts.attempts.len();
        facts.steps.push(StepTaken { task, because, made: Vec::new(), began, took: Micros(0) });
        let index = facts.steps.len() - 1;
        StepAtWork { recorder: self.clone(), index, attempts }
    }

    /// Whether segments were lost in this run, as far as is known.
    pub fn lossy(&self) -> bool {
        Evidence::new(&self.facts.borrow()).lossy()
    }
}

/// A step under way; its record is completed when this is dropped.
pub struct StepAtWork {
    recorder: Recorder,
    index: usize,
    attempts: usize,
}

impl Drop for StepAtWork {
    fn drop(&mut self) {
        let now = self.recorder.now();
        let mut facts = self.recorder.facts();
        let made: Vec<String> =
            facts.attempts.iter().skip(self.attempts).map(|a| a.id.clone()).collect();
        if let Some(step) = facts.steps.get_mut(self.index) {
            step.took = now.since(step.began);
            step.made = made;
        }
    }
}
