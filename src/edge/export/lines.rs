//! Frames as lines of NMEA 0183, each with a TAG block.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::tagging::Tagger;
use super::{Exported, Outgoing, Sink};
use crate::edge::split::is_iec_61162_450;
use crate::engine::decode::asterix::holds_sentences;
use crate::engine::input::FeedKind;

/// How a datagram begins that holds sentences.
const SENTENCE_DATAGRAM: &[u8] = b"UdPbC\0";

/// Writes lines; remembers what each feed's lines told.
#[derive(Default)]
pub struct NmeaWriter(BTreeMap<usize, Tagger>);

impl Sink for NmeaWriter {
    fn write(&mut self, out: &mut dyn Write, frame: &Outgoing<'_>, exported: &mut Exported) -> io::Result<()> {
        match frame.feed.kind {
            FeedKind::Csv => {
                exported.leave_out("rows of tables");
                return Ok(());
            }
            FeedKind::Pcap if holds_sentences(frame.bytes) => {}
            FeedKind::Asterix | FeedKind::Pcap => {
                exported.leave_out("ASTERIX");
                return Ok(());
            }
            FeedKind::Nmea => {}
        }
        if is_iec_61162_450(frame.bytes) && !frame.bytes.starts_with(SENTENCE_DATAGRAM) {
            exported.leave_out("datagrams without sentences");
            return Ok(());
        }
        let tagger = self.0.entry(frame.place).or_insert_with(|| Tagger::new(&frame.feed.name));
        let text = frame.bytes.strip_prefix(SENTENCE_DATAGRAM).unwrap_or(frame.bytes);
        for line in text.split(|b| matches!(b, b'\r' | b'\n')).filter(|line| !line.trim_ascii().is_empty()) {
            if !line.iter().any(|b| matches!(b, b'!' | b'$' | b'\\')) {
                exported.leave_out("lines without a sentence");
                continue;
            }
            out.write_all(tagger.block(line, frame.received_at).as_bytes())?;
            out.write_all(line)?;
            out.write_all(b"\r\n")?;
            exported.written += 1;
        }
        Ok(())
    }
}
