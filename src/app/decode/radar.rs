//! What radar sentences say, field by field.

use super::says::{Says, rounded};
use crate::engine::decode::report::TargetStatus;
use crate::engine::decode::{RadarSystemData, TargetLabel, TargetPosition, TrackedTarget};

impl<'a> Says<'a> {
    /// What TTM, or TTD of one target, says.
    pub(super) fn target(m: &'a TrackedTarget) -> Self {
        Says {
            target_number: Some(m.target_number),
            range_m: m.range.map(|r| rounded(r.0)),
            bearing_deg: m.bearing_deg.map(rounded),
            bearing_reference: m.bearing_deg.map(|_| m.bearing_reference.letter()),
            sog_kn: m.speed.map(|v| rounded(v.knots())),
            cog_deg: m.course_deg.map(rounded),
            course_reference: m.course_deg.map(|_| m.course_reference.letter()),
            target_name: m.target_name.as_deref(),
            target_status: Some(letter(m.target_status)),
            reference_target: Some(m.reference_target),
            time: m.time.as_deref(),
            ..Says::default()
        }
    }

    /// What TLL says.
    pub(super) fn target_position(m: &'a TargetPosition) -> Self {
        Says {
            target_number: Some(m.target_number),
            target_name: m.target_name.as_deref(),
            target_status: Some(letter(m.target_status)),
            reference_target: Some(m.reference_target),
            time: m.time.as_deref(),
            ..Says::default().at(m.position)
        }
    }

    /// What TLB says of one target.
    pub(super) fn target_label(m: &'a TargetLabel) -> Self {
        Says { target_number: Some(m.target_number), target_name: m.label.as_deref(), ..Says::default() }
    }

    /// What RSD says.
    pub(super) fn radar_system(m: &RadarSystemData) -> Self {
        Says {
            range_scale_m: m.range_scale.map(|r| rounded(r.0)),
            display_rotation: m.display_rotation,
            ..Says::default()
        }
    }
}

fn letter(status: TargetStatus) -> char {
    match status {
        TargetStatus::Lost => 'L',
        TargetStatus::Query => 'Q',
        TargetStatus::Tracking => 'T',
    }
}
