//! The TAG block that an exported line gets, so that who reads it knows as much of its time and feed as picket did.

use crate::engine::decode::line_stamp::LineStamps;
use crate::engine::input::FeedKind;
use crate::engine::time::EventTime;

/// A `$PGHP` line tells the time of a sentence within so many lines (Orbcomm's logs).
const PGHP_REACH: u32 = 20;
/// Characters that mean something in a TAG block.
const RESERVED: [char; 8] = [',', '*', '\\', ':', '!', '$', '^', '~'];

/// What was told in one feed's lines so far.
pub struct Tagger {
    source: String,
    stamps: LineStamps,
    /// Lines since the last `$PGHP`.
    since_pghp: u32,
    /// Its lines name their stations, by TAG blocks or otherwise.
    names_stations: bool,
}

impl Tagger {
    /// Before the first line of a feed.
    pub fn new(feed: &str) -> Self {
        let plain = |c: char| if c.is_ascii_graphic() && !RESERVED.contains(&c) { c } else { '_' };
        let source = feed.chars().map(plain).collect();
        Tagger { source, stamps: LineStamps::new(FeedKind::Nmea, None), since_pghp: PGHP_REACH, names_stations: false }
    }

    /// The block to put before a line, with its backslashes; empty where the line is better left as it is.
    ///
    /// `c:` is the time that picket takes the line to be of: its own where it or its surroundings tell one, when it was
    /// received otherwise. `s:` is the feed, unless its lines name stations. A line that has a block is given the time alone,
    /// and only where it tells none.
    pub fn block(&mut self, line: &[u8], received_at: EventTime) -> String {
        let told = self.stamps.scan(line).event;
        let start = line.iter().position(|b| matches!(b, b'!' | b'$' | b'\\')).unwrap_or(line.len());
        let own = line.get(start..).and_then(|rest| rest.strip_prefix(b"\\"));
        let sentence =
            line.iter().position(|b| matches!(b, b'!' | b'$')).and_then(|at| line.get(at..)).unwrap_or_default();
        let is_pghp = sentence.starts_with(b"$PGHP");
        self.since_pghp = if is_pghp { 0 } else { self.since_pghp.saturating_add(1) };
        self.names_stations |= own.is_some() || is_pghp || has_station_suffix(sentence);
        let is_timed = own.is_some() && told.is_some();
        let is_later = self.names_stations && is_later_part(sentence);
        if is_pghp || is_timed || is_grouped(own) || is_later {
            return String::new();
        }
        // Which of its lines stamps which sentence is the decoder's to say: they are exported too.
        let is_timed_by_pghp = self.since_pghp <= PGHP_REACH;
        let time = (!is_timed_by_pghp).then(|| format!("c:{}", told.unwrap_or(received_at).millis()));
        let source = (!self.names_stations).then(|| format!("s:{}", self.source));
        let fields: Vec<String> = source.into_iter().chain(time).collect();
        if fields.is_empty() {
            return String::new();
        }
        let text = fields.join(",");
        let checksum = text.bytes().fold(0, |sum, byte| sum ^ byte);
        format!("\\{text}*{checksum:02X}\\")
    }
}

/// Whether the station stands behind the checksum, as `r003669946` or `b2003669983` (logs of the US Coast Guard).
fn has_station_suffix(sentence: &[u8]) -> bool {
    let star = sentence.iter().rposition(|b| *b == b'*');
    let behind = star.and_then(|star| sentence.get(star + 3..)).unwrap_or_default();
    behind.split(|b| *b == b',').any(|field| matches!(field, [b'r' | b'b', _, ..]))
}

/// Whether a block puts its line into a group: then it shares the first line's time and station.
fn is_grouped(block: Option<&[u8]>) -> bool {
    let Some(inside) = block.and_then(|block| block.split(|b| *b == b'\\').next()) else { return false };
    inside.split(|b| *b == b',').any(|field| field.starts_with(b"g:") || field.iter().take(3).any(|b| *b == b'G'))
}

/// Whether a sentence is the second part of a message, or a later one.
fn is_later_part(sentence: &[u8]) -> bool {
    let mut fields = sentence.split(|b| *b == b',').skip(1);
    sentence.starts_with(b"!") && fields.next() != Some(b"1") && fields.next() != Some(b"1")
}

#[cfg(test)]
mod tests {
    use super::*;

    const AIS: &str = "!AIVDM,1,1,,B,15M67FC000G?ufbE`FepT@3n00Sa,0*5C";
    const AT: EventTime = EventTime::from_millis(1_768_003_200_123);

    fn tagged(feed: &str, lines: &[&str]) -> Vec<String> {
        let mut tagger = Tagger::new(feed);
        lines.iter().map(|line| tagger.block(line.as_bytes(), AT)).collect()
    }

    #[test]
    fn plain_lines_get_feed_and_time() {
        let [block, ..] = &tagged("ais", &[AIS])[..] else { panic!() };
        assert_eq!(block, "\\s:ais,c:1768003200123*7E\\");
        assert!(tagged("Vũng Tàu, 2*", &[AIS])[0].starts_with("\\s:V_ng_T_u__2_,c:"), "only what a block can hold");
        let parts = tagged("ais", &["!AIVDM,2,1,3,B,x,0*00", "!AIVDM,2,2,3,B,x,0*00"]);
        assert_eq!(parts[0], parts[1]);
    }

    #[test]
    fn a_time_of_its_own_is_kept() {
        let suffixed = format!("{AIS},1485907262");
        assert!(tagged("a", &[&suffixed])[0].starts_with("\\s:a,c:1485907262000*"));
        let own = "\\s:2573345,c:1682294942*00\\!AIVDM,2,1,3,B,x,0*00";
        let later = "!AIVDM,2,2,3,B,x,0*00";
        let blocks = tagged("a", &[own, later, AIS, "\\s:2573345*00\\!AIVDM,1,1,,A,x,0*00"]);
        assert_eq!((blocks[0].as_str(), blocks[1].as_str()), ("", ""));
        assert!(blocks[2].starts_with("\\c:1768003200123*") && blocks[3] == blocks[2], "{blocks:?}");
        assert_eq!(tagged("a", &["\\g:2-2-1234*59\\!AIVDM,2,2,3,B,x,0*00", "\\1G2:1234*18\\!AIVDM"]), ["", ""]);
    }

    #[test]
    fn what_stands_by_a_time_line_is_not_timed_again() {
        let pghp = "$PGHP,1,2012,2,1,20,19,5,651,316,2,316000002,1AIS_S,5C*00";
        assert_eq!(tagged("a", &[pghp, AIS, AIS])[2], "");
        let many: Vec<&str> = [pghp].into_iter().chain([AIS; 30]).collect();
        assert!(tagged("a", &many)[30].starts_with("\\c:1768003200123*"));
    }

    #[test]
    fn a_station_of_its_own_is_kept() {
        let line = format!("{AIS},s22,d-105,r003669946,1152921693");
        assert!(tagged("a", &[&line])[0].starts_with("\\c:1152921693000*"));
    }
}
