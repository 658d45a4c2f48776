//! Feeds and radar sites: from what the file says to what the engine is told.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;

use super::file::{FeedFile, SiteFile};
use super::service::SecretPlace;
use crate::edge::feed::FeedSource;
use crate::engine::decode::asterix::is_read_edition;
use crate::engine::earth::Position;
use crate::engine::input::{Feed, FeedKind, Site};
use crate::engine::time::{EventTime, Span};

/// One feed of the settings.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedSettings {
    /// What the engine is told of it.
    pub feed: Feed,
    /// The recording it is read from, relative paths already resolved.
    pub path: Option<PathBuf>,
    /// Where a live feed comes from.
    pub source: Option<FeedSource>,
    /// Who may send, where others come to picket; without networks anyone on this machine.
    pub allow_from: Vec<IpNet>,
    /// Where the password is that a broker asks for.
    pub password: Option<SecretPlace>,
}

impl FeedSettings {
    /// Whether a key of its table makes a difference to it.
    pub(super) fn uses(&self, key: &str) -> bool {
        let listens = self.source.as_ref().is_some_and(|source| source.listens_on().is_some());
        let takes_password = self.source.as_ref().is_some_and(FeedSource::takes_password);
        (key != "allow_from" || listens) && (!key.starts_with("password_") || takes_password)
    }

    /// Whether it is read from standard input, which serves one feed only.
    pub(super) fn is_stdin(&self) -> bool {
        self.source == Some(FeedSource::Stdin)
    }
}

/// What is wrong with a table: the key below it, and why.
pub(super) type KeyFault = (&'static str, String);

/// The feed of a `[[feed]]` table; `folder` is where relative paths start.
pub(super) fn checked(file: &FeedFile, folder: &Path) -> Result<FeedSettings, Vec<KeyFault>> {
    let mut faults: Vec<KeyFault> = Vec::new();
    let mut note = |key: &'static str, fault: Option<String>| faults.extend(fault.map(|what| (key, what)));
    note("name", name_fault(&file.name));
    let source = source_of(file, folder).unwrap_or_else(|what| {
        note("url", Some(what));
        None
    });
    let password = password_of(file, source.as_ref(), folder).unwrap_or_else(|what| {
        note("password_file", Some(what));
        None
    });
    if file.path.is_some() && file.url.is_some() {
        note("url", Some("a feed has a `path` or a `url`, not both".to_owned()));
    }
    note("lateness_s", file.lateness_s.and_then(|s| range_fault(s, 0.0, 86_400.0)));
    let is_step = |step: &f64| *step == 0.01 || *step == 0.001;
    let step_fault = |step| format!("{step}: must be 0.01 or 0.001");
    note("ttd_step_nm", file.ttd_step_nm.filter(|step| !is_step(step)).map(step_fault));
    let mut allow_from = Vec::new();
    for network in &file.allow_from {
        match network_of(network) {
            Ok(network) => allow_from.push(network),
            Err(what) => note("allow_from", Some(what)),
        }
    }
    let date = file.date.as_ref().map(date_of).transpose().unwrap_or_else(|what| {
        note("date", Some(what));
        None
    });
    let sites = sites_of(file).unwrap_or_else(|site_faults| {
        faults.extend(site_faults);
        Vec::new()
    });
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut feed = Feed::new(&file.name, file.kind);
    let turn = sites.iter().map(|site| site.rotation).max();
    feed.lateness = file.lateness_s.map(Span::from_seconds).or(turn).unwrap_or(feed.lateness);
    feed.correction_only = file.correction_only;
    feed.site = sites.first().copied();
    feed.more_sites = sites.into_iter().skip(1).collect();
    feed.date = date;
    // Whoever sends a datagram may forge where it comes from.
    let is_forgeable = matches!(source, Some(FeedSource::Udp(_) | FeedSource::UdpMulticast { .. }));
    feed.trust_time = file.trust_time.unwrap_or(!is_forgeable);
    feed.ttd_step_nm = file.ttd_step_nm.unwrap_or(feed.ttd_step_nm);
    let path = file.path.as_ref().map(|path| folder.join(path));
    Ok(FeedSettings { feed, path, source, allow_from, password })
}

/// The sites of a feed; where there are several, each has the codes of its source.
fn sites_of(file: &FeedFile) -> Result<Vec<Site>, Vec<KeyFault>> {
    let (mut sites, mut faults): (Vec<Site>, Vec<KeyFault>) = (Vec::new(), Vec::new());
    for site in &file.site {
        match site_of(site) {
            Ok(site) => sites.push(site),
            Err(wrong) => faults.extend(wrong),
        }
    }
    let codes: Vec<(Option<u8>, Option<u8>)> = file.site.iter().map(|site| (site.sac, site.sic)).collect();
    if codes.len() > 1 && codes.iter().any(|(sac, sic)| sac.is_none() || sic.is_none()) {
        faults.push(("site.sac", "of several sites each needs its `sac` and `sic`".to_owned()));
    } else if let Some((code, _)) = codes.iter().zip(0..).find(|(code, i)| codes.iter().take(*i).any(|c| c == *code)) {
        let (sac, sic) = (code.0.unwrap_or_default(), code.1.unwrap_or_default());
        faults.push(("site.sac", format!("a second site of source {sac}/{sic}")));
    }
    if faults.is_empty() { Ok(sites) } else { Err(faults) }
}

/// The site of a `[feed.site]` table or of a site file.
pub(super) fn site_of(file: &SiteFile) -> Result<Site, Vec<KeyFault>> {
    let mut faults: Vec<KeyFault> = Vec::new();
    let mut checked = |key: &'static str, value: Option<f64>, default: f64, from: f64, to: f64| {
        let value = value.unwrap_or(default);
        faults.extend(range_fault(value, from, to).map(|what| (key, what)));
        value
    };
    let position = Position::from_degrees(file.lat, file.lon);
    let plain = Site::at(position.unwrap_or_default(), Span::from_secs(3));
    checked("site.height_m", file.height_m, 0.0, -500.0, 9000.0);
    let heading_offset_deg =
        checked("site.heading_offset_deg", file.heading_offset_deg, plain.heading_offset_deg, -360.0, 360.0);
    let range_sigma_m = checked("site.range_sigma_m", file.range_sigma_m, plain.range_sigma_m, 0.1, 5000.0);
    let bearing_sigma_deg =
        checked("site.bearing_sigma_deg", file.bearing_sigma_deg, plain.bearing_sigma_deg, 0.001, 45.0);
    let rotation_s = checked("site.rotation_s", file.rotation_s, plain.rotation.seconds(), 0.1, 60.0);
    let max_range_m = checked("site.max_range_m", file.max_range_m, plain.max_range_m, 100.0, 1_000_000.0);
    let edition = file.edition.as_deref().map(edition_of).transpose().unwrap_or_else(|what| {
        faults.push(("site.edition", what));
        None
    });
    if position.is_none() {
        faults.push(("site.lat", format!("latitude {}, longitude {}: out of range", file.lat, file.lon)));
    }
    match position {
        Some(_) if faults.is_empty() => Ok(Site {
            heading_offset_deg,
            range_sigma_m,
            bearing_sigma_deg,
            rotation: Span::from_seconds(rotation_s),
            max_range_m,
            sac: file.sac,
            sic: file.sic,
            edition,
            ..plain
        }),
        _ => Err(faults),
    }
}

