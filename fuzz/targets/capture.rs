//! Fuzzes the target `capture` of tests/decode/drive.rs.
#![no_main]

#[path = "../../tests/decode/drive.rs"]
#[allow(dead_code)]
mod drive;

libfuzzer_sys::fuzz_target!(|data: &[u8]| drive::capture(data));
