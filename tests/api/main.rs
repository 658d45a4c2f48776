//! The service's HTTP side from outside: real sockets on free ports, a real store behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod client;
mod commands;
mod connections;
mod description;
mod picture;
mod routes;
mod service;
mod stream;
mod token;
