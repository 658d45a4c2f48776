//! The whole service under load: what is lost, how late an alert is at a reader of the stream, how memory goes.
//!
//! The program runs as its users run it; the sender, over TCP, and the reader are this process. `PICKET_LIVE_S` sets how long it
//! runs (120 s), `PICKET_LIVE_RATE` the sentences a second (40,000). The fleet's own time goes faster than the wall's, as fast as
//! its sentences are sent.
#![allow(missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use picket::engine::earth::Position;
use picket::engine::time::{EventTime, Span};
use picket::engine::units::{Course, Speed};
use picket::sim::ais_wire::{Fix, class_a_position};
use picket::sim::fleet;
use picket::sim::sentence::tag_block;
use serde_json::Value;

/// Vessels of the fleet under way; those that come to a stop are beside them.
const VESSELS: usize = 100_000;
/// Fleet time between two that come to a stop, s.
const STOP_EVERY_S: i64 = 4;
/// They report this often, s.
const REPORT_EVERY_S: i64 = 10;
/// The limit of loitering in this run, s; they sail as long before they stop.
const INFORM_S: i64 = 60;
/// They are there for so long, s.
const LIFE_S: i64 = 1800;
/// What the feed's settings say; W is so far behind the newest sentence.
const LATENESS_S: i64 = 3;
/// Sentences are sent so many times a second.
const SENDS_PER_S: u32 = 500;

/// When each instant of the fleet's time was sent.
type Sent = Arc<Mutex<BTreeMap<EventTime, Instant>>>;

/// What the run saw.
#[derive(Default)]
struct Seen {
    /// From the sending of the sentence that lets W pass the threshold to the reader, s.
    late_s: Vec<f64>,
    /// Resident memory by the second of the run, MiB.
    memory_mib: Vec<(u64, f64)>,
}

fn main() -> io::Result<()> {
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default);
    let (seconds, rate) = (number("PICKET_LIVE_S", 120), number("PICKET_LIVE_RATE", 40_000));
    let folder = tempfile::tempdir()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let (mut picket, address) = start(folder.path(), &listener)?;
    let sent: Sent = Sent::default();
    let alerts = listen(&address)?;
    let sender = {
        let sent = sent.clone();
        thread::spawn(move || send(&listener, rate, seconds, &sent))
    };
    let mut seen = Seen::default();
    let began = Instant::now();
    let mut next_look = 10;
    while !sender.is_finished() {
        take(&alerts, Duration::from_millis(100), &sent, &mut seen);
        if began.elapsed().as_secs() >= next_look {
            seen.memory_mib.push((next_look, resident_mib(picket.id())));
            next_look += (seconds / 10).max(5);
        }
    }
    let lines = sender.join().map_err(|_| io::Error::other("the sender failed"))??;
    let took_s = began.elapsed().as_secs_f64();
    take(&alerts, Duration::from_secs(10), &sent, &mut seen);
    report(&address, lines, took_s, rate, &mut seen)?;
    picket.kill()?;
    picket.wait()?;
    Ok(())
}

/// Starts the program on a free port, connected to the sender; where its API is.
fn start(folder: &Path, sender: &TcpListener) -> io::Result<(Child, String)> {
    let config = folder.join("picket.toml");
    let text = format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n[data]\ndir = \"data\"\n[detect]\nloitering.inform_s = {INFORM_S}\n\
         [[feed]]\nname = \"fleet\"\nkind = \"nmea\"\nlateness_s = {LATENESS_S}\nurl = \"tcp://{}\"\n",
        sender.local_addr()?
    );
    fs::write(&config, text)?;
    let log = fs::File::create(folder.join("picket.log"))?;
    let mut picket = Command::new(env!("CARGO_BIN_EXE_picket"))
        .args(["run", "--config"])
        .arg(&config)
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()?;
    let stdout = picket.stdout.take().ok_or_else(|| io::Error::other("no standard output"))?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let address = line.trim().rsplit_once("http://").map(|(_, address)| address.to_owned());
    Ok((picket, address.ok_or_else(|| io::Error::other("picket did not start"))?))
}

/// Reads the stream of alerts on a thread: each line with the instant at which it was whole.
fn listen(address: &str) -> io::Result<Receiver<(Instant, String)>> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET /api/v1/alerts/stream HTTP/1.1\r\nHost: {address}\r\nLast-Event-ID: 0\r\n\r\n")?;
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            if let Some(data) = line.strip_prefix(b"data:")
                && sender.send((Instant::now(), String::from_utf8_lossy(data).into_owned())).is_err()
            {
                return;
            }
        }
    });
    Ok(receiver)
}

/// Takes what the stream tells within a while, and measures first raises.
fn take(alerts: &Receiver<(Instant, String)>, within: Duration, sent: &Sent, seen: &mut Seen) {
    let until = Instant::now() + within;
    while let Ok((at, line)) = alerts.recv_timeout(until.saturating_duration_since(Instant::now())) {
        let Ok(alert) = serde_json::from_str::<Value>(&line) else { continue };
        let raised_at = alert["raised_at"].as_str().and_then(EventTime::from_iso);
        let (Some(raised_at), Some(1)) = (raised_at, alert["revision"].as_u64()) else { continue };
        // AIS tells whole seconds: the first sentence of the next one moves W beyond the threshold.
        let due = EventTime::from_millis(((raised_at + Span::from_secs(LATENESS_S)).millis() / 1000 + 1) * 1000);
        let sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, sent)) = sent.range(due..).next() {
            seen.late_s.push(at.saturating_duration_since(*sent).as_secs_f64());
        }
    }
}

