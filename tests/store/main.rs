//! The local store from outside: what it refuses, what it keeps through crashes and full disks, and that readers see no seam.
#![allow(clippy::unwrap_used)]

mod alerts;
mod crash;
mod files;
mod history;
mod lock;
mod outbox;
mod records;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use picket::edge::store::{NewRevision, Published};
use picket::engine::time::EventTime;

/// Names, in the environment of a child of these tests, the data folder it works on.
const CHILD_ON: &str = "PICKET_TEST_STORE_CHILD_ON";

/// Some instant.
const NOON: EventTime = EventTime::from_millis(1_768_046_400_000);

/// A revision of an alert; its line names it.
fn revision(id: &str, revision: u32, squadron: Option<&str>, open: bool) -> NewRevision {
    NewRevision {
        id: id.to_owned(),
        revision,
        squadron: squadron.map(str::to_owned),
        open,
        published_at: NOON,
        line: format!(r#"{{"id":"{id}","revision":{revision}}}"#),
    }
}

fn sequences(published: &[Arc<Published>]) -> Vec<u64> {
    published.iter().map(|told| told.sequence).collect()
}

/// One test of this program again, as a process of its own on a data folder, through a shell that runs `before` first.
fn child(test: &str, dir: &Path, before: &str) -> (Child, impl Iterator<Item = String> + use<>) {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{before} exec \"$0\" \"$@\"")).arg(std::env::current_exe().unwrap());
    shell.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(CHILD_ON, dir);
    let mut child = shell.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::<ChildStdout>::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    // What the child says begins with `> `; the rest is the test runner's.
    (child, lines.filter_map(|line| line.strip_prefix("> ").map(str::to_owned)))
}
