//! A batch of inputs in one block of memory, as recordings hand them over and the journal takes them.

use crate::engine::input::{FeedId, Frame, Input};
use crate::engine::time::EventTime;

/// Inputs in order, their bytes side by side: no allocation an input, and it may cross threads whole.
#[derive(Debug, Default)]
pub struct Batch {
    pub(super) bytes: Vec<u8>,
    pub(super) items: Vec<Item>,
}

/// One input of a batch; `start` and `len` point into the batch's bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Item {
    pub seq: u64,
    pub received_at: EventTime,
    pub start: usize,
    pub len: u32,
    pub line: u32,
    pub feed: FeedId,
    pub kind: ItemKind,
}

/// What an item is; the inputs of the engine, without their data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemKind {
    Frame,
    Tick,
    FeedEnded,
    Command,
    Rules,
    Gap,
}

impl Batch {
    /// Empties the batch and keeps its memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.items.clear();
    }

    /// How many inputs it holds.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The bytes of all its inputs.
    pub fn byte_len(&self) -> usize {
        self.items.iter().map(|item| item.len as usize).sum()
    }

    /// The inputs in order.
    pub fn inputs(&self) -> impl ExactSizeIterator<Item = Input<'_>> {
        self.items.iter().map(|item| self.input(item))
    }

    /// The inputs in order, each with its sequence number and its line number in its file (from 1; 0 where there is none).
    pub fn numbered(&self) -> impl ExactSizeIterator<Item = (u64, u32, Input<'_>)> {
        self.items.iter().map(|item| (item.seq, item.line, self.input(item)))
    }

    /// Adds one input, its bytes copied; `line` is its line number in its file (from 1; 0 where there is none).
    ///
    /// A frame keeps its number; any other input takes `seq`.
    pub fn push(&mut self, input: &Input<'_>, seq: u64, line: u32) {
        let start = self.bytes.len();
        let (feed, received_at, kind) = match *input {
            Input::Frame(frame) => {
                self.bytes.extend_from_slice(frame.bytes);
                (frame.feed, frame.received_at, ItemKind::Frame)
            }
            Input::Tick { received_at } => (FeedId::default(), received_at, ItemKind::Tick),
            Input::Command { received_at, body } => {
                self.bytes.extend_from_slice(body);
                (FeedId::default(), received_at, ItemKind::Command)
            }
            Input::Rules { received_at, body } => {
                self.bytes.extend_from_slice(body);
                (FeedId::default(), received_at, ItemKind::Rules)
            }
            Input::Gap => (FeedId::default(), self.latest(), ItemKind::Gap),
            Input::FeedEnded { feed } => (feed, self.latest(), ItemKind::FeedEnded),
        };
        let seq = if let Input::Frame(frame) = input { frame.seq } else { seq };
        let len = (self.bytes.len() - start) as u32;
        self.items.push(Item { seq, received_at, start, len, line, feed, kind });
    }

    pub(super) fn input(&self, item: &Item) -> Input<'_> {
        let received_at = item.received_at;
        let body = self.bytes.get(item.start..item.start + item.len as usize).unwrap_or_default();
        match item.kind {
            ItemKind::Frame => Input::Frame(Frame { seq: item.seq, feed: item.feed, received_at, bytes: body }),
            ItemKind::Command => Input::Command { received_at, body },
            ItemKind::Rules => Input::Rules { received_at, body },
            ItemKind::Tick => Input::Tick { received_at },
            ItemKind::FeedEnded => Input::FeedEnded { feed: item.feed },
            ItemKind::Gap => Input::Gap,
        }
    }

    /// When the last of its inputs came.
    fn latest(&self) -> EventTime {
        self.items.last().map_or(EventTime::MIN, |item| item.received_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_was_pushed() {
        let t = EventTime::from_millis(7);
        let inputs = [
            Input::Frame(Frame { seq: 4, feed: FeedId(1), received_at: t, bytes: b"!AIVDM" }),
            Input::Tick { received_at: t },
            Input::FeedEnded { feed: FeedId(1) },
            Input::Command { received_at: t, body: b"{}" },
            Input::Rules { received_at: t, body: b"[]" },
            Input::Gap,
        ];
        let mut batch = Batch::default();
        for (i, input) in inputs.iter().enumerate() {
            batch.push(input, 4 + i as u64, 0);
        }
        assert_eq!(batch.inputs().collect::<Vec<_>>(), inputs);
        assert_eq!(batch.numbered().map(|(seq, _, _)| seq).collect::<Vec<_>>(), [4, 5, 6, 7, 8, 9]);
        assert_eq!((batch.len(), batch.byte_len()), (6, 10));
        batch.clear();
        assert!(batch.is_empty());
    }
}
