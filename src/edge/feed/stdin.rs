//! `stdin://`: lines of standard input until its end.

use std::io::{self, Read};
use std::thread;

use tokio::sync::mpsc;

use super::outlet::Outlet;
use super::split::Splitter;
use super::stream::READ_BYTES;
use crate::edge::health::FeedState;
use crate::edge::inlet::Stopping;

/// Reads on their way from the thread that makes them.
const READS_WAITING: usize = 2;

/// Reads to the end, then tells the engine that nothing follows.
///
/// A read of standard input cannot be given up, so a thread of its own makes them, which the end of the service need not
/// wait for.
pub async fn run(outlet: Outlet, input: impl Read + Send + 'static) {
    outlet.connected("reading standard input".to_owned());
    let (sender, mut reads) = mpsc::channel(READS_WAITING);
    let reader = thread::Builder::new().name(format!("feed {}", outlet.name().escape_debug()));
    let end = match reader.spawn(move || read_to_end(input, &sender)) {
        Ok(_) => relay(&outlet, &mut reads).await,
        Err(error) => Ok(Some(error)),
    };
    let _ = match end {
        Ok(None) => outlet.ended(FeedState::Ended, "standard input is read to its end".to_owned()).await,
        Ok(Some(error)) => outlet.ended(FeedState::Failed, format!("standard input cannot be read on: {error}")).await,
        Err(Stopping) => Err(Stopping),
    };
}

/// Hands over what is read until the end; gives the error that ended it.
async fn relay(
    outlet: &Outlet,
    reads: &mut mpsc::Receiver<io::Result<Vec<u8>>>,
) -> Result<Option<io::Error>, Stopping> {
    let mut splitter = Splitter::default();
    let mut failure = None;
    while let Some(read) = reads.recv().await {
        match read {
            Ok(bytes) => outlet.take(&mut splitter, &bytes).await?,
            Err(error) => failure = Some(error),
        }
    }
    outlet.finish(&mut splitter).await?;
    Ok(failure)
}

fn read_to_end(mut input: impl Read, sender: &mpsc::Sender<io::Result<Vec<u8>>>) {
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let read = match input.read(&mut buffer) {
            Ok(0) => return,
            Ok(n) => Ok(buffer.get(..n).unwrap_or_default().to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let is_last = read.is_err();
        if sender.blocking_send(read).is_err() || is_last {
            return;
        }
    }
}
