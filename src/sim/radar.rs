//! A shore radar with its tracker: echoes, resolution cells, plots, filtered targets, what is told of them.

use crate::engine::earth::Offset;
use crate::engine::units::{wrap_180, wrap_360};

use super::chart::RadarSite;
use super::rng::Rng;
use super::sentence::report;
use super::truth::{CELL_BEARING_DEG, CELL_RANGE_M, is_held};
use super::ttm_wire::{Status, ttm};
use super::vessel::Vessel;
use super::world::World;

/// Plots a target needs before its line leaves the tracker.
const PLOTS_TO_ACQUIRE: u32 = 3;
/// Plots a target needs before its status is tracking.
const PLOTS_TO_TRACK: u32 = 8;
/// Turns without a plot after which a target is lost.
const MISSES_TO_LOSE: u32 = 4;
/// Gains of position and velocity once a target has settled.
const SETTLED_GAINS: (f64, f64) = (0.2, 0.02);

/// The constant error of a radar, which its feed does not tell.
#[derive(Clone, Copy, Debug)]
pub struct Bias {
    /// Added to every range, m.
    pub range_m: f64,
    /// Added to every bearing, degrees.
    pub bearing_deg: f64,
}

/// The bias of a radar of a world.
pub fn bias(world: &World, site: &RadarSite) -> Bias {
    let mut rng = world.rng(&format!("bias {}", site.name));
    Bias { range_m: rng.between(-8.0, 8.0), bearing_deg: rng.between(-0.06, 0.06) }
}

/// What a radar has to tell.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Every plot, whether its tracker made something of it or not: when (UNIX ms) and where from the antenna.
    pub plots: Vec<(i64, Offset)>,
    /// Of each turn its targets, by time.
    pub lines: Vec<TrackerLine>,
}

/// One target of one turn as the tracker tells it, in metres from the antenna and metres a second.
#[derive(Clone, Copy, Debug)]
pub struct TrackerLine {
    /// The time of its plot, or of where it was carried on to, UNIX ms.
    pub at_ms: i64,
    /// The tracker's number.
    pub number: u32,
    /// Where it is.
    pub place: Offset,
    /// How it moves.
    pub velocity: Offset,
    /// Whether it is held.
    pub status: Status,
}

/// The TTM feed of a radar: one line a target and turn, each with the time of its plot.
pub fn ttm_bytes(world: &World, site: &RadarSite) -> Vec<u8> {
    let line = |line: TrackerLine| {
        let sentence = ttm(line.number, line.place, line.velocity, line.status);
        report(site.name, line.at_ms, 0, &[sentence]).into_bytes()
    };
    observe(world, site).lines.into_iter().flat_map(line).collect()
}

/// What a radar sees of a world and makes of it.
pub fn observe(world: &World, site: &RadarSite) -> Observed {
    let mut radar = Radar {
        world,
        site,
        bias: bias(world, site),
        rng: world.rng(site.name),
        targets: world.vessels.iter().map(|_| None).collect(),
        numbers: Vec::new(),
        observed: Observed::default(),
    };
    for turn in 0..(world.duration_s / site.rotation_s) as u32 {
        radar.turn(f64::from(turn) * site.rotation_s);
    }
    radar.observed
}

/// Whether a radar has an even chance to see any vessel at any minute.
pub fn sees_any(vessels: &[Vessel], duration_s: f64, site: &RadarSite) -> bool {
    let minutes = (duration_s / 60.0) as u32;
    let held = |vessel: &Vessel| (0..minutes).any(|m| is_held(&[*site], vessel, 60.0 * f64::from(m)));
    vessels.iter().any(held)
}

/// What the antenna gets back from one resolution cell.
#[derive(Clone, Debug)]
struct Echo {
    /// The largest hull in the cell, which keeps the target.
    owner: usize,
    length_m: f64,
    at_s: f64,
    range_m: f64,
    bearing_deg: f64,
    /// Sum of the hulls' reflections.
    weight: f64,
    /// Chance that this turn misses it.
    miss: f64,
}

/// One target of the tracker, in metres from the antenna.
#[derive(Clone, Debug)]
struct Target {
    number: Option<u32>,
    at_s: f64,
    place: Offset,
    velocity: Offset,
    plots: u32,
    misses: u32,
}

