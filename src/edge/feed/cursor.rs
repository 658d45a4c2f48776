//! Which files a feed has followed, and the number of the first frame of each: with the journal's count, the place to go on.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use crate::edge::store::{LocalStore, StoreError};
use crate::engine::digest::digest64;

/// Bytes at its beginning that a file is known by; while it has fewer, those it has.
pub const HEAD_BYTES: usize = 1024;
/// Files remembered, the newest ones.
const REMEMBERED: usize = 8;

/// A file that was followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    /// The number of its first frame among all frames of the feed, from 0.
    pub first_frame: u64,
    /// The file's inode, which tells copies apart.
    pub inode: u64,
    /// How many bytes of its beginning are known.
    pub head_len: usize,
    /// The digest of these bytes, in hexadecimal.
    pub head: String,
}

impl Followed {
    /// A file whose first frame has this number, known by its beginning.
    pub fn new(first_frame: u64, inode: u64, head: &[u8]) -> Self {
        Followed { first_frame, inode, head_len: head.len(), head: digest_of(head) }
    }

    /// Whether a file that begins so is this one.
    pub fn begins(&self, head: &[u8]) -> bool {
        head.get(..self.head_len).is_some_and(|head| digest_of(head) == self.head)
    }
}

/// What is remembered of the files of one feed, as a cursor of the store.
#[derive(Debug)]
pub struct Cursor {
    store: Arc<Mutex<LocalStore>>,
    name: String,
    files: Vec<Followed>,
}

impl Cursor {
    /// The cursor of a feed; where it cannot be understood nothing is remembered.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn open(store: &Arc<Mutex<LocalStore>>, feed: &str) -> Result<Cursor, StoreError> {
        let name = format!("feed/{feed}");
        let kept = store.lock().unwrap_or_else(PoisonError::into_inner).reader().cursor(&name)?;
        let files = kept.map(|text| serde_json::from_str(&text)).transpose().unwrap_or_else(|error| {
            tracing::warn!(feed, "which files were followed cannot be understood: {error}");
            None
        });
        Ok(Cursor { store: Arc::clone(store), name, files: files.unwrap_or_default() })
    }

    /// The file that the frame of this number stands in, or begins.
    pub fn file_of(&self, frame: u64) -> Option<&Followed> {
        self.files.iter().rfind(|file| file.first_frame <= frame)
    }

    /// Remembers a file before any frame of it is handed over; what was remembered of later frames is void.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub async fn remember(&mut self, file: Followed) -> io::Result<()> {
        self.files.retain(|older| older.first_frame < file.first_frame);
        self.files.push(file);
        self.files.drain(..self.files.len().saturating_sub(REMEMBERED));
        let (store, name, value) = (Arc::clone(&self.store), self.name.clone(), serde_json::to_string(&self.files)?);
        let write = move || store.lock().unwrap_or_else(PoisonError::into_inner).put_cursor(&name, &value);
        spawn_blocking(write).await?.map_err(io::Error::other)
    }
}

fn digest_of(head: &[u8]) -> String {
    format!("{:016x}", digest64(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Arc<Mutex<LocalStore>>) {
        let dir = tempfile::tempdir().unwrap();
        let store = LocalStore::open(dir.path()).unwrap();
        (dir, Arc::new(Mutex::new(store)))
    }

    #[tokio::test]
    async fn files_are_remembered_by_the_number_of_their_first_frame() {
        let (_dir, store) = store();
        let mut cursor = Cursor::open(&store, "ais").unwrap();
        assert_eq!(cursor.file_of(5), None);
        cursor.remember(Followed::new(0, 7, b"a")).await.unwrap();
        for head_len in 1..=20 {
            cursor.remember(Followed::new(100, 7, &[b'b'; 20][..head_len])).await.unwrap();
        }
        cursor.remember(Followed::new(250, 7, b"c")).await.unwrap();
        let again = Cursor::open(&store, "ais").unwrap();
        let first = |frame| again.file_of(frame).map(|file| (file.first_frame, file.head_len));
        assert_eq!([first(0), first(99), first(100), first(249)], [(0, 1), (0, 1), (100, 20), (100, 20)].map(Some));
        assert_eq!(first(1000), Some((250, 1)));
        assert_eq!(Cursor::open(&store, "other").unwrap().file_of(0), None);
        cursor.remember(Followed::new(60, 7, b"d")).await.unwrap();
        assert_eq!(Cursor::open(&store, "ais").unwrap().file_of(1000).map(|file| file.first_frame), Some(60));
    }

    #[tokio::test]
    async fn old_files_are_forgotten_and_what_cannot_be_understood_is_void() {
        let (_dir, store) = store();
        let mut cursor = Cursor::open(&store, "ais").unwrap();
        for first_frame in 0..100 {
            cursor.remember(Followed::new(first_frame, 1, b"x")).await.unwrap();
        }
        assert_eq!((cursor.files.len(), cursor.file_of(91)), (REMEMBERED, None));
        store.lock().unwrap().put_cursor("feed/ais", "{").unwrap();
        assert_eq!(Cursor::open(&store, "ais").unwrap().file_of(100), None);
    }

    #[test]
    fn a_file_is_known_by_its_beginning() {
        let file = Followed::new(0, 1, b"!AIVDM,1");
        assert!(file.begins(b"!AIVDM,1") && file.begins(b"!AIVDM,1,1,,A"));
        assert!(!file.begins(b"!AIVDM") && !file.begins(b"!AIVDM,2,1,,A"));
    }
}
