//! One record of the journal and what it says.

use super::format::RecordHeader;
use crate::engine::input::{Feed, FeedId, Frame, Input};
use crate::engine::time::EventTime;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    /// A line or datagram: its bytes.
    Frame,
    /// Time went on: no body.
    Tick,
    /// A feed has ended: no body.
    FeedEnded,
    /// The feeds' table, JSON; at the head of each segment.
    Feeds,
    /// The settings, text; at the head of each segment.
    Settings,
    /// The zones, text; at the head of each segment.
    Zones,
    /// An operator's command, JSON.
    Command,
    /// History the engine asked for (reserved).
    History,
    /// The writer was away: why, as text.
    Gap,
    /// Other feeds, settings or zones are in force from here on: all three, JSON.
    Rules,
    /// That what follows is an exercise, as text; at the head of each segment of one.
    Exercise,
    /// A kind this build does not know.
    Other(u8),
}

const KINDS: [(RecordKind, u8); 11] = [
    (RecordKind::Frame, 1),
    (RecordKind::Tick, 2),
    (RecordKind::FeedEnded, 3),
    (RecordKind::Feeds, 4),
    (RecordKind::Settings, 5),
    (RecordKind::Zones, 6),
    (RecordKind::Command, 7),
    (RecordKind::History, 8),
    (RecordKind::Gap, 9),
    (RecordKind::Rules, 10),
    (RecordKind::Exercise, 11),
];

impl RecordKind {
    /// Its number in the file.
    pub fn code(self) -> u8 {
        match self {
            RecordKind::Other(code) => code,
            known => KINDS.iter().find(|(kind, _)| *kind == known).map_or(0, |(_, code)| *code),
        }
    }

    /// The kind of a number in the file.
    pub fn from_code(code: u8) -> Self {
        KINDS.iter().find(|(_, known)| *known == code).map_or(RecordKind::Other(code), |(kind, _)| *kind)
    }

    /// Whether it takes a sequence number: all do but those at the head of each segment.
    pub fn is_numbered(self) -> bool {
        !matches!(self, RecordKind::Feeds | RecordKind::Settings | RecordKind::Zones | RecordKind::Exercise)
    }
}

/// One record as it is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record<'a> {
    /// Number, time, kind and feed.
    pub header: RecordHeader,
    /// What it says, by its kind.
    pub body: &'a [u8],
}

impl<'a> Record<'a> {
    /// The input it gives again, if it is one.
    pub fn input(&self) -> Option<Input<'a>> {
        let RecordHeader { seq, received_at, kind, feed } = self.header;
        match kind {
            RecordKind::Frame => Some(Input::Frame(Frame { seq, feed, received_at, bytes: self.body })),
            RecordKind::Tick => Some(Input::Tick { received_at }),
            RecordKind::FeedEnded => Some(Input::FeedEnded { feed }),
            RecordKind::Command => Some(Input::Command { received_at, body: self.body }),
            RecordKind::Rules => Some(Input::Rules { received_at, body: self.body }),
            RecordKind::Gap => Some(Input::Gap),
            _ => None,
        }
    }
}

/// What every segment says at its head, so that it can be read alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JournalHead {
    /// The feeds, sorted by name: `FeedId(i)` is the i-th.
    pub feeds: Vec<Feed>,
    /// The settings in force, as text.
    pub settings: String,
    /// The zones in force, as text.
    pub zones: String,
    /// What marks an exercise (`EXERCISE x20`); `None` for the real thing.
    pub exercise: Option<String>,
}

impl JournalHead {
    /// Its records, without numbers and times.
    pub(super) fn records(&self) -> Result<Vec<(RecordKind, Vec<u8>)>, serde_json::Error> {
        let mut records = vec![
            (RecordKind::Feeds, serde_json::to_vec(&self.feeds)?),
            (RecordKind::Settings, self.settings.clone().into_bytes()),
            (RecordKind::Zones, self.zones.clone().into_bytes()),
        ];
        records.extend(self.exercise.iter().map(|text| (RecordKind::Exercise, text.clone().into_bytes())));
        Ok(records)
    }

    /// Takes what a record of a segment's head says; `false` if it is none, or cannot be read.
    pub fn take(&mut self, record: &Record<'_>) -> bool {
        let text = || String::from_utf8_lossy(record.body).into_owned();
        match record.header.kind {
            RecordKind::Feeds => match serde_json::from_slice(record.body) {
                Ok(feeds) => self.feeds = feeds,
                Err(_) => return false,
            },
            RecordKind::Settings => self.settings = text(),
            RecordKind::Zones => self.zones = text(),
            RecordKind::Exercise => self.exercise = Some(text()),
            _ => return false,
        }
        true
    }
}

/// The header and body of an input as a record; a tick belongs to no feed, a feed's end and a gap happen at `latest`.
pub(super) fn record_of<'a>(input: &Input<'a>, seq: u64, latest: EventTime) -> Record<'a> {
    let (kind, feed, received_at, body): (_, _, _, &[u8]) = match *input {
        Input::Frame(frame) => (RecordKind::Frame, frame.feed, frame.received_at, frame.bytes),
        Input::Tick { received_at } => (RecordKind::Tick, FeedId::default(), received_at, &[]),
        Input::FeedEnded { feed } => (RecordKind::FeedEnded, feed, latest, &[]),
        Input::Command { received_at, body } => (RecordKind::Command, FeedId::default(), received_at, body),
        Input::Rules { received_at, body } => (RecordKind::Rules, FeedId::default(), received_at, body),
        Input::Gap => (RecordKind::Gap, FeedId::default(), latest, &[]),
    };
    Record { header: RecordHeader { seq, received_at, kind, feed }, body }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_fixed_numbers() {
        for code in 0..=255 {
            assert_eq!(RecordKind::from_code(code).code(), code);
        }
        assert_eq!((RecordKind::Frame.code(), RecordKind::Rules.code()), (1, 10));
    }

    #[test]
    fn inputs_come_back() {
        let t = EventTime::from_millis(4);
        let frame = Input::Frame(Frame { seq: 8, feed: FeedId(3), received_at: t, bytes: b"x" });
        let command = Input::Command { received_at: t, body: b"{}" };
        let rules = Input::Rules { received_at: t, body: b"[]" };
        for input in
            [frame, Input::Tick { received_at: t }, Input::FeedEnded { feed: FeedId(1) }, command, rules, Input::Gap]
        {
            assert_eq!(record_of(&input, 8, t).input(), Some(input));
        }
    }
}
