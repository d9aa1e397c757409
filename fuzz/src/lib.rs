//! What the fuzz targets run: programs decoded from bytes, each step compared with a
//! naive model.
//!
//! `npm run fuzz -- --seconds 60` fuzzes. `npm run fuzz -- --replay` runs the corpus, and
//! `cargo run --bin slots FILE` one input.

use std::fmt::Debug;
use std::path::PathBuf;

use arbitrary::{Arbitrary, Unstructured};

#[path = "../../tests/support/faults.rs"]
#[cfg_attr(not(test), allow(dead_code, reason = "only the tests plant faults"))]
mod faults;
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use crate::faults::{FAULTS, Fault, is_found};

    /// Which of the faults none of the kept inputs finds.
    fn not_found(
        faults: &[(&'static str, Fault)],
        corpus: &str,
        run: fn(&[u8]),
    ) -> Vec<&'static str> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(corpus);
        let read = |file: std::io::Result<fs::DirEntry>| fs::read(file.unwrap().path()).unwrap();
        let inputs: Vec<Vec<u8>> = folder.read_dir().unwrap().map(read).collect();
        let all = || inputs.iter().for_each(|input| run(input));
        faults.iter().filter(|(_, fault)| !is_found(*fault, all)).map(|(name, _)| *name).collect()
    }

    #[test]
    fn the_kept_inputs_find_every_planted_fault_of_the_manager() {
        assert_eq!(not_found(&FAULTS, "slots", super::slots::run), [""; 0]);
    }

    #[test]
    fn the_kept_inputs_find_every_planted_fault_of_the_map() {
        // The map alone knows no high-water mark, so two of them cannot happen.
        let faults: Vec<_> = FAULTS
            .into_iter()
            .filter(|(name, _)| !name.contains("high-water") && !name.contains("slot 0"))
            .collect();
        assert_eq!(not_found(&faults, "free_map", super::free_map::run), [""; 0]);
    }
}
