//! Rules: feeds, thresholds and zones in force, as the journal keeps them and as the engine uses them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::digest::public_id;
use super::input::Feed;
use super::limits::Limits;
use super::zone::geojson::{self, ZoneError};
use super::zone::{Zone, ZoneIx, ZoneSet};

/// The most zones one picture may have.
pub const MAX_ZONES: usize = 20_000;

/// One zone file as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneFile {
    /// Its path, for faults.
    pub file: String,
    /// Its GeoJSON.
    pub text: String,
}

/// What is wrong with a zone file.
#[derive(Debug)]
pub struct ZoneFault {
    /// The file.
    pub file: String,
    /// What is wrong, and where in it.
    pub error: ZoneError,
}

/// What judges observations, complete: an engine given these is given all but its inputs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Feeds; `FeedId(i)` is the `i`th. Later rules may change and append feeds, never take one out or move it.
    pub feeds: Vec<Feed>,
    /// Thresholds.
    pub limits: Limits,
    /// Zone files; without any the whole sea is one zone.
    pub zone_files: Vec<ZoneFile>,
}

impl Rules {
    /// As the journal keeps them (JSON).
    ///
    /// # Errors
    /// Never for values that were read; `serde_json`'s error otherwise.
    pub fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }

    /// Reads them back; `None` for what no build wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// The zones of the files, with their overrides on top of the limits.
    ///
    /// # Errors
    /// Every fault of every file.
    pub fn zones(&self) -> Result<ZoneSet, Vec<ZoneFault>> {
        if self.zone_files.is_empty() { Ok(ZoneSet::everywhere()) } else { zones_of(&self.zone_files, &self.limits) }
    }
}

/// The zones of these files, with their overrides on top of the limits.
///
/// # Errors
/// Every fault of every file; how many zones there may be is the caller's to judge.
pub fn zones_of(files: &[ZoneFile], limits: &Limits) -> Result<ZoneSet, Vec<ZoneFault>> {
    let mut zones: Vec<Zone> = Vec::new();
    let mut files_by_id: BTreeMap<String, &str> = BTreeMap::new();
    let mut faults = Vec::new();
    for ZoneFile { file, text } in files {
        let tell = |error: ZoneError| ZoneFault { file: file.clone(), error };
        let (drafts, errors) = geojson::read(text);
        faults.extend(errors.into_iter().map(tell));
        for draft in drafts {
            if let Some(first) = files_by_id.insert(draft.id().to_owned(), file) {
                faults.push(tell(draft.fault(&format!("duplicate id, first in {first}"))));
                continue;
            }
            match draft.into_zone(limits) {
                Ok(zone) => zones.push(zone),
                Err(errors) => faults.extend(errors.into_iter().map(tell)),
            }
        }
    }
    if faults.is_empty() { Ok(ZoneSet::new(zones)) } else { Err(faults) }
}

/// One name for limits and zones together: equal names, equal judgement.
pub fn settings_hash(limits: &Limits, zones: &ZoneSet) -> String {
    let mut parts: Vec<String> = limits.entries().into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    parts.push(zones.digest());
    public_id(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What new rules leave as it was.
#[derive(Clone, Debug)]
pub struct RulesChange {
    /// Whether any threshold changed.
    pub limits_changed: bool,
    /// For each zone of before its place now, if it is still the same in every respect.
    kept: Vec<Option<ZoneIx>>,
}

impl RulesChange {
    /// From rules to rules.
    pub fn between(before: (&Limits, &ZoneSet), after: (&Limits, &ZoneSet)) -> Self {
        let same = |zone: &Zone| after.1.by_id(&zone.id).filter(|&ix| after.1.get(ix) == zone);
        RulesChange { limits_changed: before.0 != after.0, kept: before.1.iter().map(|(_, zone)| same(zone)).collect() }
    }

    /// Where a zone of before stands now; `None` if it is gone or not what it was.
    pub fn kept(&self, zone: ZoneIx) -> Option<ZoneIx> {
        self.kept.get(usize::from(zone.0)).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(zones: &[(&str, f64)]) -> ZoneFile {
        let feature = |(id, east): &(&str, f64)| {
            format!(
                r#"{{"type":"Feature","properties":{{"id":"{id}","name":"X","kind":"patrol"}},"geometry":{{"type":"Polygon","coordinates":[[[1,1],[{east},1],[{east},2],[1,1]]]}}}}"#
            )
        };
        let features: Vec<String> = zones.iter().map(feature).collect();
        let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
        ZoneFile { file: "zones.geojson".into(), text }
    }

    #[test]
    fn rules_come_back_from_their_bytes() {
        let rules = Rules { zone_files: vec![file(&[("a", 2.0)])], ..Rules::default() };
        assert_eq!(Rules::from_bytes(&rules.to_bytes().unwrap()), Some(rules));
        assert_eq!(Rules::from_bytes(b"{}\xff"), None);
    }

    #[test]
    fn a_change_tells_which_zones_stay() {
        let limits = Limits::default();
        let before = zones_of(&[file(&[("a", 2.0), ("b", 2.0), ("c", 2.0)])], &limits).unwrap();
        let after = zones_of(&[file(&[("b", 2.0), ("c", 3.0)])], &limits).unwrap();
        let change = RulesChange::between((&limits, &before), (&limits, &after));
        assert!(!change.limits_changed);
        assert_eq!([0, 1, 2, 9].map(|ix| change.kept(ZoneIx(ix))), [None, Some(ZoneIx(0)), None, None]);
        let stricter = limits.with_text("loitering.max_kn", "3").unwrap();
        assert!(RulesChange::between((&limits, &before), (&stricter, &before)).limits_changed);
    }
}
