//! The engine's thread: one order of all inputs, each journalled before the engine sees it, outputs handed on at once.

use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::sync::{mpsc, oneshot, watch};

use super::counts;
use super::historian::Fixes;
use super::keeper::Progress;
use super::publisher::Told;
use super::recover::write_snapshot;
use super::status::{Status, Trouble};
use super::sweeper::Sweeper;
use crate::app::in_force::InForce;
use crate::edge::api;
use crate::edge::batch::Batch;
use crate::edge::clock::Clock;
use crate::edge::health::Health;
use crate::edge::inlet::{Outcome, Work};
use crate::edge::journal::{JournalError, JournalWriter};
use crate::edge::metrics::Metrics;
use crate::edge::store::{HistoryFix, LocalStore, RulesInForce};
use crate::engine::Engine;
use crate::engine::command::Command;
use crate::engine::input::{Feed, FeedId, Input};
use crate::engine::output::Output;
use crate::engine::time::EventTime;

/// The journal is brought to the disk this often even if no alert asks for it.
const SYNCS_EVERY: Duration = Duration::from_secs(1);
/// Feed health takes the decoder's counts this often.
const COUNTS_EVERY: Duration = Duration::from_secs(1);
/// What cannot be journalled is tried again after this.
const AGAIN: Duration = Duration::from_secs(1);

/// When the service stops, alerts have so long to reach the store before the state is given up.
const TOLD_WITHIN: Duration = Duration::from_secs(5);

/// How settings and zones are read again.
pub type Reload = Box<dyn Fn() -> anyhow::Result<InForce> + Send>;

/// What the engine's thread works with.
pub struct EngineThread {
    /// The engine, as the journal left it.
    pub engine: Engine,
    /// The feeds it knows.
    pub feeds: Arc<[Feed]>,
    /// The end of the journal.
    pub journal: JournalWriter,
    /// Stamps ticks and commands.
    pub clock: Clock,
    /// Where alerts go.
    pub told: Sender<Told>,
    /// Where fixes go.
    pub fixes: Fixes,
    /// Looks at the picture for those who watch it.
    pub sweeper: Sweeper,
    /// Takes the decoder's counts.
    pub health: Health,
    /// Counts and times.
    pub metrics: Metrics,
    /// Where trouble is told.
    pub status: Status,
    /// Reads settings and zones again.
    pub reload: Reload,
    /// Zones and settings as the API shows them.
    pub in_force: watch::Sender<api::InForce>,
    /// What marks an exercise.
    pub exercise: Option<String>,
    /// Where the last snapshot goes.
    pub data_dir: std::path::PathBuf,
}

impl EngineThread {
    /// Works until it is told to stop, then leaves journal and snapshot whole.
    pub fn run(mut self, mut work: mpsc::Receiver<Work>) {
        let (mut synced_at, mut counted_at) = (Instant::now(), Instant::now());
        while let Some(next) = work.blocking_recv() {
            match next {
                Work::Frames { batch, arrived } => self.frames(batch, arrived),
                Work::Command { command, done } => self.command(&command, done),
                Work::Tick => self.tick(),
                Work::Reload => self.reload(),
                Work::Stop => break,
            }
            self.sweeper.look(self.engine.core());
            if synced_at.elapsed() >= SYNCS_EVERY {
                synced_at = Instant::now();
                self.ask_for_sync();
            }
            if counted_at.elapsed() >= COUNTS_EVERY {
                counted_at = Instant::now();
                counts::show(&self.engine, &self.health);
            }
        }
        drop(work);
        self.finish();
    }

    fn frames(&mut self, mut batch: Batch, arrived: Instant) {
        self.journalled(|journal| journal.append_batch(&mut batch));
        for input in batch.inputs() {
            self.engine.handle(&input);
        }
        self.hand_on(arrived);
    }

    fn tick(&mut self) {
        let tick = Input::Tick { received_at: self.clock.now() };
        self.journalled(|journal| journal.append(&tick));
        self.engine.handle(&tick);
        self.hand_on(Instant::now());
    }

    fn command(&mut self, command: &Command, done: oneshot::Sender<Outcome>) {
        let body = command.to_bytes();
        let input = Input::Command { received_at: self.clock.now(), body: &body };
        if let Err(error) = self.journal.append(&input) {
            tracing::error!("a command was refused: {}", chain(&error));
            let _ = done.send(Outcome::Refused);
            return;
        }
        self.engine.handle(&input);
        self.hand_on(Instant::now());
        let _ = self.told.send(Told::Carried(done));
    }

    /// Takes settings and zones as they are on disk now, all of them or none.
    fn reload(&mut self) {
        let result = (self.reload)().and_then(|new| self.put_in_force(&new));
        match result {
            Ok(true) => tracing::info!(settings_hash = self.settings_hash(), "settings and zones were read again"),
            Ok(false) => tracing::info!("settings and zones were read again: nothing has changed"),
            Err(error) => tracing::error!("settings and zones stay as they were: {error:#}"),
        }
    }

    /// Lets other rules judge from here on; whether they are others.
    pub fn put_in_force(&mut self, new: &InForce) -> anyhow::Result<bool> {
        let config = self.engine.core().config();
        if config.feeds == new.rules.feeds && config.settings_hash == new.settings_hash() {
            return Ok(false);
        }
        let body = new.rules.to_bytes()?;
        let now = self.clock.now();
        self.journal.set_head(&new.head(self.exercise.as_deref())?, now)?;
        let input = Input::Rules { received_at: now, body: &body };
        self.journal.append(&input)?;
        self.engine.handle(&input);
        self.hand_on(Instant::now());
        self.feeds = new.rules.feeds.as_slice().into();
        self.announce_rules(new)?;
        Ok(true)
    }

