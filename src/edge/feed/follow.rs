//! `file://`: follows a file that others append to, through rotation, truncation and restarts.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::fs::{self, File};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::time::sleep;

use super::cursor::{Cursor, Followed, HEAD_BYTES};
use super::outlet::{Frames, Outlet};
use super::stream::READ_BYTES;
use crate::edge::health::FeedState;
use crate::edge::inlet::Stopping;
use crate::edge::split::Splitter;
use crate::engine::input::FeedKind;

/// How often the end of the file is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A wait after the file could not be read.
const ERROR_WAIT: Duration = Duration::from_secs(1);

/// Follows the file for ever, from behind the `taken` frames that the journal has; returns only when the service stops.
pub async fn run(outlet: Outlet, path: PathBuf, cursor: Cursor, taken: u64) {
    let mut follower = Follower { outlet, path, cursor, next_frame: taken, is_away: false };
    let mut tail = follower.go_on().await;
    while let Ok(next) = follower.follow(&mut tail).await {
        if let Some(next) = next {
            tail = next;
        }
    }
}

struct Follower {
    outlet: Outlet,
    path: PathBuf,
    cursor: Cursor,
    /// The number of the next frame among all frames of the feed.
    next_frame: u64,
    /// There is nothing at the path, for the time being.
    is_away: bool,
}

/// A file as far as it has been read.
struct Tail {
    file: File,
    device: u64,
    inode: u64,
    offset: u64,
    splitter: Splitter,
    first_frame: u64,
    head: Vec<u8>,
    /// Frames at its beginning that the journal has.
    to_skip: u64,
}

/// What has become of a file that is read to its end.
enum Fate {
    /// Nothing: more may be appended.
    Unchanged,
    /// It was cut: it begins anew.
    Truncated,
    /// There is nothing at its path, or nothing in it yet: it may have been moved, and whoever writes it still does.
    Away,
    /// Something is written to another file at its path: nothing more comes to this one.
    Replaced,
}

impl Follower {
    /// Reads what there is, then waits for more; gives the file to go on with if it is another one.
    async fn follow(&mut self, tail: &mut Tail) -> Result<Option<Tail>, Stopping> {
        self.read_on(tail).await?;
        let path = self.path.display();
        match fate(&self.path, tail).await {
            Fate::Unchanged => {
                self.give_up_skipping(tail);
                if std::mem::take(&mut self.is_away) {
                    self.outlet.stands(FeedState::Live, format!("following {path}"));
                }
            }
            Fate::Away => {
                if !std::mem::replace(&mut self.is_away, true) {
                    self.outlet.stands(FeedState::Connecting, format!("waiting until {path} is written again"));
                }
            }
            Fate::Truncated => {
                tracing::info!(feed = self.outlet.name(), "{path} was cut: reading it from its beginning");
                self.finish(tail).await?;
                return Ok(Some(self.begin().await));
            }
            Fate::Replaced => {
                tracing::info!(feed = self.outlet.name(), "{path} is another file now: going on with that");
                self.read_on(tail).await?;
                self.finish(tail).await?;
                return Ok(Some(self.begin().await));
            }
        }
        sleep(LOOK_EVERY).await;
        Ok(None)
    }

    /// Reads to the end.
    async fn read_on(&mut self, tail: &mut Tail) -> Result<(), Stopping> {
        let mut buffer = vec![0; READ_BYTES];
        loop {
            match tail.file.read(&mut buffer).await {
                Ok(0) => return Ok(()),
                Ok(n) => self.take(tail, buffer.get(..n).unwrap_or_default()).await?,
                Err(error) => {
                    let detail = format!("cannot read {}: {error}", self.path.display());
                    tracing::warn!(feed = self.outlet.name(), "{detail}");
                    self.outlet.stands(FeedState::Connecting, detail);
                    self.is_away = true;
                    sleep(ERROR_WAIT).await;
                    return Ok(());
                }
            }
        }
    }

    async fn take(&mut self, tail: &mut Tail, read: &[u8]) -> Result<(), Stopping> {
        self.remember(tail, read).await;
        tail.offset += read.len() as u64;
        let mut frames = self.outlet.frames();
        let was_skipping = tail.to_skip > 0;
        tail.splitter.feed(read, beyond(&mut tail.to_skip, &mut frames));
        let cut = tail.splitter.take_cut();
        self.next_frame += frames.len() as u64;
        if was_skipping {
            return self.outlet.hand_over(frames, 0).await;
        }
        frames.read(read.len());
        self.outlet.hand_over(frames, cut).await
    }

    /// Ends a file: what its last, unfinished line still gives.
    async fn finish(&mut self, tail: &mut Tail) -> Result<(), Stopping> {
        let mut frames = self.outlet.frames();
        if tail.splitter.finish(beyond(&mut tail.to_skip, &mut frames)) {
            self.outlet.dropped(1);
        }
        self.give_up_skipping(tail);
        self.next_frame += frames.len() as u64;
        self.outlet.hand_over(frames, 0).await
    }

