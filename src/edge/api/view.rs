//! One client's view of the picture: what it was shown, and the messages that bring it up to date.
//!
//! A row is 24 bytes and a message at most [`ROWS_AT_MOST`] of them, so that the table is held briefly and a client that
//! reads slowly costs little. `docs/api.md` has the layout.

use axum::body::Bytes;
use bytes::{BufMut, BytesMut};
use serde::Serialize;

use super::bbox::Bbox;
use crate::edge::lines::quantise;
use crate::edge::seen::{Row, SeenTrack, Table};
use crate::engine::decode::report::AisClass;
use crate::engine::time::EventTime;

/// The most rows of one message.
pub const ROWS_AT_MOST: usize = 4096;
/// Version of the layout.
const VERSION: u8 = 1;
/// Bytes of a message's head.
const HEAD_LEN: usize = 16;
/// Bytes of a row.
const ROW_LEN: usize = 24;
/// Speed and course: not available.
const NOT_AVAILABLE: u16 = u16::MAX;
/// True heading: not available, as in AIS.
const NO_HEADING: u16 = 511;

const BY_AIS: u8 = 1;
const BY_RADAR: u8 = 2;
const COASTING: u8 = 4;
const REMOVED: u8 = 8;
const TENTATIVE: u8 = 16;

/// What a client was shown.
#[derive(Debug, Default)]
pub struct View {
    bbox: Option<Bbox>,
    /// By slot: the identity the client was told with the track it shows; 0 where it shows none.
    shown: Vec<u64>,
    /// The client knows all changes up to this version of the table.
    known: u64,
    sweep: Sweep,
    rows: BytesMut,
}

/// A pass over the table.
#[derive(Debug, Default)]
struct Sweep {
    /// The first slot not looked at yet; 0 between passes.
    next: usize,
    /// The table's version when the pass began.
    version: u64,
    /// Whether unchanged rows are looked at too.
    is_whole: bool,
    /// Whether anything was sent before.
    is_delta: bool,
}

/// The messages of one step.
#[derive(Debug)]
pub struct Part {
    /// JSON of those who appear or changed their identity; to be sent first.
    pub vessels: Option<String>,
    /// Rows with their head.
    pub rows: Bytes,
    /// Whether the client is up to date with this part.
    pub is_last: bool,
}

#[derive(Serialize)]
struct VesselBody<'a> {
    slot: u32,
    track: String,
    mmsi: Option<u32>,
    name: Option<&'a str>,
    call_sign: Option<&'a str>,
    ship_type: Option<u8>,
    length_m: Option<u16>,
    beam_m: Option<u16>,
}

impl View {
    /// A view of a box, or of the whole picture.
    pub fn of(bbox: Option<Bbox>) -> Self {
        View { bbox, sweep: Sweep { is_whole: true, ..Sweep::default() }, ..View::default() }
    }

    /// Turns to another box: the next pass brings what it holds and takes away what it does not.
    pub fn turn_to(&mut self, bbox: Option<Bbox>) {
        self.bbox = bbox;
        self.sweep = Sweep { next: 0, is_whole: true, ..self.sweep };
    }

    /// The next messages: what has changed since the last, at `at` (the table's event time).
    pub fn next_part(&mut self, table: &Table, at: EventTime) -> Part {
        if self.sweep.next == 0 {
            self.sweep.version = table.version;
        }
        self.shown.resize(table.rows.len().max(self.shown.len()), 0);
        self.rows.reserve(HEAD_LEN + ROWS_AT_MOST.min(table.rows.len()) * ROW_LEN);
        self.rows.put_bytes(0, HEAD_LEN);
        let mut vessels = Vec::new();
        let mut count = 0;
        while let Some(row) = table.rows.get(self.sweep.next).filter(|_| count < ROWS_AT_MOST) {
            let slot = self.sweep.next;
            self.sweep.next += 1;
            if self.sweep.is_whole || row.version > self.known {
                count += usize::from(self.look(slot, row, at, &mut vessels));
            }
        }
        let is_last = self.sweep.next >= table.rows.len();
        self.write_head(count, at);
        if is_last {
            self.known = self.sweep.version;
            self.sweep = Sweep { is_delta: true, ..Sweep::default() };
        }
        let vessels = (!vessels.is_empty()).then(|| closed(vessels)).flatten();
        Part { vessels, rows: self.rows.split().freeze(), is_last }
    }

