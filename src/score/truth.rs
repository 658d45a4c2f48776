//! True and innocent events, and what their kinds mean for matching.

use super::read::{EventLine, Label, TrueSubject};

/// The kinds that are always scored; others are where truth or innocents hold them.
pub(super) const CORE: [&str; 3] = ["ship_to_ship", "loitering", "dark_period"];
/// The kinds that trouble an area instead of naming vessels: matched by time alone.
const AREA: [&str; 3] = ["receiver_outage", "gnss_interference", "feed_lost"];
/// The kinds that belong to one zone.
const ZONED: [&str; 4] = ["zone_entry", "zone_exit", "appeared_in_zone", "vanished_in_zone"];

/// Whether a kind is a trouble of an area.
pub(super) fn is_area(kind: &str) -> bool {
    AREA.contains(&kind)
}

/// Whether a kind belongs to one zone.
pub(super) fn is_zoned(kind: &str) -> bool {
    ZONED.contains(&kind)
}

/// Whether a kind is an instant, whatever end a line gives it.
pub(super) fn is_instant(kind: &str) -> bool {
    is_zoned(kind) || ["identity_change", "identity_conflict"].contains(&kind)
}

/// One true or innocent event.
#[derive(Debug)]
pub(super) struct Event {
    /// Its kind; empty for most innocents.
    pub kind: String,
    /// UNIX seconds.
    pub onset: f64,
    /// UNIX seconds; the end of the data where the event goes on, the onset of an instant.
    pub end: f64,
    /// How far the true onset may lie from the one written, either way, s.
    pub slack_s: f64,
    /// Of a transfer: `ais_ais`, `ais_radar` or `radar_radar`.
    pub partner: String,
    /// Whether radar sees both vessels of a transfer as one echo for most of the time, and one of them by radar alone.
    pub merged: bool,
    /// Whether all subjects send their dimensions.
    pub dims: bool,
    /// The instant at which the default threshold is met on the true tracks; none: not alertable.
    pub due: Option<f64>,
    /// What else its line says.
    pub line: EventLine,
}

impl Event {
    /// From its line and the end of the data; dimensions and threshold are to be filled in.
    pub fn new(line: EventLine, stop: f64) -> Self {
        let kind = line.kind.clone().unwrap_or_default();
        let onset = line.onset.0;
        let end = if is_instant(&kind) { onset } else { line.end.map_or(stop, |end| end.0) };
        let partner = match &line.partner {
            Some(partner) if !partner.is_empty() => partner.clone(),
            _ => partner_name(line.subjects.iter().filter(|s| s.mmsi.is_none()).count()).to_owned(),
        };
        let merged = partner != "ais_ais" && line.merged_fraction.flatten().unwrap_or(0.0) > 0.5;
        let slack_s = line.onset_uncertain_s.unwrap_or(0.0);
        Event { kind, onset, end, slack_s, partner, merged, dims: true, due: None, line }
    }

    /// The true subjects.
    pub fn who(&self) -> &[TrueSubject] {
        &self.line.subjects
    }

    /// Whether radar holds the subject while its AIS is silent.
    pub fn radar_held(&self) -> bool {
        self.line.radar_held == Some(true)
    }

    /// Whether the vessels of a transfer move on while alongside.
    pub fn under_way(&self) -> bool {
        self.line.under_way == Some(true)
    }

    /// The group of meetings it belongs to.
    pub fn group(&self) -> Option<&Label> {
        self.line.group.as_ref().filter(|group| !group.0.is_empty())
    }

    /// Why the event is innocent.
    pub fn why(&self) -> &str {
        self.line.why.as_deref().filter(|why| !why.is_empty()).unwrap_or("innocent")
    }
}

/// The kind of pair by the number of subjects that only radar knows.
pub(super) fn partner_name(radar_only: usize) -> &'static str {
    match radar_only {
        0 => "ais_ais",
        1 => "ais_radar",
        _ => "radar_radar",
    }
}
