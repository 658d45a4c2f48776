//! The columns of a table, by the names that its header gives them.

use serde::{Deserialize, Serialize};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Column {
    Other,
    Time,
    Arrival,
    Mmsi,
    Latitude,
    Longitude,
    Sog,
    Cog,
    Heading,
    Status,
    Name,
    Imo,
    CallSign,
    ShipType,
    Length,
    Width,
    Bow,
    Stern,
    Port,
    Starboard,
    Station,
    Class,
}

/// The meaning of a header's name, without case, blanks, `#`, `_` and suffixes of units.
pub(super) fn of(name: &str) -> Column {
    let lower = name.trim_start_matches('#').trim().to_ascii_lowercase();
    let mut bare = lower.as_str();
    for unit in ["_degrees", "_knots", "_deg", "_kn", "_m"] {
        if let Some(without) = bare.strip_suffix(unit) {
            bare = without;
            break;
        }
    }
    let bare: String = bare.chars().filter(|c| !matches!(c, ' ' | '_')).collect();
    match bare.as_str() {
        "t" | "ts" | "timestamp" | "time" | "basedatetime" => Column::Time,
        "arrival" | "receivedat" => Column::Arrival,
        "mmsi" => Column::Mmsi,
        "lat" | "latitude" => Column::Latitude,
        "lon" | "longitude" => Column::Longitude,
        "sog" => Column::Sog,
        "cog" => Column::Cog,
        "heading" | "trueheading" => Column::Heading,
        "status" | "navstat" | "navigationalstatus" => Column::Status,
        "name" | "vesselname" | "shipname" => Column::Name,
        "imo" => Column::Imo,
        "callsign" => Column::CallSign,
        "type" | "shiptype" | "vesseltype" => Column::ShipType,
        "length" => Column::Length,
        "width" => Column::Width,
        "a" => Column::Bow,
        "b" => Column::Stern,
        "c" => Column::Port,
        "d" => Column::Starboard,
        "station" => Column::Station,
        "typeofmobile" | "transceiverclass" => Column::Class,
        _ => Column::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_case_blanks_signs_and_units() {
        for (column_is, names) in [
            (Column::Time, &["t", "ts", "timestamp", "TIME", "BaseDateTime", "# Timestamp", "base_date_time"][..]),
            (Column::Latitude, &["lat", "Latitude", "Latitude_degrees", "LAT_deg"]),
            (Column::Longitude, &["lon", "LONGITUDE", "longitude_deg"]),
            (Column::Sog, &["sog", "SOG_knots", "sog_kn"]),
            (Column::Heading, &["Heading", "heading_degrees", "True heading"]),
            (Column::Status, &["status", "navstat", "Navigational status"]),
            (Column::ShipType, &["type", "Ship type", "VesselType"]),
            (Column::Class, &["Type of mobile", "TransceiverClass"]),
            (Column::Length, &["length", "Length_m"]),
            (Column::Width, &["Width", "width_m"]),
            (Column::Arrival, &["arrival"]),
            (Column::Station, &["station"]),
            (Column::Other, &["", "cargo type", "latitudes"]),
        ] {
            for name in names {
                assert_eq!(of(name), column_is, "{name}");
            }
        }
    }
}
