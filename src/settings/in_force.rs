//! What is in force, key by key, and where each value came from.

use std::fmt;

use super::file::UNUSED_SECTIONS;
use super::{FeedSettings, Settings};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The settings file, with the line.
    File(String, usize),
    /// The command line.
    Set,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(file, line) => write!(f, "{file}:{line}"),
            Origin::Set => f.write_str("--set"),
        }
    }
}

/// One line of what is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `section.key`.
    pub key: String,
    /// The value as TOML writes it; secrets masked.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
    /// Whether this build does anything with it.
    pub is_used: bool,
}

impl Settings {
    /// Everything in force, one line a key: limits, then zones, then feeds, then what this build does not use.
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries = vec![self.entry("detect.profile", &format!("{:?}", self.profile))];
        entries.extend(self.limits.entries().iter().map(|(key, value)| self.entry(key, value)));
        if let Some(dir) = &self.zones_dir {
            entries.push(self.entry("zones.dir", &format!("{:?}", dir.display().to_string())));
        }
        for (feed, table) in self.feeds.iter().zip(&self.feed_tables) {
            self.feed_entries(feed, *table, &mut entries);
        }
        self.service_entries(&mut entries);
        for (key, place) in self.places.values() {
            if UNUSED_SECTIONS.iter().any(|section| key.split('.').next() == Some(section)) {
                let value = masked(key, place.value.as_deref().unwrap_or_default());
                let origin = Origin::File(self.file.clone(), place.line);
                entries.push(Entry { key: key.to_owned(), value, origin, is_used: false });
            }
        }
        entries
    }

    fn service_entries(&self, entries: &mut Vec<Entry>) {
        let service = &self.service;
        let quoted = |path: &std::path::Path| format!("{:?}", path.display().to_string());
        entries.push(self.entry("http.listen", &format!("{:?}", service.listen.to_string())));
        entries.push(self.entry("http.allow_host", &format!("{:?}", service.allow_host)));
        entries.push(self.entry("data.dir", &quoted(&service.data_dir)));
        entries.extend(service.keep_days.map(|days| self.entry("journal.keep_days", &days.to_string())));
        entries.extend(service.max_gb.map(|gb| self.entry("journal.max_gb", &gb.to_string())));
        entries.push(self.entry("clock.rate", &service.clock.rate.to_string()));
        entries.push(self.entry("clock.opening_s", &service.clock.opening_s.to_string()));
        for (i, token) in service.auth.iter().flat_map(|auth| &auth.tokens).enumerate() {
            let key = format!("auth.token.{i}");
            let squadron = token.squadron.as_deref().unwrap_or("every squadron");
            let value = format!("{:?}", format!("{}: {} of {squadron}", token.name, token.role.text()));
            entries.push(Entry { value, ..self.entry(&key, "") });
        }
    }

    fn feed_entries(&self, settings: &FeedSettings, table: usize, entries: &mut Vec<Entry>) {
        let feed = &settings.feed;
        let mut add = |key: &str, value: String| {
            let written = self.places.line(&format!("feed.{table}.{key}"));
            let origin = written.map_or(Origin::Default, |line| Origin::File(self.file.clone(), line));
            let is_used = settings.uses(key);
            let value = masked(key, &value);
            entries.push(Entry { key: format!("feed.{}.{key}", feed.name), value, origin, is_used });
        };
        add("lateness_s", feed.lateness.seconds().to_string());
        add("correction_only", feed.correction_only.to_string());
        add("trust_time", feed.trust_time.to_string());
        if let Some(path) = &settings.path {
            add("path", format!("{:?}", path.display().to_string()));
        }
        let mut told = ["name", "lateness_s", "correction_only", "trust_time", "path"].map(str::to_owned).to_vec();
        let is_list = self.places.line(&format!("feed.{table}.site.0")).is_some();
        for (i, site) in feed.sites().enumerate() {
            let above = if is_list { format!("site.{i}") } else { "site".to_owned() };
            let values = [
                ("heading_offset_deg", site.heading_offset_deg),
                ("range_sigma_m", site.range_sigma_m),
                ("bearing_sigma_deg", site.bearing_sigma_deg),
                ("rotation_s", site.rotation.seconds()),
                ("max_range_m", site.max_range_m),
            ];
            for (key, value) in values {
                let key = format!("{above}.{key}");
                add(&key, value.to_string());
                told.push(key);
            }
        }
        let prefix = format!("feed.{table}.");
        for (key, place) in self.places.values() {
            let Some(key) = key.strip_prefix(&prefix) else { continue };
            if !told.iter().any(|told| told == key) {
                add(key, place.value.clone().unwrap_or_default());
            }
        }
    }

    fn entry(&self, key: &str, value: &str) -> Entry {
        let origin = self.origins.get(key).cloned().unwrap_or_else(|| self.origin_of(key));
        Entry { key: key.to_owned(), value: value.to_owned(), origin, is_used: true }
    }
}

/// A value with what is secret in it taken out: user data in addresses, and keys that name a secret.
fn masked(key: &str, value: &str) -> String {
    let field = key.rsplit('.').next().unwrap_or(key);
    let is_place = field.ends_with("_file") || field.ends_with("_env");
    if !is_place && ["secret", "token", "password"].iter().any(|word| field.contains(word)) {
        return "\"***\"".to_owned();
    }
    match (value.split_once("://"), value.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://***@{host}"),
        _ => value.to_owned(),
    }
}