fn name_fault(name: &str) -> Option<String> {
    let is_good = !name.trim().is_empty() && name.chars().count() <= 64 && !name.chars().any(char::is_control);
    (!is_good).then(|| "must be 1 to 64 printable characters".to_owned())
}

/// The source that a `url` names; what is wrong with it otherwise.
fn source_of(file: &FeedFile, folder: &Path) -> Result<Option<FeedSource>, String> {
    let Some(url) = file.url.as_deref() else { return Ok(None) };
    let source = FeedSource::parse(url, folder).map_err(|error| error.to_string())?;
    if file.kind == FeedKind::Csv && source.is_datagrams() {
        return Err("a table does not come in datagrams or messages: nothing would tell its header".to_owned());
    }
    if file.kind == FeedKind::Pcap && !source.is_datagrams() {
        return Err("a capture is a file, given as `path`, or comes in datagrams or messages".to_owned());
    }
    let is_open = source.listens_on().is_some_and(|address| !address.ip().is_loopback());
    if is_open && file.allow_from.is_empty() {
        let danger = "anyone who reaches this address could send vessels that are not there";
        return Err(format!("{danger}: name the senders' networks, like allow_from = [\"192.0.2.0/24\"]"));
    }
    Ok(Some(source))
}

/// Where the password of a feed is.
fn password_of(file: &FeedFile, source: Option<&FeedSource>, folder: &Path) -> Result<Option<SecretPlace>, String> {
    let place = match (&file.password_env, &file.password_file) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return Err("a feed has a `password_env` or a `password_file`, not both".to_owned()),
        (Some(variable), None) => SecretPlace::Env(variable.clone()),
        (None, Some(path)) => SecretPlace::File(folder.join(path)),
    };
    match source {
        Some(FeedSource::Mqtt(subscription)) if subscription.user.is_none() => {
            Err("a password needs a user: mqtt://USER@HOST/TOPIC".to_owned())
        }
        _ => Ok(Some(place)),
    }
}

fn range_fault(value: f64, from: f64, to: f64) -> Option<String> {
    (!(from..=to).contains(&value)).then(|| format!("{value}: must be from {from} to {to}"))
}

/// A network reads `192.0.2.0/24` or is one address.
fn network_of(text: &str) -> Result<IpNet, String> {
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| format!("`{}`: must read like 192.0.2.0/24", text.escape_debug()))
}

/// An edition of an ASTERIX category, like `1.21`.
fn edition_of(text: &str) -> Result<(u8, u8), String> {
    let edition = text.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    let edition = edition.ok_or_else(|| format!("`{}`: must read like \"1.21\"", text.escape_debug()))?;
    let is_read = is_read_edition(edition).then_some(edition);
    is_read.ok_or_else(|| format!("{text}: must be 1.1 (CAT010) or from 1.16 to 1.32 (CAT062, CAT048, CAT034)"))
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
