//! A sliding window over the bytes of a capture: what is asked for is read, what is done with is let go.

use super::super::source::{Damage, Source};

/// Bytes read at a time.
const READ_BYTES: usize = 256 * 1024;

/// The bytes from where the reader stands on, as far as they were asked for.
pub struct Window {
    source: Source,
    bytes: Vec<u8>,
    start: usize,
    offset: u64,
    has_ended: bool,
    damage: Option<Damage>,
}

impl Window {
    /// Stands at the beginning of `head` followed by the rest of the source; with damage nothing follows the head.
    pub fn new(head: Vec<u8>, source: Source, damage: Option<Damage>) -> Self {
        let has_ended = damage.is_some();
        Window { source, bytes: head, start: 0, offset: 0, has_ended, damage }
    }

    /// The next `len` bytes; fewer only where the source ends.
    pub fn ahead(&mut self, len: usize) -> &[u8] {
        while self.bytes.len() - self.start < len && !self.has_ended {
            self.read();
        }
        let end = self.bytes.len().min(self.start.saturating_add(len));
        self.bytes.get(self.start..end).unwrap_or_default()
    }

    /// The bytes at `at..at + len` from where it stands, of those asked for before.
    pub fn held(&self, at: usize, len: usize) -> &[u8] {
        let start = self.start.saturating_add(at);
        self.bytes.get(start..start.saturating_add(len)).unwrap_or_default()
    }

    /// Goes on by so many of the bytes asked for.
    pub fn skip(&mut self, len: usize) {
        let len = len.min(self.bytes.len() - self.start);
        self.start += len;
        self.offset += len as u64;
    }

    /// How many bytes lie before it.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// What ended the source early.
    pub fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// Bytes read and bytes in all, as they lie on disk.
    pub fn progress(&self) -> (u64, u64) {
        self.source.progress()
    }

    fn read(&mut self) {
        self.bytes.drain(..self.start);
        self.start = 0;
        let held = self.bytes.len();
        self.bytes.resize(held + READ_BYTES, 0);
        let (read, damage) = self.source.read(self.bytes.get_mut(held..).unwrap_or_default());
        self.bytes.truncate(held + read);
        self.has_ended = damage.is_some() || read < READ_BYTES;
        self.damage = damage;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn shows_every_byte_once() {
        let all: Vec<u8> = (0..3 * READ_BYTES + 11).map(|i| (i % 251) as u8).collect();
        let source = Source::from_reader(Cursor::new(all[100..].to_vec()), 0).unwrap();
        let mut window = Window::new(all[..100].to_vec(), source, None);
        let mut seen = Vec::new();
        loop {
            let step = window.ahead(70_001).to_vec();
            if step.is_empty() {
                break;
            }
            assert_eq!(window.held(0, step.len()), step);
            seen.extend_from_slice(&step);
            window.skip(step.len());
            assert_eq!(window.offset(), seen.len() as u64);
        }
        assert!(seen == all && window.damage().is_none());
        window.skip(1);
        assert_eq!(window.offset(), all.len() as u64);
    }
}
