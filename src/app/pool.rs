//! Many jobs at once, shared out over threads: how many are at work, how many are in flight, and who
//! has to wait because another one is at the same place.
//!
//! A job that merely waits for a silent peer costs nothing but memory and a few sockets, so it gives
//! its slot back after a moment and takes one again when something happens. Slow and silent servers
//! then do not hold up the others; `in_flight` bounds what they take. How long that moment is
//! follows from how soon something happens to the others (`Usual`).

use std::cell::Cell;
use std::collections::HashMap;
use std::future::Future;
use std::hash::{BuildHasher, Hash, RandomState};
use std::io;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, Sleep};

/// A job to which nothing has happened for this long waits for somebody else.
const QUIET: Duration = Duration::from_millis(100);
/// It is never called quiet sooner.
const BRISK: Duration = Duration::from_millis(5);
/// Results that lie ready for [`run`]'s `done`; who has one more waits.
const READY: usize = 16;
/// Fewer jobs than that are not worth a thread.
const JOBS: usize = 8;
/// Parts of the table of places: threads seldom look into the same one at the same time.
const PARTS: usize = 16;

/// How many jobs.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// At work.
    pub at_work: usize,
    /// At work or waiting for a peer.
    pub in_flight: usize,
}

impl Bounds {
    /// One thread's part of them.
    fn share(self, threads: usize) -> Self {
        let part = |of: usize| of.div_ceil(threads.max(1)).max(1);
        Self { at_work: part(self.at_work), in_flight: part(self.in_flight) }
    }
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

type Lock = Arc<tokio::sync::Mutex<()>>;

/// A lock for each place at which a job is or wants to be, whatever thread it is on.
struct Places<K> {
    parts: [Mutex<HashMap<K, Lock>>; PARTS],
    hasher: RandomState,
}

impl<K: Eq + Hash + Clone> Places<K> {
    fn new() -> Self {
        Self { parts: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::new() }
    }

    fn part(&self, key: &K) -> MutexGuard<'_, HashMap<K, Lock>> {
        #[expect(clippy::cast_possible_truncation, reason = "any of the bits will do")]
        let hash = self.hasher.hash_one(key) as usize;
        self.parts[hash % PARTS].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self, key: &K) -> Lock {
        Arc::clone(self.part(key).entry(key.clone()).or_default())
    }
}

/// Places of one job, free again when dropped.
struct Held<K: Eq + Hash + Clone> {
    places: Arc<Places<K>>,
    taken: Vec<(K, OwnedMutexGuard<()>)>,
}

impl<K: Eq + Hash + Clone> Drop for Held<K> {
    fn drop(&mut self) {
        for (key, guard) in self.taken.drain(..) {
            drop(guard);
            let mut part = self.places.part(&key);
            // Nobody waits for it: who does has a lock in hand, and gets one only from this part.
            if part.get(&key).is_some_and(|lock| Arc::strong_count(lock) == 1) {
                part.remove(&key);
            }
        }
    }
}

/// A job's way to its turn and through it.
pub struct Turn<K> {
    /// Says that the run is to end.
    pub stop: watch::Receiver<bool>,
    places: Arc<Places<K>>,
    in_flight: Arc<Semaphore>,
    flight: Option<OwnedSemaphorePermit>,
}

impl<K: Ord + Hash + Clone> Turn<K> {
    /// Carries out `work` once no other job is at one of these places. Waiting for that takes
    /// nothing from the others.
    pub async fn at<T>(mut self, mut keys: Vec<K>, work: impl Future<Output = T>) -> T {
        // All take them in the same order, so that no two wait for each other.
        keys.sort_unstable();
        keys.dedup();
        let mut held = Held { places: Arc::clone(&self.places), taken: Vec::new() };
        for key in keys {
            let lock = self.places.lock(&key);
            let guard = if let Ok(guard) = Arc::clone(&lock).try_lock_owned() {
                guard
            } else {
                self.flight = None;
                lock.lock_owned().await
            };
            held.taken.push((key, guard));
        }
        if self.flight.is_none() {
            // Where there is no room at the moment, one is in flight beyond the bound: it has a place
            // that others may want.
            self.flight = self.in_flight.try_acquire_owned().ok();
        }
        let result = work.await;
        drop(held);
        result
    }
}

