//! A whole file in memory, sorted by time: lines that belong together stay together, equal times stay in file order.

use super::Order;
use super::event_times::{self, Known, Told};
use super::lines::{Block, Line};
use crate::engine::decode::line_stamp::Scanned;
use crate::engine::input::FeedKind;
use crate::engine::time::EventTime;

/// Lines handed over at a time.
const BLOCK_LINES: usize = 4096;
/// A part of a message further than this many units behind its first part is on its own.
const MAX_UNITS_BETWEEN_PARTS: usize = 200;
/// Messages whose parts are awaited at the same time.
const MAX_OPEN_MESSAGES: usize = 64;

/// Collects the lines of a file, then gives them sorted.
#[derive(Default)]
pub struct Sorter {
    bytes: Vec<u8>,
    lines: Vec<SortLine>,
    /// What the lines themselves tell, where sentences are sorted by when they were heard.
    known: Vec<Known>,
    units: Vec<Unit>,
    pending: Option<usize>,
    open: Vec<OpenMessage>,
}

#[derive(Clone, Copy)]
struct SortLine {
    start: usize,
    len: u32,
    number: u32,
    unit: usize,
    header: bool,
    /// A time line that was brought to its sentence stands before it.
    brought: bool,
}

#[derive(Clone, Copy, Default)]
struct Unit {
    time: Option<EventTime>,
}

struct OpenMessage {
    total: u8,
    id: Vec<u8>,
    unit: usize,
}

/// What a line is for grouping.
#[derive(Debug, PartialEq)]
enum Role<'a> {
    /// A time line or a TAG block on its own line: belongs to the next sentence.
    Preamble,
    /// A part of a message: number of `total`, with the message's sequence id.
    Part { total: u8, number: u8, id: &'a [u8] },
    /// Anything else: on its own.
    Alone,
}

impl Sorter {
    /// Takes the lines of the file's next block with what each says about time; `order` chooses the stamp to sort by.
    pub fn take(&mut self, kind: FeedKind, block: &Block, scanned: &[Scanned], order: Order) {
        for (line, scanned) in block.lines.iter().zip(scanned) {
            let text = block.text(line);
            let header = kind == FeedKind::Csv && self.lines.is_empty();
            let unit = match kind {
                FeedKind::Csv | FeedKind::Asterix | FeedKind::Pcap => self.new_unit(),
                FeedKind::Nmea => self.unit_of(text),
            };
            let time = if order == Order::Arrival { scanned.arrival } else { scanned.event };
            let known = &mut self.units[unit].time;
            *known = known.or(time);
            let start = self.bytes.len();
            self.bytes.extend_from_slice(text);
            let (len, number, brought) = (line.len, line.number, false);
            self.lines.push(SortLine { start, len, number, unit, header, brought });
            if kind == FeedKind::Nmea && order == Order::Event {
                let is_time_line = text.windows(5).any(|window| window == b"$PGHP");
                self.known.push(Known { event: scanned.event, arrival: scanned.arrival, is_time_line });
            }
        }
    }

    /// Sorts: a unit without time takes that of the unit before it, the first ones that of the first known.
    pub fn finish(mut self, unstamped: EventTime) -> Sorted {
        if self.known.iter().any(|known| known.is_time_line) {
            self.bring_time_lines();
        }
        let first_known = self.units.iter().find_map(|unit| unit.time);
        let mut last = first_known.unwrap_or(unstamped);
        let times: Vec<EventTime> = self
            .units
            .iter()
            .map(|unit| {
                last = unit.time.unwrap_or(last);
                last
            })
            .collect();
        let time_of = |line: &SortLine| times.get(line.unit).copied().unwrap_or(unstamped);
        self.lines.sort_by_key(|line| (!line.header, time_of(line), line.unit, !line.brought));
        let earliest = times.iter().min().copied().unwrap_or(unstamped);
        let stamps = self.lines.iter().map(|line| if line.header { earliest } else { time_of(line) }).collect();
        Sorted { bytes: self.bytes, lines: self.lines, stamps, next: 0, unstamped: first_known.is_none() }
    }

