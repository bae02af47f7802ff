//! Looks up names of servers: one look-up for all who want the same name, and few at once.
//!
//! The operating system's look-up blocks and cannot be cancelled. So each runs on a thread of its own, for which
//! nobody waits: it holds the resolver and the state in this file, and nothing else of the client.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::resolve::Resolve;

/// The most look-ups at once; more wait for one of them to end.
const MOST_AT_ONCE: usize = 8;

/// After this long a look-up is believed to hang: the next one who wants the name starts another, if there is a
/// thread for it. `getaddrinfo` asks each name server for 5 s, twice.
const HANGS_AFTER: Duration = Duration::from_secs(30);

/// The most names whose last addresses are kept. With more names of servers than this, all are forgotten, and
/// slow look-ups are waited for.
const MOST_KEPT: usize = 4096;

/// The addresses of a name, or the reason why there are none.
pub(super) type Found = Result<Arc<[IpAddr]>, Arc<str>>;

/// The names of a client's servers.
pub(super) struct Names {
    resolver: Arc<dyn Resolve>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// One for each name that somebody wants at the moment.
    running: HashMap<Arc<str>, LookUp>,
    /// Those that have no thread yet.
    waiting: VecDeque<Job>,
    threads: usize,
    /// What was found last.
    kept: HashMap<Arc<str>, Arc<[IpAddr]>>,
}

/// A look-up to be done.
struct Job {
    name: Arc<str>,
    result: watch::Sender<Option<Found>>,
}

/// A look-up that runs, or waits for a thread.
#[derive(Clone)]
pub(super) struct LookUp {
    name: Arc<str>,
    started: Instant,
    result: watch::Receiver<Option<Found>>,
    /// What was found the last time.
    kept: Option<Arc<[IpAddr]>>,
}

impl LookUp {
    /// Its result.
    pub(super) async fn found(&mut self) -> Found {
        match self.result.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(found)) => found.clone(),
            // Its sender is dropped without a result only when the client is.
            Ok(None) | Err(_) => Err("the client is closed".into()),
        }
    }

    /// The addresses that the name had at the last look-up.
    pub(super) fn kept(&self) -> &[IpAddr] {
        self.kept.as_deref().unwrap_or_default()
    }

    /// How far it is, in words.
    pub(super) fn progress(&self) -> String {
        format!("the look-up of {} has taken {:.1} s so far", self.name, self.started.elapsed().as_secs_f64())
    }
}

impl Names {
    pub(super) fn new(resolver: Arc<dyn Resolve>) -> Self {
        Self { resolver, state: Arc::default() }
    }

    /// Joins the look-up of this name that runs, or starts one. It goes on when nobody waits for it any more, and
    /// what it finds is kept.
    pub(super) fn look_up(&self, name: &Arc<str>) -> LookUp {
        let mut state = lock(&self.state);
        let has_thread = state.threads < MOST_AT_ONCE;
        if let Some(running) = state.running.get(name)
            && !(has_thread && running.started.elapsed() >= HANGS_AFTER)
        {
            return running.clone();
        }
        let (sender, result) = watch::channel(None);
        let kept = state.kept.get(name).cloned();
        let look_up = LookUp { name: Arc::clone(name), started: Instant::now(), result, kept };
        state.running.insert(Arc::clone(name), look_up.clone());
        let job = Job { name: Arc::clone(name), result: sender };
        if !has_thread {
            state.waiting.push_back(job);
            return look_up;
        }
        state.threads += 1;
        drop(state);
        self.start_thread(job);
        look_up
    }

    /// The addresses that the last look-up of this name found.
    pub(super) fn kept(&self, name: &str) -> Option<Arc<[IpAddr]>> {
        lock(&self.state).kept.get(name).cloned()
    }

    /// How far the look-up of this name is, in words, if one runs.
    pub(super) fn progress(&self, name: &str) -> Option<String> {
        lock(&self.state).running.get(name).map(LookUp::progress)
    }

    /// Forgets the look-ups that have no thread yet. The threads end with those that they do now.
    pub(super) fn close(&self) {
        lock(&self.state).waiting.clear();
    }

    fn start_thread(&self, job: Job) {
        let (resolver, state) = (Arc::clone(&self.resolver), Arc::clone(&self.state));
        let (name, result) = (Arc::clone(&job.name), job.result.clone());
        let thread = thread::Builder::new().name("pegasus-names".into());
        if let Err(error) = thread.spawn(move || run(&*resolver, &state, job)) {
            let mut state = lock(&self.state);
            state.threads -= 1;
            state.finish(&name, &result, Err(format!("there is no thread for it: {error}").into()));
        }
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        self.close();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread: this look-up, and those that wait for a thread.
fn run(resolver: &dyn Resolve, state: &Mutex<State>, mut job: Job) {
    loop {
        let found = look_up(resolver, &job.name);
        let mut state = lock(state);
        state.finish(&job.name, &job.result, found);
        match state.waiting.pop_front() {
            Some(next) => job = next,
            None => {
                state.threads -= 1;
                return;
            }
        }
    }
}

fn look_up(resolver: &dyn Resolve, name: &str) -> Found {
    match catch_unwind(AssertUnwindSafe(|| resolver.resolve(name))) {
        Ok(Ok(addresses)) if addresses.is_empty() => Err("it has no address".into()),
        Ok(Ok(addresses)) => Ok(addresses.into()),
        Ok(Err(error)) => Err(error.to_string().into()),
        Err(_) => Err("the resolver panicked".into()),
    }
}

impl State {
    fn finish(&mut self, name: &Arc<str>, result: &watch::Sender<Option<Found>>, found: Found) {
        if let Ok(addresses) = &found {
            if self.kept.len() >= MOST_KEPT {
                self.kept.clear();
            }
            self.kept.insert(Arc::clone(name), Arc::clone(addresses));
        }
        // Unless it was believed to hang, and another one runs now.
        if self.running.get(name).is_some_and(|running| result.subscribe().same_channel(&running.result)) {
            self.running.remove(name);
        }
        result.send_replace(Some(found));
    }
}
