//! A chunk: the fixes of one track as bytes, each told by what it differs in from the one before.

use serde::{Deserialize, Serialize};

use super::HistoryFix;
use crate::engine::earth::Position;
use crate::engine::time::EventTime;
use crate::engine::track::{Source, TrackId};
use crate::engine::units::{Course, Speed};

const HAS_SOG: u8 = 1;
const HAS_COG: u8 = 2;
const BY_RADAR: u8 = 4;

/// The longest chunk, bytes: none spills out of its page of 4,096, and few enough stand above others in the tree of pages.
const BYTES_AT_MOST: usize = 400;
/// The longest difference, bytes: flags and five numbers of up to ten.
const STEP_BYTES_AT_MOST: usize = 51;

/// A fix in whole numbers, or the difference of two: written as varints (postcard), signed ones in zigzag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Numbers {
    /// [`HAS_SOG`], [`HAS_COG`], [`BY_RADAR`]; never a difference.
    flags: u8,
    at_ms: i64,
    lat_e7: i64,
    lon_e7: i64,
    /// Speed over ground in 0.01 kn; where there is none, that of the fix before.
    sog_ckn: i64,
    /// Course over ground in 0.1 degrees; where there is none, that of the fix before.
    cog_ddeg: i64,
}

/// Writes the fixes of one track down, in as many chunks as it takes.
pub(super) fn encode(fixes: &[HistoryFix]) -> Vec<Vec<u8>> {
    let mut chunks = Vec::new();
    let mut bytes = Vec::new();
    let mut before = Numbers::default();
    for fix in fixes {
        if bytes.len() > BYTES_AT_MOST - STEP_BYTES_AT_MOST {
            chunks.push(std::mem::take(&mut bytes));
            before = Numbers::default();
        }
        let numbers = Numbers::of(fix, &before);
        // A vector always has room for numbers: there is no error to tell.
        bytes = postcard::to_extend(&numbers.minus(&before), bytes).unwrap_or_default();
        before = numbers;
    }
    chunks.push(bytes);
    chunks
}

/// The fixes of a chunk; what comes behind a damage is left out.
pub(super) fn decode(track: TrackId, mut bytes: &[u8]) -> impl Iterator<Item = HistoryFix> {
    let mut before = Numbers::default();
    std::iter::from_fn(move || {
        let (step, rest) = postcard::take_from_bytes::<Numbers>(bytes).ok()?;
        bytes = rest;
        before = before.plus(&step);
        before.fix(track)
    })
}

impl Numbers {
    fn of(fix: &HistoryFix, before: &Numbers) -> Numbers {
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        Numbers {
            flags: flag(fix.sog.is_some(), HAS_SOG)
                | flag(fix.cog.is_some(), HAS_COG)
                | flag(fix.source == Source::Radar, BY_RADAR),
            at_ms: fix.at.millis(),
            lat_e7: fix.position.lat_e7().into(),
            lon_e7: fix.position.lon_e7().into(),
            sog_ckn: fix.sog.map_or(before.sog_ckn, |sog| (sog.knots() * 100.0).round() as i64),
            cog_ddeg: fix.cog.map_or(before.cog_ddeg, |cog| (cog.degrees() * 10.0).round() as i64 % 3_600),
        }
    }

    /// The fix, or `None` if it is none on this earth.
    fn fix(&self, track: TrackId) -> Option<HistoryFix> {
        let has = |flag: u8| self.flags & flag != 0;
        Some(HistoryFix {
            track,
            at: EventTime::from_millis(self.at_ms),
            position: Position::from_e7(self.lat_e7.try_into().ok()?, self.lon_e7.try_into().ok()?)?,
            sog: has(HAS_SOG).then(|| Speed::from_knots(self.sog_ckn as f64 / 100.0)),
            cog: has(HAS_COG).then(|| Course::from_degrees(self.cog_ddeg as f64 / 10.0)),
            source: if has(BY_RADAR) { Source::Radar } else { Source::Ais },
        })
    }

    fn minus(&self, o: &Numbers) -> Numbers {
        self.combined(o, i64::wrapping_sub)
    }

    fn plus(&self, step: &Numbers) -> Numbers {
        Numbers { flags: step.flags, ..self.combined(step, i64::wrapping_add) }
    }

    fn combined(&self, o: &Numbers, by: impl Fn(i64, i64) -> i64) -> Numbers {
        Numbers {
            flags: self.flags,
            at_ms: by(self.at_ms, o.at_ms),
            lat_e7: by(self.lat_e7, o.lat_e7),
            lon_e7: by(self.lon_e7, o.lon_e7),
            sog_ckn: by(self.sog_ckn, o.sog_ckn),
            cog_ddeg: by(self.cog_ddeg, o.cog_ddeg),
        }
    }
}