    /// Time lines may stand behind their sentences, and far from them: each is brought to its own, as the decoder pairs them in
    /// the order of the file. A sentence that none tells of keeps the time of its arrival; a time line of nobody goes to the end.
    fn bring_time_lines(&mut self) {
        let bytes = &self.bytes;
        let texts = self.lines.iter().map(|line| &bytes[line.start..line.start + line.len as usize]);
        let told = event_times::resolve(texts, &self.known);
        let mut sentences = vec![0u32; self.units.len()];
        for (line, known) in self.lines.iter().zip(&self.known) {
            sentences[line.unit] += u32::from(!known.is_time_line);
        }
        let mut wanted: Vec<Option<usize>> = vec![None; self.units.len()];
        let alone = |unit: usize| sentences[unit] == 1;
        for (place, Told { heard_at, time_line }) in told.into_iter().enumerate() {
            let unit = self.lines[place].unit;
            if heard_at.is_none() || !alone(unit) {
                continue;
            }
            self.units[unit].time = heard_at;
            wanted[unit] = Some(time_line.unwrap_or(usize::MAX));
            if let Some(other) = time_line {
                (self.lines[other].unit, self.lines[other].brought) = (unit, true);
            }
        }
        let last = self.units.iter().filter_map(|unit| unit.time).max();
        for place in 0..self.lines.len() {
            let unit = self.lines[place].unit;
            let unwanted = wanted[unit].is_some_and(|wanted| wanted != place);
            if self.known[place].is_time_line && unwanted {
                self.units.push(Unit { time: last });
                wanted.push(None);
                self.lines[place].unit = self.units.len() - 1;
            }
        }
    }

    fn new_unit(&mut self) -> usize {
        self.units.push(Unit::default());
        self.units.len() - 1
    }

    fn unit_of(&mut self, text: &[u8]) -> usize {
        let role = role(text);
        if role == Role::Preamble {
            let unit = self.pending.unwrap_or_else(|| self.new_unit());
            self.pending = Some(unit);
            return unit;
        }
        let pending = self.pending.take();
        let Role::Part { total, number, id } = role else {
            return pending.unwrap_or_else(|| self.new_unit());
        };
        let (first, last) = (number == 1, number == total);
        let open = self.open.iter().position(|message| message.total == total && message.id == id);
        if let Some(i) = open.filter(|_| !first) {
            let unit = if last { self.open.remove(i).unit } else { self.open[i].unit };
            if self.units.len() - unit <= MAX_UNITS_BETWEEN_PARTS {
                self.join(pending, unit);
                return unit;
            }
        }
        let unit = pending.unwrap_or_else(|| self.new_unit());
        if !last {
            self.open.retain(|message| message.total != total || message.id != id);
            if self.open.len() == MAX_OPEN_MESSAGES {
                self.open.remove(0);
            }
            self.open.push(OpenMessage { total, id: id.to_vec(), unit });
        }
        unit
    }

    /// Moves the waiting time line of a later part to the message's unit.
    fn join(&mut self, pending: Option<usize>, unit: usize) {
        if let Some(pending) = pending {
            self.lines.iter_mut().rev().take_while(|line| line.unit == pending).for_each(|line| line.unit = unit);
        }
    }
}

/// A sorted file, read block by block.
pub struct Sorted {
    bytes: Vec<u8>,
    lines: Vec<SortLine>,
    stamps: Vec<EventTime>,
    next: usize,
    unstamped: bool,
}

impl Sorted {
    /// Whether no line told a time.
    pub fn is_unstamped(&self) -> bool {
        self.unstamped
    }

    /// Fills `block` with the next lines, stamped; `false` at the end.
    pub fn next_block(&mut self, block: &mut Block) -> bool {
        block.bytes.clear();
        block.lines.clear();
        let end = (self.next + BLOCK_LINES).min(self.lines.len());
        for (line, received_at) in self.lines[self.next..end].iter().zip(&self.stamps[self.next..end]) {
            let start = block.bytes.len();
            block.bytes.extend_from_slice(&self.bytes[line.start..line.start + line.len as usize]);
            let (len, number, header) = (line.len, line.number, line.header);
            block.lines.push(Line { start, len, number, received_at: *received_at, header });
        }
        self.next = end;
        !block.lines.is_empty()
    }
}

/// A line's role: the sentence behind blanks, an epoch and TAG blocks decides.
fn role(line: &[u8]) -> Role<'_> {
    let mut rest = line.trim_ascii();
    while let Some(tag) = rest.strip_prefix(b"\\") {
        match memchr::memchr(b'\\', tag) {
            Some(end) => rest = tag[end + 1..].trim_ascii_start(),
            None => return Role::Alone,
        }
    }
    if rest.is_empty() || rest.starts_with(b"$PGHP") {
        return Role::Preamble;
    }
    let Some(start) = memchr::memchr(b'!', rest) else {
        return Role::Alone;
    };
    part(&rest[start..]).unwrap_or(Role::Alone)
}

