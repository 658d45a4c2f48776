//! `stdin://`: lines of standard input until its end.

use std::io::{self, Read};
use std::thread;

use tokio::sync::mpsc;

use super::outlet::Outlet;
use super::stream::READ_BYTES;
use crate::edge::health::FeedState;
use crate::edge::inlet::Stopping;
use crate::edge::split::Splitter;

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
    let mut splitter = Splitter::new(outlet.kind());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::clock::Clock;
    use crate::edge::feed::FeedContext;
    use crate::edge::health::{FeedHealth, Health};
    use crate::edge::inlet::{Inlet, Work};
    use crate::engine::input::{Feed, FeedId, FeedKind, Input};
    use std::io::{Cursor, ErrorKind};

    /// What an input gives, a feed's end as `None`, and how the feed stands then.
    async fn read(input: impl Read + Send + 'static) -> (Vec<Option<String>>, FeedHealth) {
        let ((inlet, mut work), health, clock) = (Inlet::new(), Health::new(1), Clock::wall());
        let context = FeedContext { inlet, health: health.clone(), clock: clock.clone(), data_dir: "".into() };
        let task = tokio::spawn(run(Outlet::new(FeedId(0), &Feed::new("feed", FeedKind::Nmea), &context), input));
        drop(context);
        let mut given = Vec::new();
        while let Some(Work::Frames { batch, .. }) = work.recv().await {
            given.extend(batch.inputs().map(|input| match input {
                Input::Frame(frame) => Some(String::from_utf8_lossy(frame.bytes).into_owned()),
                Input::FeedEnded { feed } => (feed != FeedId(0)).then(String::new),
                other => panic!("{other:?}"),
            }));
        }
        task.await.unwrap();
        (given, health.at(clock.now()).swap_remove(0))
    }

    /// An input that breaks.
    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }
    }

    #[tokio::test]
    async fn the_end_comes_behind_the_last_line() {
        let (given, health) = read(Cursor::new("!one\r\n!two\n!three")).await;
        assert_eq!(given, [Some("!one"), Some("!two"), Some("!three"), None].map(|line| line.map(str::to_owned)));
        assert_eq!((health.state, health.frames, health.bytes), (FeedState::Ended, 3, 17));
    }

    #[tokio::test]
    async fn an_input_that_breaks_has_ended_too() {
        let (given, health) = read(Cursor::new("!one\n!tw").chain(Broken)).await;
        assert_eq!(given, [Some("!one"), Some("!tw"), None].map(|line| line.map(str::to_owned)));
        assert_eq!(health.state, FeedState::Failed);
        assert!(health.detail.unwrap().starts_with("standard input cannot be read on: "));
    }
}
