//! picket, a vessel surveillance service: AIS and radar feeds in, explained alerts out, replayable to the byte.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // the edge may; `engine` denies both again

pub mod app;
pub mod edge;
pub mod engine;
pub mod score;
pub mod settings;
pub mod sim;
