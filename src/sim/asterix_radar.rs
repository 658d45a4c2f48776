//! A shore radar's feed as ASTERIX CAT010: the targets of its tracker or its bare plots, and the start of each update cycle.

use crate::engine::time::{EventTime, Span};

use super::asterix_wire::{RecordWriter, block, polar, time_of_day, vector};
use super::chart::RadarSite;
use super::radar::{TrackerLine, observe};
use super::ttm_wire::Status;
use super::world::World;

/// System area code of the simulated radars; each has its place among the world's radars, from 1, as identification code.
pub const SAC: u8 = 7;
/// The edition they send.
pub const EDITION: &str = "1.1";
/// A turn is sent in so many blocks.
const SECTORS: i64 = 8;
/// A unit of velocity on the wire, m/s.
const VELOCITY_UNIT_M_S: f64 = 0.25;

/// The feed of a radar's tracker: a record a target and turn.
pub fn track_bytes(world: &World, site: &RadarSite) -> Vec<u8> {
    let records = observe(world, site).lines.into_iter().map(|line| (line.at_ms, track(&line)));
    bytes(world, site, records.collect())
}

/// The feed of a radar without a tracker: a record a plot.
pub fn plot_bytes(world: &World, site: &RadarSite) -> Vec<u8> {
    let plots = observe(world, site).plots.into_iter();
    bytes(world, site, plots.map(|(at_ms, place)| (at_ms, target_report().with(40, &polar(place, 1.0)))).collect())
}

/// The code that tells a radar from the others of its world.
pub fn identification_code(world: &World, site: &RadarSite) -> u8 {
    world.radars.iter().position(|radar| radar.name == site.name).map_or(0, |place| place as u8 + 1)
}

/// TYP 3 of I010/020.
const PRIMARY_RADAR: u8 = 3 << 5;

/// A target report, to be given what it reports, its source and its time.
fn target_report() -> RecordWriter {
    RecordWriter::new(10).with(0, &[1]).with(20, &[PRIMARY_RADAR])
}

fn track(line: &TrackerLine) -> RecordWriter {
    let report = target_report().with(161, &(line.number as u16).to_be_bytes());
    match line.status {
        Status::Lost => report.with(170, &[0x40]),
        status => {
            let tentative = if status == Status::Query { 0x80 } else { 0 };
            let report = report.with(170, &[tentative]).with(42, &vector(line.place, 1.0));
            report.with(202, &vector(line.velocity, VELOCITY_UNIT_M_S))
        }
    }
}

/// Blocks in the order of time: a start of cycle at each turn, then the records of its sectors.
fn bytes(world: &World, site: &RadarSite, mut records: Vec<(i64, RecordWriter)>) -> Vec<u8> {
    records.sort_by_key(|(at_ms, _)| *at_ms);
    let source = [SAC, identification_code(world, site)];
    let sealed = |record: RecordWriter, at_ms: i64| {
        record.with(10, &source).with(140, &time_of_day(EventTime::from_millis(at_ms))).bytes()
    };
    let mut bytes = Vec::new();
    let mut rest = records.into_iter().peekable();
    let (start, turn) = (world.time(0.0), Span::from_seconds(site.rotation_s));
    let turns = (world.duration_s / site.rotation_s) as i64;
    for sector in 0..turns * SECTORS {
        let begins = start + Span::from_millis(turn.millis() * sector / SECTORS);
        let ends = start + Span::from_millis(turn.millis() * (sector + 1) / SECTORS);
        if sector % SECTORS == 0 {
            bytes.extend(block(10, &[sealed(RecordWriter::new(10).with(0, &[2]), begins.millis())]));
        }
        let mut reports = Vec::new();
        while let Some((at_ms, record)) = rest.next_if(|(at_ms, _)| *at_ms < ends.millis()) {
            reports.push(sealed(record, at_ms));
        }
        if !reports.is_empty() {
            bytes.extend(block(10, &reports));
        }
    }
    bytes
}
