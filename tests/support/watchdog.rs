//! Ends a test that makes no progress.

use std::fs::{read_link, read_to_string};
use std::io::{Write, stderr};
use std::path::{Path, PathBuf};
use std::process::abort;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The limit for a step, in processor time, so that a busy machine does not matter: ten
/// times what the longest step takes in a debug build.
const LONGEST_STEP: Duration = Duration::from_secs(1);
/// The same by the clock, where the time of the processor cannot be read.
const LONGEST_STEP_BY_CLOCK: Duration = Duration::from_secs(40);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Aborts the process, with the name of the test, if a step of it takes longer than
/// [`LONGEST_STEP`]: a test thread that loops forever cannot be stopped otherwise.
pub(crate) struct Watchdog {
    steps: Arc<AtomicU64>,
    /// Tells the watching thread, when it is dropped, that the test has ended.
    _end: Sender<()>,
}

impl Watchdog {
    /// Watches the current test until the watchdog is dropped.
    pub(crate) fn start() -> Self {
        let test = thread::current().name().unwrap_or("a test").to_owned();
        let stopwatch = Stopwatch::of_this_thread();
        let steps = Arc::new(AtomicU64::new(0));
        let (end, ended) = channel::<()>();
        let watched = Arc::clone(&steps);
        thread::spawn(move || {
            let mut step = 0;
            let mut step_began = stopwatch.elapsed();
            while ended.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
                let (latest, now) = (watched.load(Relaxed), stopwatch.elapsed());
                if latest != step {
                    (step, step_began) = (latest, now);
                } else if now.saturating_sub(step_began) > stopwatch.longest_step() {
                    // Not eprintln!, whose output the test harness keeps to itself.
                    let seconds = stopwatch.longest_step().as_secs();
                    _ = writeln!(stderr(), "{test}: no progress for {seconds} s");
                    abort();
                }
            }
        });
        Self { steps, _end: end }
    }

    /// A step is done.
    pub(crate) fn step(&self) {
        self.steps.fetch_add(1, Relaxed);
    }
}

/// The processor time of a thread; the time of the clock if that cannot be read.
struct Stopwatch {
    /// A file that begins with the time on the processor, in nanoseconds. On Linux.
    schedstat: Option<PathBuf>,
    began: Instant,
}

impl Stopwatch {
    fn of_this_thread() -> Self {
        let thread = read_link("/proc/thread-self").ok();
        let schedstat = thread.map(|thread| Path::new("/proc").join(thread).join("schedstat"));
        let began = Instant::now();
        Self { schedstat: schedstat.filter(|file| nanoseconds(file).is_some()), began }
    }

    fn longest_step(&self) -> Duration {
        if self.schedstat.is_some() { LONGEST_STEP } else { LONGEST_STEP_BY_CLOCK }
    }

    fn elapsed(&self) -> Duration {
        match &self.schedstat {
            // The file is gone if the thread is, and its watchdog is dropped then.
            Some(file) => nanoseconds(file).map_or(Duration::ZERO, Duration::from_nanos),
            None => self.began.elapsed(),
        }
    }
}

fn nanoseconds(schedstat: &Path) -> Option<u64> {
    read_to_string(schedstat).ok()?.split(' ').next()?.parse().ok()
}
