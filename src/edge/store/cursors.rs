//! Cursors: how far a feed was read, or a channel delivered, by the name of either.

use rusqlite::{OptionalExtension, params};

use super::{LocalStore, StoreError, StoreReader};

impl LocalStore {
    /// Moves a cursor, or sets it the first time.
    pub fn put_cursor(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        self.database.write(|transaction| {
            let sql = "INSERT INTO cursors (name, value) VALUES (?1, ?2)
                       ON CONFLICT DO UPDATE SET value = excluded.value";
            transaction.execute(sql, params![name, value]).map(drop)
        })
    }
}

impl StoreReader {
    /// Where a cursor stands; `None` if it was never set.
    pub fn cursor(&self, name: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM cursors WHERE name = ?1";
        self.readers.read(|transaction| transaction.query_row(sql, [name], |row| row.get(0)).optional())
    }
}
