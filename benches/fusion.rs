//! Radar plots and AIS fixes a second a core (CPU time) through fusion, and how long a rotation takes, on a generated sea.
#![allow(missing_docs)]

#[path = "support/heap.rs"]
mod heap;
#[path = "support/process.rs"]
#[allow(dead_code)]
mod process;

use std::time::Instant;

use picket::engine::decode::report::{Body, PlotReport, Report, SourceId, StationId};
use picket::engine::earth::{Offset, Position};
use picket::engine::fusion::{AisFix, Fusion};
use picket::engine::input::{FeedId, Site};
use picket::engine::time::{EventTime, Span};
use picket::engine::track::TrackIx;
use picket::engine::units::{Bearing, Metres};
use picket::sim::rng::Rng;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// 2026-01-10T00:00:00Z.
const START: EventTime = EventTime::from_millis(1_768_003_200_000);
const ROTATION_MS: i64 = 3_000;
/// Sectors of a rotation, as fusion handles them.
const SECTORS: i64 = 8;
/// Rotations that are not measured, then those that are.
const WARM: i64 = 40;
const MEASURED: i64 = 200;
/// Rotations that are made before they are run: CPU time is told in hundredths of a second.
const BLOCK: usize = 50;
/// Chance of an echo; false plots a vessel and rotation; vessels that send AIS; rotations between two fixes of one.
const DETECTION: f64 = 0.85;
const FALSE: f64 = 0.05;
const WITH_AIS: f64 = 0.6;
const AIS_EVERY: i64 = 3;

struct Hull {
    from: Offset,
    v: Offset,
    ais: bool,
}

/// What happens at an instant.
enum Happens {
    Plot(Box<Report>, PlotReport),
    Fix(AisFix),
}

fn main() {
    println!(
        "{:<44} {:>12} {:>10} {:>10} {:>12} {:>8} {:>10}",
        "plots and fixes, fused", "events/s", "p50, ms", "p99, ms", "allocations", "tracks", "heap, kB"
    );
    for (vessels, reach_m) in [(500, 20_000.0), (2_000, 20_000.0), (2_000, 40_000.0), (5_000, 40_000.0)] {
        tell(vessels, reach_m);
    }
}

fn tell(vessels: usize, reach_m: f64) {
    let mut rng = Rng::new(1, "fusion");
    let hulls: Vec<Hull> = (0..vessels).map(|_| hull(&mut rng, reach_m)).collect();
    let site = site(reach_m);
    let held = heap::in_use();
    let mut fusion = Fusion::default();
    let mut seq = 0;
    for turn in 0..WARM {
        run(&mut fusion, &site, &rotation(&hulls, &site, turn, &mut rng, &mut seq), turn);
    }
    let (mut times_ms, mut events, mut allocations, mut cpu_s): (Vec<f64>, usize, u64, f64) = (Vec::new(), 0, 0, 0.0);
    let turns: Vec<i64> = (WARM..WARM + MEASURED).collect();
    for block in turns.chunks(BLOCK) {
        let made: Vec<_> = block.iter().map(|turn| rotation(&hulls, &site, *turn, &mut rng, &mut seq)).collect();
        events += made.iter().flatten().map(Vec::len).sum::<usize>();
        let (counted, before_s) = (heap::allocations(), process::cpu_s());
        for (sectors, turn) in made.iter().zip(block) {
            let start = Instant::now();
            run(&mut fusion, &site, sectors, *turn);
            times_ms.push(start.elapsed().as_secs_f64() * 1e3);
        }
        cpu_s += process::cpu_s() - before_s;
        allocations += heap::allocations() - counted;
    }
    let per_s = events as f64 / cpu_s;
    times_ms.sort_by(f64::total_cmp);
    let at = |share: f64| times_ms[((times_ms.len() - 1) as f64 * share) as usize];
    let what = format!("{vessels} vessels within {:.0} km", reach_m / 1e3);
    let (each, tracks) = (allocations as f64 / events as f64, fusion.confirmed());
    let kept = (heap::in_use() - held) / 1024;
    println!("{what:<44} {per_s:>12.0} {:>10.2} {:>10.2} {each:>12.2} {tracks:>8} {kept:>10}", at(0.5), at(0.99));
}

fn hull(rng: &mut Rng, reach_m: f64) -> Hull {
    let from = Offset::polar(rng.between(0.0, 360.0), reach_m * 0.9 * rng.unit().sqrt());
    Hull { from, v: Offset::polar(rng.between(0.0, 360.0), rng.between(1.0, 9.0)), ais: rng.chance(WITH_AIS) }
}

