//! Feeds and radar sites: from what the file says to what the engine is told.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::file::{FeedFile, FeedKindFile, SiteFile};
use crate::engine::earth::Position;
use crate::engine::input::{Feed, FeedKind, Site};
use crate::engine::time::{EventTime, Span};

/// The transports a feed's `url` may name.
const SCHEMES: [&str; 8] = ["tcp", "tcp-listen", "udp", "udp-multicast", "serial", "file", "mqtt", "nats"];

/// One feed of the settings.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedSettings {
    /// What the engine is told of it.
    pub feed: Feed,
    /// The recording it is read from, relative paths already resolved.
    pub path: Option<PathBuf>,
    /// Where a live feed comes from.
    pub url: Option<String>,
    /// Why this build does not read it.
    pub skipped: Option<String>,
}

/// What is wrong with a table: the key below it, and why.
pub(super) type KeyFault = (&'static str, String);

/// The feed of a `[[feed]]` table; `folder` is where relative paths start.
pub(super) fn checked(file: &FeedFile, folder: &Path) -> Result<FeedSettings, Vec<KeyFault>> {
    let mut faults: Vec<KeyFault> = Vec::new();
    let mut note = |key: &'static str, fault: Option<String>| faults.extend(fault.map(|what| (key, what)));
    note("name", name_fault(&file.name));
    note("url", file.url.as_deref().and_then(url_fault));
    if file.path.is_some() && file.url.is_some() {
        note("url", Some("a feed has a `path` or a `url`, not both".to_owned()));
    }
    note("lateness_s", file.lateness_s.and_then(|s| range_fault(s, 0.0, 86_400.0)));
    for network in &file.allow_from {
        note("allow_from", network_fault(network));
    }
    let date = file.date.as_ref().map(date_of).transpose().unwrap_or_else(|what| {
        note("date", Some(what));
        None
    });
    let site = file.site.as_ref().map(site_of).transpose().unwrap_or_else(|site_faults| {
        faults.extend(site_faults);
        None
    });
    if !faults.is_empty() {
        return Err(faults);
    }
    let kind = if file.kind == FeedKindFile::Csv { FeedKind::Csv } else { FeedKind::Nmea };
    let mut feed = Feed::new(&file.name, kind);
    feed.lateness = match (file.lateness_s, site) {
        (Some(s), _) => Span::from_seconds(s),
        (None, Some(site)) => site.rotation,
        (None, None) => feed.lateness,
    };
    feed.correction_only = file.correction_only;
    feed.site = site;
    feed.date = date;
    let skipped =
        (file.kind == FeedKindFile::Asterix).then(|| "ASTERIX is not read yet: this feed is skipped".to_owned());
    let path = file.path.as_ref().map(|path| folder.join(path));
    Ok(FeedSettings { feed, path, url: file.url.clone(), skipped })
}

/// The site of a `[feed.site]` table or of a site file.
///
/// Without figures of its own a radar is taken to be as exact as IMO MSC.192(79), 5.3.1 asks: 30 m and 1 degree, two standard deviations.
pub(super) fn site_of(file: &SiteFile) -> Result<Site, Vec<KeyFault>> {
    let mut faults: Vec<KeyFault> = Vec::new();
    let mut checked = |key: &'static str, value: Option<f64>, default: f64, from: f64, to: f64| {
        let value = value.unwrap_or(default);
        faults.extend(range_fault(value, from, to).map(|what| (key, what)));
        value
    };
    checked("site.height_m", file.height_m, 0.0, -500.0, 9000.0);
    let heading_offset_deg = checked("site.heading_offset_deg", file.heading_offset_deg, 0.0, -360.0, 360.0);
    let range_sigma_m = checked("site.range_sigma_m", file.range_sigma_m, 15.0, 0.1, 5000.0);
    let bearing_sigma_deg = checked("site.bearing_sigma_deg", file.bearing_sigma_deg, 0.5, 0.001, 45.0);
    let rotation_s = checked("site.rotation_s", file.rotation_s, 3.0, 0.1, 60.0);
    let max_range_m = checked("site.max_range_m", file.max_range_m, 44_448.0, 100.0, 1_000_000.0);
    let position = Position::from_degrees(file.lat, file.lon);
    if position.is_none() {
        faults.push(("site.lat", format!("latitude {}, longitude {}: out of range", file.lat, file.lon)));
    }
    match position {
        Some(position) if faults.is_empty() => Ok(Site {
            position,
            heading_offset_deg,
            range_sigma_m,
            bearing_sigma_deg,
            rotation: Span::from_seconds(rotation_s),
            max_range_m,
        }),
        _ => Err(faults),
    }
}

fn name_fault(name: &str) -> Option<String> {
    let is_good = !name.trim().is_empty() && name.chars().count() <= 64 && !name.chars().any(char::is_control);
    (!is_good).then(|| "must be 1 to 64 printable characters".to_owned())
}

fn url_fault(url: &str) -> Option<String> {
    let is_known = url.split_once("://").is_some_and(|(scheme, rest)| SCHEMES.contains(&scheme) && !rest.is_empty());
    (!is_known).then(|| format!("must begin with one of {}, each with ://", SCHEMES.join(", ")))
}

fn range_fault(value: f64, from: f64, to: f64) -> Option<String> {
    (!(from..=to).contains(&value)).then(|| format!("{value}: must be from {from} to {to}"))
}

/// A network reads `192.0.2.0/24` or is one address.
fn network_fault(network: &str) -> Option<String> {
    let (address, bits) = network.split_once('/').map_or((network, None), |(address, bits)| (address, Some(bits)));
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return Some(format!("`{}`: must read like 192.0.2.0/24", network.escape_debug())),
    };
    let is_good = bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most));
    (!is_good).then(|| format!("`{}`: the prefix must be 0 to {most}", network.escape_debug()))
}

/// A day, as a TOML date or as text.
fn date_of(value: &toml::Value) -> Result<EventTime, String> {
    let text = match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let day = EventTime::from_iso(&text).filter(|_| text.len() == "2026-01-10".len());
    day.ok_or_else(|| format!("`{}`: must be a day like 2026-01-10", text.escape_debug()))
}
