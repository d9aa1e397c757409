//! The free map.

#![cfg_attr(fuzzing, no_main)]

use callosum_server_slots_fuzz::free_map;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| free_map::run(data));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    callosum_server_slots_fuzz::replay(free_map::run)
}
