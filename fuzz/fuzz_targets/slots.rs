//! The whole manager.

#![cfg_attr(fuzzing, no_main)]

use callosum_server_slots_fuzz::slots;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| slots::run(data));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    callosum_server_slots_fuzz::replay(slots::run)
}
