//! Live feeds on their way to the engine: lines a second of one feed, and how long a lone line takes, on generated traffic.
//!
//! The sender is a thread of the same process; the engine's end of the inlet only takes and counts.
#![allow(missing_docs)]

use std::fs::File;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use picket::edge::clock::Clock;
use picket::edge::feed::{FeedContext, FeedSource, FeedSpec, Running, spawn};
use picket::edge::health::Health;
use picket::edge::inlet::{Inlet, Work};
use picket::engine::input::{Feed, FeedId, FeedKind};
use picket::sim::fleet;
use tokio::sync::{mpsc, watch};

const VESSELS: usize = 10_000;
const MINUTES: u32 = 12;
const LONE_LINES: usize = 2_000;

/// A feed being read, and the engine's end of its inlet.
struct Reading {
    work: mpsc::Receiver<Work>,
    running: Running,
    _stop: watch::Sender<bool>,
}

impl Reading {
    async fn start(url: &str, data_dir: &Path, taken: usize) -> io::Result<Reading> {
        let (inlet, work) = Inlet::new();
        let (stop, stopped) = watch::channel(false);
        let context =
            FeedContext { inlet, health: Health::new(1), clock: Clock::wall(), data_dir: data_dir.to_owned() };
        let source = FeedSource::parse(url, data_dir).map_err(io::Error::other)?;
        let feed = Feed::new("feed", FeedKind::Nmea);
        let (allow_from, password, taken) = (Vec::new(), None, taken as u64);
        let spec = FeedSpec { id: FeedId(0), feed, source, allow_from, password, taken };
        let running = spawn(vec![spec], context, stopped).await.map_err(io::Error::other)?;
        Ok(Reading { work, running, _stop: stop })
    }

    /// Takes so many lines; gives the number of batches they came in.
    async fn take(&mut self, lines: usize) -> usize {
        let (mut taken, mut batches) = (0, 0);
        while taken < lines {
            let Some(Work::Frames { batch, .. }) = self.work.recv().await else { break };
            taken += batch.len();
            batches += 1;
        }
        batches
    }
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let lines: Vec<String> = fleet(VESSELS, MINUTES, 1).map(|line| format!("{line}\r\n")).collect();
    let text = lines.concat();
    println!("{:<22} {:>10} {:>12} {:>10}", "feed to inlet", "lines/s", "MB/s", "batches");
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut reading = Reading::start(&format!("tcp://{}", listener.local_addr()?), folder.path(), 0).await?;
    let (mut stream, _) = listener.accept()?;
    let bytes = text.clone();
    let start = Instant::now();
    let sender = thread::spawn(move || stream.write_all(bytes.as_bytes()).map(|()| stream));
    let batches = reading.take(lines.len()).await;
    tell("TCP", &lines, &text, start.elapsed(), batches);
    let mut stream = sender.join().map_err(|_| io::Error::other("the sender failed"))??;
    stream.set_nodelay(true)?;
    lone("TCP", &mut reading, |line| stream.write_all(line)).await?;

    File::create(folder.path().join("log"))?.write_all(text.as_bytes())?;
    let mut reading = Reading::start("file://log", folder.path(), 0).await?;
    let start = Instant::now();
    let batches = reading.take(lines.len()).await;
    tell("file, catching up", &lines, &text, start.elapsed(), batches);
    drop(reading);
    let start = Instant::now();
    let mut reading = Reading::start("file://log", folder.path(), lines.len() - 1).await?;
    reading.take(1).await;
    tell("file, after a restart", &lines, &text, start.elapsed(), 1);

    let mut reading = Reading::start("tcp-listen://127.0.0.1:0", folder.path(), 0).await?;
    let address = reading.running.address(FeedId(0)).unwrap_or_else(|| ([0; 4], 0).into());
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    lone("TCP, listening", &mut reading, |line| stream.write_all(line)).await?;

    let mut reading = Reading::start("udp://127.0.0.1:0", folder.path(), 0).await?;
    let address = reading.running.address(FeedId(0)).unwrap_or_else(|| ([0; 4], 0).into());
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(address)?;
    lone("UDP", &mut reading, |line| socket.send(line).map(drop)).await
}

fn tell(what: &str, lines: &[String], text: &str, took: Duration, batches: usize) {
    let seconds = took.as_secs_f64();
    println!(
        "{what:<22} {:>10.0} {:>12.1} {batches:>10}",
        lines.len() as f64 / seconds,
        text.len() as f64 / seconds / 1e6
    );
}

/// Sends lines one at a time and tells how long they take to the engine's end.
async fn lone(what: &str, reading: &mut Reading, mut send: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut took = Vec::with_capacity(LONE_LINES);
    for _ in 0..LONE_LINES {
        tokio::time::sleep(Duration::from_millis(1)).await;
        let start = Instant::now();
        send(b"!AIVDM,1,1,,A,15M67FC000G?ufbE`FepT@3n00Sa,0*5C\r\n")?;
        reading.take(1).await;
        took.push(start.elapsed());
    }
    took.sort_unstable();
    let at = |share: f64| took.get((LONE_LINES as f64 * share) as usize).copied().unwrap_or_default();
    println!("{what:<22} a lone line: p50 {:?}, p99 {:?}, p99.9 {:?}", at(0.5), at(0.99), at(0.999));
    Ok(())
}
