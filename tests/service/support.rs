//! A picket in a folder of its own, started, killed and started again, and those who feed and watch it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The longest that anything is waited for, on a loaded machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until `look` finds something.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A running picket.
pub struct Picket {
    child: Child,
    /// Where its API is.
    pub address: SocketAddr,
}

impl Picket {
    /// Starts `picket run` with a settings file; its log goes to `picket.log` beside it.
    pub fn start(config: &Path) -> Picket {
        Picket::try_start(config, &[]).unwrap_or_else(|log| panic!("picket did not start:\n{log}"))
    }

    /// The same with more in its environment; what it logged if it did not start.
    pub fn try_start(config: &Path, environment: &[(&str, &str)]) -> Result<Picket, String> {
        let log_path = config.with_file_name("picket.log");
        let log = fs::OpenOptions::new().create(true).append(true).open(&log_path).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_picket"))
            .args(["run", "--log", "text", "--config"])
            .arg(config)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some((_, address)) = line.trim().rsplit_once("http://") else {
            let _ = child.wait();
            return Err(fs::read_to_string(&log_path).unwrap_or_default());
        };
        Ok(Picket { child, address: address.parse().unwrap() })
    }

    /// Kills it as the system would: no farewell.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it a signal by name.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(mut self) {
        self.signal("TERM");
        let status = wait_for("the end of picket", || self.child.try_wait().unwrap());
        assert!(status.success(), "{status}");
    }

    /// GETs JSON.
    pub fn get(&self, path: &str) -> Value {
        let url = format!("http://{}{path}", self.address);
        ureq::get(&url).call().unwrap().body_mut().read_json().unwrap()
    }

    /// POSTs JSON.
    pub fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("http://{}{path}", self.address);
        ureq::post(&url).send_json(body).unwrap().body_mut().read_json().unwrap()
    }

    /// The newest sequence.
    pub fn sequence(&self) -> u64 {
        self.get("/api/v1/alerts?limit=1")["sequence"].as_u64().unwrap()
    }

    /// Everything the stream has told so far, from the beginning: sequences and lines.
    pub fn told(&self) -> Vec<(u64, String)> {
        let until = self.sequence();
        let url = format!("http://{}/api/v1/alerts/stream", self.address);
        let response = ureq::get(&url).header("Last-Event-ID", "0").call().unwrap();
        let mut reader = BufReader::new(response.into_body().into_reader());
        let (mut told, mut sequence, mut data) = (Vec::new(), 0, String::new());
        while told.last().map_or(0, |(sequence, _)| *sequence) < until {
            let mut line = String::new();
            assert!(reader.read_line(&mut line).unwrap() > 0, "the stream ended");
            match line.trim_end().split_once(':') {
                Some(("id", id)) => sequence = id.trim().parse().unwrap(),
                Some(("data", text)) => data = text.trim().to_owned(),
                None if !data.is_empty() => told.push((sequence, std::mem::take(&mut data))),
                _ => {}
            }
        }
        told
    }
}

impl Drop for Picket {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An alert line without what only a live one says.
pub fn replayed(line: &str) -> Value {
    let mut line: Value = serde_json::from_str(line).unwrap();
    line.as_object_mut().unwrap().remove("published_at");
    line
}

/// The alerts that `picket replay` writes.
pub fn replay(arguments: &[&str]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_picket"))
        .arg("replay")
        .args(["--alerts", "-"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Lines to be sent together, and how long after those before.
pub type Burst = (Duration, Vec<u8>);

/// These bytes, so many lines at a time with a pause between.
pub fn bursts(bytes: &[u8], lines: usize, pause: Duration) -> Vec<Burst> {
    let all: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
    all.chunks(lines).map(|lines| (pause, lines.concat())).collect()
}

/// A TCP server that sends bursts to whoever connects, one after the other, from where the last one left.
pub struct Feeder {
    /// Where it listens.
    pub address: SocketAddr,
    sent: Arc<AtomicUsize>,
    bursts: usize,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Feeder {
    /// A feeder of these bursts.
    pub fn start(bursts: Vec<Burst>) -> Feeder {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        let (sent, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, progress, ended) = (bursts.len(), sent.clone(), over.clone());
        let thread = thread::spawn(move || {
            let (mut held, mut due): (Option<TcpStream>, Instant) = (None, Instant::now());
            while !ended.load(Ordering::Relaxed) {
                let next = progress.load(Ordering::Relaxed);
                let (Some(stream), Some((pause, burst))) = (&mut held, bursts.get(next)) else {
                    held = held.or_else(|| listener.accept().ok().map(|(stream, _)| stream));
                    thread::sleep(Duration::from_millis(5));
                    due = Instant::now();
                    continue;
                };
                due += *pause;
                thread::sleep(due.saturating_duration_since(Instant::now()));
                match stream.write_all(burst) {
                    Ok(()) => progress.store(next + 1, Ordering::Relaxed),
                    Err(_) => held = None,
                }
            }
        });
        Feeder { address, sent, bursts: count, over, thread: Some(thread) }
    }

    /// Whether all is sent.
    pub fn is_done(&self) -> bool {
        self.sent.load(Ordering::Relaxed) == self.bursts
    }
}

impl Drop for Feeder {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Writes the settings of a picket on a free port, with these zones and feeds, into a folder.
pub fn settings(dir: &Path, zones: &Path, more: &str) -> PathBuf {
    let path = dir.join("picket.toml");
    let text = format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n[data]\ndir = \"data\"\n[zones]\ndir = {:?}\n{more}",
        zones.display().to_string()
    );
    fs::write(&path, text).unwrap();
    path
}
