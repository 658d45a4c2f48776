//! A password that no log shows.

use std::fmt;

/// A secret; only [`Password::reveal`] gives it away.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// A password as it was read.
    pub fn new(secret: String) -> Self {
        Password(secret)
    }

    /// The secret itself, for the one who asks for it.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_not_shown() {
        let password = Password::new("hush".to_owned());
        assert_eq!((format!("{password:?}"), password.reveal()), ("Password(***)".to_owned(), "hush"));
    }
}
