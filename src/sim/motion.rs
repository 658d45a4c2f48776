//! How scripted vessels move: passages, drift, work, anchor, alongside. Times are seconds from the scenario's start.

use crate::engine::earth::{Offset, Position};
use crate::engine::units::{Bearing, KNOT_M_S, Metres, wrap_180, wrap_360};

use super::rng::Rng;

/// Time between two knots of a passage, s.
const STEP_S: f64 = 60.0;
/// Time between two knots of a craft that keeps its place beside another, s.
const CLOSE_STEP_S: f64 = 5.0;

/// Where a hull's centre is at an instant, and where its bow points.
#[derive(Clone, Copy, Debug)]
pub struct Knot {
    /// Seconds from the scenario's start.
    pub at_s: f64,
    /// Centre of the hull.
    pub position: Position,
    /// Heading, degrees true.
    pub heading_deg: f64,
}

/// A whole life in knots, linear between them, at rest before the first and after the last.
#[derive(Clone, Debug)]
pub struct Path {
    knots: Vec<Knot>,
}

impl Path {
    /// Position and heading at an instant.
    pub fn at(&self, at_s: f64) -> (Position, f64) {
        let next = self.knots.partition_point(|knot| knot.at_s <= at_s);
        match (next.checked_sub(1).and_then(|i| self.knots.get(i)), self.knots.get(next)) {
            (Some(a), Some(b)) => {
                let share = (at_s - a.at_s) / (b.at_s - a.at_s);
                let turn = wrap_180(b.heading_deg - a.heading_deg);
                (a.position.towards(b.position, share), wrap_360(a.heading_deg + turn * share))
            }
            (Some(only), None) | (None, Some(only)) => (only.position, only.heading_deg),
            (None, None) => (Position::default(), 0.0),
        }
    }

    /// Position of the hull's centre at an instant.
    pub fn position(&self, at_s: f64) -> Position {
        self.at(at_s).0
    }

    /// Velocity over the eight seconds about an instant, metres a second east and north.
    pub fn velocity(&self, at_s: f64) -> Offset {
        self.position(at_s - 4.0).offset_to(self.position(at_s + 4.0)).scaled(0.125)
    }

    /// The same way a time later: a tow astern.
    pub fn delayed(&self, lag_s: f64) -> Path {
        Path { knots: self.knots.iter().map(|knot| Knot { at_s: knot.at_s + lag_s, ..*knot }).collect() }
    }

    /// The way of a companion on the beam, metres to starboard, which yields a little to and fro.
    pub fn abreast(&self, across_m: f64, yield_m: f64) -> Path {
        let beside = |knot: &Knot| {
            let swing = yield_m * libm::sin(knot.at_s / 210.0);
            Knot { position: beside(knot.position, knot.heading_deg, 2.0 * swing, across_m + swing), ..*knot }
        };
        Path { knots: self.knots.iter().map(beside).collect() }
    }
}

/// The common wind and current of a scenario.
#[derive(Clone, Copy, Debug)]
pub struct Sea {
    wind: Offset,
    tide: Offset,
    phase: f64,
}

impl Sea {
    /// North-east monsoon of 4 to 7 m/s and a tidal stream of 0.05 to 0.15 m/s.
    pub fn new(rng: &mut Rng) -> Self {
        let wind = Offset::polar(rng.between(205.0, 240.0), rng.between(4.0, 7.0));
        let tide = Offset::polar(rng.between(0.0, 360.0), rng.between(0.05, 0.15));
        Sea { wind, tide, phase: rng.between(0.0, std::f64::consts::TAU) }
    }

    /// Velocity of a stopped craft in metres a second; `leeway` is the share of the wind it takes (0.002 to 0.03).
    pub fn carries(&self, leeway: f64, at_s: f64) -> Offset {
        let stream = libm::sin(std::f64::consts::TAU * at_s / 44_712.0 + self.phase);
        self.wind.scaled(leeway).plus(self.tide.scaled(stream))
    }
}

/// How a craft comes alongside another, lies there and leaves.
#[derive(Clone, Copy, Debug)]
pub struct Berthing {
    /// When it lies alongside, s.
    pub secured_s: f64,
    /// When it casts off, s.
    pub cast_off_s: f64,
    /// Time of coming and of going, s.
    pub manoeuvre_s: f64,
    /// Where it lies: ahead of the other's centre, m.
    pub ahead_m: f64,
    /// Where it lies: to starboard of the other's centre, m (negative: port).
    pub across_m: f64,
    /// How far off the manoeuvre begins, m.
    pub stand_off_m: f64,
}

impl Berthing {
    /// When it begins to come.
    pub fn begins_s(&self) -> f64 {
        self.secured_s - self.manoeuvre_s
    }

    /// When it has gone.
    pub fn ends_s(&self) -> f64 {
        self.cast_off_s + self.manoeuvre_s
    }

