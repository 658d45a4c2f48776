//! The snapshot file: the engine's state as bytes, with what must fit before they may be read again.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The first bytes of every snapshot.
pub const MAGIC: [u8; 8] = *b"PKTSNAP\n";
/// The format this build writes, and the only one it reads.
pub const FORMAT: u16 = 1;
/// Bytes before the state.
const HEADER_BYTES: usize = 64;

/// What a snapshot belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotHeader {
    /// Hash of the build that wrote it.
    pub build_hash: [u8; 16],
    /// Hash of settings, overrides and zones in force.
    pub settings_hash: [u8; 16],
    /// The number of the last input the state has seen.
    pub seq: u64,
}

/// Why a snapshot is not used; all but `Read` and `Write` mean: run again from the journal.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file cannot be read.
    #[error("cannot read the snapshot {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file cannot be written; an older one stays whole.
    #[error("cannot write the snapshot {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It is no snapshot.
    #[error("{} is not a snapshot", path.display())]
    NotASnapshot {
        /// The file.
        path: PathBuf,
    },
    /// It has another format.
    #[error("{} has snapshot format {format}, this build reads format {FORMAT}", path.display())]
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u16,
    },
    /// It is cut or corrupt.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// Another build wrote it.
    #[error("{} was written by another build", path.display())]
    OtherBuild {
        /// The file.
        path: PathBuf,
    },
    /// Other settings or zones were in force.
    #[error("{} was written under other settings or zones", path.display())]
    OtherSettings {
        /// The file.
        path: PathBuf,
    },
}

/// Writes a snapshot whole or not at all: beside its place, synced, then renamed into it.
pub fn write(path: &Path, header: &SnapshotHeader, state: &[u8]) -> Result<(), SnapshotError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let building = PathBuf::from(name);
    let written = || -> io::Result<()> {
        let mut file = File::create(&building)?;
        file.write_all(&header_bytes(header, state))?;
        file.write_all(state)?;
        file.sync_all()?;
        fs::rename(&building, path)?;
        match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
            _ => File::open(".")?.sync_all(),
        }
    };
    written().map_err(|source| SnapshotError::Write { path: path.to_owned(), source })
}

/// Reads a snapshot of this build and these settings: the number of the last input it has seen, and the state's bytes.
pub fn read(path: &Path, build_hash: [u8; 16], settings_hash: [u8; 16]) -> Result<(u64, Vec<u8>), SnapshotError> {
    let (header, state) = open(path)?;
    header.fits(path, build_hash, settings_hash)?;
    Ok((header.seq, state))
}

/// Reads a snapshot whole, whatever it belongs to: what [`SnapshotHeader::fits`] refuses must not be restored.
pub fn open(path: &Path) -> Result<(SnapshotHeader, Vec<u8>), SnapshotError> {
    let path_of = || path.to_owned();
    let mut bytes = fs::read(path).map_err(|source| SnapshotError::Read { path: path_of(), source })?;
    if !bytes.starts_with(&MAGIC) {
        return Err(SnapshotError::NotASnapshot { path: path_of() });
    }
    let number = |at: usize, len: usize| {
        bytes.get(at..at + len).map_or(0, |field| field.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)))
    };
    let format = number(8, 2) as u16;
    if format != FORMAT {
        return Err(SnapshotError::OtherFormat { path: path_of(), format });
    }
    let state = bytes.get(HEADER_BYTES..).ok_or_else(|| SnapshotError::Damaged { path: path_of() })?;
    if number(52, 8) != state.len() as u64 || number(60, 4) != u64::from(checksum(&bytes[..60], state)) {
        return Err(SnapshotError::Damaged { path: path_of() });
    }
    let hash = |at: usize| std::array::from_fn(|i| bytes[at + i]);
    let header = SnapshotHeader { build_hash: hash(12), settings_hash: hash(28), seq: number(44, 8) };
    bytes.drain(..HEADER_BYTES);
    Ok((header, bytes))
}

impl SnapshotHeader {
    /// Whether this build may go on from the snapshot under these settings; `path` names it where not.
    pub fn fits(&self, path: &Path, build_hash: [u8; 16], settings_hash: [u8; 16]) -> Result<(), SnapshotError> {
        if self.build_hash != build_hash {
            return Err(SnapshotError::OtherBuild { path: path.to_owned() });
        }
        if self.settings_hash != settings_hash {
            return Err(SnapshotError::OtherSettings { path: path.to_owned() });
        }
        Ok(())
    }
}

fn header_bytes(header: &SnapshotHeader, state: &[u8]) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..10].copy_from_slice(&FORMAT.to_le_bytes());
    bytes[10..12].copy_from_slice(&(HEADER_BYTES as u16).to_le_bytes());
    bytes[12..28].copy_from_slice(&header.build_hash);
    bytes[28..44].copy_from_slice(&header.settings_hash);
    bytes[44..52].copy_from_slice(&header.seq.to_le_bytes());
    bytes[52..60].copy_from_slice(&(state.len() as u64).to_le_bytes());
    let crc = checksum(&bytes[..60], state);
    bytes[60..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// CRC-32C of the header before the checksum's place, then of the state.
fn checksum(header: &[u8], state: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(header), state)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: SnapshotHeader = SnapshotHeader { build_hash: [1; 16], settings_hash: [2; 16], seq: 1 << 40 };

    fn written(state: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("engine.snapshot");
        write(&path, &HEADER, state).unwrap();
        (dir, path)
    }

    #[test]
    fn comes_back_and_replaces_an_older_one() {
        let (dir, path) = written(b"old");
        write(&path, &HEADER, b"new state").unwrap();
        assert_eq!(read(&path, [1; 16], [2; 16]).unwrap(), (1 << 40, b"new state".to_vec()));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_does_not_fit_is_refused_by_its_reason() {
        let (_dir, path) = written(b"state");
        assert!(matches!(read(&path, [9; 16], [2; 16]), Err(SnapshotError::OtherBuild { .. })));
        assert!(matches!(read(&path, [1; 16], [9; 16]), Err(SnapshotError::OtherSettings { .. })));
        let mut bytes = fs::read(&path).unwrap();
        bytes[8] = 2;
        fs::write(&path, &bytes).unwrap();
        let error = read(&path, [1; 16], [2; 16]).unwrap_err();
        assert!(error.to_string().ends_with("has snapshot format 2, this build reads format 1"), "{error}");
        fs::write(&path, b"something else").unwrap();
        assert!(matches!(read(&path, [1; 16], [2; 16]), Err(SnapshotError::NotASnapshot { .. })));
        fs::remove_file(&path).unwrap();
        assert!(matches!(read(&path, [1; 16], [2; 16]), Err(SnapshotError::Read { .. })));
    }

    #[test]
    fn every_flip_and_every_cut_is_seen() {
        let (_dir, path) = written(b"state");
        let bytes = fs::read(&path).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &bad).unwrap();
            assert!(read(&path, [1; 16], [2; 16]).is_err(), "bit {bit}");
        }
        for cut in 0..bytes.len() {
            fs::write(&path, &bytes[..cut]).unwrap();
            assert!(read(&path, [1; 16], [2; 16]).is_err(), "cut at {cut}");
        }
    }
}
