//! Which datagrams of a capture are for picket: those to an address where one made sense before.

use std::collections::HashSet;
use std::net::SocketAddr;

use crate::edge::split::is_iec_61162_450;
use crate::engine::decode::asterix::block::announced_len;

/// Addresses remembered.
const MAX_ADDRESSES: usize = 4096;

/// The addresses that sentences or data blocks were sent to.
#[derive(Default)]
pub struct Traffic(HashSet<SocketAddr>);

impl Traffic {
    /// Whether a datagram is to be read. Once one to an address is, all that follow are: what is damaged among them is the
    /// decoder's to refuse.
    pub fn is_ours(&mut self, to: SocketAddr, payload: &[u8]) -> bool {
        if self.0.contains(&to) {
            return true;
        }
        let is_ours = is_iec_61162_450(payload) || begins_as_sentence(payload) || is_asterix(payload);
        if is_ours && self.0.len() < MAX_ADDRESSES {
            self.0.insert(to);
        }
        is_ours
    }
}

/// Whether bytes begin as a sentence or a TAG block does.
pub fn begins_as_sentence(bytes: &[u8]) -> bool {
    let is_address = |byte: &u8| byte.is_ascii_graphic();
    match bytes {
        [b'!' | b'$', rest @ ..] => rest.iter().take(5).filter(|byte| is_address(byte)).count() == 5,
        [b'\\', rest @ ..] => rest.first().is_some_and(u8::is_ascii_graphic),
        _ => false,
    }
}

/// Whether bytes are data blocks from the first to the last: category, length of two bytes, what it says.
fn is_asterix(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let (Some(len @ 4..), Some(1..)) = (announced_len(rest), rest.first()) {
        let Some(behind) = rest.get(len..) else { return false };
        rest = behind;
    }
    rest.is_empty() && !bytes.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_sense_opens_an_address() {
        let (ours, other): (SocketAddr, SocketAddr) =
            ("239.192.0.4:60004".parse().unwrap(), "192.0.2.1:53".parse().unwrap());
        let mut traffic = Traffic::default();
        assert!(!traffic.is_ours(ours, b"what is this"));
        for payload in [&b"!AIVDM,1,1,,A,x,0*00"[..], b"\\s:x*00\\!AIVDM", b"UdPbC\0", b"$RATTM", &[48, 0, 5, 1, 1]] {
            assert!(Traffic::default().is_ours(ours, payload), "{payload:?}");
        }
        assert!(traffic.is_ours(ours, &[62, 0, 4, 9, 62, 0, 5, 1, 2]));
        assert!(traffic.is_ours(ours, b"what is this"), "damaged, in good company");
        for payload in [&b"\x12\x34\x01\0\0\x01"[..], b"", b"!", b"$ 5", &[0, 0, 4, 1], &[48, 0, 5, 1], &[48, 0, 3]] {
            assert!(!traffic.is_ours(other, payload), "{payload:?}");
        }
    }
}
