//! When each line of a recording was received: the running maximum of the stamps its lines carry.

use super::lines::{Block, Line};
use crate::engine::decode::line_stamp::{LineStamps, Scanned};
use crate::engine::input::FeedKind;
use crate::engine::time::{EventTime, Span};

/// A stamp further ahead than this is believed only if the next stamp does not fall back again.
const MAX_JUMP: Span = Span::from_secs(60);

/// Stamps the blocks of one file in order.
///
/// Lines before the first stamp take that stamp if it lies in the same block; a file without stamps stays at its date, or
/// at `EventTime::MIN`.
pub struct Stamper {
    scanner: LineStamps,
    latest: Option<EventTime>,
    unstamped: EventTime,
    scanned: Vec<Scanned>,
}

impl Stamper {
    /// A stamper for one file; `date` (00:00 UTC) serves lines without any stamp.
    pub fn new(kind: FeedKind, date: Option<EventTime>) -> Self {
        let unstamped = date.unwrap_or(EventTime::MIN);
        // A capture's datagrams are sentences, as far as they tell a time.
        let kind = if kind == FeedKind::Pcap { FeedKind::Nmea } else { kind };
        Stamper { scanner: LineStamps::new(kind, date), latest: None, unstamped, scanned: Vec::new() }
    }

    /// Reads the stamps of the block's lines without applying them.
    pub fn scan(&mut self, block: &Block) -> &[Scanned] {
        self.scanned.clear();
        self.scanned.extend(block.lines.iter().map(|line| self.scanner.scan(block.text(line))));
        &self.scanned
    }

    /// Reads the stamps of lines that came with times of their own, those of a capture's packets: they arrived then.
    pub fn scan_captured(&mut self, block: &Block) -> &[Scanned] {
        self.scanned.clear();
        let scan = |line| {
            let arrival = captured_at(line);
            Scanned { event: self.scanner.scan(block.text(line)).event.or(arrival), arrival }
        };
        self.scanned.extend(block.lines.iter().map(scan));
        &self.scanned
    }

    /// Stamps lines that came with times of their own: time does not go back, and a far jump is not believed at once.
    pub fn stamp_captured(&mut self, block: &mut Block) {
        self.scanned.clear();
        self.scanned.extend(block.lines.iter().map(captured_at).map(|at| Scanned { event: at, arrival: at }));
        self.settle(block);
    }

    /// Stamps the block's lines.
    pub fn stamp(&mut self, block: &mut Block) {
        self.scan(block);
        self.settle(block);
    }

    /// Gives each line the largest of the stamps up to it.
    fn settle(&mut self, block: &mut Block) {
        for i in 0..block.lines.len() {
            if let Some(stamp) = self.stamp_of(i).filter(|stamp| self.latest.is_none_or(|latest| *stamp > latest)) {
                let first = self.latest.is_none();
                if self.believed(stamp, i) {
                    self.latest = Some(stamp);
                    if first {
                        block.lines[..i].iter_mut().for_each(|line| line.received_at = stamp);
                    }
                }
            }
            block.lines[i].received_at = self.latest.unwrap_or(self.unstamped);
        }
    }

    /// Whether no line so far told a time.
    pub fn is_unstamped(&self) -> bool {
        self.latest.is_none()
    }

    fn stamp_of(&self, i: usize) -> Option<EventTime> {
        self.scanned.get(i)?.arrival
    }

    /// Whether a stamp may move the time: a far jump that the next stamp takes back is a wrong clock.
    fn believed(&self, stamp: EventTime, i: usize) -> bool {
        let near = self.latest.is_some_and(|latest| stamp - latest <= MAX_JUMP);
        near || (i + 1..self.scanned.len())
            .find_map(|next| self.stamp_of(next))
            .is_none_or(|next| stamp - next <= MAX_JUMP)
    }
}

/// When a line's packet was captured, if its file tells.
fn captured_at(line: &Line) -> Option<EventTime> {
    Some(line.received_at).filter(|at| *at > EventTime::MIN)
}

#[cfg(test)]
mod tests {
    use super::super::lines::LineReader;
    use super::super::source::Source;
    use super::*;
    use std::io::Cursor;

    fn stamps(text: &str, kind: FeedKind, date: Option<EventTime>) -> Vec<i64> {
        let source = Source::from_reader(Cursor::new(text.as_bytes().to_vec()), 0).unwrap();
        let (mut reader, mut block, mut out) = (LineReader::new(source), Block::default(), Vec::new());
        let mut stamper = Stamper::new(kind, date);
        while reader.next_block(&mut block) {
            stamper.stamp(&mut block);
            out.extend(block.lines.iter().map(|line| line.received_at.millis()));
        }
        out
    }

    #[test]
    fn the_first_stamp_serves_what_came_before_and_time_never_goes_back() {
        let text = "# log\n!AIVDM,1,1,,A,x,0*00\n!AIVDM,1,1,,A,x,0*00,1000000010\n\
                    !AIVDM,1,1,,A,x,0*00,1000000005\n!AIVDM,1,1,,A,x,0*00\n!AIVDM,1,1,,A,x,0*00,1000000011\n";
        let expected = [10, 10, 10, 10, 10, 11].map(|s| (1_000_000_000 + s) * 1000);
        assert_eq!(stamps(text, FeedKind::Nmea, None), expected);
    }

    #[test]
    fn one_wrong_clock_does_not_move_the_time() {
        let text = "!AIVDM,1,1,,A,x,0*00,2000000000\n!AIVDM,1,1,,A,x,0*00,1000000001\n\
                    !AIVDM,1,1,,A,x,0*00,2000000000\n!AIVDM,1,1,,A,x,0*00,1000000002\n\
                    !AIVDM,1,1,,A,x,0*00,1001000000\n!AIVDM,1,1,,A,x,0*00,1001000001\n";
        let expected = [1, 1, 1, 2, 1_000_000, 1_000_001].map(|s| (1_000_000_000 + s) * 1000);
        assert_eq!(stamps(text, FeedKind::Nmea, None), expected);
    }

    #[test]
    fn an_hour_too_early_is_a_wrong_clock_too() {
        let text =
            "!AIVDM,1,1,,A,x,0*00,1000000001\n!AIVDM,1,1,,A,x,0*00,1000003600\n!AIVDM,1,1,,A,x,0*00,1000000002\n";
        assert_eq!(stamps(text, FeedKind::Nmea, None), [1, 1, 2].map(|s| (1_000_000_000 + s) * 1000));
    }

    #[test]
    fn without_stamps_the_date_serves() {
        let day = EventTime::from_iso("2026-01-10").unwrap();
        assert_eq!(stamps("!AIVDM,1,1,,A,x,0*00\nrubbish\n", FeedKind::Nmea, Some(day)), [day.millis(); 2]);
        assert_eq!(stamps("!AIVDM,1,1,,A,x,0*00\n", FeedKind::Nmea, None), [EventTime::MIN.millis()]);
    }
}
