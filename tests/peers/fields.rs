//! Fields side by side: our names and a peer's, and the messages of two decoders told apart by type and sender.

use std::collections::BTreeMap;

use serde_json::Value;

/// Our name of a field, the peers', and the value that stands for "not available" there.
const NUMBERS: [(&str, &str, Option<f64>); 39] = [
    ("lat", "lat", Some(91.0)),
    ("lon", "lon", Some(181.0)),
    ("sog_kn", "speed", Some(102.3)),
    ("cog_deg", "course", Some(360.0)),
    ("true_heading_deg", "heading", Some(511.0)),
    ("navigational_status", "status", None),
    ("utc_second", "second", Some(60.0)),
    ("second", "second", Some(60.0)),
    ("imo_number", "imo", Some(0.0)),
    ("ship_type", "shiptype", Some(0.0)),
    ("draught_m", "draught", Some(0.0)),
    ("dim_bow_m", "to_bow", Some(0.0)),
    ("dim_stern_m", "to_stern", Some(0.0)),
    ("dim_port_m", "to_port", Some(0.0)),
    ("dim_starboard_m", "to_starboard", Some(0.0)),
    ("epfd_type", "epfd", None),
    ("ais_version", "ais_version", None),
    ("aid_type", "aid_type", None),
    ("altitude_m", "alt", Some(4095.0)),
    ("position_accuracy", "accuracy", None),
    ("raim", "raim", None),
    ("off_position", "off_position", None),
    ("dte", "dte", None),
    ("maneuver", "maneuver", Some(0.0)),
    ("year", "year", Some(0.0)),
    ("month", "month", Some(0.0)),
    ("day", "day", Some(0.0)),
    ("hour", "hour", Some(24.0)),
    ("minute", "minute", Some(60.0)),
    ("eta_month", "eta_month", Some(0.0)),
    ("eta_day", "eta_day", Some(0.0)),
    ("eta_hour", "eta_hour", Some(24.0)),
    ("eta_minute", "eta_minute", Some(60.0)),
    ("sequence_number", "seqno", None),
    ("destination_mmsi", "dest_mmsi", None),
    ("channel_a", "channel_a", None),
    ("channel_b", "channel_b", None),
    ("zone_size", "zonesize", None),
    ("rate_of_turn_deg_min", "turn", None),
];

const TEXTS: [(&str, &str); 6] = [
    ("ship_name", "shipname"),
    ("call_sign", "callsign"),
    ("destination", "destination"),
    ("aid_name", "name"),
    ("text", "text"),
    ("vendor_id", "vendorid"),
];

/// What two decoders say differently of one message: the field, ours, theirs.
pub type Difference = (&'static str, Value, Value);

pub fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_bool().map(|flag| f64::from(u8::from(flag))))
}

/// What the two say differently of one message.
pub fn differences(ours: &Value, theirs: &Value) -> Vec<Difference> {
    // Both are called `second` by the peers, of messages with a date and without.
    let own = |name: &str| match name {
        "second" | "utc_second" => number(&ours["second"]).or(number(&ours["utc_second"])),
        name => number(&ours[name]),
    };
    let numbers = NUMBERS.iter().filter(|(name, their_name, absent)| {
        let tolerance = if *name == "rate_of_turn_deg_min" { 0.51 } else { 1.1e-6 };
        !same_number(own(name), &theirs[*their_name], *absent, tolerance)
    });
    let texts = TEXTS.iter().filter(|(name, their_name)| {
        let (own, other) = (ours[*name].as_str().unwrap_or(""), &theirs[*their_name]);
        !other.is_null() && own != other.as_str().unwrap_or("").trim_end()
    });
    let numbers = numbers.map(|(name, their_name, _)| (*name, ours[*name].clone(), theirs[*their_name].clone()));
    let texts = texts.map(|(name, their_name)| (*name, ours[*name].clone(), theirs[*their_name].clone()));
    numbers.chain(texts).collect()
}

