//! Ends a test that makes no progress.

use std::io::{Write, stderr};
use std::process::abort;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// Many times what a step takes on a slow machine.
const LONGEST_STEP: Duration = Duration::from_secs(40);

/// Aborts the process, with the name of the test, if a step of it takes longer than
/// [`LONGEST_STEP`]: a test thread that loops forever cannot be stopped otherwise.
pub(crate) struct Watchdog {
    progress: Sender<()>,
}

impl Watchdog {
    /// Watches the current test until the watchdog is dropped.
    pub(crate) fn start() -> Self {
        let test = thread::current().name().unwrap_or("a test").to_owned();
        let (progress, steps) = channel();
        thread::spawn(move || {
            loop {
                match steps.recv_timeout(LONGEST_STEP) {
                    Ok(()) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) => {
                        // Not eprintln!, whose output the test harness keeps to itself.
                        let seconds = LONGEST_STEP.as_secs();
                        _ = writeln!(stderr(), "{test}: no progress for {seconds} s");
                        abort();
                    }
                }
            }
        });
        Self { progress }
    }

    /// A step is done.
    pub(crate) fn step(&self) {
        self.progress.send(()).expect("the watchdog lives as long as the test");
    }
}