/// `!ttVDM,total,number,id,...`: a part if the total is above one.
fn part(sentence: &[u8]) -> Option<Role<'_>> {
    let mut fields = sentence.split(|b| *b == b',');
    let formatter = fields.next()?;
    let mut digit = || if let [digit @ b'1'..=b'9'] = fields.next()? { Some(digit - b'0') } else { None };
    let (total, number) = (digit()?, digit()?);
    let is_ais = formatter.ends_with(b"VDM") || formatter.ends_with(b"VDO");
    (is_ais && total > 1).then_some(Role::Part { total, number, id: fields.next()? })
}

#[cfg(test)]
mod tests {
    use super::super::lines::LineReader;
    use super::super::source::Source;
    use super::super::stamping::Stamper;
    use super::*;
    use std::io::Cursor;

    fn sorted(kind: FeedKind, text: &str, order: Order) -> Vec<(String, i64)> {
        let source = Source::from_reader(Cursor::new(text.as_bytes().to_vec()), 0).unwrap();
        let (mut reader, mut block) = (LineReader::new(source), Block::default());
        let (mut stamper, mut sorter) = (Stamper::new(kind, None), Sorter::default());
        while reader.next_block(&mut block) {
            sorter.take(kind, &block, stamper.scan(&block), order);
        }
        let (mut sorted, mut out) = (sorter.finish(EventTime::MIN), Vec::new());
        while sorted.next_block(&mut block) {
            let seconds = |t: EventTime| t.millis() / 1000;
            out.extend(
                block
                    .lines
                    .iter()
                    .map(|l| (String::from_utf8(block.text(l).to_vec()).unwrap(), seconds(l.received_at))),
            );
        }
        out
    }

    #[test]
    fn a_table_keeps_its_header_and_is_sorted_stably() {
        let text = "t,mmsi,arrival,lat,lon\n1600000030,1,1600000040,0,0\n1600000010,2,1600000045,0,0\n,3,,0,0\n1600000010,4,1600000042,0,0\n";
        let vessel = |row: String| row.split(',').nth(1).unwrap().to_owned();
        let rows =
            |order| sorted(FeedKind::Csv, text, order).into_iter().map(|(row, _)| vessel(row)).collect::<Vec<_>>();
        assert_eq!(rows(Order::Event), ["mmsi", "2", "3", "4", "1"]);
        assert_eq!(rows(Order::Arrival), ["mmsi", "1", "4", "2", "3"]);
        assert_eq!(sorted(FeedKind::Csv, text, Order::Event)[0].1, 1_600_000_010);
        assert_eq!(sorted(FeedKind::Csv, "t,mmsi\n", Order::Event).len(), 1);
    }

    #[test]
    fn time_lines_and_parts_stay_with_their_message() {
        let line = |body: &str| format!("{body}*{:02X}\n", body.bytes().skip(1).fold(0, |sum, b| sum ^ b));
        let message = |second: u32, body: &str| {
            let sentence = line(body);
            let time =
                format!("$PGHP,1,2014,9,28,16,0,{second},0,219,,2190074,1,{}", sentence[sentence.len() - 3..].trim());
            line(&time) + &sentence
        };
        let text = message(20, "!AIVDM,2,1,7,A,late,0")
            + &message(10, "!AIVDM,1,1,,A,early,0")
            + &message(21, "!AIVDM,2,2,7,A,late2,0")
            + "\\s:x*0B\\\n";
        let lines = sorted(FeedKind::Nmea, &text, Order::Event);
        let order: Vec<usize> = lines.iter().map(|(line, _)| text.lines().position(|l| l == line).unwrap()).collect();
        assert_eq!(order, [2, 3, 0, 1, 4, 5, 6]);
        assert!(lines[2..6].iter().all(|(_, t)| *t == lines[2].1), "one unit has one time");
    }

    #[test]
    fn roles() {
        assert_eq!(role(b"\\s:x*00\\"), Role::Preamble);
        assert_eq!(role(b"\\s:x*00\\$PGHP,1"), Role::Preamble);
        let part = Role::Part { total: 2, number: 2, id: b"7" };
        assert_eq!(role(b"\\g:2-2-7\\1234567890 !BSVDM,2,2,7,,x,0*00"), part);
        for alone in [&b"!AIVDM,1,1,,A,x,0*00"[..], b"!AIVDM,2,", b"\\s:x", b"rubbish", b"!AIVDM,0,1,2,3", b"$RATTM,01"]
        {
            assert_eq!(role(alone), Role::Alone);
        }
    }
}
