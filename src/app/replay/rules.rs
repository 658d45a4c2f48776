//! What a run is judged by: limits and zones, from files or from a journal's own records.

use std::path::Path;

use crate::edge::clock;
use crate::edge::journal::{JournalError, JournalHead, JournalWriter};
use crate::engine::core::Config;
use crate::engine::limits::Limits;
use crate::engine::zone::ZoneSet;
use crate::settings::{Settings, ZoneFile, read_zone_files, zones_of};

/// Limits and zones, and the texts they came from, for the journal.
pub struct Rules {
    /// Thresholds.
    pub limits: Limits,
    /// Zones.
    pub zones: ZoneSet,
    files: Vec<ZoneFile>,
}

impl Rules {
    /// From the settings and a folder of zones; without one, the whole sea.
    pub fn load(settings: &Settings, zones_dir: Option<&Path>) -> anyhow::Result<Self> {
        let limits = settings.limits.clone();
        let Some(dir) = zones_dir.or(settings.zones_dir.as_deref()) else {
            return Ok(Rules { limits, zones: ZoneSet::everywhere(), files: Vec::new() });
        };
        let files = read_zone_files(dir)?;
        let zones = zones_of(&files, &limits, &dir.display().to_string())?;
        Ok(Rules { limits, zones, files })
    }

    /// From what a journal says it was recorded under.
    pub fn of_journal(head: &JournalHead) -> anyhow::Result<Self> {
        let limits: Limits = serde_json::from_str(&head.settings)?;
        let files: Vec<ZoneFile> = serde_json::from_str(&head.zones)?;
        let zones = if files.is_empty() { ZoneSet::everywhere() } else { zones_of(&files, &limits, "the journal")? };
        Ok(Rules { limits, zones, files })
    }

    /// Opens a journal that says these rules at its head.
    pub fn open_journal(&self, dir: Option<&Path>, config: &Config) -> Result<Option<JournalWriter>, JournalError> {
        let Some(dir) = dir else { return Ok(None) };
        let head = JournalHead {
            feeds: config.feeds.clone(),
            settings: serde_json::to_string(&self.limits).map_err(JournalError::Head)?,
            zones: serde_json::to_string(&self.files).map_err(JournalError::Head)?,
        };
        JournalWriter::open(dir, &head, concat!("picket ", env!("CARGO_PKG_VERSION")), clock::now()).map(Some)
    }
}
