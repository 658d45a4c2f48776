//! Plots of a real radar through the program: both targets of each recording are tracked, scored against their own GNSS.
//!
//! The recordings are of Autoferry's sensor fusion data set (Norwegian University of Science and Technology, CC0): a small boat's
//! radar among two others, in metres north and east of the boat. Plots are written as CAT010 reports with WGS 84 positions.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use picket::engine::assignment::Assignment;
use picket::engine::earth::{Offset, Position};
use picket::engine::time::EventTime;
use picket::sim::asterix_wire::{RecordWriter, block, time_of_day};
use picket::sim::rng::Rng;
use serde_json::Value;

/// What the recordings' metres are counted from.
const ORIGIN: (f64, f64) = (63.438_902_908_3, 10.399_082_78);
/// The recordings' number of the radar.
const RADAR: u64 = 2;
/// Distance at which a track is nobody's, m.
const CUT_OFF_M: f64 = 50.0;
/// Seconds at the beginning that are not scored: tracks need some rotations.
const BURN_IN_S: f64 = 12.0;

/// UNIX s; m north and east of the origin.
type Fix = (f64, (f64, f64));

/// Rotations of a radar, and where its targets truly were.
#[derive(Default)]
struct Recording {
    /// UNIX s, and plots in m north and east of the origin.
    scans: Vec<(f64, Vec<(f64, f64)>)>,
    /// Of each target: UNIX s, m north and east.
    truth: BTreeMap<u64, Vec<Fix>>,
}

/// How well tracks follow the targets.
#[derive(Debug, Default)]
struct Score {
    gospa_m: f64,
    error_m: f64,
    completeness: f64,
    false_tracks: f64,
}

impl Recording {
    fn read(folder: &Path, scenario: &str) -> Self {
        let detections = json(&folder.join(format!("{scenario}_detections.json.gz")));
        let truth = json(&folder.join(format!("{scenario}_groundTruth.json.gz")));
        let mut recording = Recording::default();
        for (seen, true_at) in detections.as_array().unwrap().iter().zip(truth.as_array().unwrap()) {
            for target in true_at.as_array().unwrap() {
                let place = (target["position"][0].as_f64().unwrap(), target["position"][1].as_f64().unwrap());
                let list = recording.truth.entry(target["targetID"].as_u64().unwrap()).or_default();
                list.push((target["time"].as_f64().unwrap(), place));
            }
            if seen["sensorID"].as_u64() == Some(RADAR) {
                let own = numbers(&seen["ownshipPosition"]);
                recording.scans.push((seen["time"].as_f64().unwrap(), plots(&seen["measurement"], &own)));
            }
        }
        recording
    }

    /// The same in the small: a ferry that lies still, two boats that pass it and each other, what is not there now and then.
    fn simulated(seed: u64) -> Self {
        let mut rng = Rng::new(seed, "plots");
        let mut recording = Recording::default();
        let (start, boats) = (1_620_114_890.0, [((80.0, -360.0), (-1.2, -0.9)), ((-155.0, -585.0), (1.6, 1.3))]);
        for scan in 0..70 {
            let at = start + 1.68 * f64::from(scan);
            let mut seen = Vec::new();
            for (number, ((north, east), (v_north, v_east))) in (1..).zip(boats) {
                let place = (north + v_north * (at - start), east + v_east * (at - start));
                recording.truth.entry(number).or_default().push((at, place));
                if rng.chance(0.9) {
                    seen.push((place.0 + rng.normal(4.0), place.1 + rng.normal(4.0)));
                }
            }
            for _ in 0..rng.below(4) {
                seen.push((rng.between(-300.0, 250.0), rng.between(-700.0, -200.0)));
            }
            recording.scans.push((at, seen));
        }
        recording
    }

    /// A block of CAT010 a scan: the start of the cycle, then each plot.
    fn asterix(&self) -> Vec<u8> {
        let record = |kind: u8, at: f64| {
            let at = EventTime::from_millis((at * 1000.0).round() as i64);
            RecordWriter::new(10).with(10, &[7, 1]).with(0, &[kind]).with(140, &time_of_day(at))
        };
        let scan = |(at, plots): &(f64, Vec<(f64, f64)>)| {
            let plot =
                |&(north, east): &(f64, f64)| record(1, *at).with(20, &[0x60]).with(41, &wgs84(north, east)).bytes();
            let records: Vec<Vec<u8>> = [record(2, *at).bytes()].into_iter().chain(plots.iter().map(plot)).collect();
            records.iter().flat_map(|record| block(10, std::slice::from_ref(record))).collect::<Vec<u8>>()
        };
        self.scans.iter().flat_map(scan).collect()
    }

