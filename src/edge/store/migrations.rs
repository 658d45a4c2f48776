//! The tables of both files, version by version: a step is never changed once it is released, a new one is added behind it.

use super::{HISTORY_FILE, STORE_FILE};

/// What a database file is to hold, and how safe a commit must be.
#[derive(Debug)]
pub(super) struct Schema {
    /// Its name in the data folder.
    pub file: &'static str,
    /// SQLite's `application_id`: four letters that tell our files from others'.
    pub application_id: i32,
    /// Whether a commit is on the disk when it returns, or only safe from damage.
    pub synchronous: &'static str,
    /// Step n brings version n to n + 1.
    pub steps: &'static [&'static str],
}

/// Alerts, tokens, rules, cursors. FULL: what was written outlives a power cut, but for what its writer can tell again
/// ([`super::LocalStore::hasten`]).
pub(super) const STORE: Schema =
    Schema { file: STORE_FILE, application_id: i32::from_be_bytes(*b"PKTS"), synchronous: "FULL", steps: &[STORE_1] };

/// Track history. NORMAL: a power cut may take the last seconds, which the journal still has, and never damages the file.
pub(super) const HISTORY: Schema = Schema {
    file: HISTORY_FILE,
    application_id: i32::from_be_bytes(*b"PKTH"),
    synchronous: "NORMAL",
    steps: &[HISTORY_1],
};

const STORE_1: &str = "
CREATE TABLE outbox (
    sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT    NOT NULL,
    revision     INTEGER NOT NULL,
    squadron     TEXT,
    open         INTEGER NOT NULL,
    published_at INTEGER NOT NULL,
    line         TEXT    NOT NULL,
    UNIQUE (id, revision)
) STRICT;
CREATE INDEX outbox_by_squadron ON outbox (squadron, sequence);

CREATE TABLE alerts (
    id       TEXT    PRIMARY KEY,
    sequence INTEGER NOT NULL UNIQUE REFERENCES outbox (sequence),
    revision INTEGER NOT NULL,
    squadron TEXT,
    open     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alerts_by_squadron ON alerts (squadron, sequence);
CREATE INDEX alerts_open ON alerts (sequence) WHERE open = 1;
CREATE INDEX alerts_open_by_squadron ON alerts (squadron, sequence) WHERE open = 1;

CREATE TABLE tokens (
    hash       BLOB    PRIMARY KEY,
    name       TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    squadron   TEXT,
    partner    TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE rules (
    settings_hash TEXT    PRIMARY KEY,
    first_at      INTEGER NOT NULL,
    settings_json TEXT    NOT NULL,
    zones_json    TEXT    NOT NULL
) STRICT;

CREATE TABLE cursors (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

const HISTORY_1: &str = "
CREATE TABLE runs (
    level    INTEGER NOT NULL,
    run      INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (level, run)
) STRICT, WITHOUT ROWID;

CREATE TABLE chunks (
    level INTEGER NOT NULL,
    run   INTEGER NOT NULL,
    track INTEGER NOT NULL,
    part  INTEGER NOT NULL,
    fixes BLOB    NOT NULL,
    PRIMARY KEY (level, run, track, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE merges (
    level      INTEGER PRIMARY KEY,
    run        INTEGER NOT NULL,
    last       INTEGER NOT NULL,
    next_track INTEGER NOT NULL
) STRICT;
";
