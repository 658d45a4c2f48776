//! Severity: how bad an alert is, from its kind, zone and circumstances; it sorts the queue and never counts as confidence.

use serde::{Deserialize, Serialize};

use crate::engine::detect::{Anomaly, Context, Kind, Subkind, View};
use crate::engine::earth::Position;
use crate::engine::time::EventTime;

/// How bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// Routine.
    Low,
    /// Worth a look.
    Moderate,
    /// Worth a boat.
    High,
    /// Worth every boat.
    Critical,
}

impl Severity {
    /// As printed.
    pub fn text(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Moderate => "moderate",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }

    fn of_points(points: u8) -> Self {
        match points {
            0 => Severity::Low,
            1 | 2 => Severity::Moderate,
            3 | 4 => Severity::High,
            _ => Severity::Critical,
        }
    }
}

/// Points for what is known; what is not known adds none.
pub fn judge(anomaly: &Anomaly, view: &View<'_>) -> Severity {
    let watched = anomaly.zones.iter().any(|&ix| view.zones.get(ix).sts_watch);
    let kind = match anomaly.kind {
        Kind::Loitering if anomaly.subkind == Some(Subkind::FishingLike) => 0,
        Kind::Loitering => 1,
        Kind::ZoneEntry | Kind::ZoneExit | Kind::AppearedInZone | Kind::VanishedInZone => 0,
        Kind::FeedLost if anomaly.voice.is_some_and(|voice| voice.station.is_some()) => 0,
        Kind::FeedLost | Kind::Drifting | Kind::DarkContact => 1,
        Kind::DarkPeriod | Kind::ShipToShip => 2,
        Kind::Distress if anomaly.subkind == Some(Subkind::Test) => 0,
        Kind::Distress => 5,
        Kind::IdentityChange if anomaly.context.contains(&Context::DuringDark) => 5,
        Kind::IdentityChange => 2,
        Kind::IdentityConflict | Kind::AisWithoutEcho => 0,
        Kind::PositionOffset => 2,
        Kind::DuplicateIdentity | Kind::ReceiverOutage | Kind::GnssInterference => 1,
    };
    let dark = anomaly.context.contains(&Context::DarkPartner) || anomaly.context.contains(&Context::PartnerSilent);
    let night = anomaly.position.is_some_and(|position| is_night(anomaly.onset, position));
    let served = anomaly.context.contains(&Context::Service) && anomaly.suppressed.is_some();
    if served || (kind == 0 && !dark) {
        return Severity::Low;
    }
    let raft = anomaly.context.contains(&Context::Raft);
    Severity::of_points(kind + u8::from(watched) + u8::from(dark) + u8::from(night) + u8::from(raft))
}

/// Between 18:00 and 06:00 of local mean time.
pub fn is_night(at: EventTime, position: Position) -> bool {
    let local_ms = at.millis() + (position.lon() / 15.0 * 3_600_000.0) as i64;
    let hour = local_ms.div_euclid(3_600_000).rem_euclid(24);
    !(6..18).contains(&hour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn night_is_local() {
        let con_dao = Position::from_degrees(8.5, 106.6).unwrap();
        assert!(is_night(EventTime::from_utc(2026, 1, 10, 15, 0, 0, 0).unwrap(), con_dao));
        assert!(!is_night(EventTime::from_utc(2026, 1, 10, 3, 0, 0, 0).unwrap(), con_dao));
    }
}
