//! What is wrong with the service at the moment: told in the log once, and by `/readyz` as long as it lasts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::edge::api::Readiness;

/// What may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// It is still starting.
    Starting,
    /// The journal cannot be written: nothing new is taken.
    Journal,
    /// The journal cannot be synced: no alert leaves.
    Sync,
    /// The store cannot be written: no alert leaves.
    Store,
    /// The history cannot be written: tracks have gaps.
    History,
}

/// All that is wrong at the moment; a clone is the same.
#[derive(Clone, Debug)]
pub struct Status {
    troubles: Arc<Mutex<BTreeMap<Trouble, String>>>,
    readiness: watch::Sender<Readiness>,
}

impl Status {
    /// A service that is starting.
    pub fn starting(why: &str) -> Self {
        let troubles = Arc::new(Mutex::new(BTreeMap::from([(Trouble::Starting, why.to_owned())])));
        Status { troubles, readiness: watch::Sender::new(Readiness::Waiting(why.to_owned())) }
    }

    /// What `/readyz` tells.
    pub fn readiness(&self) -> watch::Receiver<Readiness> {
        self.readiness.subscribe()
    }

    /// Something is wrong; logged when it begins or changes.
    pub fn trouble(&self, trouble: Trouble, what: &str) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        if troubles.insert(trouble, what.to_owned()).as_deref() != Some(what) {
            tracing::error!("{what}; trying again");
            self.tell(&troubles);
        }
    }

    /// It is well again, or was never wrong.
    pub fn well(&self, trouble: Trouble) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(what) = troubles.remove(&trouble) {
            if trouble != Trouble::Starting {
                tracing::info!("well again: {what}");
            }
            self.tell(&troubles);
        }
    }

    fn tell(&self, troubles: &BTreeMap<Trouble, String>) {
        let whole = troubles.values().cloned().collect::<Vec<_>>().join("; ");
        let readiness = if troubles.is_empty() { Readiness::Ready } else { Readiness::Waiting(whole) };
        self.readiness.send_replace(readiness);
    }
}
