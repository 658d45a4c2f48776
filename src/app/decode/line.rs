//! The JSON lines of `picket decode`; what is not available is absent.

use serde::Serialize;

use super::asterix::AsterixLine;
use super::says::Says;
use crate::engine::decode::{Message, Reject, SentenceKind, Stamp};
use crate::engine::time::EventTime;

/// One decoded message.
#[derive(Serialize)]
#[serde(untagged)]
pub enum DecodedLine<'a> {
    /// Of a sentence or a row.
    Message(Box<MessageLine<'a>>),
    /// Of a record of an ASTERIX data block.
    Asterix(Box<AsterixLine<'a>>),
}

/// One message of a sentence or a row.
#[derive(Default, Serialize)]
pub struct MessageLine<'a> {
    feed: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    received_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    station: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<char>,
    sentence: &'static str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    message_id: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mmsi: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    utc_second_suspect: bool,
    #[serde(flatten)]
    says: Says<'a>,
}

/// One refused line or sentence.
#[derive(Serialize)]
pub struct RejectLine {
    line: u32,
    reason: &'static str,
    bytes_latin1: String,
}

impl RejectLine {
    /// The line of a reject; `line` counts from 1 in its file.
    pub fn new(line: u32, reject: &Reject<'_>) -> Self {
        let bytes_latin1 = reject.bytes.iter().map(|b| char::from(*b)).collect();
        RejectLine { line, reason: reject.reason.name(), bytes_latin1 }
    }
}

/// What messages are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CountKey {
    /// AIS messages, whichever sentence they came in, by type.
    Ais(u8),
    /// All other sentences, and rows.
    Sentence(&'static str),
    /// ASTERIX records by category.
    Asterix(u8),
}

impl CountKey {
    /// What a message counts as.
    pub fn of(stamp: &Stamp, message: &Message) -> Self {
        match message {
            Message::Ais(ais) => CountKey::Ais(ais.message_id()),
            Message::Asterix(record) => CountKey::Asterix(record.wire.category),
            _ => CountKey::Sentence(stamp.sentence.name()),
        }
    }
}

/// How many messages of a type there were.
#[derive(Default, Serialize)]
pub struct CountLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sentence: Option<&'static str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    message_id: Option<u8>,
    count: u64,
}

impl CountLine {
    /// The line of a total.
    pub fn new(key: CountKey, count: u64) -> Self {
        match key {
            CountKey::Ais(message_id) => CountLine { message_id: Some(message_id), count, ..CountLine::default() },
            CountKey::Sentence(sentence) => CountLine { sentence: Some(sentence), count, ..CountLine::default() },
            CountKey::Asterix(category) => CountLine { category: Some(category), count, ..CountLine::default() },
        }
    }
}

impl<'a> DecodedLine<'a> {
    /// The line of a message.
    pub fn new(feed: &'a str, station: Option<&'a str>, stamp: &Stamp, message: &'a Message) -> Self {
        let (message_id, mmsi, says) = match message {
            Message::Ais(ais) => (Some(ais.message_id()), Some(ais.mmsi().0), Says::ais(ais)),
            Message::Target(target) => (None, None, Says::target(&target.wire)),
            Message::TargetPosition(target) => (None, None, Says::target_position(&target.wire)),
            Message::TargetLabel(label) => (None, None, Says::target_label(label)),
            Message::RadarSystem(system) => (None, None, Says::radar_system(system)),
            Message::Row(row) => (None, Some(row.mmsi.0), Says::row(row)),
            Message::Asterix(record) => return DecodedLine::Asterix(Box::new(AsterixLine::new(feed, stamp, record))),
        };
        DecodedLine::Message(Box::new(MessageLine {
            feed,
            observed_at: stamp.observed_at.map(EventTime::iso),
            received_at: (stamp.received_at > EventTime::MIN).then(|| stamp.received_at.iso()),
            station,
            channel: stamp.channel.filter(|_| stamp.sentence != SentenceKind::Row).map(char::from),
            sentence: stamp.sentence.name(),
            message_id,
            mmsi,
            utc_second_suspect: stamp.utc_second_suspect == Some(true),
            says,
        }))
    }
}
