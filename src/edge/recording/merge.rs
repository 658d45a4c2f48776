//! Files merged by time into numbered inputs.

use std::mem;

use super::file::RecordedFile;
use super::lines::Line;
use crate::edge::batch::{Batch, Item, ItemKind};
use crate::engine::input::{FeedId, Frame, Input};
use crate::engine::time::EventTime;

/// Inputs in a batch of several files; a batch of one file is one of its blocks.
const BATCH_INPUTS: usize = 4096;

/// The files, each at its next line.
pub struct Merge {
    files: Vec<RecordedFile>,
    open: Vec<Head>,
    next_seq: u64,
    from: EventTime,
    to: EventTime,
    started: bool,
}

/// A file that is not at its end, and when its next line was received.
#[derive(Clone, Copy)]
struct Head {
    file: usize,
    received_at: EventTime,
}

impl Merge {
    /// Merges `files`, of which the i-th is `FeedId(i)`, keeping lines with `from <= received_at < to`.
    pub fn new(files: Vec<RecordedFile>, from: Option<EventTime>, to: Option<EventTime>) -> Self {
        let (from, to) = (from.unwrap_or(EventTime::MIN), to.unwrap_or(EventTime::MAX));
        Merge { files, open: Vec::new(), next_seq: 1, from, to, started: false }
    }

    /// The files, in the order of the feeds.
    pub fn files(&self) -> &[RecordedFile] {
        &self.files
    }

    /// Replaces the batch by the next inputs; `false` at the end.
    pub fn next_batch(&mut self, batch: &mut Batch) -> bool {
        batch.items.clear();
        if !mem::replace(&mut self.started, true) {
            (0..self.files.len()).for_each(|file| self.enter(file, batch));
        }
        while batch.items.len() < BATCH_INPUTS && !self.open.is_empty() {
            match self.open[..] {
                [only] if batch.items.is_empty() => {
                    self.whole_block(only.file, batch);
                    if !batch.items.is_empty() {
                        break;
                    }
                }
                _ => self.run(batch),
            }
        }
        !batch.items.is_empty()
    }

    /// The lines of the earliest file up to the head of the next earliest.
    fn run(&mut self, batch: &mut Batch) {
        if batch.items.is_empty() {
            batch.bytes.clear();
        }
        let order = |head: &Head| (head.received_at, head.file);
        let Some(first) = (0..self.open.len()).min_by_key(|i| order(&self.open[*i])) else {
            return;
        };
        let head = self.open.swap_remove(first);
        let limit = self.open.iter().map(order).min();
        let feed = FeedId(head.file as u16);
        while let Some(line) = self.files[head.file].head().filter(|line| line.received_at < self.to) {
            if limit.is_some_and(|limit| (line.received_at, head.file) > limit) || batch.items.len() >= BATCH_INPUTS {
                self.open.push(Head { file: head.file, received_at: line.received_at });
                return;
            }
            if let Some(received_at) = keep(&line, self.from) {
                let bytes = self.files[head.file].text(&line);
                let frame = Frame { seq: self.next_seq, feed, received_at, bytes };
                batch.push(&Input::Frame(frame), self.next_seq, line.number);
                self.next_seq += 1;
            }
            self.files[head.file].advance();
        }
        self.ended(head.file, batch);
    }

    /// The rest of a file's block, its memory swapped with the batch's instead of copied.
    fn whole_block(&mut self, file: usize, batch: &mut Batch) {
        let (from, to, feed) = (self.from, self.to, FeedId(file as u16));
        let mut past_end = false;
        if self.files[file].head().is_some() {
            let next_seq = &mut self.next_seq;
            let (lines, bytes) = self.files[file].take_block();
            for line in lines {
                past_end |= line.received_at >= to;
                if let Some(received_at) = keep(line, from).filter(|_| !past_end) {
                    let Line { start, len, number, .. } = *line;
                    batch.items.push(Item {
                        seq: *next_seq,
                        received_at,
                        start,
                        len,
                        line: number,
                        feed,
                        kind: ItemKind::Frame,
                    });
                    *next_seq += 1;
                }
            }
            mem::swap(bytes, &mut batch.bytes);
        }
        if past_end || self.files[file].head().is_none() {
            self.open.clear();
            self.ended(file, batch);
        }
    }

    /// Puts a file among the open ones, or ends it.
    fn enter(&mut self, file: usize, batch: &mut Batch) {
        match self.files[file].head().filter(|line| line.received_at < self.to) {
            Some(line) => self.open.push(Head { file, received_at: line.received_at }),
            None => self.ended(file, batch),
        }
    }

    fn ended(&mut self, file: usize, batch: &mut Batch) {
        batch.push(&Input::FeedEnded { feed: FeedId(file as u16) }, self.next_seq, 0);
        self.next_seq += 1;
    }
}

/// When a line counts as received if it is kept: a table's header always is.
fn keep(line: &Line, from: EventTime) -> Option<EventTime> {
    (line.header || line.received_at >= from).then_some(line.received_at.max(from))
}
