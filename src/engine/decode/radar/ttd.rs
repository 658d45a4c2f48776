//! TTD, tracked target data (IEC 61162-1): targets of a radar's tracker in 90 bits each, six bits a character.
//!
//! A sentence holds whole targets (four fill one of 82 characters), so each is read alone, whichever of its message it is.
//!
//! | bits | field |
//! |---|---|
//! | 0-1 | protocol version, 0 |
//! | 2-11 | target number |
//! | 12-23 | true bearing, 0.1 degree; 4095 is not available |
//! | 24-35 | speed, 0.1 kn; 4095 is not available |
//! | 36-47 | course, 0.1 degree; 4095 is not available |
//! | 48-59 | heading that the target tells by AIS, 0.1 degree |
//! | 60-62 | status: 0 not tracking, 1 acquiring, 2 lost, 4 tracking, 6 and 7 tracking with an alarm |
//! | 63 | operation mode: 1 is a test target |
//! | 64-77 | distance, 0.01 NM (a setting: some radars send 0.001); 16383 is not available |
//! | 78 | speed mode: 0 true, 1 relative |
//! | 79 | stabilisation: 0 over the ground, 1 through the water |
//! | 80-81 | reserved |
//! | 82-89 | number that joins targets of several sensors, 0 is none |

use super::Reference;
use super::ttm::TrackedTarget;
use crate::engine::decode::armour::Payload;
use crate::engine::decode::nmea0183::Sentence;
use crate::engine::decode::reject::RejectReason;
use crate::engine::decode::report::TargetStatus;
use crate::engine::units::{Metres, NAUTICAL_MILE_M, Speed};

/// Bits of a target.
const TARGET_BITS: usize = 90;

/// Takes the targets of a sentence into `payload`.
///
/// # Errors
/// `Malformed` if a count is no hexadecimal number, `Fragment` if they contradict each other, `FillBits`, and what
/// [`Payload::unpack`] refuses.
pub fn unpack(sentence: &Sentence<'_>, payload: &mut Payload) -> Result<(), RejectReason> {
    let mut fields = sentence.fields();
    let mut next = || fields.next().unwrap_or(&[]);
    let (total, number) = (hex(next())?, hex(next())?);
    if number == 0 || number > total {
        return Err(RejectReason::Fragment);
    }
    let (_sequence, targets) = (next(), next());
    let fill_bits = match next() {
        [] => 0,
        [digit @ b'0'..=b'5'] => digit - b'0',
        _ => return Err(RejectReason::FillBits),
    };
    payload.unpack(targets, fill_bits)
}

/// How many whole targets were taken in.
pub fn targets(payload: &Payload) -> usize {
    payload.bits() / TARGET_BITS
}

/// Whether the last target is not whole.
pub fn is_cut(payload: &Payload) -> bool {
    payload.bits() % TARGET_BITS > 5
}

/// The target at a place, and whether it is a test target; `None` where nothing is tracked or the version is not known.
pub fn target(p: &Payload, place: usize, distance_step_nm: f64) -> Option<(TrackedTarget, bool)> {
    let bit = |offset: usize| place * TARGET_BITS + offset;
    let angle =
        |offset: usize| Some(p.uint(bit(offset), 12)).filter(|raw| *raw < 3600).map(|raw| f64::from(raw) / 10.0);
    let target_status = match p.byte(bit(60), 3) {
        1 => TargetStatus::Query,
        2 => TargetStatus::Lost,
        4 | 6 | 7 => TargetStatus::Tracking,
        _ => return None,
    };
    if p.byte(bit(0), 2) != 0 {
        return None;
    }
    let has_range = target_status != TargetStatus::Lost;
    let has_velocity = target_status == TargetStatus::Tracking;
    let unit_m = NAUTICAL_MILE_M * distance_step_nm;
    let (distance, speed) = (p.uint(bit(64), 14), p.uint(bit(24), 12));
    let target = TrackedTarget {
        target_number: p.uint(bit(2), 10),
        range: (distance != 16_383 && has_range).then(|| Metres(f64::from(distance) * unit_m)),
        range_step_m: unit_m,
        bearing_deg: angle(12).filter(|_| has_range),
        bearing_step_deg: 0.1,
        bearing_reference: Reference::True,
        speed: (speed != 4095 && has_velocity).then(|| Speed::from_knots(f64::from(speed) / 10.0)),
        course_deg: angle(36).filter(|_| has_velocity),
        course_reference: if p.flag(bit(78)) { Reference::Relative } else { Reference::True },
        target_name: None,
        target_status,
        reference_target: false,
        time: None,
    };
    Some((target, p.flag(bit(63))))
}

/// One or two hexadecimal digits.
fn hex(field: &[u8]) -> Result<u8, RejectReason> {
    let text = std::str::from_utf8(field).map_err(|_| RejectReason::Malformed)?;
    u8::from_str_radix(text, 16).map_err(|_| RejectReason::Malformed)
}
