//! Many jobs at once on one thread: how many are at work, how many are in flight, and who has to
//! wait because another one is at the same place.
//!
//! A job that merely waits for a silent peer costs nothing but memory and a few sockets, so it gives
//! its slot back after a moment and takes it again when something happens. Slow and silent servers
//! then do not hold up the others; `in_flight` bounds what they take. How long that moment is
//! follows from how soon something happens to the others (`Usual`).

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::future::Future;
use std::hash::Hash;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, Sleep};

/// A job to which nothing has happened for this long waits for somebody else.
const QUIET: Duration = Duration::from_millis(100);
/// It is never called quiet sooner.
const BRISK: Duration = Duration::from_millis(5);

/// How many jobs.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// At work.
    pub at_work: usize,
    /// At work or waiting for a peer.
    pub in_flight: usize,
}

/// What the jobs of a run share.
struct Counts {
    at_work: Cell<usize>,
    in_flight: Cell<usize>,
    freed: Notify,
    usual: Usual,
}

/// How long jobs usually wait until something happens to them again: the longest of the last few
/// waits, so that one far-away server makes for patience with all. Until that is known, [`QUIET`].
struct Usual(Cell<Duration>);

impl Usual {
    /// Something happened to a job after so long. Who was called quiet meanwhile does not count.
    fn note(&self, waited: Duration) {
        if waited < QUIET {
            let faded = self.0.get() * 127 / 128;
            self.0.set(faded.max(waited));
        }
    }

    /// How long nothing happens to a job that waits for a silent peer.
    fn quiet(&self) -> Duration {
        (self.0.get() * 2).clamp(BRISK, QUIET)
    }
}

/// One counted thing, given back when dropped.
struct Count {
    counts: Rc<Counts>,
    which: fn(&Counts) -> &Cell<usize>,
}

impl Count {
    fn take(counts: &Rc<Counts>, which: fn(&Counts) -> &Cell<usize>) -> Self {
        let cell = which(counts);
        cell.set(cell.get() + 1);
        Self { counts: Rc::clone(counts), which }
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        let cell = (self.which)(&self.counts);
        cell.set(cell.get().saturating_sub(1));
        self.counts.freed.notify_one();
    }
}

fn at_work(counts: &Counts) -> &Cell<usize> {
    &counts.at_work
}

fn in_flight(counts: &Counts) -> &Cell<usize> {
    &counts.in_flight
}

/// Which places are taken, and who waits for them, in the order in which they came.
struct Places<K> {
    taken: RefCell<HashSet<K>>,
    waiting: RefCell<VecDeque<(Vec<K>, oneshot::Sender<()>)>>,
}

/// Places of one job, free again when dropped.
struct Held<K: Eq + Hash + Clone> {
    places: Rc<Places<K>>,
    keys: Vec<K>,
}

impl<K: Eq + Hash + Clone> Places<K> {
    fn try_take(&self, keys: &[K]) -> bool {
        let mut taken = self.taken.borrow_mut();
        if keys.iter().any(|k| taken.contains(k)) {
            return false;
        }
        taken.extend(keys.iter().cloned());
        true
    }

    /// Hands free places to those that wait. An earlier one is not overtaken at its own place.
    fn hand_out(&self) {
        let mut waiting = self.waiting.borrow_mut();
        let mut taken = self.taken.borrow_mut();
        let mut wanted: HashSet<K> = HashSet::new();
        let mut still = VecDeque::with_capacity(waiting.len());
        for (keys, turn) in waiting.drain(..) {
            if keys.iter().any(|k| taken.contains(k) || wanted.contains(k)) {
                wanted.extend(keys.iter().cloned());
                still.push_back((keys, turn));
            } else if turn.send(()).is_ok() {
                taken.extend(keys);
            }
        }
        *waiting = still;
    }
}

impl<K: Eq + Hash + Clone> Drop for Held<K> {
    fn drop(&mut self) {
        {
            let mut taken = self.places.taken.borrow_mut();
            for key in &self.keys {
                taken.remove(key);
            }
        }
        self.places.hand_out();
    }
}

/// A job's way to its turn and through it.
pub struct Turn<K: Eq + Hash + Clone> {
    counts: Rc<Counts>,
    places: Rc<Places<K>>,
    flight: Option<Count>,
}

