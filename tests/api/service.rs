//! A service as the API sees one: a real store and outbox, a hand in place of the engine, and a socket on a free port.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use picket::edge::api::{self, FeedDescription, Hosts, InForce, Pace, Readiness, Services};
use picket::edge::auth::{Access, GivenToken};
use picket::edge::clock::{self, Clock};
use picket::edge::health::Health;
use picket::edge::inlet::{Inlet, Outcome, Work};
use picket::edge::metrics::Metrics;
use picket::edge::seen::SeenPicture;
use picket::edge::store::{HistoryStore, LocalStore, NewRevision, Outbox, Published};
use picket::engine::command::{Action, Command};
use picket::engine::input::FeedKind;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};

pub struct Service {
    pub address: SocketAddr,
    pub book: Book,
    pub history: HistoryStore,
    pub seen: SeenPicture,
    pub health: Health,
    pub metrics: Metrics,
    pub in_force: watch::Sender<InForce>,
    pub readiness: watch::Sender<Readiness>,
    stop: watch::Sender<bool>,
    serving: Option<JoinHandle<()>>,
    to_engine: Inlet,
    pub dir: TempDir,
}

/// Zones of squadrons 1 and 3.
pub const TWO_SQUADRONS: &str =
    r#"{"type":"FeatureCollection","features":[{"properties":{"squadron":"1"}},{"properties":{"squadron":"3"}}]}"#;

/// What a test wants otherwise.
pub struct Setup {
    pub tokens: Option<Vec<GivenToken>>,
    pub pace: Pace,
    pub allow_host: Vec<String>,
    pub exercise: Option<String>,
    /// Whether commands find the journal writable.
    pub journal_works: bool,
    /// The zones in force, GeoJSON; none if not given.
    pub zones: Option<String>,
}

impl Default for Setup {
    fn default() -> Self {
        let pace =
            Pace { heartbeat: Duration::from_millis(200), picture: Duration::from_millis(20), ..Pace::default() };
        Setup { tokens: None, pace, allow_host: Vec::new(), exercise: None, journal_works: true, zones: None }
    }
}

/// The alert book and its outbox.
#[derive(Clone)]
pub struct Book {
    store: Arc<Mutex<LocalStore>>,
    outbox: Outbox,
    metrics: Metrics,
    commands: Arc<Mutex<Vec<Command>>>,
}

impl Book {
    /// Tells a revision of an alert; returns its sequence number.
    pub fn tell(&self, id: &str, revision: u32, squadron: Option<&str>, changes: Value) -> u64 {
        let arrived = Instant::now();
        let told = self.write(id, revision, squadron, changes);
        let sequence = told.last().expect("a new revision").sequence;
        self.metrics.note(sequence, arrived, arrived.elapsed());
        self.announce(told);
        sequence
    }

    /// Writes a revision of an alert down, without telling anybody.
    pub fn write(&self, id: &str, revision: u32, squadron: Option<&str>, changes: Value) -> Vec<Arc<Published>> {
        let mut line = json!({
            "id": id, "revision": revision, "kind": "loitering", "state": "active_unacknowledged", "squadron": squadron,
            "subjects": [{"track": "t0000000000000001", "name": "</script>\"'\u{202e}"}],
            "evidence": {"fixes": [{"t": "2026-01-10T00:00:00.000Z", "lat": 10.1234567, "lon": 107.0}]},
        });
        for (key, value) in changes.as_object().into_iter().flatten() {
            line[key] = value.clone();
        }
        let line = line.to_string();
        let open = !line.contains("active_acknowledged");
        let squadron = squadron.map(str::to_owned);
        let new = NewRevision { id: id.to_owned(), revision, squadron, open, published_at: clock::now(), line };
        self.store.lock().unwrap().publish(&[new]).unwrap()
    }

    pub fn announce(&self, told: Vec<Arc<Published>>) {
        self.outbox.announce(told);
    }

    /// The commands that came.
    pub fn commands(&self) -> Vec<Command> {
        self.commands.lock().unwrap().clone()
    }

    fn act(&self, command: &Command) {
        self.commands.lock().unwrap().push(command.clone());
        match &command.action {
            Action::Acknowledge => self.acknowledge(command),
            Action::Transfer { squadron } => self.hand_over(&command.alert, squadron),
            _ => {}
        }
    }

