//! Who may come in: tokens, the roles they carry, and what those may see.

mod attempts;
pub mod token;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Instant;

use super::clock;
use super::store::{StoreError, StoreReader, TokenHash, TokenRow};
use attempts::Attempts;

/// What a holder of a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Watches and acts: reads everything, handles the alerts of a squadron, or of all.
    Operator,
    /// Reads what an operator reads, and changes nothing.
    Analyst,
    /// Of another service: sees what was released to it.
    Liaison,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The name of the token, as `acknowledged_by` tells it.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// They see this squadron's alerts only.
    pub squadron: Option<String>,
}

/// A token whose secret came from the environment or a file.
#[derive(Clone)]
pub struct GivenToken {
    /// What its holder is called.
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// Its holder sees this squadron's alerts only.
    pub squadron: Option<String>,
    /// The secret, never printed.
    pub secret: String,
}

/// Decides who comes in; a clone decides alike.
#[derive(Clone, Debug)]
pub struct Access(Option<Arc<Tokens>>);

#[derive(Debug)]
struct Tokens {
    given: Vec<(TokenHash, Arc<Principal>)>,
    store: StoreReader,
    attempts: Attempts,
}

/// Somebody who was let in.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// Who.
    pub principal: Arc<Principal>,
    /// Their token; `None` where none is asked for.
    token: Option<TokenHash>,
    access: Access,
}

/// Why access cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Anybody in the network could come in.
    #[error(
        "{listen} can be reached from other machines: set up [auth] (then `picket token` makes tokens), or listen on 127.0.0.1"
    )]
    Unguarded {
        /// The address.
        listen: SocketAddr,
    },
    /// No such role.
    #[error("`{}` is no role: must be operator, analyst or liaison", role.escape_debug())]
    Role {
        /// What was written.
        role: String,
    },
    /// A token of the settings has a role that does not exist.
    #[error("token `{name}`")]
    Token {
        /// The token.
        name: String,
        /// What is wrong with it.
        source: Box<AuthError>,
    },
    /// A token of the settings is too easily guessed, or cannot be sent.
    #[error("the secret must be 32 to 256 letters, digits or signs, without blanks; `picket token` makes good ones")]
    Secret,
    /// No random bytes.
    #[error("the operating system gave no random bytes")]
    Random {
        /// Why.
        source: getrandom::Error,
    },
}

/// Why somebody was not let in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No token was sent.
    #[error("a token is needed: Authorization: Bearer TOKEN")]
    Missing,
    /// The token is not known.
    #[error("the token is not known")]
    Unknown,
    /// The token was good once.
    #[error("the token has expired")]
    Expired,
    /// The token was taken back.
    #[error("the token was revoked")]
    Revoked,
    /// Too many failures from this address.
    #[error("too many failed attempts from this address: wait a minute")]
    TooMany,
    /// Nobody can be let in now.
    #[error("the tokens cannot be read")]
    Store {
        /// Why.
        source: StoreError,
    },
}

impl Access {
    /// Everyone may come in as `operator`: for a service that only this machine reaches.
    pub fn open() -> Self {
        Access(None)
    }

    /// Checks that nobody comes in unasked. `given` are the settings' tokens, `None` where there is no `[auth]`; all others
    /// are looked up in the store.
    ///
    /// # Errors
    /// [`AuthError`], if the address can be reached from other machines and no token is asked for, or a token is no good.
    pub fn check(listen: SocketAddr, given: Option<Vec<GivenToken>>, store: StoreReader) -> Result<Self, AuthError> {
        let Some(given) = given else {
            return if listen.ip().is_loopback() { Ok(Access::open()) } else { Err(AuthError::Unguarded { listen }) };
        };
        let check = |given: GivenToken| {
            let name = given.name.clone();
            given.checked().map_err(|source| AuthError::Token { name, source: Box::new(source) })
        };
        let given = given.into_iter().map(check).collect::<Result<Vec<_>, AuthError>>()?;
        Ok(Access(Some(Arc::new(Tokens { given, store, attempts: Attempts::default() }))))
    }

    /// Lets in whoever shows a good token; may wait for the store.
    ///
    /// # Errors
    /// [`Refused`]; a failure is logged without the secret, unless the address has had too many.
    pub async fn admit(&self, secret: Option<&str>, from: IpAddr) -> Result<Admitted, Refused> {
        let Some(tokens) = &self.0 else {
            let principal = Principal { name: "operator".to_owned(), role: Role::Operator, squadron: None };
            return Ok(Admitted { principal: Arc::new(principal), token: None, access: self.clone() });
        };
        let secret = secret.ok_or(Refused::Missing)?;
        let found = if token::is_sendable(secret) {
            let hash = token::hash(secret);
            tokens.principal(hash).await.map(|principal| (principal, hash))
        } else {
            Err(Refused::Unknown)
        };
        match found {
            Ok((principal, hash)) => Ok(Admitted { principal, token: Some(hash), access: self.clone() }),
            Err(Refused::Store { source }) => Err(Refused::Store { source }),
            Err(_) if !tokens.attempts.fail(from, Instant::now()) => Err(Refused::TooMany),
            Err(refused) => {
                tracing::warn!(%from, "refused: {refused}");
                Err(refused)
            }
        }
    }
}

