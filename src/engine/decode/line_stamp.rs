//! Line stamps: the times that a raw line of a recording tells of itself, found without decoding it.

use super::asterix::first_time_of_day;
use super::csv::Header;
use super::epoch::{prefix_time, suffix};
use super::nmea0183::{Checksum, Piece, Pieces, Sentence};
use super::own_ship;
use super::pghp::{self, Heard, PghpWindow};
use super::report::StationId;
use super::stamp::nearest;
use super::tag_block;
use crate::engine::input::FeedKind;
use crate::engine::time::EventTime;

/// The times a line tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// When what it says was observed.
    pub event: Option<EventTime>,
    /// When the line arrived at who wrote it down.
    pub arrival: Option<EventTime>,
}

/// Scans the lines of one recording in order. A line that tells no time of its own gives none: it shares that of the
/// line before it.
#[derive(Clone, Debug)]
pub struct LineStamps {
    kind: FeedKind,
    header: Option<Header>,
    line: u64,
    pghp: PghpWindow,
    clock: Option<EventTime>,
    /// The day of what tells only a time of day.
    date: Option<EventTime>,
    /// The last instant of that kind.
    dated: Option<EventTime>,
}

/// What the blocks, lines and words around a sentence told so far.
#[derive(Clone, Copy, Default)]
struct Around {
    tag: Option<EventTime>,
    prefix: Option<EventTime>,
    suffix: Option<EventTime>,
}

impl LineStamps {
    /// Starts before the first line of a recording of this kind; `date` (00:00 UTC) is its day, where it tells none.
    pub fn new(kind: FeedKind, date: Option<EventTime>) -> Self {
        LineStamps { kind, header: None, line: 0, pghp: PghpWindow::default(), clock: None, date, dated: None }
    }

    /// The times of the next line: the first of several sentences decides.
    pub fn scan(&mut self, bytes: &[u8]) -> Scanned {
        self.line += 1;
        match self.kind {
            FeedKind::Csv => self.row(bytes),
            FeedKind::Nmea => self.sentences(bytes),
            FeedKind::Asterix => self.blocks(bytes),
            FeedKind::Pcap => Scanned::default(),
        }
    }

    /// The first time of day among the records, on the recording's day or, past midnight, near the one before it.
    fn blocks(&mut self, bytes: &[u8]) -> Scanned {
        let Some(date) = self.date else { return Scanned::default() };
        let time = first_time_of_day(bytes);
        let dated = time.map(|time| self.dated.map_or(date + time, |last| nearest(time, last)));
        self.dated = dated.or(self.dated);
        Scanned { event: dated, arrival: dated }
    }

    fn row(&mut self, bytes: &[u8]) -> Scanned {
        let stamp = self.header.as_ref().map(|header| header.stamp(bytes)).unwrap_or_default();
        if stamp.time.is_none() {
            self.header = Header::parse(bytes).or(self.header.take());
        }
        Scanned { event: stamp.time, arrival: stamp.arrival.or(stamp.time) }
    }

    fn sentences(&mut self, bytes: &[u8]) -> Scanned {
        let mut pieces = Pieces::new(bytes);
        let mut around = Around { prefix: prefix_time(pieces.prefix()), ..Around::default() };
        for piece in &mut pieces {
            match piece {
                Piece::Tag(block) => around.tag = tag_block::parse(block).time.or(around.tag),
                Piece::OpenTag(_) => return Scanned::default(),
                Piece::Sentence(sentence, behind) => {
                    around.suffix = suffix(behind).time;
                    return self.sentence(&sentence, around);
                }
            }
        }
        Scanned { event: around.tag, arrival: around.tag }
    }

    fn sentence(&mut self, sentence: &Sentence<'_>, around: Around) -> Scanned {
        let logged = around.suffix.or(around.prefix);
        if let Some(told) = around.tag.or_else(|| self.told(sentence)) {
            return Scanned { event: Some(told), arrival: logged.or(Some(told)) };
        }
        if self.pghp.is_active(self.line) {
            return Scanned { event: None, arrival: logged };
        }
        let event = logged.or(self.clock);
        Scanned { event, arrival: event }
    }