    /// Begins with the rules as they are now. Nobody waits for feeds that are not read any more; if the journal was opened
    /// again, as it says itself, nobody has listened until now.
    pub fn begin(&mut self, reopens: bool, in_force: &InForce, unread: &[FeedId]) -> anyhow::Result<()> {
        if reopens {
            self.engine.handle(&Input::Gap);
        }
        self.announce_rules(in_force)?;
        self.put_in_force(in_force).context("new settings or zones cannot be put in force")?;
        for &feed in unread {
            let input = Input::FeedEnded { feed };
            self.journal.append(&input)?;
            self.engine.handle(&input);
        }
        self.hand_on(Instant::now());
        Ok(())
    }

    /// Tells what is in force to those who show it, and keeps it in the store.
    pub fn announce_rules(&self, new: &InForce) -> anyhow::Result<()> {
        let settings_hash = new.settings_hash();
        let rules = RulesInForce {
            settings_hash: settings_hash.clone(),
            first_at: self.clock.now(),
            settings_json: serde_json::to_string(&new.rules.limits)?,
            zones_json: serde_json::to_string(&new.rules.zone_files)?,
        };
        let _ = self.told.send(Told::Rules(rules));
        let zones = api::feature_collection(new.rules.zone_files.iter().map(|file| file.text.as_str()))?.into();
        self.in_force.send_replace(api::InForce { zones, settings_hash });
        Ok(())
    }

    fn settings_hash(&self) -> &str {
        &self.engine.core().config().settings_hash
    }

    /// Journals until it works: what was accepted is not lost, and meanwhile nothing more is accepted.
    fn journalled<T>(&mut self, mut append: impl FnMut(&mut JournalWriter) -> Result<T, JournalError>) -> T {
        loop {
            match append(&mut self.journal) {
                Ok(done) => {
                    self.status.well(Trouble::Journal);
                    return done;
                }
                Err(error) => {
                    self.status.trouble(Trouble::Journal, &chain(&error));
                    thread::sleep(AGAIN);
                    if let Err(error) = self.journal.mend(self.clock.now()) {
                        self.status.trouble(Trouble::Journal, &chain(&error));
                    }
                }
            }
        }
    }

    /// Hands on what the engine has put out.
    fn hand_on(&mut self, arrived: Instant) {
        let mut synced_before = false;
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Alert(alert) => {
                    // All of this hand-over rests on the same journal: the first one lets it be synced for all.
                    let journal = if synced_before { None } else { self.journal_handle() };
                    synced_before = true;
                    let (alerts, feeds) = (vec![*alert], self.feeds.clone());
                    let _ = self.told.send(Told::Alerts { alerts, feeds, journal, arrived });
                }
                Output::Fix(track, fix) => self.fixes.push(history_fix(track, &fix)),
                Output::Track(_) => {}
            }
        }
        self.fixes.flush();
    }

    fn journal_handle(&self) -> Option<File> {
        self.journal.handle().inspect_err(|error| tracing::error!("{}", chain(error))).ok()
    }

    fn ask_for_sync(&mut self) {
        self.metrics.journal_reached(self.journal.written());
        if let Ok(journal) = self.journal.handle() {
            let unsealed = self.journal.take_unsealed();
            let progress = Progress { seq: self.journal.next_seq() - 1, unsealed };
            let _ = self.told.send(Told::Sync(journal, progress));
        }
    }

    fn finish(mut self) {
        self.hand_on(Instant::now());
        let seq = self.journal.next_seq() - 1;
        if let Err(error) = self.journal.sync() {
            tracing::error!("{}", chain(&error));
            return;
        }
        if !self.is_all_told() {
            tracing::error!(
                "alerts wait for the store: no state is saved, the journal will be run and tells them again"
            );
            return;
        }
        let settled = LocalStore::open(&self.data_dir).and_then(|store| store.settle());
        if let Err(error) = settled {
            tracing::error!("{}: no state is saved, the journal will be run instead", chain(&error));
            return;
        }
        match write_snapshot(&self.data_dir, &self.engine, seq) {
            Ok(()) => tracing::info!(seq, "the engine's state is saved"),
            Err(error) => tracing::error!("{error:#}: the journal will be run instead"),
        }
    }
}

impl EngineThread {
    /// Waits a while until all that was handed on is in the store: a snapshot that had seen more would let it be forgotten.
    fn is_all_told(&self) -> bool {
        let (done, mut carried) = oneshot::channel();
        let until = Instant::now() + TOLD_WITHIN;
        if self.told.send(Told::Carried(done)).is_err() {
            return false;
        }
        while carried.try_recv().is_err() {
            if Instant::now() > until {
                return false;
            }
            thread::sleep(Duration::from_millis(5));
        }
        true
    }
}

/// A fix as the history keeps it.
pub fn history_fix(track: crate::engine::track::TrackId, fix: &crate::engine::track::Fix) -> HistoryFix {
    let crate::engine::track::Fix { at, position, sog, cog, source, .. } = *fix;
    HistoryFix { track, at, position, sog, cog, source }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Event time as far as an engine has come, for a clock to begin with.
pub fn reached(engine: &Engine) -> EventTime {
    engine.intake().arrival().max(engine.core().now())
}
