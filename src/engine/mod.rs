//! The engine: inputs in, outputs out; no clock, no I/O, no locks, no failure.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable)]

pub mod alert;
pub mod assignment;
pub mod decode;
pub mod detect;
pub mod digest;
pub mod earth;
pub mod input;
pub mod limits;
pub mod map;
pub mod text;
pub mod time;
pub mod track;
pub mod units;
pub mod vessel;
pub mod zone;