    /// Position beside a host's path at an instant within the berthing.
    pub fn place(&self, host: &Path, at_s: f64) -> Position {
        let (position, heading) = host.at(at_s);
        let near = if at_s < self.secured_s {
            ease((at_s - self.begins_s()) / self.manoeuvre_s)
        } else {
            ease((self.ends_s() - at_s) / self.manoeuvre_s)
        };
        let surge = 0.8 * libm::sin(at_s / 61.0) * near;
        let off = self.stand_off_m * (1.0 - near);
        beside(position, heading, self.ahead_m + surge - 0.4 * off, self.across_m + libm::copysign(off, self.across_m))
    }
}

/// Writes a path, leg by leg.
#[derive(Clone, Debug)]
pub struct Helm {
    rng: Rng,
    sea: Sea,
    leeway: f64,
    now: Knot,
    knots: Vec<Knot>,
}

impl Helm {
    /// At a position, heading nowhere yet.
    pub fn new(mut rng: Rng, sea: Sea, at_s: f64, position: Position) -> Self {
        let leeway = rng.between(0.014, 0.028);
        let now = Knot { at_s, position, heading_deg: rng.between(0.0, 360.0) };
        Helm { rng, sea, leeway, now, knots: Vec::new() }
    }

    /// The same with another leeway (a gear beacon takes nearly no wind).
    pub fn with_leeway(self, leeway: f64) -> Self {
        Helm { leeway, ..self }
    }

    /// The path so far.
    pub fn path(mut self) -> Path {
        self.knots.push(self.now);
        self.knots.dedup_by(|later, earlier| later.at_s <= earlier.at_s);
        Path { knots: self.knots }
    }

    /// The time reached, s.
    pub fn now_s(&self) -> f64 {
        self.now.at_s
    }

    /// A passage until a time, at a speed, about a course, with the wander of a helmsman.
    pub fn steer(mut self, course_deg: f64, kn: f64, until_s: f64) -> Self {
        let mut wander = 0.0;
        while self.now.at_s < until_s {
            wander = 0.8 * wander + self.rng.normal(0.8);
            let leg_s = STEP_S.min(until_s - self.now.at_s);
            let to = self.now.position.moved(Offset::polar(course_deg + wander, kn * KNOT_M_S * leg_s));
            self.run_to(to, leg_s);
        }
        self
    }

    /// A passage to a place at a speed.
    pub fn sail_to(mut self, to: Position, kn: f64) -> Self {
        let speed = kn * KNOT_M_S;
        loop {
            let left = self.now.position.offset_to(to);
            if left.length().0 <= speed * STEP_S {
                self.run_to(to, left.length().0 / speed);
                return self;
            }
            let wander = self.rng.normal(1.0);
            let next = self.now.position.moved(Offset::polar(left.direction().degrees() + wander, speed * STEP_S));
            self.run_to(next, STEP_S);
        }
    }

    /// A passage to a place, to be there at a time.
    pub fn sail_to_by(self, to: Position, by_s: f64) -> Self {
        let kn = self.now.position.distance_to(to).0 / (by_s - self.now.at_s).max(1.0) / KNOT_M_S;
        self.sail_to(to, kn.max(0.05))
    }

    /// Way comes off: half speed and dead slow ahead, two minutes each.
    pub fn slow_down(self, kn: f64) -> Self {
        let (course, now_s) = (self.now.heading_deg, self.now.at_s);
        self.steer(course, kn * 0.5, now_s + 120.0).steer(course, kn * 0.2, now_s + 240.0)
    }

    /// Stopped, carried by wind and stream, yawing about the heading she has.
    pub fn drift(mut self, until_s: f64) -> Self {
        let (mean_heading, since_s) = (self.now.heading_deg, self.now.at_s);
        while self.now.at_s < until_s {
            let leg_s = STEP_S.min(until_s - self.now.at_s);
            let carried = self.sea.carries(self.leeway, self.now.at_s).scaled(leg_s);
            self.knots.push(self.now);
            let at_s = self.now.at_s + leg_s;
            let yaw = 9.0 * libm::sin((at_s - since_s) / 900.0) + 4.0 * libm::sin((at_s - since_s) / 310.0);
            let position = self.now.position.moved(carried);
            self.now = Knot { at_s, position, heading_deg: wrap_360(mean_heading + yaw) };
        }
        self
    }

    /// Moored: no motion.
    pub fn moored(mut self, until_s: f64, heading_deg: f64) -> Self {
        self.now.heading_deg = heading_deg;
        self.knots.push(self.now);
        self.now.at_s = until_s;
        self
    }

    /// At anchor: swinging on a radius about the anchor, bow towards it.
    pub fn swing(mut self, anchor: Position, radius_m: f64, until_s: f64) -> Self {
        let phase = self.rng.between(0.0, std::f64::consts::TAU);
        while self.now.at_s < until_s {
            let t = self.now.at_s;
            let bow = 45.0 + 25.0 * libm::sin(t / 4200.0 + phase) + 10.0 * libm::sin(t / 900.0 + phase);
            let position = anchor.at(Bearing::from_degrees(bow + 180.0), Metres(radius_m));
            self.knots.push(Knot { at_s: t, position, heading_deg: wrap_360(bow) });
            self.now = Knot { at_s: (t + STEP_S).min(until_s), position, heading_deg: wrap_360(bow) };
        }
        self
    }

