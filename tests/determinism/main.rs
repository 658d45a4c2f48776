//! The same recording gives the same bytes: however it is cut, ticked, shifted, stopped and taken up, threaded or journalled.
//!
//! Each test compares every alert line of every revision, and every track line, with those of one plain run. Two seas: the
//! bundled scenario under two seeds, and a real national feed (with rules so quick that five minutes of it raise hundreds
//! of alerts). `PICKET_SEEDS` sets how many random seeds each test tries.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod command;
mod laws;
mod metamorphic;
mod play;
mod sea;
mod shift;
#[path = "../support/mod.rs"]
mod support;
