//! Packets out of a capture's container, pcap or pcapng; where it is damaged the next packet that makes sense is sought.

use super::pcap::{self, Pcap};
use super::pcapng::{PcapNg, Step};
use super::window::Window;
use crate::engine::time::EventTime;

/// A packet's place and circumstances; its bytes are the window's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// When it was captured; `None` where the format does not tell.
    pub at: Option<EventTime>,
    /// How its bytes begin: a `LINKTYPE_` of tcpdump.org.
    pub link: u32,
    /// Whether numbers of the capturing machine's own order, in the packet, are big-endian.
    pub is_big_endian: bool,
    /// How many of its bytes were captured.
    pub len: usize,
    /// Whether it was longer than what was captured of it.
    pub is_cut: bool,
}

/// What stands at some place of a container.
#[derive(Debug, PartialEq)]
pub enum Place {
    /// A packet whose bytes begin `at` from here; the next record `len` from here.
    Packet {
        /// The packet.
        found: Found,
        /// Where its bytes begin.
        at: usize,
        /// Where the next record begins.
        len: usize,
    },
    /// Something else of this length.
    Other(usize),
    /// A packet that cannot be told, of this length: why.
    Bad(usize, &'static str),
    /// The file ends in the middle of a record.
    Truncated,
    /// Nothing that makes sense.
    Nonsense,
}

/// The two formats.
enum Format {
    Pcap(Pcap),
    PcapNg(PcapNg),
    Neither,
}

/// What went wrong with the container so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainerFaults {
    /// Places at which nothing made sense, and the bytes there that were passed over.
    pub nonsense: u64,
    /// See `nonsense`.
    pub nonsense_bytes: u64,
    /// Where it began for the first time: the number of the packet before it, and the byte.
    pub first_nonsense: Option<(u32, u64)>,
    /// The byte at which a record begins that the file does not end.
    pub truncated_at: Option<u64>,
    /// It is no capture at all.
    pub is_none: bool,
}

/// The packets of a capture in order.
pub struct Container {
    window: Window,
    format: Format,
    /// What is skipped before the next packet is sought.
    behind: usize,
    packets: u32,
    faults: ContainerFaults,
    latest: Option<EventTime>,
}

impl Container {
    /// Reads the capture's header.
    pub fn new(mut window: Window) -> Self {
        let head = window.ahead(pcap::HEADER_BYTES);
        let (format, behind) = if let Some(pcap) = Pcap::new(head) {
            (Format::Pcap(pcap), pcap::HEADER_BYTES)
        } else if PcapNg::begins(head) {
            (Format::PcapNg(PcapNg::default()), 0)
        } else {
            (Format::Neither, 0)
        };
        let faults = ContainerFaults { is_none: matches!(format, Format::Neither), ..ContainerFaults::default() };
        Container { window, format, behind, packets: 0, faults, latest: None }
    }

    /// The next packet, its place and number (from 1), its bytes; `Err` names a packet that cannot be told; `None` at the end.
    pub fn next_packet(&mut self) -> Option<(Result<Found, &'static str>, &[u8])> {
        while !self.faults.is_none {
            self.window.skip(std::mem::take(&mut self.behind));
            match self.place() {
                Place::Packet { found, at, len } => {
                    self.packets = self.packets.saturating_add(1);
                    self.latest = found.at.or(self.latest);
                    self.behind = len;
                    return Some((Ok(found), self.window.held(at, found.len)));
                }
                Place::Other(len) => self.behind = len,
                Place::Bad(len, why) => {
                    self.packets = self.packets.saturating_add(1);
                    self.behind = len;
                    return Some((Err(why), &[]));
                }
                Place::Truncated => {
                    self.faults.truncated_at = self.faults.truncated_at.or(Some(self.window.offset()));
                    self.behind = usize::MAX;
                    return None;
                }
                Place::Nonsense if self.window.ahead(1).is_empty() => return None,
                Place::Nonsense => self.seek(),
            }
        }
        None
    }

    /// How many packets there were, bad ones included.
    pub fn packets(&self) -> u32 {
        self.packets
    }

    /// The byte at which the record stands that was read last.
    pub fn offset(&self) -> u64 {
        self.window.offset()
    }

    /// What went wrong so far.
    pub fn faults(&self) -> &ContainerFaults {
        &self.faults
    }

    /// The bytes the packets are read from.
    pub fn window(&self) -> &Window {
        &self.window
    }

    fn place(&mut self) -> Place {
        match &mut self.format {
            Format::Pcap(pcap) => pcap.place(&mut self.window, self.latest),
            Format::PcapNg(pcapng) => match pcapng.place(&mut self.window) {
                Step::Is(place) => place,
                Step::Section(len) => {
                    pcapng.begin_section(&self.window);
                    Place::Other(len)
                }
            },
            Format::Neither => Place::Nonsense,
        }
    }

    /// Goes to the next place that makes sense, or to the end.
    fn seek(&mut self) {
        let start = self.window.offset();
        self.faults.nonsense += 1;
        self.faults.first_nonsense.get_or_insert((self.packets, start));
        loop {
            self.window.skip(1);
            let makes_sense = match &self.format {
                Format::Pcap(pcap) => pcap.makes_sense(&mut self.window),
                Format::PcapNg(pcapng) => pcapng.makes_sense(&mut self.window),
                Format::Neither => false,
            };
            if makes_sense || self.window.ahead(1).is_empty() {
                break;
            }
        }
        self.faults.nonsense_bytes += self.window.offset() - start;
    }
}