/// Takes a slot while something happens to a job, and sees to it that a panic costs this job only.
struct Watched<F> {
    inner: Pin<Box<F>>,
    timer: Pin<Box<Sleep>>,
    last: Instant,
    usual: Rc<Usual>,
    slots: Arc<Semaphore>,
    slot: Option<OwnedSemaphorePermit>,
}

impl<F: Future> Future for Watched<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let now = Instant::now();
        let rang = this.slot.is_some() && this.timer.as_mut().poll(cx).is_ready();
        let waited = now.duration_since(this.last);
        if !rang {
            this.usual.note(waited);
            this.last = now;
        }
        let quiet = this.usual.quiet();
        if rang && waited >= quiet {
            // The timer has called, and nothing has happened before. Whoever called at the very same
            // time is counted by its next step.
            this.slot = None;
        } else if rang || this.slot.is_none() {
            if this.slot.is_none() {
                // What has begun goes on, a slot or not.
                this.slot = Arc::clone(&this.slots).try_acquire_owned().ok();
            }
            if this.slot.is_some() {
                this.timer.as_mut().reset(this.last + quiet);
                let _ = this.timer.as_mut().poll(cx);
            }
        }
        match catch_unwind(AssertUnwindSafe(|| this.inner.as_mut().poll(cx))) {
            Ok(polled) => polled.map(Ok),
            Err(payload) => Poll::Ready(Err(Panicked::of(payload.as_ref()))),
        }
    }
}

/// A job that ended in a panic, with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panicked(pub String);

impl Panicked {
    fn of(payload: &(dyn std::any::Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        Self(text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default())
    }
}

/// What the threads of a run share.
struct Shared<K> {
    number: usize,
    /// The next one to be begun.
    next: AtomicUsize,
    places: Arc<Places<K>>,
    stop: watch::Receiver<bool>,
}

/// The threads' runtimes, and the caller's own, which listens.
pub struct Threads {
    own: Runtime,
    others: Vec<Runtime>,
}

impl Threads {
    /// As many as there are processors, and no more than so many jobs are worth.
    pub fn new(jobs: usize) -> io::Result<Self> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let number = processors.min(jobs.div_ceil(JOBS)).max(1);
        let others = (0..number).map(|_| runtime()).collect::<io::Result<_>>()?;
        Ok(Self { own: runtime()?, others })
    }
}

fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        // Look-ups in the system's resolver, for names that DNS does not know.
        .max_blocking_threads(64)
        .build()
}

/// Runs jobs `0..number`. Each thread makes its own `crew`, which makes a job when its turn comes;
/// `done` gets its result, on the calling thread, and may break the run off. When `stop` resolves, no
/// further job is begun; those that run are to notice it themselves (`Turn::stop`) and end.
pub fn run<K, T, J, F>(
    threads: Threads,
    number: usize,
    bounds: Bounds,
    crew: impl Fn() -> J + Sync,
    mut done: impl FnMut(usize, Result<T, Panicked>) -> ControlFlow<()>,
    stop: impl Future<Output = ()>,
) where
    K: Ord + Hash + Clone + Send + 'static,
    T: Send + 'static,
    J: Fn(usize, Turn<K>) -> F,
    F: Future<Output = T> + 'static,
{
    let bounds = bounds.share(threads.others.len());
    let (halt, halted) = watch::channel(false);
    let shared =
        Shared { number, next: AtomicUsize::new(0), places: Arc::new(Places::new()), stop: halted };
    let (tell, mut told) = mpsc::channel(READY);
    std::thread::scope(|scope| {
        for runtime in threads.others {
            let (tell, shared, crew) = (tell.clone(), &shared, &crew);
            scope.spawn(move || {
                LocalSet::new()
                    .block_on(&runtime, async { work(shared, bounds, crew(), tell).await });
                runtime.shutdown_background();
            });
        }
        drop(tell);
        threads.own.block_on(async move {
            tokio::pin!(stop);
            let mut stopped = false;
            loop {
                tokio::select! {
                    biased;
                    () = &mut stop, if !stopped => {
                        stopped = true;
                        halt.send_replace(true);
                    }
                    result = told.recv() => {
                        let Some((index, result)) = result else { return };
                        if done(index, result).is_break() {
                            // The threads see that nobody listens any more.
                            return;
                        }
                    }
                }
            }
        });
    });
}

