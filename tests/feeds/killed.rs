//! A process that follows a file into a journal is killed again and again: the journal has each line once.

use super::*;
use picket::edge::journal::{JournalHead, JournalReader, JournalWriter, RecordKind};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::{Child, Command, Stdio};

/// The folder that the killed process works in.
const FOLDER: &str = "PICKET_TEST_FOLLOW";

/// The frames of a journal.
fn journalled(folder: &Path) -> Vec<String> {
    let mut frames = Vec::new();
    if let Ok(mut journal) = JournalReader::open(folder) {
        while let Some(record) = journal.next_record() {
            if record.header.kind == RecordKind::Frame {
                frames.push(String::from_utf8(record.body.to_vec()).unwrap());
            }
        }
    }
    frames
}

/// What is killed: follows `log` in its folder into `journal`, for ever.
#[tokio::test]
#[ignore = "run by killing_it_loses_and_repeats_nothing, in processes of their own"]
async fn follows_until_it_is_killed() {
    let folder = std::path::PathBuf::from(std::env::var_os(FOLDER).expect("a folder to work in"));
    let mut spec = nmea(&format!("file://{}", folder.join("log").display()));
    let journal = folder.join("journal");
    spec.taken = journalled(&journal).len() as u64;
    let head =
        JournalHead { feeds: vec![spec.feed.clone()], settings: String::new(), zones: String::new(), exercise: None };
    let mut journal = JournalWriter::open(&journal, &head, "test", EventTime::from_millis(NOW)).unwrap();
    let mut feeds = Feeds::try_start(vec![spec], &folder).await.unwrap();
    while let Some(Work::Frames { mut batch, .. }) = feeds.work.recv().await {
        journal.append_batch(&mut batch).unwrap();
    }
}

fn start(folder: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "killed::follows_until_it_is_killed"]).env(FOLDER, folder);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[tokio::test]
async fn killing_it_loses_and_repeats_nothing() {
    const ROUNDS: usize = 6;
    const LINES: usize = 3000;
    let dir = tempfile::tempdir().unwrap();
    let (log, journal) = (dir.path().join("log"), dir.path().join("journal"));
    let mut written = 0;
    for round in 0..ROUNDS {
        let mut child = start(dir.path());
        let until = journalled(&journal).len() + LINES / 2;
        for _ in 0..LINES / 100 {
            let mut file = OpenOptions::new().create(true).append(true).open(&log).unwrap();
            file.write_all(numbered(written, written + 100).as_bytes()).unwrap();
            written += 100;
            if round % 3 == 1 && written % LINES == 1000 {
                fs::rename(&log, dir.path().join(format!("log.{round}"))).unwrap();
            }
            sleep(Duration::from_millis(2)).await;
        }
        let is_last = round + 1 == ROUNDS;
        let mut patience = PATIENCE.as_millis() / 20;
        while journalled(&journal).len() < if is_last { written } else { until } && patience > 0 {
            patience -= 1;
            sleep(Duration::from_millis(20)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let got = journalled(&journal);
    let wrong = got.iter().zip(&expected(0, written)).position(|(got, expected)| got != expected);
    assert_eq!((got.len(), wrong), (written, None));
}
