//! The running service from outside: what it tells live is what a replay tells, whatever happens to it on the way.
#![allow(clippy::unwrap_used, clippy::panic)]

mod demo;
mod kill;
mod live;
mod national;
mod reload;
mod start;
mod support;
#[path = "../support/mod.rs"]
mod tests_support;