/// One thread's part: takes jobs as long as there are any.
async fn work<K, T, F>(
    shared: &Shared<K>,
    bounds: Bounds,
    job: impl Fn(usize, Turn<K>) -> F,
    tell: mpsc::Sender<(usize, Result<T, Panicked>)>,
) where
    K: Ord + Hash + Clone + 'static,
    T: 'static,
    F: Future<Output = T> + 'static,
{
    let at_work = Arc::new(Semaphore::new(bounds.at_work));
    let in_flight = Arc::new(Semaphore::new(bounds.in_flight));
    let usual = Rc::new(Usual(Cell::new(QUIET)));
    let mut tasks = JoinSet::new();
    let (mut stop, mut more) = (shared.stop.clone(), true);
    while more || !tasks.is_empty() {
        let room = async {
            let flight = Arc::clone(&in_flight).acquire_owned().await;
            (flight.ok(), Arc::clone(&at_work).acquire_owned().await.ok())
        };
        tokio::select! {
            biased;
            () = tell.closed() => return,
            _ = stop.wait_for(|stop| *stop), if more => more = false,
            Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
            (flight, slot) = room, if more => {
                let index = shared.next.fetch_add(1, Ordering::Relaxed);
                if index >= shared.number {
                    more = false;
                    continue;
                }
                let turn = Turn {
                    stop: shared.stop.clone(),
                    places: Arc::clone(&shared.places),
                    in_flight: Arc::clone(&in_flight),
                    flight,
                };
                let last = Instant::now();
                let watched = Watched {
                    inner: Box::pin(job(index, turn)),
                    timer: Box::pin(tokio::time::sleep_until(last + usual.quiet())),
                    last,
                    usual: Rc::clone(&usual),
                    slots: Arc::clone(&at_work),
                    slot,
                };
                let tell = tell.clone();
                // Nobody listens any more where a result is not taken.
                tasks.spawn_local(async move { tell.send((index, watched.await)).await.is_ok() });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::sync::atomic::AtomicUsize;

    const BOUNDS: Bounds = Bounds { at_work: 2, in_flight: 100 };

    fn threads(number: usize) -> Threads {
        Threads {
            own: runtime().unwrap(),
            others: (0..number).map(|_| runtime().unwrap()).collect(),
        }
    }

    async fn asleep(millis: u64) {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    #[test]
    fn a_panic_costs_its_own_job_only() {
        let mut results = Vec::new();
        let crew = || {
            |index: usize, turn: Turn<usize>| async move {
                turn.at(vec![0], async move {
                    asleep(1).await;
                    assert_ne!(index, 1, "job one");
                    index
                })
                .await
            }
        };
        let done = |index, result: Result<usize, Panicked>| {
            results.push((index, result.map_err(|p| p.0.contains("job one"))));
            ControlFlow::Continue(())
        };
        run(threads(1), 3, BOUNDS, crew, done, std::future::pending());
        // All at one place, so in their order.
        assert_eq!(results, [(0, Ok(0)), (1, Err(true)), (2, Ok(2))]);
    }

    #[test]
    fn those_that_wait_do_not_hold_up_the_others() {
        for number in [1, 2] {
            // Half of the jobs hear nothing until all others have ended, which take 1 ms each.
            let ended = RefCell::new(Vec::new());
            let (tell, told) = watch::channel(0);
            let crew = || {
                let told = told.clone();
                move |index: usize, turn: Turn<usize>| {
                    let mut told = told.clone();
                    turn.at(vec![index], async move {
                        if index.is_multiple_of(2) {
                            told.wait_for(|ended| *ended >= 30).await.unwrap();
                        } else {
                            asleep(1).await;
                        }
                    })
                }
            };
            let done = |index: usize, _: Result<(), Panicked>| {
                ended.borrow_mut().push(index);
                tell.send_modify(|ended| *ended += 1);
                ControlFlow::Continue(())
            };
            run(threads(number), 60, BOUNDS, crew, done, std::future::pending());
            assert_eq!(ended.borrow().len(), 60);
            assert!(ended.borrow()[..30].iter().all(|index| index % 2 == 1), "{ended:?}");
        }
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
    fn a_place_is_taken_by_one_at_a_time() {
        let inside: &'static [AtomicUsize; 4] = Box::leak(Box::default());
        let crew = || {
            move |index: usize, turn: Turn<usize>| {
                // Each wants two of four, in either order.
                let (one, other) = (index % 4, (index / 4 + 1) % 4);
                turn.at(vec![one, other], async move {
                    for place in [one, other] {
                        let before = inside[place].fetch_add(1, Ordering::SeqCst);
                        assert!(before == 0 || one == other, "{index}");
                    }
                    asleep(1).await;
                    for place in [one, other] {
                        inside[place].fetch_sub(1, Ordering::SeqCst);
                    }
                })
            }
        };
        let mut ended = Vec::new();
        let done = |index: usize, result: Result<(), Panicked>| {
            result.unwrap();
            ended.push(index);
            ControlFlow::Continue(())
        };
        run(threads(3), 90, BOUNDS, crew, done, std::future::pending());
        ended.sort_unstable();
        assert_eq!(ended, (0..90).collect::<Vec<_>>());
    }

    #[test]
    fn nobody_is_remembered_who_has_left() {
        let places = Arc::new(Places::new());
        let turn = || Turn {
            stop: watch::channel(false).1,
            places: Arc::clone(&places),
            in_flight: Arc::new(Semaphore::new(1)),
            flight: None,
        };
        runtime().unwrap().block_on(async {
            tokio::join!(turn().at(vec![1, 2], asleep(1)), turn().at(vec![2, 3], asleep(1)))
        });
        assert!(places.parts.iter().all(|part| part.lock().unwrap().is_empty()));
    }

    #[test]
    fn no_job_begins_after_the_stop() {
        let begun = Arc::new(AtomicUsize::new(0));
        let crew = || {
            let begun = Arc::clone(&begun);
            move |_: usize, mut turn: Turn<usize>| {
                begun.fetch_add(1, Ordering::SeqCst);
                async move {
                    turn.stop.wait_for(|stop| *stop).await.unwrap();
                }
            }
        };
        let done = |_: usize, _: Result<(), Panicked>| ControlFlow::Continue(());
        let bounds = Bounds { at_work: 2, in_flight: 4 };
        run(threads(2), 1000, bounds, crew, done, asleep(20));
        assert!(begun.load(Ordering::SeqCst) <= 4, "{begun:?}");
    }

    #[test]
    fn who_breaks_the_run_off_gets_no_more() {
        let mut got = 0;
        let crew = || |_: usize, turn: Turn<usize>| turn.at(Vec::new(), std::future::ready(()));
        let done = |_: usize, _: Result<(), Panicked>| {
            got += 1;
            ControlFlow::Break(())
        };
        run(threads(2), 1000, BOUNDS, crew, done, std::future::pending());
        assert_eq!(got, 1);
    }
}
