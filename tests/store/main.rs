//! The local store from outside: what it refuses, what it keeps through crashes and full disks, and that readers see no seam.
#![allow(clippy::unwrap_used)]

mod alerts;

use std::sync::Arc;

use picket::edge::store::{NewRevision, Published};
use picket::engine::time::EventTime;

/// A revision of an alert; its line names it.
fn revision(id: &str, revision: u32, squadron: Option<&str>, open: bool) -> NewRevision {
    NewRevision {
        id: id.to_owned(),
        revision,
        squadron: squadron.map(str::to_owned),
        open,
        published_at: EventTime::from_millis(1_768_003_200_000),
        line: format!(r#"{{"id":"{id}","revision":{revision}}}"#),
    }
}

fn sequences(published: &[Arc<Published>]) -> Vec<u64> {
    published.iter().map(|told| told.sequence).collect()
}
