//! The publisher's thread: what the engine tells goes to disk first, then to whoever waits for it.

use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::keeper::Progress;
use super::status::{Status, Trouble};
use crate::edge::clock::Clock;
use crate::edge::inlet::Outcome;
use crate::edge::lines::{AlertForm, LineContext, alert_line};
use crate::edge::metrics::Metrics;
use crate::edge::store::{LocalStore, NewRevision, Outbox, RulesInForce};
use crate::engine::alert::{Alert, AlertState};
use crate::engine::detect::Kind;
use crate::engine::input::Feed;

/// What cannot be written is tried again after this.
const AGAIN: Duration = Duration::from_secs(1);
/// So many tellings share a sync and a transaction where they pile up.
const TOGETHER_AT_MOST: usize = 1000;

/// What the engine's thread hands over, in the order in which it came about.
pub enum Told {
    /// Alerts, and the journal that they rest on.
    Alerts {
        /// In order.
        alerts: Vec<Alert>,
        /// The feeds, by which evidence names its sentences.
        feeds: Arc<[Feed]>,
        /// To be synced before they leave; `None` if it is already.
        journal: Option<File>,
        /// When the frames that raised them had been read.
        arrived: Instant,
    },
    /// Nothing but time: the journal is to be synced. All that follows from it so far has been told before.
    Sync(File, Progress),
    /// A command was carried out; all that it changed has been told before.
    Carried(oneshot::Sender<Outcome>),
    /// Other rules are in force from here on.
    Rules(RulesInForce),
}

/// Alerts that are told together.
#[derive(Default)]
struct Waiting {
    /// To be synced before; the newest handle serves for all.
    journal: Option<File>,
    /// Of what kind, their lines, and the instant at which what raised them had been read.
    alerts: Vec<(Kind, NewRevision, Instant)>,
}

/// What the publisher works with.
pub struct Publisher {
    /// The alert book and outbox on disk.
    pub store: LocalStore,
    /// Whoever reads alerts.
    pub outbox: Outbox,
    /// For `published_at`.
    pub clock: Clock,
    /// What marks an exercise.
    pub exercise: Option<String>,
    /// Counts and times.
    pub metrics: Metrics,
    /// Where trouble is told.
    pub status: Status,
    /// Told how far the journal goes whose alerts are all in the store: no snapshot may go further, for what it has seen
    /// is never said again.
    pub progress: Sender<Progress>,
}

impl Publisher {
    /// Starts the thread; it ends once the sender is gone and all is written.
    ///
    /// The channel has no bound: alerts are few, and the engine never waits for a disk. What waits in it when the process
    /// dies is told again from the journal.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn start(self) -> std::io::Result<(Sender<Told>, JoinHandle<()>)> {
        let (sender, told) = channel();
        let thread = thread::Builder::new().name("publisher".into()).spawn(move || self.run(&told))?;
        Ok((sender, thread))
    }

    fn run(mut self, told: &Receiver<Told>) {
        let mut waiting = Waiting::default();
        while let Ok(first) = told.recv() {
            for told in std::iter::once(first).chain(told.try_iter().take(TOGETHER_AT_MOST)) {
                self.take(told, &mut waiting);
            }
            self.tell(&mut waiting);
        }
    }

    /// Gathers alerts, so that one sync and one transaction serve all that came together; the rest is done in its order.
    fn take(&mut self, told: Told, waiting: &mut Waiting) {
        match told {
            Told::Alerts { alerts, feeds, journal, arrived } => {
                waiting.journal = journal.or(waiting.journal.take());
                let line = |alert: &Alert| Some((alert.anomaly.kind, self.revision(alert, &feeds)?, arrived));
                waiting.alerts.extend(alerts.iter().filter_map(line));
            }
            Told::Sync(journal, progress) => {
                self.tell(waiting);
                self.sync(&journal);
                let _ = self.progress.send(progress);
            }
            Told::Carried(done) => {
                self.tell(waiting);
                let _ = done.send(Outcome::Done);
            }
            Told::Rules(rules) => {
                self.tell(waiting);
                self.persist(|store| store.put_rules(&rules));
            }
        }
    }

    /// Syncs, stores, tells: in this order, each as often as it takes.
    fn tell(&mut self, waiting: &mut Waiting) {
        let sync_took = waiting.journal.take().map_or(Duration::ZERO, |journal| self.sync(&journal));
        let alerts = std::mem::take(&mut waiting.alerts);
        if alerts.is_empty() {
            return;
        }
        let (causes, revisions): (Vec<_>, Vec<NewRevision>) =
            alerts.into_iter().map(|(kind, revision, arrived)| ((kind, arrived), revision)).unzip();
        let published = self.persist(|store| store.publish(&revisions));
        let mut news = published.iter().peekable();
        for (revision, (kind, arrived)) in revisions.iter().zip(causes) {
            if let Some(new) = news.next_if(|new| new.id == revision.id && new.revision == revision.revision) {
                self.metrics.note(new.sequence, arrived, sync_took);
                if new.revision == 1 {
                    self.metrics.raised(kind.text());
                }
            }
        }
        self.outbox.announce(published);
    }

    fn revision(&self, alert: &Alert, feeds: &[Feed]) -> Option<NewRevision> {
        let published_at = self.clock.now();
        let context = LineContext { feeds, exercise: self.exercise.as_deref(), published_at: Some(published_at) };
        let line = alert_line(alert, context, AlertForm::Live);
        let line = line.inspect_err(|error| tracing::error!(id = alert.id, "an alert has no line: {error}")).ok()?;
        Some(NewRevision {
            id: alert.id.clone(),
            revision: alert.revision,
            squadron: alert.squadron.clone(),
            open: !matches!(alert.state, AlertState::Normal | AlertState::Retracted),
            published_at,
            line,
        })
    }

    /// Brings the journal to the disk, however long it takes; how long it took.
    fn sync(&self, journal: &File) -> Duration {
        let began = Instant::now();
        while let Err(error) = journal.sync_data() {
            self.status.trouble(Trouble::Sync, &format!("the journal cannot be synced: {error}"));
            thread::sleep(AGAIN);
        }
        self.status.well(Trouble::Sync);
        began.elapsed()
    }

    /// Writes to the store, however long it takes: an alert that was raised is never given up.
    fn persist<T, E: std::error::Error>(&mut self, mut write: impl FnMut(&mut LocalStore) -> Result<T, E>) -> T {
        loop {
            match write(&mut self.store) {
                Ok(written) => {
                    self.status.well(Trouble::Store);
                    return written;
                }
                Err(error) => {
                    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
                    self.status.trouble(Trouble::Store, &format!("{error}{cause}"));
                    thread::sleep(AGAIN);
                }
            }
        }
    }
}
