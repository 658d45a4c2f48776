//! Followed files: appended to, cut, rotated, and taken up again exactly where they were left.

use super::*;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;

/// A log in a folder of its own, and what is remembered of it.
struct Log {
    dir: TempDir,
    path: PathBuf,
}

impl Log {
    fn new() -> Log {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ais.nmea");
        Log { dir, path }
    }

    fn append(&self, text: &str) {
        OpenOptions::new().create(true).append(true).open(&self.path).unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Moves it away; gives it where it is now.
    fn rotate(&self) -> PathBuf {
        let old = self.dir.path().join("ais.nmea.1");
        fs::rename(&self.path, &old).unwrap();
        old
    }

    /// Copies it away and cuts it.
    fn copy_and_cut(&self) {
        fs::copy(&self.path, self.dir.path().join("ais.nmea.1")).unwrap();
        File::create(&self.path).unwrap();
    }

    fn spec(&self, taken: u64) -> FeedSpec {
        FeedSpec { taken, ..nmea(&format!("file://{}", self.path.display())) }
    }

    /// Follows it, `taken` frames of it being in the journal.
    async fn follow(&self, taken: u64) -> Feeds {
        Feeds::try_start(vec![self.spec(taken)], &self.dir.path().join("data")).await.unwrap()
    }
}

#[tokio::test]
async fn a_file_is_waited_for_and_read_as_it_is_written() {
    let log = Log::new();
    let mut feeds = log.follow(0).await;
    let told = feeds.told("cannot follow").await;
    assert_eq!(told.state, FeedState::Connecting);
    log.append("!one\n\n!tw");
    assert_eq!(feeds.lines(1).await, ["!one"]);
    log.append("o\r\n!three\n");
    assert_eq!(feeds.lines(2).await, ["!two", "!three"]);
    let health = feeds.health(|health| health.frames == 3).await;
    assert_eq!((health.state, health.connects, health.bytes), (FeedState::Live, 1, 19));
    assert_eq!(health.detail, Some(format!("following {}", log.path.display())));
}

#[tokio::test]
async fn what_is_no_file_is_not_followed() {
    let log = Log::new();
    fs::create_dir(&log.path).unwrap();
    let mut feeds = log.follow(0).await;
    feeds.told("it is not a regular file").await;
    fs::remove_dir(&log.path).unwrap();
    log.append("!one\n");
    assert_eq!(feeds.lines(1).await, ["!one"]);
}

#[tokio::test]
async fn a_rotated_file_is_read_to_its_end_first() {
    let log = Log::new();
    log.append(&numbered(0, 10));
    let mut feeds = log.follow(0).await;
    assert_eq!(feeds.lines(10).await, expected(0, 10));
    let old = log.rotate();
    feeds.told("waiting until").await;
    // Whoever writes it has not noticed yet, and goes on; then makes the new file, and writes to it later.
    let mut writer = OpenOptions::new().append(true).open(&old).unwrap();
    writer.write_all(numbered(10, 20).as_bytes()).unwrap();
    assert_eq!(feeds.lines(10).await, expected(10, 20));
    File::create(&log.path).unwrap();
    writer.write_all(numbered(20, 30).as_bytes()).unwrap();
    assert_eq!(feeds.lines(10).await, expected(20, 30));
    writer.write_all(b"!cut").unwrap();
    log.append(&numbered(30, 40));
    assert_eq!(feeds.lines(1).await, ["!cut"]);
    assert_eq!(feeds.lines(10).await, expected(30, 40));
    let health = feeds.health(|health| health.frames == 41).await;
    assert_eq!((health.state, health.connects), (FeedState::Live, 2));
}

#[tokio::test]
async fn a_cut_file_begins_anew() {
    let log = Log::new();
    log.append(&numbered(0, 100));
    let mut feeds = log.follow(0).await;
    assert_eq!(feeds.lines(100).await, expected(0, 100));
    log.copy_and_cut();
    log.append(&numbered(100, 110));
    assert_eq!(feeds.lines(10).await, expected(100, 110));
    log.append(&numbered(110, 120));
    assert_eq!(feeds.lines(10).await, expected(110, 120));
}

#[tokio::test]
async fn after_a_restart_it_goes_on_behind_what_the_journal_has() {
    let log = Log::new();
    log.append(&numbered(0, 5000));
    log.append("!not whole");
    drop(log.follow(0).await);
    for taken in [0, 1, 999, 5000] {
        let mut feeds = log.follow(taken).await;
        let rest = 5000 - taken as usize;
        assert_eq!(feeds.lines(rest).await, expected(taken as usize, 5000));
        // Handed over, and perhaps not journalled: only what the next start is told counts.
        drop(feeds);
    }
    let mut feeds = log.follow(5000).await;
    log.append(" before\n");
    assert_eq!(feeds.lines(1).await, ["!not whole before"]);
    assert_eq!(feeds.health(|health| health.frames == 1).await.bytes, 0);
}

#[tokio::test]
async fn a_file_rotated_in_between_is_read_to_its_end() {
    for taken in [0, 600, 1000] {
        let log = Log::new();
        log.append(&numbered(0, 1000));
        let mut feeds = log.follow(0).await;
        feeds.lines(1000).await;
        drop(feeds);
        log.append(&numbered(1000, 1100));
        log.rotate();
        log.append(&numbered(1100, 1200));
        let mut feeds = log.follow(taken).await;
        assert_eq!(feeds.lines(1200 - taken as usize).await, expected(taken as usize, 1200));
        drop(feeds);
        // Both files are remembered now, and the journal may still end in the older one.
        let mut feeds = log.follow(1050).await;
        assert_eq!(feeds.lines(150).await, expected(1050, 1200));
        drop(feeds);
        let mut feeds = log.follow(1150).await;
        assert_eq!(feeds.lines(50).await, expected(1150, 1200));
    }
}

#[tokio::test]
async fn a_file_copied_and_cut_in_between_is_found_as_its_copy() {
    let log = Log::new();
    log.append(&numbered(0, 1000));
    let mut feeds = log.follow(0).await;
    feeds.lines(1000).await;
    drop(feeds);
    log.copy_and_cut();
    log.append(&numbered(1000, 1100));
    let mut feeds = log.follow(600).await;
    assert_eq!(feeds.lines(500).await, expected(600, 1100));
}

#[tokio::test]
async fn an_unfinished_line_of_a_rotated_file_counts_once() {
    let log = Log::new();
    log.append("!one\n!two");
    let mut feeds = log.follow(0).await;
    assert_eq!(feeds.lines(1).await, ["!one"]);
    log.rotate();
    log.append("!three\n");
    assert_eq!(feeds.lines(2).await, ["!two", "!three"]);
    drop(feeds);
    for (taken, rest) in [(1, &["!two", "!three"][..]), (2, &["!three"])] {
        assert_eq!(log.follow(taken).await.lines(rest.len()).await, rest);
    }
}

#[tokio::test]
async fn another_file_in_its_place_is_read_from_its_beginning() {
    let log = Log::new();
    log.append(&numbered(0, 1000));
    let mut feeds = log.follow(0).await;
    feeds.lines(1000).await;
    drop(feeds);
    fs::write(&log.path, numbered(5000, 6000)).unwrap();
    let mut feeds = log.follow(1000).await;
    assert_eq!(feeds.lines(1000).await, expected(5000, 6000));
    drop(feeds);
    assert_eq!(log.follow(1999).await.lines(1).await, expected(5999, 6000));
}

#[tokio::test]
async fn lines_lost_at_the_end_of_a_file_are_not_waited_for() {
    let log = Log::new();
    log.append(&numbered(0, 1000));
    let mut feeds = log.follow(0).await;
    feeds.lines(1000).await;
    drop(feeds);
    let kept = numbered(0, 900).len() as u64;
    OpenOptions::new().write(true).open(&log.path).unwrap().set_len(kept).unwrap();
    let mut feeds = log.follow(1000).await;
    feeds.told("in which 100 lines that were taken are not any more").await;
    log.append(&numbered(1000, 1010));
    assert_eq!(feeds.lines(10).await, expected(1000, 1010));
}

#[tokio::test]
async fn half_a_row_of_a_rotated_table_is_no_row() {
    let log = Log::new();
    log.append("t,mmsi,lat,lon\n1,2,3,106.12");
    let source = csv(&format!("file://{}", log.path.display()));
    let mut feeds = Feeds::try_start(vec![source], &log.dir.path().join("data")).await.unwrap();
    assert_eq!(feeds.lines(1).await, ["t,mmsi,lat,lon"]);
    log.rotate();
    log.append("t,mmsi,lat,lon\n");
    assert_eq!(feeds.lines(1).await, ["t,mmsi,lat,lon"]);
    assert_eq!(feeds.health(|health| health.frames == 2).await.dropped, 1);
}
