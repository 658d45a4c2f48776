//! The zone folder: every GeoJSON file of it, all faults at once.

use std::fs;
use std::path::Path;

use super::{Fault, SettingsError};
use crate::engine::limits::Limits;
use crate::engine::rules::{self, MAX_ZONES, ZoneFault, ZoneFile};
use crate::engine::zone::ZoneSet;

/// Names of places for the console's chart: the one GeoJSON file of the folder that holds no zones.
const PLACES: &str = "places.geojson";

/// Reads all `*.geojson` files of a folder in the order of their names, with the zones' overrides on top of the limits.
///
/// A folder or file that cannot be read is [`SettingsError::Read`]; everything else that is wrong is told at once.
pub fn load_zones(dir: &Path, limits: &Limits) -> Result<ZoneSet, SettingsError> {
    zones_of(&read_zone_files(dir)?, limits, &dir.display().to_string())
}

/// Reads the text of all `*.geojson` files of a folder, but [`PLACES`], in the order of their names.
pub fn read_zone_files(dir: &Path) -> Result<Vec<ZoneFile>, SettingsError> {
    let unreadable = |source| SettingsError::Read { path: dir.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_places = path.file_name().is_some_and(|name| name == PLACES);
        if !is_places && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("geojson")) {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| Ok(ZoneFile { file: path.display().to_string(), text: super::read(path)? })).collect()
}

/// The zones of these files, with their overrides on top of the limits; `place` names the folder in faults.
pub fn zones_of(files: &[ZoneFile], limits: &Limits, place: &str) -> Result<ZoneSet, SettingsError> {
    let tell = |ZoneFault { file, error }| Fault { file, fault: error.to_string() };
    let wrong = |faults: Vec<ZoneFault>| SettingsError::Wrong { faults: faults.into_iter().map(tell).collect() };
    let zones = rules::zones_of(files, limits).map_err(wrong)?;
    let count = zones.iter().count();
    if count == 0 || count > MAX_ZONES {
        let fault = format!("{count} zones in its *.geojson files: must be 1 to {MAX_ZONES}");
        return Err(SettingsError::Wrong { faults: vec![Fault { file: place.to_owned(), fault }] });
    }
    Ok(zones)
}
