//! Live feeds from outside: real sockets on ports the system gives, real files, and an engine's end that reads or does not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod broker;
mod file;
mod killed;
mod mqtt;
mod multicast;
mod nats;
mod serial;
mod tcp;
mod tcp_listen;
mod udp;

use std::path::Path;
use std::time::Duration;

use picket::edge::clock::Clock;
use picket::edge::feed::{FeedContext, FeedError, FeedSource, FeedSpec, Running, spawn};
use picket::edge::health::{FeedHealth, FeedState, Health};
use picket::edge::inlet::{Inlet, Work};
use picket::engine::input::{Feed, FeedId, FeedKind, Input};
use picket::engine::time::EventTime;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

/// Nothing that is awaited may take longer, however loaded the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// When everything in these tests is received: their clock stands still.
const NOW: i64 = 1_768_000_000_000;

/// Feeds being read, and the engine's end of their inlet.
struct Feeds {
    work: mpsc::Receiver<Work>,
    health: Health,
    running: Running,
    stop: watch::Sender<bool>,
}

/// A feed of sentences, `url` as in the settings.
fn nmea(url: &str) -> FeedSpec {
    spec(url, FeedKind::Nmea)
}

/// A feed of tables.
fn csv(url: &str) -> FeedSpec {
    spec(url, FeedKind::Csv)
}

fn spec(url: &str, kind: FeedKind) -> FeedSpec {
    let source = FeedSource::parse(url, Path::new("/")).unwrap();
    FeedSpec { id: FeedId(0), feed: Feed::new("feed", kind), source, allow_from: Vec::new(), password: None, taken: 0 }
}

impl Feeds {
    /// Starts feeds that keep nothing.
    async fn start(specs: Vec<FeedSpec>) -> Feeds {
        Feeds::try_start(specs, Path::new("/nonexistent")).await.unwrap()
    }

    /// Starts feeds, numbered in order, that remember followed files in a folder.
    async fn try_start(mut specs: Vec<FeedSpec>, data_dir: &Path) -> Result<Feeds, FeedError> {
        for (id, spec) in (0..).zip(&mut specs) {
            spec.id = FeedId(id);
        }
        let (inlet, work) = Inlet::new();
        let (stop, stopped) = watch::channel(false);
        let health = Health::new(specs.len());
        let clock = Clock::scaled(1.0, EventTime::from_millis(NOW));
        let context = FeedContext { inlet, health: health.clone(), clock, data_dir: data_dir.to_owned() };
        let running = spawn(specs, context, stopped).await?;
        Ok(Feeds { work, health, running, stop })
    }

    /// Where the first feed listens.
    fn address(&self) -> std::net::SocketAddr {
        self.running.address(FeedId(0)).unwrap()
    }

    /// The next batch: feed and text of its frames; `None` for a feed's end.
    async fn batch(&mut self) -> Vec<(FeedId, Option<String>)> {
        let work = timeout(PATIENCE, self.work.recv()).await.expect("a batch in time").expect("feeds that run");
        let Work::Frames { batch, .. } = work else { panic!("{work:?}") };
        let told = |input: Input<'_>| match input {
            Input::Frame(frame) => {
                assert_eq!(frame.received_at.millis(), NOW);
                (frame.feed, Some(String::from_utf8_lossy(frame.bytes).into_owned()))
            }
            Input::FeedEnded { feed } => (feed, None),
            other => panic!("feeds do not make {other:?}"),
        };
        batch.inputs().map(told).collect()
    }

    /// The next lines, exactly so many.
    async fn lines(&mut self, count: usize) -> Vec<String> {
        let mut lines = Vec::new();
        while lines.len() < count {
            lines.extend(self.batch().await.into_iter().map(|(_, line)| line.expect("a feed that goes on")));
        }
        assert_eq!(lines.len(), count, "more lines than expected: {lines:?}");
        lines
    }

    /// The first feed's health, once it is as expected.
    async fn health(&self, expected: impl Fn(&FeedHealth) -> bool) -> FeedHealth {
        let mut health = FeedHealth::default();
        for _ in 0..PATIENCE.as_millis() / 10 {
            health = self.health.at(EventTime::from_millis(NOW)).swap_remove(0);
            if expected(&health) {
                return health;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("not as expected: {health:?}");
    }

    /// Waits until the first feed's health tells this.
    async fn told(&self, words: &str) -> FeedHealth {
        self.health(|health| health.detail.as_deref().is_some_and(|detail| detail.contains(words))).await
    }

    /// Stops the feeds; gives what they had handed over and nobody had read.
    async fn stop(mut self) -> Vec<String> {
        self.stop.send(true).unwrap();
        timeout(PATIENCE, self.running.join()).await.expect("feeds stop in time");
        let mut rest = Vec::new();
        while let Ok(Work::Frames { batch, .. }) = self.work.try_recv() {
            rest.extend(batch.inputs().filter_map(|input| match input {
                Input::Frame(frame) => Some(String::from_utf8_lossy(frame.bytes).into_owned()),
                _ => None,
            }));
        }
        rest
    }
}

/// Lines `from..to` of a log, each with its end.
fn numbered(from: usize, to: usize) -> String {
    (from..to).map(|i| format!("!AIVDM,1,1,,A,{i},0*00\r\n")).collect()
}

/// What `numbered` gives when it is read.
fn expected(from: usize, to: usize) -> Vec<String> {
    (from..to).map(|i| format!("!AIVDM,1,1,,A,{i},0*00")).collect()
}
