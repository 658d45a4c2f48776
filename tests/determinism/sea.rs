//! The recordings that the laws are tried on, each with the lines of one plain run.

use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use picket::edge::batch::Batch;
use picket::edge::recording::{Kind, Recording, RecordingFile, RecordingOptions};
use picket::engine::core::Config;
use picket::engine::time::Span;
use picket::engine::zone::ZoneSet;
use picket::settings::{FeedSettings, Settings, load_zones, settings_hash};
use picket::sim;
use tempfile::TempDir;

use crate::play::{Event, Lines, play};
use crate::support::corpus;

/// Rules so quick that five minutes of a busy sea raise many alerts.
pub const QUICK: [&str; 3] = ["loitering.inform_s=60", "loitering.alert_s=120", "ship_to_ship.tiers=500m:60s"];

/// A recording and how it is judged.
pub struct Recorded {
    pub config: Config,
    pub files: Vec<RecordingFile>,
    pub events: Vec<Event>,
    /// Where its files lie, if they were made for it.
    pub folder: Option<TempDir>,
}

/// A recording with what a plain run of it writes.
pub struct Sea {
    pub name: String,
    pub config: Config,
    pub files: Vec<RecordingFile>,
    pub events: Vec<Event>,
    pub lines: Lines,
    pub folder: Option<TempDir>,
}

impl Recorded {
    fn new(settings: &Settings, files: Vec<RecordingFile>, folder: Option<TempDir>) -> Recorded {
        let mut recording = Recording::open(&files, &RecordingOptions::default()).unwrap();
        let zones = match &settings.zones_dir {
            Some(dir) => load_zones(dir, &settings.limits).unwrap(),
            None => ZoneSet::everywhere(),
        };
        let config = Config {
            feeds: recording.feeds().to_vec(),
            settings_hash: settings_hash(&settings.limits, &zones),
            limits: settings.limits.clone(),
            zones,
            tracks_every: Some(Span::from_secs(60)),
            fixes_every: None,
        };
        let events = events(&mut recording);
        Recorded { config, files, events, folder }
    }

    /// A simulated world, written to a folder of its own and read back.
    pub fn of_world(world: &sim::World) -> Recorded {
        let folder = TempDir::new().unwrap();
        sim::write(world, folder.path()).unwrap();
        let settings = Settings::load(&folder.path().join("picket.toml")).unwrap();
        let file = |feed: &FeedSettings| RecordingFile {
            path: feed.path.clone().unwrap(),
            kind: Kind::Auto,
            feed: Some(feed.feed.clone()),
        };
        let files = settings.feeds.iter().map(file).collect();
        Recorded::new(&settings, files, Some(folder))
    }

    fn played(self, name: String) -> Sea {
        let Recorded { config, files, events, folder } = self;
        let lines = play(&config, &events);
        Sea { name, config, files, events, lines, folder }
    }
}

/// All inputs of a recording.
pub fn events(recording: &mut Recording) -> Vec<Event> {
    let (mut batch, mut events) = (Batch::default(), Vec::new());
    while recording.next_batch(&mut batch) {
        events.extend(batch.inputs().map(|input| Event::of(&input)));
    }
    events
}

/// The bundled scenario.
pub fn con_dao() -> &'static Sea {
    static SEA: LazyLock<Sea> =
        LazyLock::new(|| simulated("con-dao", 1, &["loitering", "ship_to_ship", "dark_period", "receiver_outage"]));
    &SEA
}

/// The bundled scenario under another seed.
pub fn con_dao_again() -> &'static Sea {
    static SEA: LazyLock<Sea> =
        LazyLock::new(|| simulated("con-dao", 2, &["loitering", "ship_to_ship", "dark_period", "receiver_outage"]));
    &SEA
}

/// A sea whose AIS feed is lost for a while.
pub fn feed_lost() -> &'static Sea {
    static SEA: LazyLock<Sea> = LazyLock::new(|| simulated("feed-lost", 1, &["feed_lost"]));
    &SEA
}

fn simulated(name: &str, seed: u64, kinds: &[&str]) -> Sea {
    let sea = Recorded::of_world(&sim::scenario(name, seed).unwrap()).played(format!("{name} {seed}"));
    for kind in kinds {
        assert!(sea.lines.alerts.iter().any(|line| line.contains(kind)), "{}: no {kind}", sea.name);
    }
    assert!(sea.lines.tracks.len() > 500, "{}", sea.name);
    sea
}

/// Where the national feed lies, if it is there.
pub fn national_file() -> Option<PathBuf> {
    corpus().map(|folder| folder.join("dma_national_5min_20131112.nmea.gz"))
}

/// A real national feed under quick rules.
pub fn national() -> Option<&'static Sea> {
    static SEA: OnceLock<Sea> = OnceLock::new();
    let path = national_file()?;
    Some(SEA.get_or_init(|| of_file(&path)))
}

fn of_file(path: &Path) -> Sea {
    let mut settings = Settings::default();
    QUICK.iter().for_each(|text| settings.set(text).unwrap());
    let file = RecordingFile { path: path.to_owned(), kind: Kind::Auto, feed: None };
    let sea = Recorded::new(&settings, vec![file], None).played("national".to_owned());
    assert!(sea.lines.raised() >= 20, "{} alerts", sea.lines.raised());
    sea
}

/// How many random seeds a test tries: `PICKET_SEEDS`, else `usual`.
pub fn seeds(usual: u64) -> std::ops::Range<u64> {
    let count = std::env::var("PICKET_SEEDS").ok().and_then(|text| text.parse().ok());
    0..count.unwrap_or(usual)
}
