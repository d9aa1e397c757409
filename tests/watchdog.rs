//! A test that loops forever is ended, and named.

use std::env::current_exe;
use std::process::Command;

mod support;

use support::watchdog::Watchdog;

#[test]
#[ignore = "never ends; the test below runs it"]
fn that_loops_forever() {
    let _watchdog = Watchdog::start();
    loop {
        std::hint::spin_loop();
    }
}

#[test]
fn a_test_that_loops_forever_is_ended_and_named() {
    let program = current_exe().expect("the program of this test");
    let options = ["--ignored", "--exact", "that_loops_forever", "--test-threads=2"];
    let output = Command::new(program).args(options).output().expect("the same program");
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("that_loops_forever: no progress for "), "{told}");
}
