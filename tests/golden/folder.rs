//! One folder of `replay/`: its files, what the simulator makes of its name, and the program run over it.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use picket::engine::digest::hex;
use picket::sim;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::compare::differences;

/// Every recording is this seed's.
const SEED: u64 = 1;
/// Feeds larger than this packed are not kept: their digests are, and the simulator makes them for the test.
const MOST_KEPT_BYTES: usize = 200_000;
/// The digests of what is not kept, as `sha256sum -c` reads them.
const DIGESTS: &str = "made.sha256";

/// A recording: its folder, and a fresh copy of it by the simulator.
pub struct Folder {
    path: PathBuf,
    made: TempDir,
}

/// The folders of `replay/`.
pub fn names() -> Vec<String> {
    let entries = fs::read_dir("replay").expect("replay/").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.is_dir()).filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect()
}

fn blessing() -> bool {
    std::env::var_os("PICKET_BLESS").is_some()
}

impl Folder {
    /// Acts the scenario out beside the folder.
    pub fn open(name: &str) -> Self {
        let made = tempfile::tempdir().expect("a folder");
        sim::write(&sim::scenario(name, SEED).expect("a scenario"), made.path()).expect("a scenario's files");
        Folder { path: Path::new("replay").join(name), made }
    }

    /// Holds every file against what the simulator makes; blessing writes them.
    pub fn compare_with_simulator(&self) -> Vec<String> {
        self.kept_files().into_iter().filter_map(|(name, bytes)| self.compare(&name, &bytes)).collect()
    }

    /// Holds the alerts against those expected; blessing writes them.
    pub fn compare_alerts(&self) -> Vec<String> {
        let lines: String = self.replay(&[]).lines().map(|line| abridged(line) + "\n").collect();
        let readable = self.replay(&["--final", "--readable"]);
        let mut complaints = Vec::new();
        if let Some(complaint) = self.compare("expected.jsonl", lines.as_bytes()) {
            complaints.push(complaint);
            let expected = fs::read_to_string(self.path.join("expected.jsonl")).unwrap_or_default();
            complaints.extend(differences(&expected, &lines));
        }
        complaints.extend(self.compare("expected.txt", readable.as_bytes()));
        complaints
    }

    /// The alerts as they stand at the end.
    pub fn final_alerts(&self) -> Vec<Value> {
        parsed(&self.replay(&["--final"]))
    }

    /// What really happened.
    pub fn truth(&self) -> Vec<Value> {
        parsed(&fs::read_to_string(self.made.path().join("truth.jsonl")).expect("a truth"))
    }

    /// Names and bytes of what belongs in the folder besides its README and its alerts.
    fn kept_files(&self) -> Vec<(String, Vec<u8>)> {
        let read = |name: &str| fs::read(self.made.path().join(name)).expect("a scenario's file");
        let mut kept: Vec<(String, Vec<u8>)> =
            ["truth.jsonl", "innocent.jsonl"].map(|name| (name.to_owned(), read(name))).into();
        let feeds: Vec<String> = ["ais.nmea", "radar-con-dao.nmea"]
            .into_iter()
            .filter(|name| self.made.path().join(name).is_file())
            .map(str::to_owned)
            .collect();
        if !self.is_kept() {
            let digest = |name: &String| format!("{}  {name}\n", hex(&Sha256::digest(read(name))));
            let also = ["picket.toml", "zones/zones.geojson"].map(str::to_owned);
            let digests: String = feeds.iter().chain(&also).map(digest).collect();
            kept.push((DIGESTS.to_owned(), digests.into_bytes()));
            return kept;
        }
        let settings = String::from_utf8(read("picket.toml")).expect("text");
        kept.push(("picket.toml".to_owned(), settings.replace(".nmea\"", ".nmea.gz\"").into_bytes()));
        kept.push(("zones/zones.geojson".to_owned(), read("zones/zones.geojson")));
        kept.extend(feeds.into_iter().map(|name| (format!("{name}.gz"), read(&name))));
        kept
    }

    /// Whether the feeds lie in the folder.
    fn is_kept(&self) -> bool {
        packed(&fs::read(self.made.path().join("ais.nmea")).expect("a feed")).len() <= MOST_KEPT_BYTES
    }

    /// A complaint if a file does not hold these bytes (unpacked); blessing makes it hold them.
    fn compare(&self, name: &str, bytes: &[u8]) -> Option<String> {
        let path = self.path.join(name);
        let is_packed = name.ends_with(".gz");
        let old = fs::read(&path).ok().map(|old| if is_packed { unpacked(&old) } else { old });
        if old.as_deref() == Some(bytes) {
            return None;
        }
        if blessing() {
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(&path, if is_packed { packed(bytes) } else { bytes.to_owned() }).expect("a file written");
            return None;
        }
        let how = if old.is_some() { "differs" } else { "is absent" };
        Some(format!("{name} {how}; if that is meant: make bless, and read the difference"))
    }

    /// What the program prints as alerts.
    fn replay(&self, options: &[&str]) -> String {
        let folder = if self.is_kept() { &self.path } else { self.made.path() };
        let mut picket = Command::new(env!("CARGO_BIN_EXE_picket"));
        picket.arg("replay").arg("--config").arg(folder.join("picket.toml"));
        let done = picket.args(["--alerts", "-"]).args(options).output().expect("picket runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("text")
    }
}

/// An alert line as it is kept: the fixes of the evidence as their number and digest, no digest of the settings.
fn abridged(line: &str) -> String {
    let (head, evidence) = line.split_once(",\"evidence\":").expect("evidence, last on the line");
    let (head, _) = head.split_once(",\"settings_hash\":").expect("the settings' digest, before the evidence");
    let value: Value = serde_json::from_str(evidence.strip_suffix('}').expect("an object")).expect("JSON");
    let fixes = value["fixes"].as_array().map_or(0, Vec::len);
    let digest = hex(&Sha256::digest(evidence)[..8]);
    format!("{head},\"evidence\":{{\"fixes\":{fixes},\"digest\":\"{digest}\"}}}}")
}

fn parsed(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Packed without name and time: the same bytes give the same file.
fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    packer.write_all(bytes).expect("memory");
    packer.finish().expect("memory")
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut all).expect("gzip");
    all
}
