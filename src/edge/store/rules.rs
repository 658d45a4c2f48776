//! Rules in force: what each `settings_hash` of an alert stands for, kept for good.

use rusqlite::{OptionalExtension, params};

use super::{LocalStore, StoreError, StoreReader};
use crate::engine::time::EventTime;

/// The thresholds and zones that alerts of one `settings_hash` were raised under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesInForce {
    /// As alerts carry it.
    pub settings_hash: String,
    /// When they first came into force.
    pub first_at: EventTime,
    /// Every key in force, JSON.
    pub settings_json: String,
    /// The zones, GeoJSON.
    pub zones_json: String,
}

impl LocalStore {
    /// Writes rules down; those of a hash that is known stay as they were first written.
    pub fn put_rules(&mut self, rules: &RulesInForce) -> Result<(), StoreError> {
        let RulesInForce { settings_hash, first_at, settings_json, zones_json } = rules;
        self.database.write(|transaction| {
            let sql = "INSERT INTO rules (settings_hash, first_at, settings_json, zones_json) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT DO NOTHING";
            transaction.execute(sql, params![settings_hash, first_at.millis(), settings_json, zones_json]).map(drop)
        })
    }
}

impl StoreReader {
    /// The rules behind a `settings_hash`.
    pub fn rules(&self, settings_hash: &str) -> Result<Option<RulesInForce>, StoreError> {
        let sql = "SELECT settings_hash, first_at, settings_json, zones_json FROM rules WHERE settings_hash = ?1";
        self.readers.read(|transaction| {
            let rules = transaction.query_row(sql, [settings_hash], |row| {
                Ok(RulesInForce {
                    settings_hash: row.get(0)?,
                    first_at: EventTime::from_millis(row.get(1)?),
                    settings_json: row.get(2)?,
                    zones_json: row.get(3)?,
                })
            });
            rules.optional()
        })
    }
}