    /// The time that the sentence itself tells, or a `$PGHP` line tells for it.
    fn told(&mut self, sentence: &Sentence<'_>) -> Option<EventTime> {
        let Checksum::Good(checksum) = sentence.checksum else { return None };
        if let Some(told) = pghp::parse(sentence.body) {
            self.pghp.push(self.line, Heard { time: told.time, station: StationId::default() }, told.checksum);
            return Some(told.time);
        }
        match sentence.formatter()? {
            b"VDM" | b"VDO" => self.pghp.take_before(self.line, checksum).map(|heard| heard.time),
            b"RMC" | b"ZDA" => {
                let clock = own_ship::parse(sentence).and_then(|own| own.clock);
                self.clock = clock.or(self.clock);
                clock
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AIS: &str = "!AIVDM,1,1,,B,15M67FC000G?ufbE`FepT@3n00Sa,0*5C";

    fn times(kind: FeedKind, lines: &[&str]) -> Vec<(Option<i64>, Option<i64>)> {
        let mut stamps = LineStamps::new(kind, None);
        let ms = |t: Option<EventTime>| t.map(EventTime::millis);
        lines.iter().map(|line| stamps.scan(line.as_bytes())).map(|s| (ms(s.event), ms(s.arrival))).collect()
    }

    #[test]
    fn tag_time_is_both_unless_a_logger_told_the_arrival() {
        let tagged = format!("\\s:2573345,c:1682294942*00\\{AIS}");
        let late = format!("{tagged},1682299999");
        let t = Some(1_682_294_942_000);
        assert_eq!(times(FeedKind::Nmea, &[&tagged, &late]), vec![(t, t), (t, Some(1_682_299_999_000))]);
    }

    #[test]
    fn a_logger_alone_tells_both() {
        let t = Some(1_485_907_262_000);
        let (behind, before) = (format!("{AIS},1485907262"), format!("1485907262 {AIS}"));
        assert_eq!(times(FeedKind::Nmea, &[&behind, &before, AIS]), vec![(t, t), (t, t), (None, None)]);
    }

    #[test]
    fn beside_time_lines_the_logger_tells_the_arrival_only() {
        let pghp = "$PGHP,1,2012,2,1,20,19,5,651,316,2,316000002,1AIS_S,5C*3F";
        let sum = super::super::scan::xor(&pghp.as_bytes()[1..pghp.len() - 3]);
        let pghp = format!("{}*{sum:02X},1328133720089", &pghp[..pghp.len() - 3]);
        let logged = format!("{AIS},1328133720097");
        let (event, arrival) = (Some(1_328_127_545_651), Some(1_328_133_720_097));
        assert_eq!(
            times(FeedKind::Nmea, &[&pghp, &logged, &logged]),
            vec![(event, Some(1_328_133_720_089)), (event, arrival), (None, arrival)]
        );
    }

    #[test]
    fn own_clock_serves_what_follows() {
        let body = "GPZDA,120000.00,10,01,2026,00,00";
        let zda = format!("${body}*{:02X}", super::super::scan::xor(body.as_bytes()));
        let t = EventTime::from_utc(2026, 1, 10, 12, 0, 0, 0).map(EventTime::millis);
        assert_eq!(times(FeedKind::Nmea, &[&zda, AIS]), vec![(t, t), (t, t)]);
    }

    #[test]
    fn rows() {
        let rows = ["ts,mmsi,lat,lon,arrival", "1591240036,1,2,3,1591240099", "1591240036,1,2,3,", "x"];
        let t = Some(1_591_240_036_000);
        assert_eq!(times(FeedKind::Csv, &rows), vec![(None, None), (t, Some(1_591_240_099_000)), (t, t), (None, None)]);
        let rows = ["a remark", "mmsi,t,lat,lon", "1,1591240036,2,3", "t,mmsi,lat,lon", "1591240036,1,2,3"];
        let none = (None, None);
        assert_eq!(times(FeedKind::Csv, &rows), vec![none, none, (t, t), none, (t, t)]);
    }
}
