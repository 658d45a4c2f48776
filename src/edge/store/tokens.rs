//! API tokens, by the hash of their secret: made by `picket token`, asked for by the service, revoked and never deleted.

use rusqlite::{OptionalExtension, Row, params};

use super::{LocalStore, StoreError, StoreReader};
use crate::engine::time::EventTime;

/// The SHA-256 of a token's secret; the secret itself is never kept.
pub type TokenHash = [u8; 32];

/// A token and what its holder may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// The hash of its secret.
    pub hash: TokenHash,
    /// What its holder is called; several tokens may bear one name.
    pub name: String,
    /// Role, as `picket token --role` takes it.
    pub role: String,
    /// Its holder sees this squadron's alerts only.
    pub squadron: Option<String>,
    /// Its holder is of this partner.
    pub partner: Option<String>,
    /// When it was made.
    pub created_at: EventTime,
    /// From when on it is refused.
    pub expires_at: Option<EventTime>,
    /// Since when it is refused, whatever its expiry.
    pub revoked_at: Option<EventTime>,
}

const COLUMNS: &str = "hash, name, role, squadron, partner, created_at, expires_at, revoked_at";

impl LocalStore {
    /// Writes a token down; its hash must be new.
    pub fn add_token(&mut self, token: &TokenRow) -> Result<(), StoreError> {
        let sql = format!("INSERT INTO tokens ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        let TokenRow { hash, name, role, squadron, partner, created_at, expires_at, revoked_at } = token;
        let [expires, revoked] = [expires_at, revoked_at].map(|at| at.map(EventTime::millis));
        self.database.write(|transaction| {
            let values = params![hash, name, role, squadron, partner, created_at.millis(), expires, revoked];
            transaction.execute(&sql, values).map(drop)
        })
    }

    /// Revokes every token of a name that is not revoked yet; returns how many that were.
    pub fn revoke_token(&mut self, name: &str, revoked_at: EventTime) -> Result<usize, StoreError> {
        self.database.write(|transaction| {
            let sql = "UPDATE tokens SET revoked_at = ?2 WHERE name = ?1 AND revoked_at IS NULL";
            transaction.execute(sql, params![name, revoked_at.millis()])
        })
    }
}

impl StoreReader {
    /// The token with this hash, expired and revoked ones too.
    pub fn find_token(&self, hash: &TokenHash) -> Result<Option<TokenRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM tokens WHERE hash = ?1");
        self.readers.read(|transaction| transaction.query_row(&sql, [hash], token).optional())
    }

    /// All tokens, the oldest first.
    pub fn list_tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM tokens ORDER BY created_at, hash");
        self.readers.read(|transaction| transaction.prepare(&sql)?.query_map([], token)?.collect())
    }
}

fn token(row: &Row<'_>) -> rusqlite::Result<TokenRow> {
    let time = |ms: Option<i64>| ms.map(EventTime::from_millis);
    Ok(TokenRow {
        hash: row.get(0)?,
        name: row.get(1)?,
        role: row.get(2)?,
        squadron: row.get(3)?,
        partner: row.get(4)?,
        created_at: EventTime::from_millis(row.get(5)?),
        expires_at: time(row.get(6)?),
        revoked_at: time(row.get(7)?),
    })
}
