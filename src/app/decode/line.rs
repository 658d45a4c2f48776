//! The JSON lines of `picket decode`; what is not available is absent.

use serde::Serialize;

use super::says::Says;
use crate::engine::decode::{Message, Reject, SentenceKind, Stamp};
use crate::engine::time::EventTime;

/// One decoded message.
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

/// How many messages of a type there were.
#[derive(Serialize)]
pub struct CountLine {
    #[serde(skip_serializing_if = "str::is_empty")]
    sentence: &'static str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    message_id: Option<u8>,
    count: u64,
}

impl CountLine {
    /// The line of a total; `message_id` 0 is none.
    pub fn new(sentence: &'static str, message_id: u8, count: u64) -> Self {
        CountLine { sentence, message_id: Some(message_id).filter(|id| *id != 0), count }
    }
}

impl<'a> MessageLine<'a> {
    /// The line of a message.
    pub fn new(feed: &'a str, station: Option<&'a str>, stamp: &Stamp, message: &'a Message) -> Self {
        let (message_id, mmsi, says) = match message {
            Message::Ais(ais) => (Some(ais.message_id()), Some(ais.mmsi().0), Says::ais(ais)),
            Message::Target(target) => (None, None, Says::target(&target.wire)),
            Message::TargetPosition(target) => (None, None, Says::target_position(&target.wire)),
            Message::TargetLabel(label) => (None, None, Says::target_label(label)),
            Message::RadarSystem(system) => (None, None, Says::radar_system(system)),
            Message::Row(row) => (None, Some(row.mmsi.0), Says::row(row)),
        };
        MessageLine {
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
        }
    }
}
