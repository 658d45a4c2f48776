//! picket, a vessel surveillance service: AIS and radar feeds in, explained alerts out, replayable to the byte.

pub mod app;
pub mod edge;
pub mod engine;
pub mod score;
pub mod settings;
pub mod sim;