fn same_number(own: Option<f64>, told: &Value, absent: Option<f64>, tolerance: f64) -> bool {
    let is_absent = |n: &f64| absent.is_some_and(|absent| (n - absent).abs() < 1e-9);
    match (own, number(told)) {
        (_, None) => true,
        (Some(own), Some(told)) => (own - told).abs() <= tolerance,
        (None, Some(told)) => is_absent(&told),
    }
}

/// A message that two decoders read, with what they say differently of it; one that only the other read has no twin.
pub struct Compared<'a> {
    /// Type and sender.
    pub key: (u64, u64),
    /// Ours.
    pub ours: Option<&'a Value>,
    /// The peer's.
    pub theirs: Option<&'a Value>,
    /// Where both are there.
    pub differences: Vec<Difference>,
}

/// Compares all messages of the same type and sender: those read alike pair first, the rest in order.
pub fn compare<'a>(ours: &'a [Value], theirs: &'a [Value]) -> Vec<Compared<'a>> {
    type Groups<'a> = BTreeMap<(u64, u64), (Vec<&'a Value>, Vec<&'a Value>)>;
    let key = |line: &Value| (line["type"].as_u64().unwrap_or(0), line["mmsi"].as_u64().unwrap_or(0));
    let mut groups: Groups<'_> = BTreeMap::new();
    ours.iter().for_each(|line| groups.entry(key(line)).or_default().0.push(line));
    theirs.iter().for_each(|line| groups.entry(key(line)).or_default().1.push(line));
    let mut out = Vec::new();
    for (key, (ours, mut theirs)) in groups {
        let mut left = Vec::new();
        for own in ours {
            match theirs.iter().position(|other| differences(own, other).is_empty()) {
                Some(at) => _ = theirs.remove(at),
                None => left.push(own),
            }
        }
        let mut theirs = theirs.into_iter();
        for own in left {
            let other = theirs.next();
            let differences = other.map(|other| differences(own, other)).unwrap_or_default();
            out.push(Compared { key, ours: Some(own), theirs: other, differences });
        }
        out.extend(theirs.map(|other| Compared { key, ours: None, theirs: Some(other), differences: Vec::new() }));
    }
    out
}

/// Whether a difference is of what an application put into a binary message, which picket does not read.
pub fn is_application(of: &Compared<'_>, field: &str) -> bool {
    matches!(of.key.0, 6 | 8) && !matches!(field, "destination_mmsi" | "sequence_number")
}

/// Whether picket tells nothing where the peer passes on what stands for "not available", or is out of range.
pub fn is_sentinel((field, ours, theirs): &Difference) -> bool {
    let limit = match *field {
        "lat" => 90.0,
        "lon" => 180.0,
        "cog_deg" | "true_heading_deg" => 359.95,
        "year" => 9999.0,
        _ => return false,
    };
    ours.is_null() && number(theirs).is_some_and(|n| n.abs() > limit)
}

/// What differs beyond what is known, in words; `is_known` and `is_known_alone` tell what is.
pub fn unexplained(
    compared: &[Compared<'_>],
    is_known: impl Fn(&Compared<'_>, &Difference) -> bool,
    is_known_alone: impl Fn(&Compared<'_>) -> bool,
) -> Vec<String> {
    let told = compared.iter().flat_map(|of| {
        let unknown: Vec<&Difference> = of.differences.iter().filter(|difference| !is_known(of, difference)).collect();
        let is_alone = (of.ours.is_none() || of.theirs.is_none()) && !is_known_alone(of);
        let alone = is_alone.then(|| format!("{:?} alone: ours {:?}, theirs {:?}", of.key, of.ours, of.theirs));
        let differs = (!unknown.is_empty()).then(|| format!("{:?} {unknown:?}", of.key));
        alone.into_iter().chain(differs)
    });
    told.collect()
}
