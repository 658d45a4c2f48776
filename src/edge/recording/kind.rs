//! What a recording is, told by its name and its first bytes.

use std::path::Path;

use crate::engine::input::FeedKind;

/// How a FILE of the command line is to be read (`--kind`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// By name and content.
    #[default]
    Auto,
    /// NMEA 0183 lines.
    Nmea,
    /// A CSV table with a header.
    Csv,
    /// A journal's folder.
    Journal,
    /// ASTERIX data blocks.
    Asterix,
    /// A packet capture.
    Pcap,
}

impl std::str::FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "auto" => Kind::Auto,
            "nmea" => Kind::Nmea,
            "csv" => Kind::Csv,
            "journal" => Kind::Journal,
            "asterix" => Kind::Asterix,
            "pcap" => Kind::Pcap,
            _ => return Err(format!("a kind is auto, nmea, asterix, csv, pcap or journal, not `{text}`")),
        })
    }
}

impl From<FeedKind> for Kind {
    fn from(kind: FeedKind) -> Self {
        match kind {
            FeedKind::Nmea => Kind::Nmea,
            FeedKind::Csv => Kind::Csv,
            FeedKind::Asterix => Kind::Asterix,
            FeedKind::Pcap => Kind::Pcap,
        }
    }
}

/// The kind of a file (not a folder) by its first unpacked bytes, then by its name; anything unknown is lines of NMEA.
pub fn detect(path: &Path, head: &[u8]) -> Kind {
    if is_capture(head) {
        return Kind::Pcap;
    }
    if is_asterix(head) {
        return Kind::Asterix;
    }
    let first = head.split(|b| *b == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    if matches!(first.trim_ascii_start().first(), Some(b'!' | b'$' | b'\\')) {
        return Kind::Nmea;
    }
    if is_table_header(first) {
        return Kind::Csv;
    }
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let name = plain_name(&name);
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&[".csv"]) {
        Kind::Csv
    } else if ends(&[".pcap", ".pcapng", ".cap"]) {
        Kind::Pcap
    } else if ends(&[".ast", ".asterix"]) {
        Kind::Asterix
    } else {
        Kind::Nmea
    }
}

/// The name of the feed a file makes: its name without the endings of packing and of format (`x.nmea.gz` is `x`).
pub fn feed_name(path: &Path) -> String {
    if path.as_os_str() == "-" {
        return "stdin".to_owned();
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain = plain_name(&name);
    match plain.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => plain.to_owned(),
    }
}

/// A file name without the endings of packing.
fn plain_name(name: &str) -> &str {
    [".gz", ".zst", ".xz"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// A first line that names an MMSI column.
fn is_table_header(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    let mut cells =
        line.trim_start_matches('\u{feff}').split([',', ';', '\t']).map(|cell| cell.trim().trim_matches('"'));
    line.contains([',', ';', '\t']) && cells.any(|cell| cell.eq_ignore_ascii_case("mmsi"))
}

/// The magic numbers of pcap (both byte orders, micro- and nanoseconds) and pcapng.
fn is_capture(head: &[u8]) -> bool {
    let magics: [[u8; 4]; 5] = [
        [0xa1, 0xb2, 0xc3, 0xd4],
        [0xd4, 0xc3, 0xb2, 0xa1],
        [0xa1, 0xb2, 0x3c, 0x4d],
        [0x4d, 0x3c, 0xb2, 0xa1],
        [0x0a, 0x0d, 0x0d, 0x0a],
    ];
    magics.iter().any(|magic| head.starts_with(magic))
}

/// Two data blocks in a row (or one that ends the bytes): category, then a length of two bytes that leads to the next.
fn is_asterix(head: &[u8]) -> bool {
    const CATEGORIES: [u8; 8] = [1, 2, 10, 21, 34, 48, 62, 65];
    let block = |at: usize| match head.get(at..at + 3) {
        Some([category, high, low]) if CATEGORIES.contains(category) && *high < 0x20 => {
            Some(usize::from(u16::from_be_bytes([*high, *low]))).filter(|len| *len >= 4)
        }
        _ => None,
    };
    block(0).is_some_and(|len| len == head.len() || block(len).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_comes_before_the_name() {
        let kinds: [(&str, &[u8], Kind); 12] = [
            ("a.csv", b"!AIVDM,1,1,,A,x,0*00\n", Kind::Nmea),
            ("a.txt", b"# Timestamp,Type of mobile,MMSI,Latitude\n", Kind::Csv),
            ("a.log", b"MMSI,BaseDateTime,LAT,LON\r\n1,2,3,4", Kind::Csv),
            ("a.csv.gz", b"what is this\n", Kind::Csv),
            ("a.log", b"what is this\n", Kind::Nmea),
            ("a", b"", Kind::Nmea),
            ("a", b"\\s:x,c:1*00\\!AIVDM", Kind::Nmea),
            ("a", b"\n\n$GPRMC,mmsi", Kind::Nmea),
            ("a", &[0xd4, 0xc3, 0xb2, 0xa1, 2, 0], Kind::Pcap),
            ("a.pcap.gz", b"", Kind::Pcap),
            ("a", &[48, 0, 5, 1, 1, 34, 0, 4, 1], Kind::Asterix),
            ("a", b"\n\n!AIVDM", Kind::Nmea),
        ];
        for (name, head, kind) in kinds {
            assert_eq!(detect(Path::new(name), head), kind, "{name} {head:?}");
        }
    }

    #[test]
    fn a_feed_is_named_after_its_file() {
        for (path, name) in [
            ("/x/ais.nmea.gz", "ais"),
            ("radar.ast", "radar"),
            (".hidden", ".hidden"),
            ("-", "stdin"),
            ("a.b.csv.zst", "a.b"),
        ] {
            assert_eq!(feed_name(Path::new(path)), name);
        }
    }
}
