//! The zone folder: every GeoJSON file of it, all faults at once.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Fault, SettingsError};
use crate::engine::digest::public_id;
use crate::engine::limits::Limits;
use crate::engine::zone::geojson::{self, ZoneError};
use crate::engine::zone::{Zone, ZoneSet};

/// The most zones one picture may have.
const MAX_ZONES: usize = 20_000;

/// One zone file as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneFile {
    /// Its path, for faults.
    pub file: String,
    /// Its GeoJSON.
    pub text: String,
}

/// Reads all `*.geojson` files of a folder in the order of their names, with the zones' overrides on top of the limits.
///
/// A folder or file that cannot be read is [`SettingsError::Read`]; everything else that is wrong is told at once.
pub fn load_zones(dir: &Path, limits: &Limits) -> Result<ZoneSet, SettingsError> {
    zones_of(&read_zone_files(dir)?, limits, &dir.display().to_string())
}

/// Reads the text of all `*.geojson` files of a folder in the order of their names.
pub fn read_zone_files(dir: &Path) -> Result<Vec<ZoneFile>, SettingsError> {
    let unreadable = |source| SettingsError::Read { path: dir.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("geojson")) {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| Ok(ZoneFile { file: path.display().to_string(), text: super::read(path)? })).collect()
}

/// The zones of these files, with their overrides on top of the limits; `place` names the folder in faults.
pub fn zones_of(files: &[ZoneFile], limits: &Limits, place: &str) -> Result<ZoneSet, SettingsError> {
    let mut zones: Vec<Zone> = Vec::new();
    let mut files_by_id: BTreeMap<String, String> = BTreeMap::new();
    let mut faults = Vec::new();
    for ZoneFile { file, text } in files {
        let tell = |fault: ZoneError| Fault { file: file.clone(), fault: fault.to_string() };
        let (drafts, errors) = geojson::read(text);
        faults.extend(errors.into_iter().map(tell));
        for draft in drafts {
            if let Some(first) = files_by_id.insert(draft.id().to_owned(), file.clone()) {
                faults.push(tell(draft.fault(&format!("duplicate id, first in {first}"))));
                continue;
            }
            match draft.into_zone(limits) {
                Ok(zone) => zones.push(zone),
                Err(errors) => faults.extend(errors.into_iter().map(tell)),
            }
        }
    }
    if faults.is_empty() && (zones.is_empty() || zones.len() > MAX_ZONES) {
        let fault = format!("{} zones in its *.geojson files: must be 1 to {MAX_ZONES}", zones.len());
        faults.push(Fault { file: place.to_owned(), fault });
    }
    if faults.is_empty() { Ok(ZoneSet::new(zones)) } else { Err(SettingsError::Wrong { faults }) }
}

/// One name for limits and zones together: equal names, equal judgement.
pub fn settings_hash(limits: &Limits, zones: &ZoneSet) -> String {
    let mut parts: Vec<String> = limits.entries().into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    parts.push(zones.digest());
    public_id(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}
