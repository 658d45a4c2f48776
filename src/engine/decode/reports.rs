//! Messages to reports: what a decoded message tells the tracker.

use smallvec::{SmallVec, smallvec};

use super::Message;
use super::ais::AisMessage;
use super::csv::CsvRow;
use super::reject::RejectReason;
use super::report::{AisClass, Body, PositionReport, Report, StaticReport};
use super::stamp::{SentenceKind, Stamp};
use crate::engine::vessel::{Claims, Mmsi};

/// The reports of one message.
pub type Reports = SmallVec<[Report; 2]>;

/// What a message tells the tracker: one report, two where it tells both a position and an identity, none where it is of
/// own ship, of what is no vessel, or tells nothing of one.
///
/// # Errors
/// `Time` if nothing tells when it was observed.
pub fn reports(stamp: &Stamp, message: &Message) -> Result<Reports, RejectReason> {
    let observed_at = stamp.observed_at.ok_or(RejectReason::Time)?;
    let bodies: SmallVec<[Body; 2]> = match message {
        _ if stamp.sentence == SentenceKind::Vdo => SmallVec::new(),
        Message::Ais(ais) => of_ais(ais, stamp.utc_second_suspect),
        Message::Row(row) => of_row(row),
        Message::Target(message) => message.target.map(Body::Target).into_iter().collect(),
        Message::TargetPosition(message) => message.target.map(Body::Target).into_iter().collect(),
        Message::Asterix(record) => record.body.into_iter().collect(),
        Message::TargetLabel(_) | Message::RadarSystem(_) => SmallVec::new(),
    };
    let report = |body| Report {
        observed_at,
        received_at: stamp.received_at,
        feed: stamp.feed,
        station: stamp.station,
        digest: stamp.digest,
        seq: stamp.seq,
        body,
    };
    Ok(bodies.into_iter().map(report).collect())
}

/// Who tells a position of a vessel or aircraft, own ship included: what counts as a position report.
pub fn positioned(message: &Message) -> Option<Mmsi> {
    let report = match message {
        Message::Ais(ais) => position_report(ais)?,
        Message::Row(row) => {
            return of_row(row).iter().find_map(|body| match body {
                Body::Position(report) => Some(report.mmsi),
                _ => None,
            });
        }
        _ => return None,
    };
    (!matches!(report.class, AisClass::Base | AisClass::Aid)).then_some(report.mmsi)
}

fn of_ais(message: &AisMessage, suspect: Option<bool>) -> SmallVec<[Body; 2]> {
    match position_report(message) {
        Some(position) => {
            let position = PositionReport { utc_second_suspect: suspect, ..position };
            let mut bodies = smallvec![Body::Position(position)];
            bodies.extend(static_report(message).map(Body::Static));
            bodies
        }
        None => match static_report(message) {
            Some(identity) => smallvec![Body::Static(identity)],
            None => smallvec![Body::Heard { mmsi: message.mmsi() }],
        },
    }
}

/// The position that a message tells.
fn position_report(message: &AisMessage) -> Option<PositionReport> {
    let at = |class, position, position_accuracy| PositionReport {
        mmsi: message.mmsi(),
        class,
        position,
        position_accuracy,
        sog: None,
        cog: None,
        true_heading: None,
        navigational_status: None,
        utc_second_suspect: None,
    };
    Some(match message {
        AisMessage::PositionA(m) => PositionReport {
            sog: m.sog,
            cog: m.cog,
            true_heading: m.true_heading,
            navigational_status: Some(m.navigational_status),
            ..at(AisClass::A, m.position, m.position_accuracy)
        },
        AisMessage::LongRange(m) => PositionReport {
            sog: m.sog,
            cog: m.cog,
            navigational_status: Some(m.navigational_status),
            ..at(AisClass::A, m.position, m.position_accuracy)
        },
        AisMessage::PositionB(m) => PositionReport {
            sog: m.sog,
            cog: m.cog,
            true_heading: m.true_heading,
            ..at(AisClass::B, m.position, m.position_accuracy)
        },
        AisMessage::ExtendedB(m) => PositionReport {
            sog: m.sog,
            cog: m.cog,
            true_heading: m.true_heading,
            ..at(AisClass::B, m.position, m.position_accuracy)
        },
        AisMessage::SarAircraft(m) => {
            PositionReport { sog: m.sog, cog: m.cog, ..at(AisClass::Aircraft, m.position, m.position_accuracy) }
        }
        AisMessage::BaseStation(m) if m.message_id == 4 => at(AisClass::Base, m.position, m.position_accuracy),
        AisMessage::AidToNavigation(m) => at(AisClass::Aid, m.position, m.position_accuracy),
        _ => return None,
    })
}

/// The identity that a message tells.
fn static_report(message: &AisMessage) -> Option<StaticReport> {
    let none = Claims::default();
    let claims = match message {
        AisMessage::StaticVoyage(m) => Claims {
            name: m.ship_name,
            call_sign: m.call_sign,
            imo_number: m.imo_number,
            ship_type: m.ship_type,
            dimensions: m.dimensions,
        },
        AisMessage::ExtendedB(m) => {
            Claims { name: m.ship_name, ship_type: m.ship_type, dimensions: m.dimensions, ..none }
        }
        AisMessage::AidToNavigation(m) => Claims { name: m.aid_name, dimensions: m.dimensions, ..none },
        AisMessage::StaticDataA(m) => Claims { name: m.ship_name, ..none },
        AisMessage::StaticDataB(m) => {
            Claims { call_sign: m.call_sign, ship_type: m.ship_type, dimensions: m.dimensions, ..none }
        }
        _ => return None,
    };
    Some(StaticReport { mmsi: message.mmsi(), claims })
}

fn of_row(row: &CsvRow) -> SmallVec<[Body; 2]> {
    let mut bodies = smallvec![Body::Position(PositionReport {
        mmsi: row.mmsi,
        class: row.class,
        position: row.position,
        position_accuracy: false,
        sog: row.sog,
        cog: row.cog,
        true_heading: row.true_heading,
        navigational_status: row.navigational_status,
        utc_second_suspect: None,
    })];
    let claims = Claims {
        name: row.name,
        call_sign: row.call_sign,
        imo_number: row.imo_number,
        ship_type: row.ship_type,
        dimensions: row.dimensions,
    };
    if claims != Claims::default() {
        bodies.push(Body::Static(StaticReport { mmsi: row.mmsi, claims }));
    }
    bodies
}
