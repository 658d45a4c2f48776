//! A small sea for the engine: ships and radar targets along paths, commands and rules at their times.

use picket::engine::alert::Alert;
use picket::engine::command::{Action, Command};
use picket::engine::core::{Config, Core};
use picket::engine::decode::report::{
    AisClass, Body, PositionReport, Report, SensorTrackReport, StationId, TargetStatus,
};
use picket::engine::detect::Kind;
use picket::engine::digest::digest64;
use picket::engine::earth::{Offset, Position};
use picket::engine::input::{Feed, FeedId, FeedKind, Input};
use picket::engine::intake::{Intake, Steps};
use picket::engine::limits::Limits;
use picket::engine::output::Output;
use picket::engine::rules::Rules;
use picket::engine::time::{EventTime, Span};
use picket::engine::units::{Course, Metres, Speed};
use picket::engine::vessel::Mmsi;
use picket::engine::zone::ZoneSet;

/// A scripted world: reports by time, run through the core in order.
#[derive(Default)]
pub struct World {
    pub reports: Vec<Report>,
    /// What is done at these times to everything raised so far.
    pub commands: Vec<(EventTime, Action)>,
    /// Other rules come at these times.
    pub rules_at: Vec<(EventTime, Rules)>,
}

pub const AIS: FeedId = FeedId(0);
pub const RADAR: FeedId = FeedId(1);

pub fn start() -> EventTime {
    EventTime::from_utc(2026, 1, 10, 12, 0, 0, 0).unwrap()
}

pub fn at(s: i64) -> EventTime {
    start() + Span::from_secs(s)
}

pub fn origin() -> Position {
    Position::from_degrees(8.45, 106.6).unwrap()
}

pub fn place(east_m: f64, north_m: f64) -> Position {
    origin().moved(Offset { east_m, north_m })
}

pub fn feeds() -> Vec<Feed> {
    vec![Feed::new("ais", FeedKind::Nmea), Feed::new("radar", FeedKind::Nmea)]
}

pub fn command(alert: &Alert, action: &Action) -> Vec<u8> {
    Command { alert: alert.id.clone(), action: action.clone(), by: "watch".into(), note: None }.to_bytes()
}

/// An input that is no frame, through the intake as every other.
pub fn order(core: &mut Core, input: &Input<'_>) {
    let mut steps = Steps::default();
    Intake::new(&feeds()).take(input, &mut steps);
    core.take(&steps);
}

pub fn drain(core: &mut Core, alerts: &mut Vec<Alert>) {
    while let Some(output) = core.poll_output() {
        if let Output::Alert(alert) = output {
            alerts.push(*alert);
        }
    }
}

impl World {
    /// A class A vessel that reports each 10 s along `path` (seconds -> metres east, north), silent where it gives none.
    pub fn ship(&mut self, mmsi: u32, until_s: i64, path: impl Fn(f64) -> Option<(f64, f64)>) {
        for s in (i64::from(mmsi % 7)..until_s).step_by(10) {
            let Some((east, north)) = path(s as f64) else { continue };
            let (e2, n2) = path(s as f64 + 1.0).unwrap_or((east, north));
            let velocity = Offset { east_m: e2 - east, north_m: n2 - north };
            let body = Body::Position(PositionReport {
                mmsi: Mmsi(mmsi),
                class: AisClass::A,
                position: Some(place(east, north)),
                position_accuracy: true,
                sog: Some(Speed::from_m_s(velocity.length().0)),
                cog: Some(velocity.direction()),
                true_heading: None,
                navigational_status: Some(0),
                utc_second_suspect: None,
            });
            self.push(AIS, s, body, mmsi.into());
        }
    }