impl Admitted {
    /// Whether the token is still good: streams ask from time to time. A store that cannot be read says nothing against it.
    pub async fn is_still_good(&self) -> bool {
        match (&self.access.0, self.token) {
            (Some(tokens), Some(hash)) => {
                matches!(tokens.principal(hash).await, Ok(_) | Err(Refused::Store { .. }))
            }
            _ => true,
        }
    }
}

impl Tokens {
    async fn principal(&self, hash: TokenHash) -> Result<Arc<Principal>, Refused> {
        if let Some((_, principal)) = self.given.iter().find(|(given, _)| *given == hash) {
            return Ok(principal.clone());
        }
        let store = self.store.clone();
        let found = tokio::task::spawn_blocking(move || store.find_token(&hash)).await;
        let Ok(found) = found else { return Err(Refused::Unknown) };
        let row = found.map_err(|source| Refused::Store { source })?.ok_or(Refused::Unknown)?;
        principal_of(row).map(Arc::new)
    }
}

fn principal_of(row: TokenRow) -> Result<Principal, Refused> {
    if row.revoked_at.is_some() {
        return Err(Refused::Revoked);
    }
    if row.expires_at.is_some_and(|at| at <= clock::now()) {
        return Err(Refused::Expired);
    }
    let role = row.role.parse().map_err(|_| Refused::Unknown)?;
    Ok(Principal { name: row.name, role, squadron: row.squadron })
}

impl GivenToken {
    fn checked(self) -> Result<(TokenHash, Arc<Principal>), AuthError> {
        if !token::is_good(&self.secret) {
            return Err(AuthError::Secret);
        }
        let principal = Principal { name: self.name, role: self.role, squadron: self.squadron };
        Ok((token::hash(&self.secret), Arc::new(principal)))
    }
}

impl fmt::Debug for GivenToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GivenToken").field("name", &self.name).field("role", &self.role).finish_non_exhaustive()
    }
}

impl Principal {
    /// Whether they see alerts of a squadron; one without squadron is every operator's and analyst's.
    pub fn sees(&self, squadron: Option<&str>) -> bool {
        match (self.role, &self.squadron, squadron) {
            (Role::Liaison, ..) => false,
            (_, Some(own), Some(theirs)) => own == theirs,
            _ => true,
        }
    }
}

impl Role {
    /// As written.
    pub fn text(self) -> &'static str {
        match self {
            Role::Operator => "operator",
            Role::Analyst => "analyst",
            Role::Liaison => "liaison",
        }
    }
}

impl FromStr for Role {
    type Err = AuthError;

    fn from_str(text: &str) -> Result<Self, AuthError> {
        let role = [Role::Operator, Role::Analyst, Role::Liaison].into_iter().find(|role| role.text() == text);
        role.ok_or_else(|| AuthError::Role { role: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(role: Role, squadron: Option<&str>) -> Principal {
        Principal { name: "x".into(), role, squadron: squadron.map(str::to_owned) }
    }

    #[test]
    fn who_sees_which_alerts() {
        let first = principal(Role::Operator, Some("1"));
        assert_eq!([Some("1"), Some("2"), None].map(|s| first.sees(s)), [true, false, true]);
        assert!([Some("1"), None].iter().all(|s| principal(Role::Analyst, None).sees(*s)));
        assert!(![Some("1"), None].iter().any(|s| principal(Role::Liaison, None).sees(*s)));
    }

    #[test]
    fn roles_come_back_from_their_text() {
        for role in [Role::Operator, Role::Analyst, Role::Liaison] {
            assert_eq!(role.text().parse::<Role>().unwrap(), role);
        }
        let error = "admin\n".parse::<Role>().unwrap_err().to_string();
        assert_eq!(error, "`admin\\n` is no role: must be operator, analyst or liaison");
    }

    #[test]
    fn secrets_are_not_printed() {
        let given = GivenToken { name: "n".into(), role: Role::Operator, squadron: None, secret: "s3cret".into() };
        assert!(!format!("{given:?}").contains("s3cret"));
        assert!(matches!(given.checked(), Err(AuthError::Secret)));
    }
}