struct Radar<'a> {
    world: &'a World,
    site: &'a RadarSite,
    bias: Bias,
    rng: Rng,
    /// The target of each vessel.
    targets: Vec<Option<Target>>,
    /// Whether target number i + 1 is taken.
    numbers: Vec<bool>,
    observed: Observed,
}

impl Radar<'_> {
    /// One turn of the antenna from an instant on.
    fn turn(&mut self, start_s: f64) {
        let mut plots: Vec<Option<(f64, Offset)>> = self.targets.iter().map(|_| None).collect();
        for echo in self.echoes(start_s) {
            if !self.rng.chance(echo.miss) {
                let place = self.measure(&echo);
                self.observed.plots.push((self.world.time(echo.at_s).millis(), place));
                plots[echo.owner] = Some((echo.at_s, place));
            }
        }
        let first_line = self.observed.lines.len();
        for (index, plot) in plots.into_iter().enumerate() {
            let target = self.targets[index].take();
            self.targets[index] = match (target, plot) {
                (None, None) => None,
                (None, Some((at_s, place))) => Some(Target::new(at_s, place)),
                (Some(target), plot) => self.follow(target, plot),
            };
        }
        self.observed.lines[first_line..].sort_by_key(|line| line.at_ms);
    }

    /// The cells that reflect in the turn that begins at an instant; what shares a cell is one echo.
    fn echoes(&self, start_s: f64) -> Vec<Echo> {
        let mut echoes: Vec<Echo> = Vec::new();
        for (index, vessel) in self.world.vessels.iter().enumerate().filter(|(_, vessel)| vessel.has_echo) {
            let Some(echo) = self.echo(index, vessel.length_m, start_s) else { continue };
            let same_cell = |other: &&mut Echo| {
                (other.range_m - echo.range_m).abs() < CELL_RANGE_M
                    && wrap_180(other.bearing_deg - echo.bearing_deg).abs() < CELL_BEARING_DEG
            };
            match echoes.iter_mut().find(same_cell) {
                Some(other) => other.join(&echo),
                None => echoes.push(echo),
            }
        }
        echoes
    }

    /// The echo of one hull alone; `None` where the radar cannot see it.
    fn echo(&self, index: usize, length_m: f64, start_s: f64) -> Option<Echo> {
        let path = &self.world.vessels[index].path;
        let rough = self.site.position.offset_to(path.position(start_s)).direction().degrees();
        let at_s = start_s + rough / 360.0 * self.site.rotation_s;
        let position = path.position(at_s);
        let offset = self.site.position.offset_to(position);
        let seen = self.site.sees(length_m, offset);
        if seen < 0.01 || self.world.zones.iter().any(|zone| zone.kind == "port" && zone.contains(position)) {
            return None;
        }
        Some(Echo {
            owner: index,
            length_m,
            at_s,
            range_m: offset.length().0,
            bearing_deg: offset.direction().degrees(),
            weight: libm::pow(length_m, 1.5),
            miss: 1.0 - seen,
        })
    }

    /// A plot of an echo with noise, the hull's extent and the radar's bias.
    fn measure(&mut self, echo: &Echo) -> Offset {
        let extent_m = (0.08 * echo.length_m).min(14.0);
        let range_sigma = libm::sqrt(self.site.range_sigma_m * self.site.range_sigma_m + extent_m * extent_m);
        let range_m = echo.range_m + self.rng.normal(range_sigma) + self.bias.range_m;
        let across = self.rng.normal(extent_m) / echo.range_m * 180.0 / std::f64::consts::PI;
        let noise = self.rng.normal(self.site.bearing_sigma_deg) + across + self.bias.bearing_deg;
        Offset::polar(echo.bearing_deg + noise, range_m)
    }

    /// Carries a target over one turn, with its plot or without; `None` once it is lost.
    fn follow(&mut self, mut target: Target, plot: Option<(f64, Offset)>) -> Option<Target> {
        match plot {
            Some((at_s, place)) => target.update(at_s, place),
            None => target.coast(self.site.rotation_s),
        }
        if target.misses >= MISSES_TO_LOSE {
            if let Some(number) = target.number {
                self.line(&target, number, Status::Lost);
                self.numbers[number as usize - 1] = false;
            }
            return None;
        }
        if target.number.is_none() && target.plots >= PLOTS_TO_ACQUIRE {
            target.number = Some(self.free_number());
        }
        if let Some(number) = target.number {
            let status = if target.plots < PLOTS_TO_TRACK { Status::Query } else { Status::Tracking };
            self.line(&target, number, status);
        }
        Some(target)
    }

    /// The lowest number that no target has.
    fn free_number(&mut self) -> u32 {
        let free = self.numbers.iter().position(|taken| !taken).unwrap_or(self.numbers.len());
        self.numbers.resize(self.numbers.len().max(free + 1), false);
        self.numbers[free] = true;
        free as u32 + 1
    }

    fn line(&mut self, target: &Target, number: u32, status: Status) {
        let at_ms = self.world.time(target.at_s).millis();
        let Target { place, velocity, .. } = *target;
        self.observed.lines.push(TrackerLine { at_ms, number, place, velocity, status });
    }
}

