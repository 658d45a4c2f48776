//! Network captures as recordings: the datagrams and streams for picket, each at its packet's time.

mod container;
mod fault;
mod packet;
mod pcap;
mod pcapng;
mod streams;
mod traffic;
mod window;

use super::lines::{Block, Line};
use super::source::{Damage, Source};
use crate::engine::time::EventTime;
use container::Container;
use fault::Notes;
pub use fault::{CaptureFault, Skipped};
use packet::{Carried, PacketReader, Unread};
use streams::{Fate, Streams};
use traffic::Traffic;
use window::Window;

/// A block is handed over once it holds so many bytes.
const BLOCK_BYTES: usize = 256 * 1024;

/// Reads a capture block by block.
pub struct CaptureReader {
    container: Container,
    packets: PacketReader,
    traffic: Traffic,
    streams: Streams,
    notes: Notes,
    /// When the last packet was captured; `None` until one tells.
    latest: Option<EventTime>,
    has_ended: bool,
}

impl CaptureReader {
    /// Reads a capture whose first bytes are `head` and whose others are the source's; with damage there are no others.
    pub fn new(head: Vec<u8>, source: Source, damage: Option<Damage>) -> Self {
        CaptureReader {
            container: Container::new(Window::new(head, source, damage)),
            packets: PacketReader::default(),
            traffic: Traffic::default(),
            streams: Streams::default(),
            notes: Notes::default(),
            latest: None,
            has_ended: false,
        }
    }

    /// Fills `block` with the next datagrams, and lines of streams, each with the number and time of its packet; `false`
    /// at the end.
    pub fn next_block(&mut self, block: &mut Block) -> bool {
        block.lines.clear();
        block.bytes.clear();
        while block.bytes.len() < BLOCK_BYTES && !self.has_ended {
            self.take_packet(block);
        }
        !block.lines.is_empty()
    }

    /// Packets so far.
    pub fn packets(&self) -> u32 {
        self.container.packets()
    }

    /// Bytes read and bytes in all, as they lie on disk.
    pub fn progress(&self) -> (u64, u64) {
        self.container.window().progress()
    }

    /// What ended the file early, with the byte up to which it was read, if the packing or the disk did.
    pub fn damage(&self) -> Option<(u64, &Damage)> {
        let window = self.container.window();
        window.damage().map(|damage| (window.offset(), damage))
    }

    /// What went wrong, and what was left out.
    pub fn faults(&self) -> Vec<CaptureFault> {
        self.notes.faults(self.container.faults(), self.streams.gaps())
    }

    fn take_packet(&mut self, block: &mut Block) {
        let number = self.container.packets().saturating_add(1);
        let mut at = self.latest.unwrap_or(EventTime::MIN);
        let mut give = |bytes: &[u8], at| push(block, bytes, number, at);
        let Some((packet, bytes)) = self.container.next_packet() else {
            self.has_ended = true;
            self.streams.finish(&mut |line| give(line, at));
            return;
        };
        let unread = match packet {
            Err(why) => Some(Unread::Damaged(why)),
            Ok(found) => {
                self.latest = found.at.or(self.latest);
                at = self.latest.unwrap_or(at);
                match self.packets.read(&found, bytes, at) {
                    Err(unread) => Some(unread),
                    Ok(Carried::Datagram { payload: [], .. }) => Some(Unread::Other("empty")),
                    Ok(Carried::Datagram { to, payload }) if self.traffic.is_ours(to, payload) => {
                        give(payload, at);
                        None
                    }
                    Ok(Carried::Datagram { .. }) => Some(Unread::Other("datagrams of others")),
                    Ok(Carried::Segment(segment)) => {
                        let fate = self.streams.take(&segment, &mut |line| give(line, at));
                        (fate == Fate::Foreign).then_some(Unread::Other("streams of others"))
                    }
                }
            }
        };
        if let Some(unread) = unread {
            self.notes.unread(unread, number, self.container.offset());
        }
    }
}

fn push(block: &mut Block, bytes: &[u8], number: u32, received_at: EventTime) {
    let start = block.bytes.len();
    block.bytes.extend_from_slice(bytes);
    block.lines.push(Line { start, len: bytes.len() as u32, number, received_at, header: false });
}

#[cfg(test)]
mod tests;
