//! Frames as datagrams in a capture (pcap 2.4, little-endian, microseconds, Ethernet).

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddrV4};

use etherparse::PacketBuilder;

use super::{Exported, Outgoing, Sink};
use crate::engine::decode::asterix::holds_sentences;
use crate::engine::input::FeedKind;

const MAGIC: u32 = 0xa1b2_c3d4;
const VERSION: [u16; 2] = [2, 4];
const LINKTYPE_ETHERNET: u32 = 1;
/// The longest packet written: an IPv4 packet and its Ethernet header.
const MAX_PACKET_BYTES: u32 = 65_535 + 14;
/// The longest payload of a datagram.
const MAX_PAYLOAD_BYTES: usize = 65_507;
/// Where all packets come from, but for the address: a locally administered one, and a port that nobody listens on.
const SENDER: [u8; 6] = [0x02, 0, 0, 0, 0, 1];
const SENDER_PORT: u16 = 50_000;
/// Sentences go to the group of IEC 61162-450 for targets (TGTD) ...
const SENTENCES: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(239, 192, 0, 2), 60_002);
/// ... data blocks to the port at which Wireshark expects ASTERIX ...
const DATA_BLOCKS: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(239, 192, 0, 62), 8600);
/// ... and rows of tables to one of their own.
const ROWS: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(239, 192, 0, 63), 60_063);

/// Writes packets.
pub struct PcapWriter {
    packet: Vec<u8>,
}

impl PcapWriter {
    /// Writes the file's header.
    pub fn begin(out: &mut dyn Write) -> io::Result<Self> {
        out.write_all(&MAGIC.to_le_bytes())?;
        for number in VERSION {
            out.write_all(&number.to_le_bytes())?;
        }
        for number in [0, 0, MAX_PACKET_BYTES, LINKTYPE_ETHERNET] {
            out.write_all(&number.to_le_bytes())?;
        }
        Ok(PcapWriter { packet: Vec::new() })
    }
}

impl Sink for PcapWriter {
    fn write(&mut self, out: &mut dyn Write, frame: &Outgoing<'_>, exported: &mut Exported) -> io::Result<()> {
        let ms = frame.received_at.millis();
        let Ok(second) = u32::try_from(ms.div_euclid(1000)) else {
            exported.leave_out("received before 1970 or after 2106");
            return Ok(());
        };
        let (from, to) = (source(frame.place), destination(frame.feed.kind, frame.bytes));
        let [_, a, b, c] = to.ip().octets();
        let group = [0x01, 0x00, 0x5e, a & 0x7f, b, c]; // RFC 1112 6.4
        let packet = PacketBuilder::ethernet2(SENDER, group)
            .ipv4(from.ip().octets(), to.ip().octets(), 1)
            .udp(from.port(), to.port());
        self.packet.clear();
        if frame.bytes.len() > MAX_PAYLOAD_BYTES || packet.write_to_vec(&mut self.packet, frame.bytes).is_err() {
            exported.leave_out("longer than a datagram");
            return Ok(());
        }
        let microseconds = ms.rem_euclid(1000) as u32 * 1000;
        let len = self.packet.len() as u32;
        for number in [second, microseconds, len, len] {
            out.write_all(&number.to_le_bytes())?;
        }
        out.write_all(&self.packet)?;
        exported.written += 1;
        Ok(())
    }
}

/// The group and port that a frame of a feed of this kind is sent to.
fn destination(kind: FeedKind, frame: &[u8]) -> SocketAddrV4 {
    match kind {
        FeedKind::Nmea => SENTENCES,
        FeedKind::Pcap if holds_sentences(frame) => SENTENCES,
        FeedKind::Asterix | FeedKind::Pcap => DATA_BLOCKS,
        FeedKind::Csv => ROWS,
    }
}

/// Who sends a feed's frames: its place among the feeds, from 1, in a network that is no host's (198.18.0.0/15, RFC 2544).
fn source(place: usize) -> SocketAddrV4 {
    let [high, low] = (place as u16).wrapping_add(1).to_be_bytes();
    SocketAddrV4::new(Ipv4Addr::new(198, 18, high, low), SENDER_PORT)
}