fn site(max_range_m: f64) -> Site {
    Site {
        range_sigma_m: 12.0,
        bearing_sigma_deg: 0.15,
        max_range_m,
        ..Site::at(Position::from_degrees_wrapped(8.68, 106.6), Span::from_millis(ROTATION_MS))
    }
}

/// What happens in each sector of a rotation, in order of time; the beam goes round with the clock.
fn rotation(hulls: &[Hull], site: &Site, turn: i64, rng: &mut Rng, seq: &mut u64) -> Vec<Vec<Happens>> {
    let mut sectors: Vec<Vec<(i64, Happens)>> = (0..SECTORS).map(|_| Vec::new()).collect();
    let mut add = |ms: i64, what: Happens| sectors[(ms * SECTORS / ROTATION_MS) as usize].push((ms, what));
    let mut plot = |rng: &mut Rng, there: Offset, sigma: f64| {
        let (range, bearing) = (there.length().0 + rng.normal(12.0 * sigma), there.direction().degrees());
        let azimuth = Bearing::from_degrees(bearing + rng.normal(0.15 * sigma));
        let ms = ((azimuth.degrees() / 360.0 * ROTATION_MS as f64) as i64).min(ROTATION_MS - 1);
        *seq += 1;
        let (report, plot) = reported(site, Metres(range.max(1.0)), azimuth, turn * ROTATION_MS + ms, *seq);
        (ms, Happens::Plot(Box::new(report), plot))
    };
    for (hull, i) in hulls.iter().zip(0i64..) {
        let seen = hull.from.plus(hull.v.scaled((turn * ROTATION_MS) as f64 / 1e3));
        if rng.chance(DETECTION) {
            let (ms, what) = plot(rng, seen, 1.0);
            add(ms, what);
        }
        if hull.ais && (turn + i) % AIS_EVERY == 0 {
            let ms = (i * 7_919) % ROTATION_MS;
            add(ms, Happens::Fix(fix(hull, i as u32, site, turn * ROTATION_MS + ms, rng)));
        }
    }
    for _ in 0..(hulls.len() as f64 * FALSE) as usize {
        let there = Offset::polar(rng.between(0.0, 360.0), site.max_range_m * rng.unit().sqrt());
        let (ms, what) = plot(rng, there, 0.0);
        add(ms, what);
    }
    let in_order = |mut sector: Vec<(i64, Happens)>| {
        sector.sort_by_key(|(ms, _)| *ms);
        sector.into_iter().map(|(_, what)| what).collect()
    };
    sectors.into_iter().map(in_order).collect()
}

fn reported(site: &Site, range: Metres, azimuth: Bearing, ms: i64, seq: u64) -> (Report, PlotReport) {
    let plot = PlotReport {
        source: SourceId::default(),
        position: site.position.at_near(azimuth, range),
        range: Some(range),
        azimuth: Some(azimuth),
        range_sigma_m: 12.0,
        cross_sigma_m: (range.0 * 0.15_f64.to_radians()) as f32,
        extent: None,
    };
    let observed_at = START + Span::from_millis(ms);
    let (feed, station, body) = (FeedId(0), StationId(0), Body::Plot(plot));
    (Report { observed_at, received_at: observed_at, feed, station, digest: seq, seq, body }, plot)
}

fn fix(hull: &Hull, vessel: u32, site: &Site, ms: i64, rng: &mut Rng) -> AisFix {
    let there = hull.from.plus(hull.v.scaled(ms as f64 / 1e3));
    let place = site.position.at_near(Bearing::from_degrees(there.direction().degrees()), there.length());
    AisFix {
        vessel: TrackIx(vessel),
        at: START + Span::from_millis(ms),
        place: place.moved(Offset { east_m: rng.normal(5.0), north_m: rng.normal(5.0) }),
        sigma_m: 10.0,
        velocity: Some([hull.v.east_m, hull.v.north_m]),
        dimensions_known: true,
        length_m: Some(40.0),
    }
}

fn run(fusion: &mut Fusion, site: &Site, sectors: &[Vec<Happens>], turn: i64) {
    let mut told = Vec::new();
    for (sector, i) in sectors.iter().zip(1..) {
        for what in sector {
            match what {
                Happens::Plot(report, plot) => _ = fusion.take_plot(report, plot, Some(site)),
                Happens::Fix(fix) => fusion.take_ais(fix, &mut told),
            }
        }
        let ends = START + Span::from_millis(turn * ROTATION_MS + i * ROTATION_MS / SECTORS);
        fusion.close_sector(0, ends, &mut told);
    }
}
