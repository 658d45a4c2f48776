//! A world as a folder of files: feeds, zones, settings, truth, tracks, meta.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Value, json};

use super::asterix_radar::EDITION;
use super::chart::RadarSite;
use super::radar::bias;
use super::truth::Subject;
use super::vessel::Vessel;
use super::world::{FeedBytes, MINUTE, World};
use crate::engine::input::{Feed, FeedKind};

/// `picket run` plays a scenario so many times as fast as it happened ...
const PLAYED_AT: u32 = 20;
/// ... but its opening at once: its thresholds are crossed soon after, before people who watch.
const OPENING_S: u32 = 2700;

/// Why a scenario could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The folder cannot be made.
    #[error("cannot make the folder {path}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file in it cannot be written.
    #[error("cannot write {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Writes a world's files into a folder, made if absent.
///
/// `NAME.nmea` (`NAME.ast` for ASTERIX) a feed, `zones/zones.geojson`, `picket.toml`, `truth.jsonl`, `innocent.jsonl`, `tracks.jsonl` (the hull's
/// centre each 60 s of every vessel that either names) and `meta.json`.
pub fn write(world: &World, folder: &Path) -> Result<(), WriteError> {
    let zones = folder.join("zones");
    fs::create_dir_all(&zones).map_err(|source| WriteError::Folder { path: zones.clone(), source })?;
    for FeedBytes { feed, bytes } in world.feeds() {
        write_file(&folder.join(file_name(&feed)), &bytes)?;
    }
    write_file(&zones.join("zones.geojson"), zones_geojson(world).as_bytes())?;
    write_file(&folder.join("picket.toml"), settings_toml(world).as_bytes())?;
    write_file(&folder.join("truth.jsonl"), json_lines(&world.truth).as_bytes())?;
    write_file(&folder.join("innocent.jsonl"), json_lines(&world.innocents).as_bytes())?;
    write_file(&folder.join("tracks.jsonl"), tracks_jsonl(world).as_bytes())?;
    write_file(&folder.join("meta.json"), meta_json(world).as_bytes())
}

fn file_name(feed: &Feed) -> String {
    format!("{}.{}", feed.name, if feed.kind == FeedKind::Asterix { "ast" } else { "nmea" })
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    fs::write(path, bytes).map_err(|source| WriteError::File { path: path.to_owned(), source })
}

/// One JSON object a line.
fn json_lines<T: Serialize>(rows: &[T]) -> String {
    rows.iter().filter_map(|row| serde_json::to_string(row).ok()).map(|line| line + "\n").collect()
}

/// The zones as GeoJSON features, a line each.
pub fn zones_geojson(world: &World) -> String {
    let features: Vec<String> = world
        .zones
        .iter()
        .map(|zone| {
            let corners = zone.ring.iter().chain(zone.ring.first());
            let ring: Vec<Value> = corners.map(|p| json!([micro(p.lon()), micro(p.lat())])).collect();
            json!({
                "type": "Feature",
                "properties": {
                    "id": zone.id, "name": zone.name, "kind": zone.kind, "squadron": "3",
                    "sts_watch": zone.sts_watch, "anchorage_ok": zone.anchorage_ok,
                },
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            })
            .to_string()
        })
        .collect();
    format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}\n", features.join(",\n"))
}

/// Degrees rounded to six decimals.
fn micro(degrees: f64) -> f64 {
    libm::round(degrees * 1e6) / 1e6
}

/// Settings that replay the folder, or play it as if it were live: zones, a clock, a feed a file.
pub fn settings_toml(world: &World) -> String {
    let mut text = format!(
        "[zones]\ndir = \"zones\"\n\n[data]\ndir = \"state\"\n\n[clock]\nrate = {PLAYED_AT}\nopening_s = {OPENING_S}\n"
    );
    let entry = |feed: &Feed| {
        let (name, kind) = (&feed.name, feed.kind.name());
        format!("\n[[feed]]\nname = \"{name}\"\nkind = \"{kind}\"\npath = \"{}\"\n", file_name(feed))
    };
    text += &entry(&Feed::new("ais", FeedKind::Nmea));
    for site in &world.radars {
        let RadarSite { position, height_m, rotation_s, max_range_m, range_sigma_m, bearing_sigma_deg, .. } = site;
        let feed = world.radar_feed(site);
        text += &entry(&feed);
        if let Some(date) = feed.date {
            let _ = writeln!(text, "date = {}", date.iso().get(..10).unwrap_or_default());
        }
        let _ = write!(
            text,
            "[feed.site]\nlat = {}\nlon = {}\nheight_m = {height_m:.1}\nheading_offset_deg = 0.0\n\
             range_sigma_m = {range_sigma_m:.1}\nbearing_sigma_deg = {bearing_sigma_deg}\n\
             rotation_s = {rotation_s:.1}\nmax_range_m = {max_range_m:.1}\n",
            micro(position.lat()),
            micro(position.lon()),
        );
        if let Some((sac, sic)) = feed.site.and_then(|site| site.sac.zip(site.sic)) {
            let _ = writeln!(text, "sac = {sac}\nsic = {sic}\nedition = \"{EDITION}\"");
        }
    }
    text
}

/// The true tracks of the vessels that truth and innocents name.
fn tracks_jsonl(world: &World) -> String {
    let subjects = world.truth.iter().map(|t| &t.subjects).chain(world.innocents.iter().map(|i| &i.subjects));
    let named: BTreeSet<&str> = subjects.flatten().map(|Subject { vessel, .. }| vessel.as_str()).collect();
    let mut text = String::new();
    for vessel in world.vessels.iter().filter(|vessel| named.contains(vessel.id.as_str())) {
        for minute in 0..=(world.duration_s / MINUTE) as u32 {
            let at_s = f64::from(minute) * MINUTE;
            let position = vessel.path.position(at_s);
            let t = world.time(at_s).millis() / 1000;
            let (id, lat, lon) = (&vessel.id, position.lat(), position.lon());
            let _ = writeln!(text, r#"{{"t":{t},"vessel":"{id}","lat":{lat:.7},"lon":{lon:.7}}}"#);
        }
    }
    text
}

/// Counts, the radars' hidden biases, and who is who.
fn meta_json(world: &World) -> String {
    let mut truth: BTreeMap<&str, u32> = BTreeMap::new();
    for line in &world.truth {
        *truth.entry(line.kind).or_default() += 1;
    }
    let radar = |site: &RadarSite| {
        let bias = bias(world, site);
        (site.name, json!({"range_bias_m": bias.range_m, "bearing_bias_deg": bias.bearing_deg}))
    };
    let meta = json!({
        "scenario": world.name,
        "seed": world.seed,
        "start": world.time(0.0).iso(),
        "hours": world.duration_s / 3600.0,
        "vessels": world.vessels.len(),
        "truth": truth,
        "radar": world.radars.iter().map(radar).collect::<BTreeMap<_, _>>(),
        "vessel": world.vessels.iter().map(vessel_meta).collect::<BTreeMap<_, _>>(),
    });
    serde_json::to_string_pretty(&meta).unwrap_or_default() + "\n"
}

/// What `meta.json` tells of a vessel.
fn vessel_meta(vessel: &Vessel) -> (&str, Value) {
    let meta = json!({
        "cls": vessel.carriage.letter(),
        "mmsi": vessel.mmsi,
        "name": vessel.name,
        "length_m": vessel.length_m,
        "beam_m": vessel.beam_m,
        "type": vessel.ship_type,
        "dims": vessel.sends_dimensions,
        "utc_second_shift": vessel.utc_second_shift,
    });
    (&vessel.id, meta)
}