    /// Fishing: legs of 1 to 4 km at 2.8 to 4.2 kn about a ground.
    pub fn work(mut self, ground: Position, radius_m: f64, until_s: f64) -> Self {
        while self.now.at_s < until_s {
            let (bearing, share) = (self.rng.between(0.0, 360.0), self.rng.unit());
            let mark = ground.at(Bearing::from_degrees(bearing), Metres(radius_m * libm::sqrt(share)));
            let far = self.now.position.distance_to(mark).0;
            if far < 1000.0 && radius_m > 1000.0 {
                continue;
            }
            let kn = self.rng.between(2.8, 4.2);
            let course = self.now.position.offset_to(mark).direction().degrees();
            let end_s = (self.now.at_s + far / (kn * KNOT_M_S)).min(until_s);
            self = self.steer(course, kn, end_s);
        }
        self
    }

    /// To and fro along a line at a slow speed, 600 to 1,200 m a leg.
    pub fn to_and_fro(mut self, along_deg: f64, kn: f64, until_s: f64) -> Self {
        let mut course = along_deg;
        while self.now.at_s < until_s {
            let leg_s = self.rng.between(600.0, 1200.0) / (kn * KNOT_M_S);
            let end_s = (self.now.at_s + leg_s).min(until_s);
            self = self.steer(course, kn, end_s);
            course += 180.0;
        }
        self
    }

    /// Alongside another vessel; the way there must lead to `berthing.place(host, berthing.begins_s())`.
    pub fn alongside(mut self, host: &Path, berthing: &Berthing) -> Self {
        let mut at_s = berthing.begins_s();
        while at_s < berthing.ends_s() {
            let heading_deg = wrap_360(host.at(at_s).1 + 2.5 * libm::sin(at_s / 83.0));
            let position = berthing.place(host, at_s);
            self.knots.push(Knot { at_s, position, heading_deg });
            self.now = Knot { at_s, position, heading_deg };
            at_s += CLOSE_STEP_S;
        }
        self.now.at_s = berthing.ends_s();
        self.now.position = berthing.place(host, self.now.at_s);
        self
    }

    /// One straight leg to a place; the heading is its course.
    fn run_to(&mut self, to: Position, leg_s: f64) {
        let way = self.now.position.offset_to(to);
        if way.length().0 > 0.5 {
            self.now.heading_deg = way.direction().degrees();
        }
        self.knots.push(self.now);
        self.now.position = to;
        self.now.at_s += leg_s.max(0.0);
    }
}

/// A place relative to a hull, metres ahead and to starboard.
pub fn beside(centre: Position, heading_deg: f64, ahead_m: f64, starboard_m: f64) -> Position {
    centre.moved(Offset::polar(heading_deg, ahead_m).plus(Offset::polar(heading_deg + 90.0, starboard_m)))
}

/// A smooth step from 0 to 1.
fn ease(x: f64) -> f64 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn helm() -> Helm {
        let mut rng = Rng::new(1, "motion");
        let sea = Sea::new(&mut rng);
        Helm::new(rng, sea, 0.0, Position::from_degrees(8.5, 106.6).unwrap())
    }

    #[test]
    fn a_passage_arrives_where_and_when_it_should() {
        let to = Position::from_degrees(8.4, 106.7).unwrap();
        let path = helm().sail_to_by(to, 3600.0).path();
        assert!(path.position(3700.0).distance_to(to).0 < 0.1);
        assert!(path.position(3540.0).distance_to(to).0 > 100.0);
        let kn = path.velocity(1800.0).length().0 / KNOT_M_S;
        assert!((kn - 8.4).abs() < 0.5, "{kn}");
    }

    #[test]
    fn drifting_is_slow_and_goes_downwind() {
        let path = helm().drift(7200.0).path();
        let way = path.position(0.0).offset_to(path.position(7200.0));
        assert!(way.length().0 / 7200.0 < 0.4 && way.length().0 > 50.0);
    }

    #[test]
    fn alongside_keeps_its_gap() {
        let host = helm().drift(7200.0).path();
        let berthing = Berthing {
            secured_s: 1000.0,
            cast_off_s: 3000.0,
            manoeuvre_s: 300.0,
            ahead_m: 2.0,
            across_m: -15.0,
            stand_off_m: 350.0,
        };
        let path = helm().sail_to_by(berthing.place(&host, berthing.begins_s()), 700.0).alongside(&host, &berthing);
        let path = path.steer(120.0, 7.0, 7200.0).path();
        for t in [1000.0, 1711.0, 2500.0, 3000.0] {
            let apart = host.position(t).distance_to(path.position(t)).0;
            assert!((apart - 15.1).abs() < 0.5, "{t}: {apart}");
        }
        assert!(host.position(690.0).distance_to(path.position(690.0)).0 > 300.0);
        assert!(host.position(6000.0).distance_to(path.position(6000.0)).0 > 5000.0);
    }
}
