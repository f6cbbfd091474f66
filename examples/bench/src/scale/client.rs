//! What a client's process measures.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use smol::lock::Semaphore;

use super::check::{self, Delivered};
use super::contenders::{AsyncOpenai, Choreo, Contender, Who};
use super::experiment::{Experiment, Load};
use super::process::{cpu_time, resident_bytes};
use super::report::Figures;
use super::{Failure, event, simulated};

/// So many streams are asked for at the same time, in order not to overrun the server's queue.
const CONNECTING: usize = 64;

/// # Errors
///
/// A stream failed, or delivered something else than was sent.
pub(super) fn measure(
    experiment: Experiment,
    contender: Who,
    address: &str,
    load: &Load,
) -> Result<Figures, Failure> {
    match (experiment, contender) {
        (Experiment::Simulated, _) => simulated::measure(load),
        (_, Who::ChoreoSmol) => measure_by::<Choreo>(experiment, address, load),
        (_, Who::AsyncOpenai) => measure_by::<AsyncOpenai>(experiment, address, load),
    }
}

fn measure_by<C: Contender>(experiment: Experiment, address: &str, load: &Load) -> Result<Figures, Failure> {
    let client = C::new(address)?;
    match experiment {
        Experiment::OpenStreams => open_streams(&client, load),
        Experiment::Latency => latency(&client, load),
        Experiment::AtOnce => at_once(&client, load),
        Experiment::FirstToken => first_token(&client, load),
        Experiment::Simulated => unreachable!("it has no server"),
    }
}

/// Of all streams.
struct Progress {
    events: usize,
    /// Streams that have begun.
    begun: AtomicUsize,
    /// Nanoseconds from the server's write to the client's event, of each event.
    latencies: Vec<AtomicU64>,
    /// Events that have come, beside those that begin and end a stream.
    come: AtomicUsize,
    all_open: OnceLock<Mark>,
    all_come: OnceLock<Mark>,
}

/// What the process had taken at some time.
struct Mark {
    time: Instant,
    cpu: Duration,
    resident: Result<u64, String>,
}

impl Mark {
    fn now() -> Self {
        let resident = resident_bytes().map_err(|error| error.to_string());
        Self { time: Instant::now(), cpu: cpu_time(), resident }
    }
}

impl Progress {
    fn new(load: &Load) -> Self {
        Self {
            events: load.total(),
            begun: AtomicUsize::new(0),
            // Written to now: the memory is not the streams'.
            latencies: (0..load.total()).map(|_| AtomicU64::new(u64::MAX)).collect(),
            come: AtomicUsize::new(0),
            all_open: OnceLock::new(),
            all_come: OnceLock::new(),
        }
    }

    fn begin(&self, streams: usize) {
        if self.begun.fetch_add(1, Ordering::Relaxed) + 1 == streams {
            _ = self.all_open.set(Mark::now());
        }
    }

    fn come(&self, written: u64) {
        let at = self.come.fetch_add(1, Ordering::Relaxed);
        if let Some(latency) = self.latencies.get(at) {
            latency.store(event::now().saturating_sub(written), Ordering::Relaxed);
        }
        if at + 1 == self.events {
            _ = self.all_come.set(Mark::now());
        }
    }
}

fn open_streams<C: Contender>(client: &C, load: &Load) -> Result<Figures, Failure> {
    let Load { streams, events, .. } = *load;
    let progress = Arc::new(Progress::new(load));
    let asking = Arc::new(Semaphore::new(CONNECTING));
    let before = resident_bytes()?;
    let tasks = (0..streams).map(|_| {
        let (client, progress, asking) = (client.clone(), progress.clone(), asking.clone());
        async move {
            let mut permit = Some(asking.acquire_arc().await);
            let mut delivered = Delivered::default();
            let take = |text: &str| {
                let written = delivered.take(text);
                if delivered.is_first() {
                    permit = None;
                    progress.begin(streams);
                }
                if let Some(written) = written {
                    progress.come(written);
                }
            };
            client.ask(take).await?;
            delivered.check(events)
        }
    });
    check::all(&C::run_all(tasks))?;

    let (Some(open), Some(come)) = (progress.all_open.get(), progress.all_come.get()) else {
        return Err("not all streams were open at the same time".into());
    };
    if come.time < open.time {
        return Err("the events came before all streams were open".into());
    }
    let resident = come.resident.clone()?;
    let latencies = progress.latencies.iter().map(|latency| latency.load(Ordering::Relaxed)).collect();
    let [median, high] = percentiles(latencies);
    Ok(vec![
        ("KiB_per_stream".into(), resident.saturating_sub(before) as f64 / 1024.0 / streams as f64),
        ("cpu_us_per_event".into(), micros(come.cpu - open.cpu) / load.total() as f64),
        ("latency_us_p50".into(), median),
        ("latency_us_p99".into(), high),
    ])
}