    fn score(&self) -> Score {
        let folder = tempfile::tempdir().unwrap();
        let (plots, site, tracks) =
            ["radar.asterix", "site.toml", "tracks.jsonl"].map(|name| folder.path().join(name)).into();
        fs::write(&plots, self.asterix()).unwrap();
        let sigmas = "range_sigma_m = 5\nbearing_sigma_deg = 0.5\nrotation_s = 1.68\nmax_range_m = 1000\n";
        fs::write(&site, format!("lat = {}\nlon = {}\n{sigmas}", ORIGIN.0, ORIGIN.1)).unwrap();
        let date = EventTime::from_millis((self.scans[0].0 * 1000.0) as i64).iso();
        let status = Command::new(env!("CARGO_BIN_EXE_picket"))
            .arg("replay")
            .arg(&plots)
            .args(["--kind", "asterix", "--date", &date[..10], "--tracks-every-s", "1"])
            .args(["--site".to_owned(), format!("{}={}", plots.display(), site.display())])
            .args(["--tracks".to_owned(), tracks.display().to_string()])
            .output()
            .unwrap();
        assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
        self.score_of(&fs::read_to_string(&tracks).unwrap())
    }

    fn score_of(&self, tracks: &str) -> Score {
        let mut told: BTreeMap<i64, Vec<(f64, f64)>> = BTreeMap::new();
        for line in tracks.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            let place = Position::from_degrees(line["lat"].as_f64().unwrap(), line["lon"].as_f64().unwrap()).unwrap();
            let Offset { east_m, north_m } = origin().offset_to(place);
            told.entry(line["t"].as_f64().unwrap() as i64).or_default().push((north_m, east_m));
        }
        let (from, to) = (self.scans[0].0 + BURN_IN_S, self.scans.last().unwrap().0);
        let (mut score, mut instants, mut pairs_in_all) = (Score::default(), 0.0, 0.0);
        for at in from.ceil() as i64..=to.floor() as i64 {
            let truth: Vec<(f64, f64)> = self.truth.values().map(|list| place_at(list, at as f64)).collect();
            let tracks = told.get(&at).cloned().unwrap_or_default();
            let far = |i: usize, j: usize| (truth[i].0 - tracks[j].0).hypot(truth[i].1 - tracks[j].1);
            let mut solver = Assignment::default();
            let pairs = solver.solve(truth.len(), tracks.len(), CUT_OFF_M.powi(2), |i, j| far(i, j).powi(2)).to_vec();
            let near: f64 = pairs.iter().map(|&(i, j)| far(i, j).powi(2)).sum();
            let alone = (truth.len() + tracks.len() - 2 * pairs.len()) as f64;
            score.gospa_m += (near + CUT_OFF_M.powi(2) / 2.0 * alone).sqrt();
            score.error_m += pairs.iter().map(|&(i, j)| far(i, j)).sum::<f64>();
            score.completeness += pairs.len() as f64 / truth.len() as f64;
            score.false_tracks += (tracks.len() - pairs.len()) as f64;
            instants += 1.0;
            pairs_in_all += pairs.len() as f64;
        }
        Score {
            gospa_m: score.gospa_m / instants,
            error_m: score.error_m / pairs_in_all,
            completeness: score.completeness / instants,
            false_tracks: score.false_tracks / instants,
        }
    }
}

fn origin() -> Position {
    Position::from_degrees(ORIGIN.0, ORIGIN.1).unwrap()
}

fn json(path: &Path) -> Value {
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    let as_list = value.as_array().map(|list| list.iter().filter_map(Value::as_f64).collect());
    as_list.unwrap_or_else(|| value.as_f64().into_iter().collect())
}

/// Two rows, north and east of own ship; of one plot two numbers.
fn plots(rows: &Value, own: &[f64]) -> Vec<(f64, f64)> {
    let (north, east) = (numbers(&rows[0]), numbers(&rows[1]));
    north.iter().zip(&east).map(|(north, east)| (north + own[0], east + own[1])).collect()
}

/// I010/041: latitude and longitude in 180/2^31 degrees.
fn wgs84(north_m: f64, east_m: f64) -> [u8; 8] {
    let place = origin().moved(Offset { east_m, north_m });
    let unit = |degrees: f64| ((degrees * (f64::from(1u32 << 31) / 180.0)).round() as i32).to_be_bytes();
    let (lat, lon) = (unit(place.lat()), unit(place.lon()));
    [lat[0], lat[1], lat[2], lat[3], lon[0], lon[1], lon[2], lon[3]]
}

/// Where a target was, between its two nearest fixes.
fn place_at(list: &[Fix], at: f64) -> (f64, f64) {
    let after = list.partition_point(|(then, _)| *then < at).clamp(1, list.len() - 1);
    let ((t0, a), (t1, b)) = (list[after - 1], list[after]);
    let share = if t1 > t0 { ((at - t0) / (t1 - t0)).clamp(0.0, 1.0) } else { 0.0 };
    (a.0 + share * (b.0 - a.0), a.1 + share * (b.1 - a.1))
}

#[test]
fn both_targets_of_each_recording_are_tracked() {
    let Some(corpus) = support::corpus() else { return };
    for scenario in ["scenario2", "scenario13"] {
        let score = Recording::read(&corpus.join("autoferry"), scenario).score();
        println!("{scenario}: {score:.3?}");
        assert!(score.completeness > 0.85, "{scenario}: {score:?}");
    }
}

#[test]
fn both_targets_of_a_simulated_one_are_tracked() {
    for seed in 1..=4 {
        let score = Recording::simulated(seed).score();
        println!("simulated, seed {seed}: {score:.3?}");
        assert!(score.completeness > 0.9 && score.gospa_m < 20.0, "{score:?}");
    }
}
