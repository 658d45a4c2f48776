//! Messages to reports: what a decoded message tells the tracker.

use smallvec::{SmallVec, smallvec};

use super::Message;
use super::ais::AisMessage;
use super::csv::CsvRow;
use super::reject::RejectReason;
use super::report::{AisClass, Body, PositionReport, Report, StaticReport};
use super::stamp::{SentenceKind, Stamp};
use crate::engine::vessel::Mmsi;

/// The reports of one message.
pub type Reports = SmallVec<[Report; 2]>;

/// What a message tells the tracker: one report, two where it tells both a position and an identity, none where it is of
/// own ship or of a reference target.
///
/// # Errors
/// `Time` if nothing tells when it was observed.
pub fn reports(stamp: &Stamp, message: &Message) -> Result<Reports, RejectReason> {
    let observed_at = stamp.observed_at.ok_or(RejectReason::Time)?;
    let bodies: SmallVec<[Body; 2]> = match message {
        _ if stamp.sentence == SentenceKind::Vdo => SmallVec::new(),
        Message::Ais(ais) => of_ais(ais, stamp.utc_second_suspect),
        Message::Row(row) => of_row(row),
        Message::Ttm(ttm) if ttm.wire.reference_target => SmallVec::new(),
        Message::Ttm(ttm) => smallvec![Body::Target(ttm.target)],
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

/// A position report that tells its sender and nothing else.
fn position_of(mmsi: Mmsi, class: AisClass, utc_second_suspect: bool) -> PositionReport {
    PositionReport {
        mmsi,
        class,
        position: None,
        position_accuracy: false,
        sog: None,
        cog: None,
        true_heading: None,
        navigational_status: None,
        utc_second_suspect,
    }
}

/// A static report that tells its sender and nothing else.
fn static_of(mmsi: Mmsi, class: AisClass) -> StaticReport {
    StaticReport { mmsi, class, name: None, call_sign: None, imo_number: None, ship_type: None, dimensions: None }
}

fn of_ais(message: &AisMessage, suspect: bool) -> SmallVec<[Body; 2]> {
    let position = |class| position_of(message.mmsi(), class, suspect);
    let identity = |class| static_of(message.mmsi(), class);
    match message {
        AisMessage::PositionA(m) => smallvec![Body::Position(PositionReport {
            position: m.position,
            position_accuracy: m.position_accuracy,
            sog: m.sog,
            cog: m.cog,
            true_heading: m.true_heading,
            navigational_status: Some(m.navigational_status),
            ..position(AisClass::A)
        })],
        AisMessage::PositionB(m) => smallvec![Body::Position(PositionReport {
            position: m.position,
            position_accuracy: m.position_accuracy,
            sog: m.sog,
            cog: m.cog,
            true_heading: m.true_heading,
            ..position(AisClass::B)
        })],
        AisMessage::ExtendedB(m) => {
            let moving = PositionReport {
                position: m.position,
                position_accuracy: m.position_accuracy,
                sog: m.sog,
                cog: m.cog,
                true_heading: m.true_heading,
                ..position(AisClass::B)
            };
            let named = StaticReport {
                name: m.ship_name,
                ship_type: m.ship_type,
                dimensions: m.dimensions,
                ..identity(AisClass::B)
            };
            smallvec![Body::Position(moving), Body::Static(named)]
        }
        AisMessage::LongRange(m) => smallvec![Body::Position(PositionReport {
            position: m.position,
            position_accuracy: m.position_accuracy,
            sog: m.sog,
            cog: m.cog,
            navigational_status: Some(m.navigational_status),
            ..position(AisClass::A)
        })],
        AisMessage::BaseStation(m) if m.message_id == 4 => smallvec![Body::Position(PositionReport {
            position: m.position,
            position_accuracy: m.position_accuracy,
            ..position(AisClass::Base)
        })],
        AisMessage::SarAircraft(m) => smallvec![Body::Position(PositionReport {
            position: m.position,
            position_accuracy: m.position_accuracy,
            sog: m.sog,
            cog: m.cog,
            ..position(AisClass::Aircraft)
        })],
        AisMessage::AidToNavigation(m) => {
            let place = PositionReport {
                position: m.position,
                position_accuracy: m.position_accuracy,
                ..position(AisClass::Aid)
            };
            let named = StaticReport { name: m.aid_name, dimensions: m.dimensions, ..identity(AisClass::Aid) };
            smallvec![Body::Position(place), Body::Static(named)]
        }
        AisMessage::StaticVoyage(m) => smallvec![Body::Static(StaticReport {
            name: m.ship_name,
            call_sign: m.call_sign,
            imo_number: m.imo_number,
            ship_type: m.ship_type,
            dimensions: m.dimensions,
            ..identity(AisClass::A)
        })],
        AisMessage::StaticDataA(m) => {
            smallvec![Body::Static(StaticReport { name: m.ship_name, ..identity(AisClass::B) })]
        }
        AisMessage::StaticDataB(m) => smallvec![Body::Static(StaticReport {
            call_sign: m.call_sign,
            ship_type: m.ship_type,
            dimensions: m.dimensions,
            ..identity(AisClass::B)
        })],
        AisMessage::BaseStation(_) | AisMessage::SafetyText(_) | AisMessage::Other(_) => {
            smallvec![Body::Heard { mmsi: message.mmsi() }]
        }
    }
}

fn of_row(row: &CsvRow) -> SmallVec<[Body; 2]> {
    let mut bodies = smallvec![Body::Position(PositionReport {
        position: row.position,
        sog: row.sog,
        cog: row.cog,
        true_heading: row.true_heading,
        navigational_status: row.navigational_status,
        ..position_of(row.mmsi, row.class, false)
    })];
    let named = StaticReport {
        name: row.name,
        call_sign: row.call_sign,
        imo_number: row.imo_number,
        ship_type: row.ship_type,
        dimensions: row.dimensions,
        ..static_of(row.mmsi, row.class)
    };
    if named != static_of(row.mmsi, row.class) {
        bodies.push(Body::Static(named));
    }
    bodies
}
