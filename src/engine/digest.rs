//! Content digests: a fast 64-bit one that orders and matches sentences, and public identifiers from SHA-256.

use sha2::{Digest as _, Sha256};

/// A 64-bit digest of bytes, the same on every machine and in every build (part of the total order; never change it).
///
/// Eight bytes a step: xor, multiply by an odd constant, rotate; the length and a final mix close it. Not secret.
pub fn digest64(bytes: &[u8]) -> u64 {
    const K: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut h = K ^ (bytes.len() as u64);
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let mut w = [0u8; 8];
        w.copy_from_slice(word);
        h = (h ^ u64::from_le_bytes(w)).wrapping_mul(K).rotate_left(29);
    }
    h = (h ^ tail_word(bytes)).wrapping_mul(K);
    h ^= h >> 32;
    h = h.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    h ^ (h >> 32)
}

/// The bytes behind the last whole word of eight, the first one least significant, zeros above: one load where there are eight
/// bytes at all.
#[inline(always)]
pub fn tail_word(bytes: &[u8]) -> u64 {
    let bits = 8 * (bytes.len() % 8) as u32;
    match bytes.last_chunk() {
        _ if bits == 0 => 0,
        Some(last) => u64::from_le_bytes(*last) >> (64 - bits),
        None => bytes.iter().rev().fold(0, |word, b| (word << 8) | u64::from(*b)),
    }
}

/// The first ten bytes of the SHA-256 of the parts (each followed by a zero byte), as 20 hexadecimal digits.
pub fn public_id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex(&hash.finalize()[..10])
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[(b >> 4) as usize] as char, DIGITS[(b & 15) as usize] as char]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_never_change() {
        assert_eq!(digest64(b""), digest64(b""));
        assert_ne!(digest64(b"\0"), digest64(b""));
        assert_ne!(digest64(b"15NOdr?001o?v:RK@p@QDQBv0D1<"), digest64(b"15NOdr?001o?v:RK@p@QDQBv0D1="));
        assert_eq!(public_id(&["a", "b"]).len(), 20);
        assert_ne!(public_id(&["ab", ""]), public_id(&["a", "b"]));
    }
}
