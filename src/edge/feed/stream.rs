//! One stream of bytes, from its first line to its end: a connection.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::outlet::Outlet;
use crate::edge::inlet::Stopping;
use crate::edge::split::Splitter;

/// Bytes read at a time: what one read gives is handed over at once, so it is little while little comes.
pub const READ_BYTES: usize = 64 * 1024;

/// How a stream ended.
#[derive(Debug)]
pub enum StreamEnd {
    /// The other side closed it.
    Closed,
    /// It broke.
    Broken(io::Error),
    /// The service stops.
    Stopping,
}

impl From<Stopping> for StreamEnd {
    fn from(_: Stopping) -> Self {
        StreamEnd::Stopping
    }
}

/// Reads lines until the stream ends. While the engine is behind nothing is read, which slows the sender.
///
/// Gives the bytes read, and how it ended.
pub async fn read_lines(outlet: &Outlet, mut stream: impl AsyncRead + Unpin) -> (u64, StreamEnd) {
    let (mut splitter, mut buffer, mut total) = (Splitter::new(outlet.kind()), vec![0; READ_BYTES], 0);
    let end = loop {
        match stream.read(&mut buffer).await {
            Ok(0) => break StreamEnd::Closed,
            Ok(n) => {
                total += n as u64;
                if outlet.take(&mut splitter, buffer.get(..n).unwrap_or_default()).await.is_err() {
                    return (total, StreamEnd::Stopping);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break StreamEnd::Broken(error),
        }
    };
    match outlet.finish(&mut splitter).await {
        Ok(()) => (total, end),
        Err(Stopping) => (total, StreamEnd::Stopping),
    }
}