fn latency<C: Contender>(client: &C, load: &Load) -> Result<Figures, Failure> {
    let (start, cpu) = (Instant::now(), cpu_time());
    check::all(&ask_at_once(client, load))?;
    Ok(vec![
        ("wall_ms".into(), micros(start.elapsed()) / 1e3),
        ("cpu_ms".into(), micros(cpu_time() - cpu) / 1e3),
    ])
}

fn at_once<C: Contender>(client: &C, load: &Load) -> Result<Figures, Failure> {
    let start = Instant::now();
    check::all(&ask_in_sequence(client, load, |_| ()))?;
    let in_sequence = start.elapsed();
    let start = Instant::now();
    check::all(&ask_at_once(client, load))?;
    let at_once = start.elapsed();
    Ok(vec![
        ("in_sequence_ms".into(), micros(in_sequence) / 1e3),
        ("at_once_ms".into(), micros(at_once) / 1e3),
        ("ratio".into(), in_sequence.as_secs_f64() / at_once.as_secs_f64()),
    ])
}

fn first_token<C: Contender>(client: &C, load: &Load) -> Result<Figures, Failure> {
    let waits = Arc::new(Mutex::new(Vec::with_capacity(load.streams)));
    let note = {
        let waits = waits.clone();
        move |wait: Duration| waits.lock().expect("nobody panics").push(wait.as_nanos() as u64)
    };
    check::all(&ask_in_sequence(client, load, note))?;
    let [median, high] = percentiles(std::mem::take(&mut *waits.lock().expect("nobody panics")));
    Ok(vec![("first_us_p50".into(), median), ("first_us_p99".into(), high)])
}

fn ask_at_once<C: Contender>(client: &C, load: &Load) -> Vec<Result<(), Failure>> {
    let events = load.events;
    C::run_all((0..load.streams).map(|_| {
        let client = client.clone();
        async move { ask(&client, events, |_| ()).await }
    }))
}

/// Tells how long each first event took.
fn ask_in_sequence<C: Contender>(
    client: &C,
    load: &Load,
    note: impl Fn(Duration) + Send + Sync + 'static,
) -> Vec<Result<(), Failure>> {
    let (client, load) = (client.clone(), *load);
    let task = async move {
        let mut outcomes = Vec::with_capacity(load.streams);
        for _ in 0..load.streams {
            outcomes.push(ask(&client, load.events, &note).await);
        }
        outcomes
    };
    C::run_all(std::iter::once(task)).into_iter().flatten().collect()
}

/// Asks once and checks what comes; tells how long the first event took.
async fn ask<C: Contender>(
    client: &C,
    events: usize,
    note: impl Fn(Duration) + Send + Sync,
) -> Result<(), Failure> {
    let start = Instant::now();
    let mut delivered = Delivered::default();
    let take = |text: &str| {
        delivered.take(text);
        if delivered.is_first() {
            note(start.elapsed());
        }
    };
    client.ask(take).await?;
    delivered.check(events)
}

/// The median and the 99th, in microseconds.
fn percentiles(mut nanos: Vec<u64>) -> [f64; 2] {
    nanos.sort_unstable();
    [0.5, 0.99].map(|part| nanos[((nanos.len() - 1) as f64 * part).round() as usize] as f64 / 1e3)
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