    /// The end of a file was met while lines of it were still to be skipped: what is appended is new.
    fn give_up_skipping(&self, tail: &mut Tail) {
        let lines = std::mem::take(&mut tail.to_skip);
        if lines > 0 {
            let path = self.path.display();
            let detail = format!("following {path}, in which {lines} lines that were taken are not any more");
            tracing::warn!(feed = self.outlet.name(), "{detail}");
            self.outlet.stands(FeedState::Live, detail);
        }
    }

    /// Remembers by its beginning the file that `read` is to be taken of, until enough of it is known.
    async fn remember(&mut self, tail: &mut Tail, read: &[u8]) {
        let unknown = HEAD_BYTES - tail.head.len();
        if unknown == 0 {
            return;
        }
        tail.head.extend(read.iter().take(unknown));
        let followed = Followed::new(tail.first_frame, tail.inode, &tail.head);
        if let Err(error) = self.cursor.remember(followed).await {
            let (name, path) = (self.outlet.name(), self.path.display());
            tracing::warn!(feed = name, "after a restart {path} may be read again: {error}");
        }
    }

    /// The file in which the next frame stands, found by what was remembered of it; else the one at the path.
    async fn go_on(&mut self) -> Tail {
        let (name, path) = (self.outlet.name(), self.path.display());
        match self.cursor.file_of(self.next_frame) {
            Some(followed) => {
                if let Some((found, file, metadata)) = find(&self.path, followed).await {
                    let mut tail = Tail::new(file, &metadata, followed.first_frame, self.outlet.kind());
                    tail.to_skip = self.next_frame - followed.first_frame;
                    self.outlet.connected(format!("following {}", found.display()));
                    return tail;
                }
                tracing::warn!(feed = name, "the file that was followed is gone: reading {path} from its beginning");
            }
            None if self.next_frame > 0 => {
                tracing::warn!(feed = name, "where {path} was left is not known: reading it from its beginning");
            }
            None => {}
        }
        self.begin().await
    }

    /// The file at the path, from its beginning, as soon as there is one.
    async fn begin(&mut self) -> Tail {
        let path = self.path.display();
        let mut is_told = false;
        loop {
            match open(&self.path).await {
                Ok((file, metadata)) => {
                    self.is_away = false;
                    self.outlet.connected(format!("following {path}"));
                    return Tail::new(file, &metadata, self.next_frame, self.outlet.kind());
                }
                Err(error) => {
                    let detail = format!("cannot follow {path}: {error}");
                    if !std::mem::replace(&mut is_told, true) {
                        tracing::warn!(feed = self.outlet.name(), "{detail}");
                    }
                    self.outlet.stands(FeedState::Connecting, detail);
                    sleep(LOOK_EVERY).await;
                }
            }
        }
    }
}

impl Tail {
    fn new(file: File, metadata: &Metadata, first_frame: u64, kind: FeedKind) -> Self {
        let (device, inode) = (metadata.dev(), metadata.ino());
        let (splitter, head) = (Splitter::new(kind), Vec::new());
        Tail { file, device, inode, offset: 0, splitter, first_frame, head, to_skip: 0 }
    }
}

/// Takes the lines behind those that are to be skipped.
fn beyond<'a>(to_skip: &'a mut u64, frames: &'a mut Frames) -> impl FnMut(&[u8]) + 'a {
    |line| match to_skip.checked_sub(1) {
        Some(left) => *to_skip = left,
        None => frames.push(line),
    }
}

/// What has become of a file that is read to its end.
async fn fate(path: &Path, tail: &Tail) -> Fate {
    match fs::metadata(path).await {
        Ok(there) if (there.dev(), there.ino()) == (tail.device, tail.inode) => {
            if there.len() < tail.offset {
                Fate::Truncated
            } else {
                Fate::Unchanged
            }
        }
        Ok(there) if there.is_file() && there.len() > 0 => Fate::Replaced,
        _ => Fate::Away,
    }
}

/// Opens a regular file.
async fn open(path: &Path) -> io::Result<(File, Metadata)> {
    if !fs::metadata(path).await?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let file = File::open(path).await?;
    let metadata = file.metadata().await?;
    Ok((file, metadata))
}

/// The file that was followed, at its path or, since it was moved, beside it; of copies the original.
async fn find(path: &Path, followed: &Followed) -> Option<(PathBuf, File, Metadata)> {
    let mut found = begins(path, followed).await;
    let Ok(mut folder) = fs::read_dir(path.parent()?).await else { return found };
    while found.as_ref().is_none_or(|(_, _, metadata)| metadata.ino() != followed.inode) {
        let Ok(Some(entry)) = folder.next_entry().await else { break };
        let candidate = begins(&entry.path(), followed).await;
        let is_original = candidate.as_ref().is_some_and(|(_, _, metadata)| metadata.ino() == followed.inode);
        if found.is_none() || is_original {
            found = candidate;
        }
    }
    found
}

/// Opens a file that begins as the one that was followed.
async fn begins(path: &Path, followed: &Followed) -> Option<(PathBuf, File, Metadata)> {
    let (mut file, metadata) = open(path).await.ok()?;
    let mut head = Vec::with_capacity(followed.head_len);
    (&mut file).take(followed.head_len as u64).read_to_end(&mut head).await.ok()?;
    file.rewind().await.ok()?;
    followed.begins(&head).then(|| (path.to_owned(), file, metadata))
}
