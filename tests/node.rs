//! The binding, by tests in JavaScript. cargo-mutants runs `cargo test` alone, so this calls
//! them: `.cargo/mutants.toml`.

#![cfg(feature = "node")]

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::Path;
use std::process::Command;
use std::{env, fs};

const TESTS: [&str; 7] =
    ["native", "iteration", "json", "lease", "exhaustive", "panic", "refused-memory"];

#[test]
#[ignore = "needs Node.js, `npm ci` and `npm run build`"]
fn tests_in_javascript() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = format!("{DLL_PREFIX}callosum_server_slots{DLL_SUFFIX}");
    let built = env::current_exe().unwrap().with_file_name(library); // cargo builds it with the tests
    let addon = built.with_extension("node");
    fs::copy(built, &addon).unwrap();
    let preload = root.join("__test__/support/preload/other-binary.js");
    for name in TESTS {
        let status = Command::new("node")
            .arg(root.join(format!("__test__/slots/{name}.test.js")))
            .env("CALLOSUM_TEST_BINARY", &addon)
            .env("NODE_OPTIONS", format!("--require {preload:?}"))
            .status();
        assert!(status.unwrap().success(), "{name}");
    }
}
