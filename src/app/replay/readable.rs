//! Alert lines for people: when, how loud, what, where, who and why, a line each.

use std::collections::BTreeMap;

use crate::edge::lines::AlertForm;
use crate::engine::alert::{Alert, Cause, LostFeed, Subject};
use crate::engine::detect::{Change, Factor, FactorName, Kind};
use crate::engine::time::EventTime;
use crate::engine::zone::ZoneSet;

/// Width of the column of zones.
const ZONE_WIDTH: usize = 12;
/// Width of the column of vessels: two with name and number.
const VESSELS_WIDTH: usize = 50;

/// Writes alerts for people; knows the zones' names.
pub struct Readable {
    zones: BTreeMap<String, String>,
}

impl Readable {
    /// For alerts of these zones.
    pub fn new(zones: &ZoneSet) -> Self {
        Readable { zones: zones.iter().map(|(_, zone)| (zone.id.clone(), zone.name.clone())).collect() }
    }

    /// One line, without line end; `None` for a revision that only says that it goes on.
    pub fn line(&self, alert: &Alert, form: AlertForm) -> Option<String> {
        let cause = match (form, alert.cause) {
            (AlertForm::Live, Cause::Anomaly(Change::Kept)) => return None,
            (AlertForm::Live, cause) => format!("{:<12} ", cause.text()),
            (AlertForm::Final, _) => String::new(),
        };
        let anomaly = &alert.anomaly;
        let zone = alert.zone.as_ref().map_or("-", |id| self.zones.get(id).unwrap_or(id));
        let who: Vec<String> = alert.feed.iter().map(feed).chain(alert.subjects.iter().map(vessel)).collect();
        Some(format!(
            "{cause}{}  {:<7}  {:<12}  {zone:<ZONE_WIDTH$}  {:<VESSELS_WIDTH$}  {}",
            when(anomaly.onset, anomaly.end),
            anomaly.priority.text(),
            anomaly.kind.text(),
            who.join(" + "),
            why(alert).join("; "),
        ))
    }
}

/// `2026-01-10 12:40-13:10`, UTC; open while it goes on.
fn when(onset: EventTime, end: Option<EventTime>) -> String {
    let (onset, end) = (onset.iso(), end.map(EventTime::iso));
    let minute = |iso: &str| iso.get(11..16).unwrap_or(iso).to_owned();
    let day = onset.get(..10).unwrap_or(&onset);
    format!("{day} {}-{}", minute(&onset), end.map_or("     ".to_owned(), |end| minute(&end)))
}

/// Name and number; a vessel that radar alone holds has its track.
fn vessel(subject: &Subject) -> String {
    match (subject.mmsi, &subject.name) {
        (Some(mmsi), Some(name)) => format!("{} ({})", name.as_str(), mmsi.0),
        (Some(mmsi), None) => mmsi.0.to_string(),
        (None, _) => format!("radar only {}", subject.track.to_string().get(..7).unwrap_or_default()),
    }
}

/// A feed, or one of its stations.
fn feed(feed: &LostFeed) -> String {
    let station = feed.station.as_ref().map_or(String::new(), |station| format!(", station {station}"));
    format!("feed {}{station}", feed.name)
}

/// What speaks for it, and what it was found to be.
fn why(alert: &Alert) -> Vec<String> {
    let anomaly = &alert.anomaly;
    let seen_s: f64 = anomaly.observed.iter().map(|&(from, to)| (to - from).seconds()).sum();
    let mut reasons = Vec::new();
    if let Some(suppressed) = &anomaly.suppressed {
        let entry = alert.suppressed_entry.as_deref().unwrap_or("no zone");
        reasons.push(format!("SUPPRESSED by {} ({entry})", suppressed.rule.text()));
    }
    match anomaly.kind {
        Kind::Loitering => reasons.push(format!("slow or confined for {}", minutes(seen_s))),
        Kind::ShipToShip => {
            let tier = anomaly.tier_m.map_or(String::new(), |tier_m| format!(" within {tier_m} m"));
            reasons
                .extend(factor(alert, FactorName::Dwell).map(|dwell| format!("together{tier} for {}", limited(dwell))));
            let least = factor(alert, FactorName::LeastDistance);
            reasons.extend(least.map(|least| format!("closest {:.0} m", least.value)));
        }
        Kind::Drifting => reasons.push(format!("sideways for {}", minutes(seen_s))),
        Kind::DarkContact => reasons.push(format!("radar alone for {}", minutes(seen_s))),
        Kind::ZoneEntry | Kind::ZoneExit => {}
        Kind::DarkPeriod | Kind::FeedLost | Kind::AppearedInZone | Kind::VanishedInZone => {
            reasons
                .extend(factor(alert, FactorName::Silence).map(|silence| format!("silent for {}", limited(silence))));
            let chance = factor(alert, FactorName::LogP);
            reasons.extend(chance.map(|chance| format!("chance of that 1e{:.0}", chance.value)));
        }
        Kind::ReceiverOutage => {
            let heard = factor(alert, FactorName::Messages);
            reasons.extend(heard.map(|heard| {
                format!("{:.0} messages a minute where {:.0} are usual", heard.value, heard.limit.unwrap_or_default())
            }));
        }
        Kind::IdentityChange => {
            let was = factor(alert, FactorName::PreviousMmsi);
            reasons.extend(was.map(|was| format!("was {:.0}", was.value)));
            reasons
                .extend(factor(alert, FactorName::Silence).map(|silence| format!("silent for {}", limited(silence))));
        }
        Kind::Distress | Kind::IdentityConflict => {}
        Kind::PositionOffset => {
            let apart = factor(alert, FactorName::Distance);
            reasons.extend(apart.map(|apart| format!("AIS and echo {:.0} m apart", apart.value)));
        }
        Kind::AisWithoutEcho => {
            let turns = factor(alert, FactorName::UnseenTurns);
            reasons.extend(turns.map(|turns| format!("no echo for {:.0} turns", turns.value)));
        }
        Kind::GnssInterference => {
            let vessels = factor(alert, FactorName::Vessels);
            reasons.extend(vessels.map(|vessels| format!("{:.0} vessels", vessels.value)));
        }
        Kind::DuplicateIdentity => {
            let apart = factor(alert, FactorName::Distance);
            reasons.extend(apart.map(|apart| format!("one number, two hulls {:.1} km apart", apart.value / 1000.0)));
        }
    }
    reasons.extend(anomaly.subkind.map(|subkind| subkind.text().to_owned()));
    reasons.extend(anomaly.context.iter().map(|context| context.text().to_owned()));
    reasons
}

fn factor(alert: &Alert, name: FactorName) -> Option<&Factor> {
    alert.factors().iter().find(|factor| factor.name == name)
}

/// A duration with its limit.
fn limited(factor: &Factor) -> String {
    let limit = factor.limit.map_or(String::new(), |limit_s| format!(" (limit {})", minutes(limit_s)));
    format!("{}{limit}", minutes(factor.value))
}

fn minutes(seconds: f64) -> String {
    format!("{:.0} min", (seconds / 60.0).floor())
}
