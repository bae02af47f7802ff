//! One measurement: operations, seconds and CPU seconds of an interval after a warm-up.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::talk::Run;

/// With many operations in flight one in this many is timed: reading the clock twice takes a good part of the
/// time of an operation. All peers do the same.
const SAMPLED: u64 = 16;

/// The result of a measurement.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    operations: u64,
    seconds: f64,
    cpu_seconds: f64,
    latency_ms: Latency,
}

#[derive(Debug, Serialize)]
struct Latency {
    p50: Option<f64>,
    p90: Option<f64>,
    p99: Option<f64>,
}

/// Runs `run.in_flight` loops; each awaits its operation before the next one. All run on this
/// thread, in a [`LocalSet`](tokio::task::LocalSet).
///
/// # Errors
///
/// Fails with the error of the first operation that failed.
pub async fn measure<F>(run: &Run, once: F) -> Result<Measured, String>
where
    F: AsyncFn() -> Result<(), String> + 'static,
{
    let (meter, once) = (Rc::new(Meter::default()), Rc::new(once));
    let every = if run.in_flight == 1 { 1 } else { SAMPLED };
    let mut loops = JoinSet::new();
    for index in 0..run.in_flight as u64 {
        let (meter, once) = (Rc::clone(&meter), Rc::clone(&once));
        loops.spawn_local(async move { meter.repeat(index, every, &*once).await });
    }
    let measured = meter.watch(run).await;
    while let Some(ended) = loops.join_next().await {
        ended.map_err(|error| error.to_string())??;
    }
    Ok(measured)
}

/// Counts operations while they run.
#[derive(Default)]
struct Meter {
    operations: Cell<u64>,
    samples: RefCell<Vec<f64>>,
    is_over: Cell<bool>,
}

impl Meter {
    /// `turn` differs between loops, so that they do not all time the same turn.
    async fn repeat<F>(&self, mut turn: u64, every: u64, once: &F) -> Result<(), String>
    where
        F: AsyncFn() -> Result<(), String>,
    {
        while !self.is_over.get() {
            let started = turn.is_multiple_of(every).then(Instant::now);
            once().await?;
            if let Some(started) = started {
                self.samples.borrow_mut().push(started.elapsed().as_secs_f64() * 1000.0);
            }
            self.operations.set(self.operations.get() + 1);
            turn += 1;
        }
        Ok(())
    }

    async fn watch(&self, run: &Run) -> Measured {
        sleep(Duration::from_secs_f64(run.warm_up_seconds)).await;
        self.samples.borrow_mut().clear();
        let (operations, started, cpu) = (self.operations.get(), Instant::now(), cpu_seconds());
        sleep(Duration::from_secs_f64(run.seconds)).await;
        let cpu_seconds = cpu_seconds() - cpu;
        let seconds = started.elapsed().as_secs_f64();
        let operations = self.operations.get() - operations;
        self.is_over.set(true);
        let mut samples = self.samples.take();
        Measured { operations, seconds, cpu_seconds, latency_ms: Latency::of(&mut samples) }
    }
}

impl Latency {
    fn of(samples: &mut [f64]) -> Self {
        samples.sort_by(f64::total_cmp);
        let last = samples.len().saturating_sub(1);
        let quantile = |part: f64| samples.get(((samples.len() as f64 * part) as usize).min(last)).copied();
        Self { p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99) }
    }
}

/// The CPU time of this process so far, user and system.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_are_those_of_the_sorted_samples() {
        let mut samples: Vec<f64> = (0..1000).rev().map(f64::from).collect();
        let latency = Latency::of(&mut samples);
        assert_eq!((latency.p50, latency.p90, latency.p99), (Some(500.0), Some(900.0), Some(990.0)));
        assert_eq!(Latency::of(&mut []).p99, None);
    }
}