/// Sends the fleet at the rate; how many sentences.
fn send(listener: &TcpListener, rate: u64, seconds: u64, sent: &Sent) -> io::Result<u64> {
    let (mut stream, _) = listener.accept()?;
    let minutes = (rate * seconds / 450_000 + 2) as u32; // 100,000 vessels send about 467,000 sentences a minute
    let mut lines = fleet(VESSELS, minutes, 1);
    let mut stoppers = Stoppers::default();
    let began = Instant::now();
    let (mut count, mut buffer) = (0u64, Vec::new());
    let a_send = rate / u64::from(SENDS_PER_S);
    for turn in 1..=seconds as u32 * SENDS_PER_S {
        buffer.clear();
        let mut at = None;
        for line in lines.by_ref().take(a_send as usize) {
            let now = time_of(&line);
            count += stoppers.until(now, &mut buffer) + 1;
            at = Some(now);
            buffer.extend_from_slice(line.as_bytes());
            buffer.extend_from_slice(b"\r\n");
        }
        let due = began + Duration::from_secs(1) / SENDS_PER_S * turn;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if let Some(at) = at {
            sent.lock().unwrap_or_else(PoisonError::into_inner).insert(at, Instant::now());
        }
        stream.write_all(&buffer)?;
    }
    Ok(count)
}

/// The time a line's TAG block tells.
fn time_of(line: &str) -> EventTime {
    let digits = line.split_once("c:").and_then(|(_, rest)| rest.get(..13)).and_then(|digits| digits.parse().ok());
    EventTime::from_millis(digits.unwrap_or(0))
}

/// Vessels that come one after the other, sail for a while and stop.
#[derive(Default)]
struct Stoppers {
    begun: Option<EventTime>,
    reported_s: i64,
}

impl Stoppers {
    /// Their reports up to a time; how many.
    fn until(&mut self, now: EventTime, out: &mut Vec<u8>) -> u64 {
        let begun = *self.begun.get_or_insert(now);
        let mut count = 0;
        while self.reported_s < ((now - begun).seconds() as i64) {
            self.reported_s += 1;
            let s = self.reported_s;
            let at = begun + Span::from_secs(s);
            for number in (s % REPORT_EVERY_S..s / STOP_EVERY_S + 1).step_by(REPORT_EVERY_S as usize) {
                let age_s = s - number * STOP_EVERY_S;
                if !(0..=LIFE_S).contains(&age_s) {
                    continue;
                }
                let sailed_s = age_s.min(INFORM_S) as f64;
                let speed = Speed::from_knots(if age_s < INFORM_S { 10.0 } else { 0.0 });
                let from = Position::from_degrees_wrapped(
                    7.0 + 0.01 * (number % 900) as f64,
                    100.0 + 0.02 * (number / 900) as f64,
                );
                let course = Course::from_degrees(90.0);
                let fix = Fix {
                    mmsi: 760_000_000 + number as u32,
                    navigational_status: 0,
                    position: Some(from.after(course, Speed::from_knots(10.0), sailed_s)),
                    sog_kn: Some(speed.knots()),
                    cog_deg: Some(course.degrees()),
                    heading_deg: Some(course.degrees()),
                    utc_second: at.utc_second(),
                };
                let line = class_a_position(1, &fix).sentences(0, 'A').concat();
                out.extend_from_slice(tag_block("shore", at.millis()).as_bytes());
                out.extend_from_slice(line.as_bytes());
                out.extend_from_slice(b"\r\n");
                count += 1;
            }
        }
        count
    }
}

/// Prints what was seen.
fn report(address: &str, lines: u64, took_s: f64, rate: u64, seen: &mut Seen) -> io::Result<()> {
    let mut feeds = ureq::get(format!("http://{address}/api/v1/feeds")).call().map_err(io::Error::other)?;
    let feeds: Value = feeds.body_mut().read_json().map_err(io::Error::other)?;
    let taken = feeds["feeds"][0]["frames"].as_u64().unwrap_or(0);
    let rejects = &feeds["feeds"][0]["rejects"];
    println!(
        "sent {lines} sentences in {took_s:.1} s ({:.0}/s, asked {rate}/s); taken {taken}, lost {}, rejects {rejects}",
        lines as f64 / took_s,
        lines as i64 - taken as i64
    );
    let late = &mut seen.late_s;
    late.sort_by(f64::total_cmp);
    let quantile = |q: f64| {
        late.get(((late.len() as f64 * q) as usize).min(late.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
            * 1e3
    };
    println!(
        "alerts at the reader: {}, late by p50 {:.2} ms, p90 {:.2} ms, p99 {:.2} ms, most {:.2} ms (journal sync within)",
        late.len(),
        quantile(0.5),
        quantile(0.9),
        quantile(0.99),
        quantile(1.0)
    );
    let memory: Vec<String> = seen.memory_mib.iter().map(|(s, mib)| format!("{s} s {mib:.0}")).collect();
    println!("resident memory, MiB: {}", memory.join(", "));
    let mut metrics = ureq::get(format!("http://{address}/metrics")).call().map_err(io::Error::other)?;
    let metrics = metrics.body_mut().read_to_string().map_err(io::Error::other)?;
    for line in
        metrics.lines().filter(|line| line.contains("journal_sync_seconds") || line.contains("alert_latency_seconds"))
    {
        if !line.starts_with('#') {
            println!("{line}");
        }
    }
    Ok(())
}

/// The memory another process holds now, MiB (VmRSS); NaN where there is no `/proc`.
fn resident_mib(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok()).map_or(f64::NAN, |kib| kib / 1024.0)
}