    /// A radar target reported each 6 s.
    pub fn target(&mut self, number: u32, from_s: i64, until_s: i64, path: impl Fn(f64) -> Option<(f64, f64)>) {
        let mut held = false;
        for s in (from_s..until_s).step_by(6) {
            let Some((east, north)) = path(s as f64) else {
                if held {
                    self.push(RADAR, s, target(number, TargetStatus::Lost, None, None), number.into());
                }
                held = false;
                continue;
            };
            held = true;
            let (e2, n2) = path(s as f64 + 1.0).unwrap_or((east, north));
            let velocity = Offset { east_m: e2 - east, north_m: n2 - north };
            let body = target(number, TargetStatus::Tracking, Some(place(east, north)), Some(velocity));
            self.push(RADAR, s, body, number.into());
        }
    }

    pub fn push(&mut self, feed: FeedId, s: i64, body: Body, key: u64) {
        let digest = digest64(&[key.to_le_bytes(), s.to_le_bytes()].concat());
        let (seq, t) = (self.reports.len() as u64 + 1, at(s));
        let station = StationId(if feed == AIS { 7 } else { 0 });
        self.reports.push(Report { observed_at: t, received_at: t, feed, station, digest, seq, body });
    }

    /// Four ships that only keep the station healthy, far from everything.
    pub fn bystanders(&mut self, until_s: i64) {
        for i in 0..4u32 {
            let north = 20_000.0 + 3000.0 * f64::from(i);
            self.ship(574_900_000 + i, until_s, move |t| Some((t * 5.0 - 20_000.0, north)));
        }
    }

    pub fn run(mut self) -> Vec<Alert> {
        self.reports.sort_by_key(|r| (r.observed_at, r.feed, r.digest));
        let config = Config {
            feeds: feeds(),
            limits: Limits::default(),
            zones: ZoneSet::everywhere(),
            settings_hash: "test".into(),
            tracks_every: None,
            fixes_every: None,
        };
        self.commands.reverse();
        self.rules_at.reverse();
        let mut core = Core::new(config);
        let mut alerts = Vec::new();
        for report in &self.reports {
            let due = |at: &EventTime| *at <= report.received_at;
            while let Some((at, action)) = self.commands.pop_if(|(at, _)| due(at)) {
                let commands: Vec<Vec<u8>> = alerts.iter().map(|alert| command(alert, &action)).collect();
                commands.iter().for_each(|body| order(&mut core, &Input::Command { received_at: at, body }));
                drain(&mut core, &mut alerts);
            }
            while let Some((at, rules)) = self.rules_at.pop_if(|(at, _)| due(at)) {
                order(&mut core, &Input::Rules { received_at: at, body: &rules.to_bytes().unwrap() });
            }
            core.take_frame(report.feed, report.received_at, std::slice::from_ref(report));
            drain(&mut core, &mut alerts);
        }
        core.end_feed(AIS);
        core.end_feed(RADAR);
        drain(&mut core, &mut alerts);
        alerts
    }
}

pub fn target(number: u32, status: TargetStatus, position: Option<Position>, velocity: Option<Offset>) -> Body {
    Body::Target(SensorTrackReport {
        target_number: number,
        status,
        position,
        range: position.map(|_| Metres(12_000.0)),
        sog: velocity.map(|v| Speed::from_m_s(v.length().0)),
        cog: velocity.map(|v| Course::from_degrees(v.direction().degrees())),
        range_sigma_m: 15.0,
        cross_sigma_m: 30.0,
    })
}

pub fn of(alerts: &[Alert], kind: Kind) -> Vec<&Alert> {
    alerts.iter().filter(|a| a.anomaly.kind == kind).collect()
}

/// Sails in at 5 m/s, stops at `east` from `stop_s` to `go_s`, sails on.
pub fn stops(t: f64, stop_s: f64, go_s: f64, east: f64, north: f64) -> (f64, f64) {
    if t < stop_s {
        (east - (stop_s - t) * 5.0, north)
    } else if t < go_s {
        (east + (t - stop_s) * 0.05, north)
    } else {
        (east + (t - go_s) * 5.0, north)
    }
}
