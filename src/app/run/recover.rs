//! Recovery: the newest snapshot that fits, then the journal behind it, through the same engine as ever.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::app::in_force::InForce;
use crate::edge::journal::{JournalReader, RecordKind};
use crate::edge::snapshot;
use crate::engine::Engine;
use crate::engine::core::Config;
use crate::engine::input::Feed;
use crate::engine::output::Output;
use crate::engine::time::Span;

/// Of each track one fix in this is kept for its history.
pub const FIXES_EVERY: Span = Span::from_secs(10);

/// The folder of the journal within the data folder.
pub const JOURNAL_DIR: &str = "journal";
/// The newest snapshot within the data folder.
pub const SNAPSHOT_FILE: &str = "engine.snapshot";

/// An engine as the journal left it.
pub struct Recovered {
    /// The engine.
    pub engine: Engine,
    /// The number of the last record it has seen.
    pub seq: u64,
    /// The number the snapshot it began with had seen; 0 without one.
    pub snapshot_seq: u64,
}

/// Runs the journal of a data folder through an engine, up to and with the record `until`, and hands out what comes out,
/// with the feeds that were known then.
///
/// `None` if there is no journal. What is damaged in it is told as a warning and stepped over.
pub fn recover(
    data_dir: &Path,
    until: u64,
    mut take: impl FnMut(Output, &[Feed]),
) -> anyhow::Result<Option<Recovered>> {
    let dir = data_dir.join(JOURNAL_DIR);
    if !crate::edge::journal::is_journal(&dir) {
        return Ok(None);
    }
    let mut reader = JournalReader::open(&dir)?;
    let restored = restored(data_dir, &reader, until).unwrap_or_else(|error| {
        tracing::warn!("{error:#}: the journal is run from its beginning");
        None
    });
    let (mut engine, snapshot_seq) = match restored {
        Some((engine, seq)) => {
            reader.seek_behind(seq);
            (engine, seq)
        }
        None => match (0..reader.segments().len()).find_map(|segment| reader.head(segment)) {
            Some(head) => (Engine::new(config_of(&InForce::of_journal(&head)?)), 0),
            None => anyhow::bail!("{}: no segment's head can be read: move the folder away", dir.display()),
        },
    };
    let mut seq = snapshot_seq;
    while let Some(record) = reader.next_record() {
        if record.header.kind.is_numbered() && record.header.seq > until {
            break;
        }
        if let Some(input) = record.input() {
            engine.handle(&input);
            while let Some(output) = engine.poll_output() {
                take(output, &engine.core().config().feeds);
            }
        } else if let RecordKind::Other(kind) = record.header.kind {
            tracing::warn!(kind, seq = record.header.seq, "the journal holds a record of a newer picket, passed over");
        }
        seq = seq.max(record.header.seq);
    }
    for warning in reader.warnings() {
        tracing::warn!("journal: {warning}");
    }
    Ok(Some(Recovered { engine, seq, snapshot_seq }))
}

/// The engine of the newest snapshot, under the rules of the segment that it was taken in, and the number it has seen.
fn restored(data_dir: &Path, reader: &JournalReader, until: u64) -> anyhow::Result<Option<(Engine, u64)>> {
    let path = data_dir.join(SNAPSHOT_FILE);
    if !path.exists() {
        return Ok(None);
    }
    let (header, state) = snapshot::open(&path)?;
    let segments = reader.segments();
    let segment = segments.partition_point(|segment| segment.first_seq <= header.seq).checked_sub(1);
    let Some(head) = segment.and_then(|segment| reader.head(segment)).filter(|_| header.seq <= until) else {
        return Ok(None);
    };
    let config = config_of(&InForce::of_journal(&head)?);
    header.fits(&path, build_hash()?, hash_bytes(&config.settings_hash))?;
    Ok(Some((Engine::restore(config, &state)?, header.seq)))
}

/// What the service tells an engine that judges by these rules.
pub fn config_of(in_force: &InForce) -> Config {
    Config { fixes_every: Some(FIXES_EVERY), ..in_force.config() }
}

/// Writes the state of an engine that has seen all records up to `seq`.
pub fn write_snapshot(data_dir: &Path, engine: &Engine, seq: u64) -> anyhow::Result<()> {
    let settings_hash = hash_bytes(&engine.core().config().settings_hash);
    let header = snapshot::SnapshotHeader { build_hash: build_hash()?, settings_hash, seq };
    Ok(snapshot::write(&data_dir.join(SNAPSHOT_FILE), &header, &engine.snapshot()?)?)
}

/// The settings' hash as a snapshot's header holds it.
fn hash_bytes(settings_hash: &str) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (place, byte) in bytes.iter_mut().zip(settings_hash.bytes()) {
        *place = byte;
    }
    bytes
}

/// What names this build: the digest of the program itself.
fn build_hash() -> anyhow::Result<[u8; 16]> {
    let mut program = File::open(std::env::current_exe()?)?;
    let (mut digest, mut block) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        match program.read(&mut block)? {
            0 => break,
            len => digest.update(&block[..len]),
        }
    }
    let digest = digest.finalize();
    Ok(std::array::from_fn(|i| digest[i]))
}