impl<K: Eq + Hash + Clone> Turn<K> {
    /// Carries out `work` once no other job is at one of these places. Waiting for that takes
    /// nothing from the others.
    pub async fn at<T>(mut self, keys: Vec<K>, work: impl Future<Output = T>) -> T {
        if !self.places.try_take(&keys) {
            let (turn, called) = oneshot::channel();
            self.places.waiting.borrow_mut().push_back((keys.clone(), turn));
            self.flight = None;
            // The other end is only dropped along with all of this.
            let _ = called.await;
            self.flight = Some(Count::take(&self.counts, in_flight));
        }
        let _held = Held { places: Rc::clone(&self.places), keys };
        work.await
    }
}

/// Counts a job as at work while something happens to it.
struct Watched<F> {
    inner: Pin<Box<F>>,
    timer: Pin<Box<Sleep>>,
    last: Instant,
    counts: Rc<Counts>,
    busy: Option<Count>,
}

impl<F: Future> Future for Watched<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let now = Instant::now();
        let rang = this.busy.is_some() && this.timer.as_mut().poll(cx).is_ready();
        let waited = now.duration_since(this.last);
        if !rang {
            this.counts.usual.note(waited);
            this.last = now;
        }
        let quiet = this.counts.usual.quiet();
        let was_quiet = this.busy.is_none();
        if rang && waited >= quiet {
            // The timer has called, and nothing has happened before. Whoever called at the very same
            // time is counted by its next step.
            this.busy = None;
        } else if rang || was_quiet {
            if was_quiet {
                this.busy = Some(Count::take(&this.counts, at_work));
            }
            this.timer.as_mut().reset(this.last + quiet);
            let _ = this.timer.as_mut().poll(cx);
        }
        this.inner.as_mut().poll(cx)
    }
}

/// A job that ended in a panic, with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panicked(pub String);

/// Runs jobs `0..number`. Each is made by `job` when its turn comes; `done` gets its result and may
/// break the run off. When `stop` resolves, no further job is begun; those that run are to notice
/// it themselves and end. Gives back how many were begun.
pub async fn run<K, T, F>(
    number: usize,
    bounds: Bounds,
    job: impl Fn(usize, Turn<K>) -> F,
    mut done: impl FnMut(usize, Result<T, Panicked>) -> ControlFlow<()>,
    stop: impl Future<Output = ()>,
) -> usize
where
    K: Eq + Hash + Clone + 'static,
    T: 'static,
    F: Future<Output = T> + 'static,
{
    let counts = Rc::new(Counts {
        at_work: Cell::new(0),
        in_flight: Cell::new(0),
        freed: Notify::new(),
        usual: Usual(Cell::new(QUIET)),
    });
    let places = Rc::new(Places {
        taken: RefCell::new(HashSet::new()),
        waiting: RefCell::new(VecDeque::new()),
    });
    let work = async {
        let mut tasks: JoinSet<T> = JoinSet::new();
        let mut indices = HashMap::new();
        let (mut begun, mut stopped) = (0, false);
        tokio::pin!(stop);
        loop {
            while !stopped
                && begun < number
                && counts.at_work.get() < bounds.at_work
                && counts.in_flight.get() < bounds.in_flight
            {
                let turn = Turn {
                    counts: Rc::clone(&counts),
                    places: Rc::clone(&places),
                    flight: Some(Count::take(&counts, in_flight)),
                };
                let now = Instant::now();
                let watched = Watched {
                    inner: Box::pin(job(begun, turn)),
                    timer: Box::pin(tokio::time::sleep_until(now + counts.usual.quiet())),
                    last: now,
                    counts: Rc::clone(&counts),
                    busy: Some(Count::take(&counts, at_work)),
                };
                indices.insert(tasks.spawn_local(watched).id(), begun);
                begun += 1;
            }
            if tasks.is_empty() && (stopped || begun == number) {
                return begun;
            }
            tokio::select! {
                biased;
                () = &mut stop, if !stopped => stopped = true,
                Some(ended) = tasks.join_next_with_id(), if !tasks.is_empty() => {
                    let (id, result) = match ended {
                        Ok((id, result)) => (id, Ok(result)),
                        Err(error) => (error.id(), Err(panicked(error))),
                    };
                    if let Some(index) = indices.remove(&id)
                        && done(index, result).is_break()
                    {
                        return begun;
                    }
                }
                () = counts.freed.notified() => {}
            }
        }
    };
    LocalSet::new().run_until(work).await
}