    /// Writes what a row changes for the client; whether it changes anything.
    fn look(&mut self, slot: usize, row: &Row, at: EventTime, vessels: &mut Vec<u8>) -> bool {
        let (Some(shown), number) = (self.shown.get_mut(slot), slot as u32) else { return false };
        let inside = row.track.as_ref().filter(|track| self.bbox.is_none_or(|bbox| bbox.holds(track.position)));
        let Some(track) = inside else {
            let was_shown = std::mem::take(shown) != 0;
            if was_shown {
                put_removed(&mut self.rows, number);
            }
            return was_shown;
        };
        let is_known = *shown == row.identity_version;
        if is_known && row.version <= self.known {
            return false;
        }
        if !is_known {
            *shown = row.identity_version;
            push_vessel(vessels, number, track);
        }
        put_row(&mut self.rows, number, track, at);
        true
    }

    fn write_head(&mut self, count: usize, at: EventTime) {
        let kind = u8::from(self.sweep.is_delta);
        self.sweep.is_delta = true;
        let mut head = self.rows.get_mut(..HEAD_LEN).unwrap_or_default();
        head.put_u8(VERSION);
        head.put_u8(kind);
        head.put_u16_le(0);
        head.put_u32_le(count as u32);
        head.put_f64_le(at.seconds());
    }
}

fn put_row(rows: &mut BytesMut, slot: u32, track: &SeenTrack, at: EventTime) {
    rows.put_u32_le(slot);
    rows.put_i32_le(track.position.lat_e7());
    rows.put_i32_le(track.position.lon_e7());
    rows.put_u16_le(track.sog.map_or(NOT_AVAILABLE, |sog| hundredths(sog.knots())));
    rows.put_u16_le(track.cog.map_or(NOT_AVAILABLE, |cog| hundredths(cog.degrees()) % 36_000));
    rows.put_u16_le(track.true_heading.map_or(NO_HEADING, |heading| quantise(heading.degrees(), 0) as u16 % 360));
    rows.put_u8(class_code(track));
    rows.put_u8(flags(track));
    rows.put_u16_le((at - track.observed_at).seconds().clamp(0.0, f64::from(u16::MAX)) as u16);
    rows.put_u16_le(0);
}

fn put_removed(rows: &mut BytesMut, slot: u32) {
    rows.put_u32_le(slot);
    rows.put_bytes(0, 8);
    rows.put_u16_le(NOT_AVAILABLE);
    rows.put_u16_le(NOT_AVAILABLE);
    rows.put_u16_le(NO_HEADING);
    rows.put_u8(0);
    rows.put_u8(REMOVED);
    rows.put_bytes(0, 4);
}

/// In hundredths, below the mark for "not available".
fn hundredths(value: f64) -> u16 {
    quantise(value * 100.0, 0).clamp(0.0, f64::from(NOT_AVAILABLE - 1)) as u16
}

fn class_code(track: &SeenTrack) -> u8 {
    match track.class {
        _ if track.mmsi.is_none() => 6,
        AisClass::Unknown => 0,
        AisClass::A => 1,
        AisClass::B => 2,
        AisClass::Base => 3,
        AisClass::Aircraft => 4,
        AisClass::Aid => 5,
    }
}

fn flags(track: &SeenTrack) -> u8 {
    let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
    flag(track.by_ais, BY_AIS)
        | flag(track.by_radar, BY_RADAR)
        | flag(track.coasting, COASTING)
        | flag(!track.confirmed, TENTATIVE)
}

fn push_vessel(vessels: &mut Vec<u8>, slot: u32, track: &SeenTrack) {
    let claims = &track.claims;
    let body = VesselBody {
        slot,
        track: track.id.to_string(),
        mmsi: track.mmsi.map(|mmsi| mmsi.0),
        name: claims.name.as_deref(),
        call_sign: claims.call_sign.as_deref(),
        ship_type: claims.ship_type,
        length_m: claims.dimensions.map(|hull| hull.length_m()).filter(|m| *m > 0),
        beam_m: claims.dimensions.map(|hull| hull.beam_m()).filter(|m| *m > 0),
    };
    vessels.extend_from_slice(if vessels.is_empty() { b"{\"vessels\":[" } else { b"," });
    // Writing numbers and texts to memory cannot fail.
    let _ = serde_json::to_writer(&mut *vessels, &body);
}

/// The text of all vessels, with its end.
fn closed(mut vessels: Vec<u8>) -> Option<String> {
    vessels.extend_from_slice(b"]}");
    String::from_utf8(vessels).ok()
}
