//! Tokens: 256 random bits, shown once, kept as their SHA-256.

use sha2::{Digest as _, Sha256};

use super::AuthError;
use crate::edge::store::TokenHash;
use crate::engine::digest::hex;

/// What every token made here begins with, so that a lost one is recognised for what it is.
pub const PREFIX: &str = "picket_";
/// The least length of a secret made elsewhere, characters.
const SECRET_AT_LEAST: usize = 32;
/// The greatest length of a secret, characters.
const SECRET_AT_MOST: usize = 256;

/// A new token: `picket_` and 64 hexadecimal digits.
///
/// # Errors
/// [`AuthError::Random`] if the operating system gives no random bytes.
pub fn generate() -> Result<String, AuthError> {
    let mut secret = [0u8; 32];
    getrandom::fill(&mut secret).map_err(|source| AuthError::Random { source })?;
    Ok(format!("{PREFIX}{}", hex(&secret)))
}

/// What is kept of a token.
pub fn hash(secret: &str) -> TokenHash {
    Sha256::digest(secret.as_bytes()).into()
}

/// Whether a secret can be sent in a header and as a WebSocket subprotocol (a token of RFC 9110, 5.6.2).
pub(super) fn is_sendable(secret: &str) -> bool {
    let is_token_byte = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    (1..=SECRET_AT_MOST).contains(&secret.len()) && secret.bytes().all(is_token_byte)
}

/// Whether a secret made elsewhere is long enough, and can be sent.
pub(super) fn is_good(secret: &str) -> bool {
    secret.len() >= SECRET_AT_LEAST && is_sendable(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_random_and_can_be_sent() {
        let (one, two) = (generate().unwrap(), generate().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.len(), PREFIX.len() + 64);
        assert!(is_good(&one) && hash(&one) == hash(&one) && hash(&one) != hash(&two));
        for bad in ["", "short", "a space between the first and the second", "\u{e9}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert!(!is_good(bad), "{bad}");
        }
        assert!(!is_good(&"a".repeat(257)));
    }
}