fn panicked(error: tokio::task::JoinError) -> Panicked {
    let Ok(payload) = error.try_into_panic() else {
        return Panicked("cancelled".to_owned());
    };
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned());
    Panicked(text.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(work)
    }

    const BOUNDS: Bounds = Bounds { at_work: 2, in_flight: 100 };

    #[test]
    fn a_panic_costs_its_own_job_only() {
        let mut results = Vec::new();
        let job = |index: usize, turn: Turn<usize>| async move {
            turn.at(vec![0], async move {
                tokio::time::sleep(Duration::from_millis(1)).await;
                assert_ne!(index, 1, "job one");
                index
            })
            .await
        };
        let done = |index, result: Result<usize, Panicked>| {
            results.push((index, result.map_err(|p| p.0.contains("job one"))));
            ControlFlow::Continue(())
        };
        let begun = block_on(run(3, BOUNDS, job, done, std::future::pending()));
        assert_eq!(begun, 3);
        // All at one place, so in their order.
        assert_eq!(results, [(0, Ok(0)), (1, Err(true)), (2, Ok(2))]);
    }

    #[test]
    fn those_that_wait_do_not_hold_up_the_others() {
        // Half of the jobs hear nothing for 5 s; the others take 1 ms each.
        let ended = RefCell::new(Vec::new());
        let began = Instant::now();
        let job = |index: usize, turn: Turn<usize>| async move {
            let time = if index.is_multiple_of(2) { 5000 } else { 1 };
            turn.at(vec![index], tokio::time::sleep(Duration::from_millis(time))).await;
        };
        let done = |index: usize, _: Result<(), Panicked>| {
            ended.borrow_mut().push((index, began.elapsed()));
            ControlFlow::Continue(())
        };
        block_on(run(60, BOUNDS, job, done, std::future::pending()));
        let ended = ended.into_inner();
        assert_eq!(ended.len(), 60);
        assert!(ended[..30].iter().all(|(index, _)| index % 2 == 1), "{ended:?}");
        let last = ended[29].1;
        assert!(last < Duration::from_secs(5), "the quick ones took {last:?}");
    }

    #[test]
    fn who_is_called_quiet_follows_from_the_others() {
        let millis = Duration::from_millis;
        let usual = Usual(Cell::new(QUIET));
        assert_eq!(usual.quiet(), QUIET, "nothing is known yet");
        (0..1000).for_each(|_| usual.note(millis(1)));
        assert_eq!(usual.quiet(), BRISK);
        // Someone who was called quiet says nothing about the others.
        usual.note(millis(3000));
        assert_eq!(usual.quiet(), BRISK);
        // One far-away server makes for patience with all, as long as it has something to do.
        usual.note(millis(30));
        assert_eq!(usual.quiet(), millis(60));
        usual.note(millis(90));
        assert_eq!(usual.quiet(), QUIET);
        (0..1000).for_each(|_| usual.note(millis(1)));
        assert_eq!(usual.quiet(), BRISK);
    }

    #[test]
    fn a_place_is_taken_by_one_at_a_time_and_in_order() {
        let inside = Rc::new(RefCell::new(0));
        let order = RefCell::new(Vec::new());
        let job = |index: usize, turn: Turn<usize>| {
            let inside = Rc::clone(&inside);
            async move {
                turn.at(vec![index % 3, 10], async move {
                    *inside.borrow_mut() += 1;
                    assert_eq!(*inside.borrow(), 1);
                    tokio::time::sleep(Duration::from_millis(1)).await;
                    *inside.borrow_mut() -= 1;
                })
                .await;
            }
        };
        let done = |index: usize, result: Result<(), Panicked>| {
            result.unwrap();
            order.borrow_mut().push(index);
            ControlFlow::Continue(())
        };
        block_on(run(30, BOUNDS, job, done, std::future::pending()));
        assert_eq!(order.into_inner(), (0..30).collect::<Vec<_>>());
    }

    #[test]
    fn no_job_begins_after_the_stop() {
        let job = |_: usize, turn: Turn<usize>| turn.at(Vec::new(), std::future::ready(()));
        let done = |_: usize, _: Result<(), Panicked>| ControlFlow::Continue(());
        assert_eq!(block_on(run(1000, BOUNDS, job, done, std::future::ready(()))), 2);
    }
}
