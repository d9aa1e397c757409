//! What the fuzz targets run: programs decoded from bytes, each step compared with a
//! naive model.
//!
//! `npm run fuzz -- --seconds 60` fuzzes. `npm run fuzz -- --replay` runs the corpus, and
//! `cargo run --bin slots FILE` one input.

use std::fmt::Debug;
use std::path::PathBuf;

use arbitrary::{Arbitrary, Unstructured};

pub mod free_map;
#[path = "../../tests/support/model.rs"]
mod model;
#[path = "../../tests/support/refusable.rs"]
mod refusable;
pub mod slots;

/// Runs the inputs in the files and folders that the command line names.
pub fn replay(run: fn(&[u8])) -> std::io::Result<()> {
    let mut paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let mut replayed = 0;
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            for entry in path.read_dir()? {
                paths.push(entry?.path());
            }
        } else {
            run(&std::fs::read(&path)?);
            replayed += 1;
        }
    }
    println!("{replayed} inputs replayed");
    if replayed == 0 { Err(std::io::Error::other("there was nothing to replay")) } else { Ok(()) }
}

/// The program that the bytes encode, if any.
fn decode<'a, Program: Arbitrary<'a>>(data: &'a [u8]) -> Option<Program> {
    Program::arbitrary_take_rest(Unstructured::new(data)).ok()
}

/// Shows the program that a failure happened in.
struct Shown<'a, Program: Debug>(&'a Program);

impl<Program: Debug> Drop for Shown<'_, Program> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in {:#?}", self.0);
        }
    }
}
