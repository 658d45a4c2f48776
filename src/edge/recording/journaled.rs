//! A journal as a recording: its inputs with their own numbers, feeds and times.

use std::fs;
use std::path::Path;

use super::Warning;
use crate::edge::batch::Batch;
use crate::edge::journal::{JournalError, JournalHead, JournalReader, RecordKind};
use crate::engine::input::{Feed, FeedId, FeedKind, Frame, Input};
use crate::engine::time::EventTime;

/// Inputs in a batch.
const BATCH_INPUTS: usize = 4096;

/// A journal being replayed.
pub struct Journaled {
    reader: JournalReader,
    head: JournalHead,
    to: EventTime,
    ended: bool,
    changes: Vec<Warning>,
    current: JournalHead,
    places: Vec<FeedId>,
    done: u64,
    total: u64,
}

impl Journaled {
    /// Opens the journal in a folder; inputs received before `from`, or from `to` on, are left out.
    pub fn open(folder: &Path, from: Option<EventTime>, to: Option<EventTime>) -> Result<Journaled, JournalError> {
        let mut reader = JournalReader::open(folder)?;
        let heads: Vec<JournalHead> = (0..reader.segments().len()).filter_map(|i| reader.head(i)).collect();
        let mut changes = Vec::new();
        let mut head = heads.first().cloned().unwrap_or_default();
        head.feeds = all_feeds(&heads);
        if head.feeds.is_empty() {
            changes.push(Warning::NoFeeds);
            head.feeds = numbered_feeds(&mut JournalReader::open(folder)?);
        }
        let total = reader.segments().iter().filter_map(|s| fs::metadata(&s.path).ok()).map(|meta| meta.len()).sum();
        if let Some(from) = from {
            reader.seek(from);
        }
        let current = heads.into_iter().next().unwrap_or_default();
        let to = to.unwrap_or(EventTime::MAX);
        let mut journal =
            Journaled { reader, head, to, ended: false, changes, current, places: Vec::new(), done: 0, total };
        journal.place_feeds();
        Ok(journal)
    }

    /// The feeds of all segments, in the order in which they came.
    pub fn feeds(&self) -> &[Feed] {
        &self.head.feeds
    }

    /// What the journal began under.
    pub fn head(&self) -> &JournalHead {
        &self.head
    }

    /// Bytes read and bytes in all, as far as the segments' files tell.
    pub fn progress(&self) -> (u64, u64) {
        (if self.ended { self.total } else { self.done.min(self.total) }, self.total)
    }

    /// What went wrong so far.
    pub fn warnings(&self) -> Vec<Warning> {
        let damage = self.reader.warnings().iter().cloned().map(Warning::Journal);
        self.changes.iter().cloned().chain(damage).collect()
    }

    /// Replaces the batch by the next inputs; `false` at the end.
    pub fn next_batch(&mut self, batch: &mut Batch) -> bool {
        batch.clear();
        while batch.len() < BATCH_INPUTS && !self.ended {
            self.next_input(batch);
        }
        !batch.is_empty()
    }

    fn next_input(&mut self, batch: &mut Batch) {
        let Some(record) = self.reader.next_record() else {
            self.ended = true;
            return;
        };
        if matches!(
            record.header.kind,
            RecordKind::Feeds | RecordKind::Settings | RecordKind::Zones | RecordKind::Exercise
        ) {
            let (seq, before) = (record.header.seq + 1, self.current.clone());
            self.current.take(&record);
            if self.current != before {
                let change = Warning::HeadChanges { seq };
                if self.changes.last() != Some(&change) {
                    self.changes.push(change);
                }
                self.place_feeds();
            }
            return;
        }
        if record.header.received_at >= self.to {
            self.ended = true;
            return;
        }
        self.done += record.body.len() as u64;
        let place = |feed: FeedId| self.places.get(usize::from(feed.0)).copied().unwrap_or(feed);
        let input = match record.input() {
            Some(Input::Frame(frame)) => Input::Frame(Frame { feed: place(frame.feed), ..frame }),
            Some(Input::FeedEnded { feed }) => Input::FeedEnded { feed: place(feed) },
            Some(other) => other,
            None => return,
        };
        batch.push(&input, record.header.seq, 0);
    }

    /// Where the current segment's feeds stand among those of all segments.
    fn place_feeds(&mut self) {
        let all = &self.head.feeds;
        let place = |feed: &Feed| all.iter().position(|known| known.name == feed.name).unwrap_or(usize::from(u16::MAX));
        self.places = self.current.feeds.iter().map(|feed| FeedId(place(feed) as u16)).collect();
    }
}

/// The feeds of all heads in the order in which they came; of one that changed, the first.
fn all_feeds(heads: &[JournalHead]) -> Vec<Feed> {
    let mut feeds: Vec<Feed> = Vec::new();
    for feed in heads.iter().flat_map(|head| &head.feeds) {
        if !feeds.iter().any(|known| known.name == feed.name) {
            feeds.push(feed.clone());
        }
    }
    feeds
}

/// A table for a journal that has lost its own: as many feeds as its records name.
fn numbered_feeds(reader: &mut JournalReader) -> Vec<Feed> {
    let mut count = 0;
    while let Some(record) = reader.next_record() {
        count = count.max(u32::from(record.header.feed.0) + 1);
    }
    (0..count).map(|i| Feed::new(&format!("feed-{i:05}"), FeedKind::Nmea)).collect()
}
