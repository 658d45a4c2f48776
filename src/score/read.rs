//! Lines and files that scoring reads: truth, innocents, tracks, alerts, zones, the fleet's description.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use chrono::DateTime;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::{Deserialize, Serialize};

use super::ordered::Ordered;
use crate::engine::time::EventTime;
use crate::engine::vessel::Mmsi;

/// Why scoring cannot read what it was given.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// A file or folder cannot be opened or read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A line of a JSON Lines file is not what it should be.
    #[error("cannot understand line {line} of {}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line's number, from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A JSON file is not what it should be.
    #[error("cannot understand {}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

/// UNIX seconds, read from a number or from ISO 8601 text (UTC if it names no zone).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct Seconds(pub f64);

/// A name that some files write as a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub(super) struct Label(pub String);

/// A subject of a true or innocent event.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct TrueSubject {
    /// Name of the true vessel.
    pub vessel: Label,
    /// Its number; none without AIS.
    #[serde(default)]
    pub mmsi: Option<Mmsi>,
}

/// A line of `truth.jsonl` or `innocent.jsonl`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct EventLine {
    pub kind: Option<String>,
    #[serde(default)]
    pub subjects: Vec<TrueSubject>,
    pub zone: Option<String>,
    pub onset: Seconds,
    pub end: Option<Seconds>,
    pub onset_uncertain_s: Option<f64>,
    pub note: Option<String>,
    pub why: Option<String>,
    pub alertable: Option<bool>,
    pub partner: Option<String>,
    /// Outer none: not said; inner none: said that no radar reaches there.
    #[serde(default, deserialize_with = "said")]
    pub merged_fraction: Option<Option<f64>>,
    pub gap_m: Option<f64>,
    pub under_way: Option<bool>,
    pub group: Option<Label>,
    pub radar_held: Option<bool>,
    pub interval_s: Option<f64>,
    pub new_mmsi: Option<Mmsi>,
    pub ais_on: Option<bool>,
    pub brief: Option<bool>,
}

/// A line of `tracks.jsonl` (`vessel`) or of the tracks a run wrote (`track`).
#[derive(Debug, Deserialize)]
pub(super) struct TrackLine {
    pub t: Seconds,
    #[serde(alias = "track")]
    pub vessel: Label,
    pub lat: f64,
    pub lon: f64,
}

/// How urgent an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Told, not pressing.
    Caution,
    /// To be looked at now.
    Warning,
    /// To be acted on now.
    Alarm,
}

/// A subject of an alert.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct AlertSubject {
    pub track: Option<Label>,
    pub mmsi: Option<Mmsi>,
    #[serde(default, deserialize_with = "or_default")]
    pub sources: Vec<String>,
}

/// A meeting of two vessels within a group alert.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Meeting {
    #[serde(default)]
    pub subjects: Vec<AlertSubject>,
    #[serde(default, deserialize_with = "or_default")]
    pub observed: Vec<(Seconds, Option<Seconds>)>,
    pub onset: Option<Seconds>,
    pub end: Option<Seconds>,
}

/// Where an alert was placed, degrees.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct AlertPosition {
    pub lat: Option<f64>,
    pub lon: Option<f64>,
}

/// Why an alert was suppressed: the object of an alert line, or the rule's name alone.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Suppressed {
    Told { rule: Option<String> },
    Named(String),
}

/// An alert line, as a run writes them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct AlertLine {
    /// `id`, else `key`, else `line-N` by position.
    #[serde(default, deserialize_with = "or_default")]
    pub id: String,
    pub key: Option<String>,
    pub revision: Option<u64>,
    pub kind: String,
    pub subkind: Option<String>,
    pub state: Option<String>,
    pub cause: Option<String>,
    #[serde(default)]
    pub subjects: Vec<AlertSubject>,
    pub zone: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub zones: Vec<String>,
    pub squadron: Option<Label>,
    pub group: Option<Label>,
    pub tier: Option<Label>,
    pub onset: Seconds,
    pub end: Option<Seconds>,
    pub raised_at: Option<Seconds>,
    pub published_at: Option<Seconds>,
    pub priority: Option<Priority>,
    pub confidence: Option<f64>,
    pub position: Option<AlertPosition>,
    pub suppressed: Option<Suppressed>,
    #[serde(default, deserialize_with = "or_default")]
    pub meetings: Vec<Meeting>,
}

/// What is known of a true vessel beside its track.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Ship {
    pub mmsi: Option<Mmsi>,
    /// Whether it sends its dimensions; it does unless said otherwise.
    pub dims: Option<bool>,
}

/// `meta.json`, of which only the vessels matter.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Meta {
    #[serde(default)]
    pub vessel: Ordered<Ship>,
}

/// What scoring wants to know of a zone.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Zone {
    pub id: Option<String>,
    pub squadron: Option<Label>,
    pub sts_watch: Option<bool>,
}

#[derive(Deserialize)]
struct ZoneFile {
    features: Vec<ZoneFeature>,
}

#[derive(Deserialize)]
struct ZoneFeature {
    properties: Zone,
}

/// Hands every line of a JSON Lines file that is not blank to `take`, with its place among these, from 0.
pub(super) fn for_each_line<T: DeserializeOwned>(
    path: &Path,
    mut take: impl FnMut(usize, T),
) -> Result<(), ScoreError> {
    let fail = |source| ScoreError::Read { path: path.to_owned(), source };
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path).map_err(fail)?);
    let (mut text, mut taken) = (Vec::new(), 0);
    for line in 1.. {
        text.clear();
        if reader.read_until(b'\n', &mut text).map_err(fail)? == 0 {
            break;
        }
        if text.trim_ascii().is_empty() {
            continue;
        }
        let value =
            serde_json::from_slice(&text).map_err(|source| ScoreError::Line { path: path.to_owned(), line, source })?;
        take(taken, value);
        taken += 1;
    }
    Ok(())
}

