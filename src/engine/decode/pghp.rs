//! `$PGHP`: a proprietary line that tells when and where the sentence near it was received.
//!
//! `$PGHP,1,year,month,day,hour,minute,second,millisecond,country,region,station MMSI,1,cc*hh`: `cc` is the checksum of
//! the sentence meant; of a message in several parts, the exclusive or of theirs.

use arrayvec::ArrayVec;
use serde::{Deserialize, Serialize};

use super::report::StationId;
use super::scan::{decimal, digits, hex_byte, trim};
use crate::engine::time::EventTime;

/// How far a sentence may lie from its `$PGHP` line.
pub const REACH_LINES: u64 = 20;
/// Lines kept: twice the reach, for a sentence before its line and for one that nothing else claims.
const KEPT: usize = 2 * REACH_LINES as usize;

/// One `$PGHP` line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pghp<'a> {
    /// When the sentence was received over the air.
    pub time: EventTime,
    /// MMSI of the station that heard it.
    pub station: Option<&'a [u8]>,
    /// Checksum of the sentence meant.
    pub checksum: Option<u8>,
}

/// Reads the body of a `$PGHP` sentence; `None` if it is of another form or its date is none.
pub fn parse(body: &[u8]) -> Option<Pghp<'_>> {
    let fields: ArrayVec<&[u8], 16> = body.split(|b| *b == b',').take(16).map(trim).collect();
    if fields.len() < 9 || fields.first() != Some(&&b"PGHP"[..]) {
        return None;
    }
    let n = |i: usize| -> Option<u32> { fields.get(i).and_then(|f| digits(f)).and_then(|n| u32::try_from(n).ok()) };
    let time = EventTime::from_utc(n(2)? as i32, n(3)?, n(4)?, n(5)?, n(6)?, n(7)?, n(8)?)?;
    let station = fields.get(11).copied().filter(|f| !f.is_empty() && decimal(f) != Some(0.0));
    let checksum = fields.get(13).filter(|f| f.len() == 2).and_then(|f| hex_byte(f));
    Some(Pghp { time, station, checksum })
}

/// A time line waiting for its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Waiting {
    line: u64,
    time: EventTime,
    station: StationId,
    checksum: Option<u8>,
    /// Line of the first sentence behind it; 0 until there is one.
    next_line: u64,
}

/// What a time line gives to its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// When it was heard.
    pub time: EventTime,
    /// By whom; zero where not told.
    pub station: StationId,
}

/// The time lines of a feed that have not found their sentence yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PghpWindow {
    waiting: ArrayVec<Waiting, KEPT>,
    last_line: Option<u64>,
}

impl PghpWindow {
    /// Notes a time line; lines count from 1.
    pub fn push(&mut self, line: u64, heard: Heard, checksum: Option<u8>) {
        self.waiting.retain(|w| w.line + KEPT as u64 > line);
        if self.waiting.is_full() {
            self.waiting.remove(0);
        }
        let Heard { time, station } = heard;
        self.waiting.push(Waiting { line, time, station, checksum, next_line: 0 });
        self.last_line = Some(line);
    }

    /// Whether the feed is one in which sentences get their times from such lines.
    #[inline]
    pub fn is_active(&self, line: u64) -> bool {
        self.last_line.is_some_and(|last| last + REACH_LINES >= line)
    }

    /// For a sentence at `line`: the nearest line before it that means this checksum, or the one just before that means none.
    pub fn take_before(&mut self, line: u64, checksum: u8) -> Option<Heard> {
        let mut found = None;
        for (i, w) in self.waiting.iter_mut().enumerate() {
            let first_behind = w.next_line == 0;
            if first_behind {
                w.next_line = line;
            }
            let meant = w.checksum == Some(checksum) || (w.checksum.is_none() && first_behind);
            if meant && w.line + REACH_LINES >= line {
                found = Some(i);
            }
        }
        found.map(|i| self.take(i))
    }

    /// For a sentence held since `line`: the nearest line behind it that means this checksum and that no nearer sentence
    /// behind that line can claim any more at line `now` (`None`: nothing follows).
    pub fn take_behind(&mut self, line: u64, checksum: u8, now: Option<u64>) -> Option<Heard> {
        let found = self.waiting.iter().position(|w| {
            w.checksum == Some(checksum)
                && w.line > line
                && w.line <= line + REACH_LINES
                && now.is_none_or(|now| now > 2 * w.line - line)
        });
        found.map(|i| self.take(i))
    }

    /// For a sentence of `line` that nothing meant: the line before it whose own sentence never came.
    pub fn take_unclaimed(&mut self, line: u64) -> Option<Heard> {
        let found = self.waiting.iter().rposition(|w| w.next_line == line);
        found.map(|i| self.take(i))
    }

    fn take(&mut self, i: usize) -> Heard {
        let w = self.waiting.remove(i);
        Heard { time: w.time, station: w.station }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(ms: i64) -> Heard {
        Heard { time: EventTime::from_millis(ms), station: StationId(7) }
    }

    #[test]
    fn reads_the_line() {
        let p = parse(b"PGHP,1,2013,11,12,12,0,0,11,219,,2190067,1,62").unwrap();
        assert_eq!(p.time.iso(), "2013-11-12T12:00:00.011Z");
        assert_eq!((p.station, p.checksum), (Some(&b"2190067"[..]), Some(0x62)));
        assert_eq!(parse(b"PGHP,1,2010,6,11,11,46,11,874,276,0,,1,55").unwrap().station, None);
        assert_eq!(parse(b"PGHP,1,2013,13,12,12,0,0,11,219,,2190067,1,62"), None);
        assert_eq!(parse(b"PGHP,2"), None);
    }

    #[test]
    fn the_nearest_line_that_means_it() {
        let mut window = PghpWindow::default();
        window.push(1, heard(1), Some(0x62));
        window.push(2, heard(2), Some(0x62));
        window.push(3, heard(3), Some(0x11));
        assert_eq!(window.take_before(4, 0x62), Some(heard(2)));
        assert_eq!(window.take_before(30, 0x62), None, "too far");
        assert!(window.is_active(20) && !window.is_active(30));
    }

    #[test]
    fn a_line_behind_its_sentence_waits_for_a_nearer_one() {
        let mut window = PghpWindow::default();
        window.push(12, heard(1), Some(0x62));
        assert_eq!(window.take_behind(10, 0x62, Some(14)), None);
        assert_eq!(window.take_behind(10, 0x62, Some(15)), Some(heard(1)));
    }

    #[test]
    fn else_the_next() {
        let mut window = PghpWindow::default();
        window.push(1, heard(1), None);
        assert_eq!(window.take_before(2, 0x05), Some(heard(1)));
        window.push(3, heard(3), Some(0x99));
        assert_eq!(window.take_before(4, 0x05), None);
        assert_eq!(window.take_unclaimed(4), Some(heard(3)));
        assert_eq!(window.take_unclaimed(4), None);
    }
}
