//! What is in force in a run: rules and the zones they make, from files or from a journal's own records.

use std::path::Path;

use crate::edge::clock;
use crate::edge::journal::{JournalError, JournalHead, JournalWriter};
use crate::engine::core::Config;
use crate::engine::input::Feed;
use crate::engine::limits::Limits;
use crate::engine::rules::{Rules, ZoneFile, settings_hash};
use crate::engine::zone::ZoneSet;
use crate::settings::{Settings, read_zone_files, zones_of};

/// What a journal says wrote it.
const BUILD: &str = concat!("picket ", env!("CARGO_PKG_VERSION"));

/// Rules and their zones.
#[derive(Clone)]
pub struct InForce {
    /// Feeds, thresholds and zone files.
    pub rules: Rules,
    /// The zones of those files.
    pub zones: ZoneSet,
}

impl InForce {
    /// From the settings and a folder of zones (without one, the whole sea), for these feeds.
    pub fn load(settings: &Settings, zones_dir: Option<&Path>, feeds: Vec<Feed>) -> anyhow::Result<Self> {
        let limits = settings.limits.clone();
        let Some(dir) = zones_dir.or(settings.zones_dir.as_deref()) else {
            let rules = Rules { feeds, limits, zone_files: Vec::new() };
            return Ok(InForce { rules, zones: ZoneSet::everywhere() });
        };
        let zone_files = read_zone_files(dir)?;
        let zones = zones_of(&zone_files, &limits, &dir.display().to_string())?;
        Ok(InForce { rules: Rules { feeds, limits, zone_files }, zones })
    }

    /// From what a journal says at a segment's head.
    pub fn of_journal(head: &JournalHead) -> anyhow::Result<Self> {
        let limits: Limits = serde_json::from_str(&head.settings)?;
        let zone_files: Vec<ZoneFile> = serde_json::from_str(&head.zones)?;
        let zones =
            if zone_files.is_empty() { ZoneSet::everywhere() } else { zones_of(&zone_files, &limits, "the journal")? };
        Ok(InForce { rules: Rules { feeds: head.feeds.clone(), limits, zone_files }, zones })
    }

    /// One name for thresholds and zones together.
    pub fn settings_hash(&self) -> String {
        settings_hash(&self.rules.limits, &self.zones)
    }

    /// What the engine is told; it puts out alerts alone until more is asked for.
    pub fn config(&self) -> Config {
        Config {
            feeds: self.rules.feeds.clone(),
            limits: self.rules.limits.clone(),
            zones: self.zones.clone(),
            settings_hash: self.settings_hash(),
            tracks_every: None,
            fixes_every: None,
        }
    }

    /// What a journal says at the head of each segment.
    pub fn head(&self, exercise: Option<&str>) -> Result<JournalHead, JournalError> {
        Ok(JournalHead {
            feeds: self.rules.feeds.clone(),
            settings: serde_json::to_string(&self.rules.limits).map_err(JournalError::Head)?,
            zones: serde_json::to_string(&self.rules.zone_files).map_err(JournalError::Head)?,
            exercise: exercise.map(str::to_owned),
        })
    }

    /// Opens a journal that says these rules at its head.
    pub fn open_journal(&self, dir: &Path, exercise: Option<&str>) -> Result<JournalWriter, JournalError> {
        JournalWriter::open(dir, &self.head(exercise)?, BUILD, clock::now())
    }
}
