//! The edge: everything that may fail, retry or wait; holds no domain rule.

pub mod api;
pub mod auth;
pub mod batch;
pub mod clock;
pub mod console;
pub mod export;
pub mod feed;
pub mod health;
pub mod inlet;
pub mod journal;
pub mod lines;
pub mod metrics;
pub mod recording;
pub mod seen;
pub mod snapshot;
pub mod split;
pub mod store;