impl Echo {
    /// Takes another hull in: the centre moves to it by its share, the larger hull owns the echo.
    fn join(&mut self, other: &Echo) {
        let share = other.weight / (self.weight + other.weight);
        self.range_m += share * (other.range_m - self.range_m);
        self.bearing_deg = wrap_360(self.bearing_deg + share * wrap_180(other.bearing_deg - self.bearing_deg));
        self.weight += other.weight;
        self.miss *= other.miss;
        if other.length_m > self.length_m {
            (self.owner, self.length_m, self.at_s) = (other.owner, other.length_m, other.at_s);
        }
    }
}

impl Target {
    fn new(at_s: f64, place: Offset) -> Self {
        Target { number: None, at_s, place, velocity: Offset::default(), plots: 1, misses: 0 }
    }

    /// One step of an alpha-beta filter whose gains fall as for a growing memory until they settle.
    fn update(&mut self, at_s: f64, place: Offset) {
        let step_s = (at_s - self.at_s).max(0.1);
        self.plots += 1;
        self.misses = 0;
        let n = f64::from(self.plots);
        let alpha = (2.0 * (2.0 * n - 1.0) / (n * (n + 1.0))).max(SETTLED_GAINS.0);
        let beta = (6.0 / (n * (n + 1.0))).max(SETTLED_GAINS.1);
        let predicted = self.place.plus(self.velocity.scaled(step_s));
        let error = place.minus(predicted);
        self.place = predicted.plus(error.scaled(alpha));
        self.velocity = self.velocity.plus(error.scaled(beta / step_s));
        self.at_s = at_s;
    }

    /// Dead reckoning over a turn without a plot.
    fn coast(&mut self, turn_s: f64) {
        self.place = self.place.plus(self.velocity.scaled(turn_s));
        self.at_s += turn_s;
        self.misses += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_settles_on_its_course() {
        let mut rng = Rng::new(3, "target");
        let velocity = Offset::polar(62.0, 3.6);
        let place = |at_s: f64| Offset::polar(160.0, 12_000.0).plus(velocity.scaled(at_s));
        let mut target = Target::new(0.0, place(0.0));
        for turn in 1..60 {
            let at_s = 6.0 * f64::from(turn);
            let noise = Offset { east_m: rng.normal(20.0), north_m: rng.normal(20.0) };
            target.update(at_s, place(at_s).plus(noise));
        }
        assert!(target.place.minus(place(354.0)).length().0 < 40.0);
        assert!(target.velocity.minus(velocity).length().0 < 0.5);
    }

    #[test]
    fn echoes_join_to_the_larger_hull() {
        let echo = |owner, length_m: f64, bearing_deg| Echo {
            owner,
            length_m,
            at_s: 0.0,
            range_m: 11_000.0,
            bearing_deg,
            weight: libm::pow(length_m, 1.5),
            miss: 0.1,
        };
        let mut small = echo(0, 16.0, 359.9);
        small.join(&echo(1, 28.0, 0.2));
        assert_eq!(small.owner, 1);
        assert!(wrap_180(small.bearing_deg - 0.1).abs() < 0.05 && (small.miss - 0.01).abs() < 1e-9);
    }
}