/// The events of `truth.jsonl`, each with a kind.
pub(super) fn truth_lines(path: &Path) -> Result<Vec<EventLine>, ScoreError> {
    /// An event line that must name its kind.
    struct Kinded(EventLine);
    impl<'de> Deserialize<'de> for Kinded {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let line = EventLine::deserialize(deserializer)?;
            if line.kind.is_some() { Ok(Kinded(line)) } else { Err(D::Error::missing_field("kind")) }
        }
    }
    let mut lines = Vec::new();
    for_each_line(path, |_, Kinded(line)| lines.push(line))?;
    Ok(lines)
}

/// The events of `innocent.jsonl`; none if there is no such file.
pub(super) fn innocent_lines(path: &Path) -> Result<Vec<EventLine>, ScoreError> {
    let mut lines = Vec::new();
    if path.exists() {
        for_each_line(path, |_, line| lines.push(line))?;
    }
    Ok(lines)
}

/// One JSON value of a whole file.
pub(super) fn json_file<T: DeserializeOwned>(path: &Path) -> Result<T, ScoreError> {
    let bytes = fs::read(path).map_err(|source| ScoreError::Read { path: path.to_owned(), source })?;
    serde_json::from_slice(&bytes).map_err(|source| ScoreError::Json { path: path.to_owned(), source })
}

/// The vessels of `meta.json`; none if there is no such file.
pub(super) fn meta(path: &Path) -> Result<Meta, ScoreError> {
    if path.exists() { json_file(path) } else { Ok(Meta::default()) }
}

/// The zones of a folder by id: `zones.geojson`, then `zones/*.geojson` by name; a later one of an id counts.
pub(super) fn zones(folder: &Path) -> Result<HashMap<String, Zone>, ScoreError> {
    let mut paths: Vec<PathBuf> = Some(folder.join("zones.geojson")).into_iter().filter(|path| path.exists()).collect();
    let inner = folder.join("zones");
    if inner.is_dir() {
        let fail = |source| ScoreError::Read { path: inner.clone(), source };
        let entries: Result<Vec<_>, _> = fs::read_dir(&inner).map_err(fail)?.collect();
        let mut found: Vec<PathBuf> = entries.map_err(fail)?.into_iter().map(|entry| entry.path()).collect();
        found.retain(|path| path.extension().is_some_and(|ext| ext == "geojson"));
        found.sort();
        paths.extend(found);
    }
    let mut zones = HashMap::new();
    for path in paths {
        for feature in json_file::<ZoneFile>(&path)?.features {
            zones.insert(feature.properties.id.clone().unwrap_or_default(), feature.properties);
        }
    }
    Ok(zones)
}

/// A field that is there, be it null: `Some(None)`; with `default`, an absent one is `None`.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<f64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A field whose null means the same as its absence.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl Seconds {
    /// The instant that ISO 8601 text names, to the microsecond where it names its zone.
    fn from_iso(text: &str) -> Option<Self> {
        match DateTime::parse_from_rfc3339(text) {
            Ok(t) => Some(Seconds(t.timestamp_micros() as f64 / 1e6)),
            Err(_) => EventTime::from_iso(text).map(|t| Seconds(t.seconds())),
        }
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Instant;
        impl Visitor<'_> for Instant {
            type Value = Seconds;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("UNIX seconds or ISO 8601 text")
            }
            fn visit_f64<E>(self, v: f64) -> Result<Seconds, E> {
                Ok(Seconds(v))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Seconds, E> {
                Ok(Seconds(v as f64))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Seconds, E> {
                Ok(Seconds(v as f64))
            }
            fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<Seconds, E> {
                Seconds::from_iso(v).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(v), &self))
            }
        }
        deserializer.deserialize_any(Instant)
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Label;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text or a number")
            }
            fn visit_str<E>(self, v: &str) -> Result<Label, E> {
                Ok(Label(v.to_owned()))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Label, E> {
                Ok(Label(v.to_string()))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Label, E> {
                Ok(Label(v.to_string()))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Label, E> {
                Ok(Label(v.to_string()))
            }
        }
        deserializer.deserialize_any(Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_numbers_or_text() {
        let times: Vec<Seconds> = serde_json::from_str(
            r#"[1.5, 7, "1970-01-01T00:00:02.000250Z", "1970-01-01T01:00:00+01:00", "1970-01-01T00:01:00"]"#,
        )
        .unwrap();
        assert_eq!(times, [1.5, 7.0, 2.00025, 0.0, 60.0].map(Seconds));
        assert!(serde_json::from_str::<Seconds>(r#""noon""#).is_err());
    }

    #[test]
    fn null_and_absent_differ_for_the_merged_fraction_alone() {
        let line =
            |more: &str| serde_json::from_str::<EventLine>(&format!(r#"{{"kind":"x","onset":0{more}}}"#)).unwrap();
        assert_eq!(line("").merged_fraction, None);
        assert_eq!(line(r#","merged_fraction":null"#).merged_fraction, Some(None));
        assert_eq!(line(r#","merged_fraction":0.5"#).merged_fraction, Some(Some(0.5)));
    }

    #[test]
    fn a_bad_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("truth.jsonl");
        fs::write(&path, "{\"kind\":\"loitering\",\"onset\":0}\n\n{\"onset\":0}\n").unwrap();
        let error = truth_lines(&path).unwrap_err();
        assert!(error.to_string().contains("line 3 of") && error.to_string().ends_with("truth.jsonl"), "{error}");
        let missing = truth_lines(&folder.path().join("none.jsonl")).unwrap_err();
        assert!(missing.to_string().ends_with("none.jsonl"));
    }
}
