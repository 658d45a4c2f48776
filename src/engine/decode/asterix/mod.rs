//! ASTERIX (EUROCONTROL): data blocks of radars and of trackers.

pub mod block;

/// Whether the payload of a datagram holds sentences: IEC 61162-450, or bare NMEA 0183.
pub fn holds_sentences(payload: &[u8]) -> bool {
    const HEADERS: [&[u8]; 4] = [b"UdPbC\0", b"RaUdP\0", b"RrUdP\0", b"RpUdP\0"];
    matches!(payload.first(), Some(b'$' | b'!' | b'\\')) || HEADERS.iter().any(|header| payload.starts_with(header))
}
