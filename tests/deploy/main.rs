//! What installs and runs picket, and what operators read of it, held to the program: image, Compose, systemd, docs/operating.md.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod compose;
mod image;
mod operating;
mod support;
mod unit;
