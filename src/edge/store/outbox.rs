//! The outbox as channels read it: the newest revisions in memory, older ones from the store, without a seam between.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::alerts::Published;
use super::{StoreError, StoreReader};

/// Revisions kept in memory.
const RECENT_AT_MOST: usize = 4_096;
/// Bytes of their lines kept in memory.
const RECENT_BYTES_AT_MOST: usize = 64 << 20;

/// What was told, from any number on; a clone reads the same. A slow reader holds up nobody.
#[derive(Clone, Debug)]
pub struct Outbox(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    recent: RwLock<Recent>,
    latest: watch::Sender<u64>,
    reader: StoreReader,
}

/// The newest revisions, numbered without gaps.
#[derive(Debug)]
struct Recent {
    /// The number before the first of `told`.
    floor: u64,
    told: VecDeque<Arc<Published>>,
    bytes: usize,
    at_most: usize,
    bytes_at_most: usize,
}

impl Outbox {
    /// An outbox over a store; what the store holds already is read from there.
    pub fn new(reader: StoreReader) -> Result<Outbox, StoreError> {
        Outbox::bounded(reader, RECENT_AT_MOST, RECENT_BYTES_AT_MOST)
    }

    /// An outbox that keeps at most so many revisions, and bytes of their lines, in memory.
    pub fn bounded(reader: StoreReader, at_most: usize, bytes_at_most: usize) -> Result<Outbox, StoreError> {
        let latest = reader.latest_sequence()?;
        let recent = Recent { floor: latest, told: VecDeque::new(), bytes: 0, at_most, bytes_at_most };
        Ok(Outbox(Arc::new(Shared { recent: RwLock::new(recent), latest: watch::Sender::new(latest), reader })))
    }

    /// Tells revisions, as [`super::LocalStore::publish`] returned them, to all who read.
    pub fn announce(&self, published: Vec<Arc<Published>>) {
        let latest = {
            let mut recent = self.0.recent.write().unwrap_or_else(PoisonError::into_inner);
            published.into_iter().for_each(|revision| recent.push(revision));
            recent.latest()
        };
        self.0.latest.send_if_modified(|told| {
            let is_new = latest > *told;
            *told = latest.max(*told);
            is_new
        });
    }

    /// The number of the newest revision announced.
    pub fn latest(&self) -> u64 {
        *self.0.latest.borrow()
    }

    /// Sees every change of [`Outbox::latest`].
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.latest.subscribe()
    }

    /// The revisions told after a sequence number, oldest first, at most `limit`; of one squadron and of none, or of all.
    ///
    /// Holds at least all up to what [`Outbox::latest`] was at the call: fewer than `limit` means that there is no more up to there.
    pub async fn after(
        &self,
        sequence: u64,
        squadron: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Arc<Published>>, StoreError> {
        if let Some(recent) = self.recent(sequence, squadron, limit) {
            return Ok(recent);
        }
        let reader = self.0.reader.clone();
        let squadron = squadron.map(str::to_owned);
        let read = spawn_blocking(move || reader.after(sequence, squadron.as_deref(), limit));
        read.await.unwrap_or_else(|_| Err(StoreError::BrokenOff { path: self.0.reader.path().to_owned() }))
    }

    /// What memory holds after a number; `None` if it does not reach back that far.
    fn recent(&self, sequence: u64, squadron: Option<&str>, limit: usize) -> Option<Vec<Arc<Published>>> {
        let recent = self.0.recent.read().unwrap_or_else(PoisonError::into_inner);
        let known = usize::try_from(sequence.checked_sub(recent.floor)?).unwrap_or(usize::MAX);
        let later = recent.told.range(known.min(recent.told.len())..);
        let is_wanted = |told: &&Arc<Published>| match (squadron, told.squadron.as_deref()) {
            (Some(wanted), Some(whose)) => wanted == whose,
            _ => true,
        };
        Some(later.filter(is_wanted).take(limit).cloned().collect())
    }
}

impl Recent {
    fn latest(&self) -> u64 {
        self.floor + self.told.len() as u64
    }

    /// Takes the next revision; what is known is left out, and after a gap memory begins anew, for the store has what is missing.
    fn push(&mut self, published: Arc<Published>) {
        if published.sequence <= self.latest() {
            return;
        }
        if published.sequence > self.latest() + 1 {
            self.told.clear();
            self.bytes = 0;
            self.floor = published.sequence - 1;
        }
        self.bytes += published.line.len();
        self.told.push_back(published);
        while self.told.len() > self.at_most || self.bytes > self.bytes_at_most {
            let Some(oldest) = self.told.pop_front() else { break };
            self.bytes -= oldest.line.len();
            self.floor += 1;
        }
    }
}