    fn hand_over(&self, id: &str, squadron: &str) {
        let alert = self.store.lock().unwrap().reader().alert(id).unwrap().unwrap();
        let mut line: Value = serde_json::from_str(&alert.line).unwrap();
        let mut told = |more: u32, whose: Option<&str>, state: &str| {
            line["state"] = json!(state);
            line["revision"] = json!(alert.revision + more);
            self.tell(id, alert.revision + more, whose, line.clone());
        };
        told(1, alert.squadron.as_deref(), "responsibility_transferred");
        told(2, Some(squadron), "active_unacknowledged");
    }

    fn acknowledge(&self, command: &Command) {
        let found = self.store.lock().unwrap().reader().alert(&command.alert).unwrap();
        let Some(alert) = found.filter(|alert| !alert.line.contains("active_acknowledged")) else { return };
        let mut line: Value = serde_json::from_str(&alert.line).unwrap();
        line["state"] = json!("active_acknowledged");
        line["revision"] = json!(alert.revision + 1);
        line["handling"] = json!({"acknowledged_by": command.by, "note": command.note});
        self.tell(&alert.id, alert.revision + 1, alert.squadron.as_deref(), line);
    }

    pub fn store(&self) -> std::sync::MutexGuard<'_, LocalStore> {
        self.store.lock().unwrap()
    }
}

impl Service {
    pub fn start(setup: Setup) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = LocalStore::open(dir.path()).unwrap();
        let history = HistoryStore::open(dir.path()).unwrap();
        let outbox = Outbox::new(store.reader()).unwrap();
        let metrics = Metrics::default();
        let book = Book {
            store: Arc::new(Mutex::new(store)),
            outbox: outbox.clone(),
            metrics: metrics.clone(),
            commands: Arc::default(),
        };
        let (inlet, work) = Inlet::new();
        let (seen, health) = (SeenPicture::default(), Health::new(2));
        let zones = setup.zones.unwrap_or_else(|| r#"{"type":"FeatureCollection","features":[]}"#.to_owned()).into();
        let in_force = watch::Sender::new(InForce { zones, settings_hash: "0123".to_owned() });
        let readiness = watch::Sender::new(Readiness::Ready);
        let reader = book.store().reader();
        let services = Services {
            clock: Clock::wall(),
            inlet,
            outbox,
            store: reader.clone(),
            history: history.reader(),
            seen: seen.clone(),
            health: health.clone(),
            feeds: Arc::new([
                FeedDescription::new("coast", FeedKind::Nmea, "tcp://user:secret@192.0.2.1:4001"),
                FeedDescription::new("radar", FeedKind::Csv, "recordings/radar.csv"),
            ]),
            in_force: in_force.subscribe(),
            exercise: setup.exercise,
            readiness: readiness.subscribe(),
            metrics: metrics.clone(),
            hosts: Hosts::new(&setup.allow_host).unwrap(),
            pace: setup.pace,
        };
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let access = Access::check(loopback, setup.tokens, reader).unwrap();
        let (stop, stopped) = watch::channel(false);
        let (engine, journal_works, to_engine) = (book.clone(), setup.journal_works, services.inlet.clone());
        thread::spawn(move || handle(work, &engine, journal_works));
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(api::bind(loopback)).unwrap();
        let address = listener.local_addr().unwrap();
        let serving = thread::spawn(move || runtime.block_on(api::serve(listener, services, access, stopped)));
        let serving = Some(serving);
        Service { address, book, history, seen, health, metrics, in_force, readiness, stop, serving, to_engine, dir }
    }

    /// Stops it; returns when all is done.
    pub fn stop(&mut self) {
        self.stop.send_replace(true);
        if let Some(serving) = self.serving.take() {
            serving.join().expect("the service ends well");
        }
    }

    /// Ends the engine's thread; what it was handed before is done.
    pub fn stop_engine(&self) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            self.to_engine.stop().await;
            while self.to_engine.command(Command::from_bytes(COMMAND).unwrap()).await.is_ok() {}
        });
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// A command nobody minds.
const COMMAND: &[u8] = br#"{"alert":"none","action":"acknowledge","by":"nobody"}"#;

/// What the engine's thread would do with commands.
fn handle(mut work: mpsc::Receiver<Work>, book: &Book, journal_works: bool) {
    while let Some(work) = work.blocking_recv() {
        if matches!(work, Work::Stop) {
            return;
        }
        if let Work::Command { command, done } = work {
            if journal_works {
                book.act(&command);
            }
            let _ = done.send(if journal_works { Outcome::Done } else { Outcome::Refused });
        }
    }
}
