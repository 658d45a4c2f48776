//! Settings: one TOML file, checked whole; what is in force, and where each value came from.

mod error;
mod feed;
mod file;
mod in_force;
mod places;
mod service;
mod zones;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::engine::input::Site;
use crate::engine::limits::{LimitError, Limits};
pub use crate::engine::rules::{ZoneFile, settings_hash};
use crate::engine::text::line_and_column;
pub use error::{Fault, SettingsError};
pub use feed::FeedSettings;
use file::{FeedFile, SettingsFile, SiteFile};
pub use in_force::{Entry, Origin};
use places::Places;
pub use service::{AuthSettings, ClockSettings, SecretPlace, ServiceSettings, TokenSettings};
pub use zones::{load_zones, read_zone_files, zones_of};

/// The profiles this build knows; the first is the default.
const PROFILES: [&str; 1] = ["squadron"];

/// Checked settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The detection limits in force.
    pub limits: Limits,
    /// The feeds, sorted by name.
    pub feeds: Vec<FeedSettings>,
    /// The folder of the zone files; without one the whole sea is one zone.
    pub zones_dir: Option<PathBuf>,
    /// What the running service is told.
    pub service: ServiceSettings,
    profile: String,
    origins: BTreeMap<String, Origin>,
    file: String,
    places: Places,
    /// The place of each feed's table in the file, in the order of `feeds`.
    feed_tables: Vec<usize>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            limits: Limits::default(),
            feeds: Vec::new(),
            zones_dir: None,
            service: ServiceSettings::default(),
            profile: PROFILES[0].to_owned(),
            origins: BTreeMap::new(),
            file: String::new(),
            places: Places::default(),
            feed_tables: Vec::new(),
        }
    }
}

impl Settings {
    /// Reads and checks a settings file; relative paths in it start at its folder.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        let folder = path.parent().unwrap_or(Path::new(""));
        Settings::parse(&read(path)?, &path.display().to_string(), folder)
    }

    /// Checks the text of a settings file; `file` names it in faults, `folder` is where relative paths start.
    pub fn parse(text: &str, file: &str, folder: &Path) -> Result<Self, SettingsError> {
        let written: SettingsFile = from_toml(text, file)?;
        let mut settings = Settings { file: file.to_owned(), places: Places::of(text), ..Settings::default() };
        settings.zones_dir = written.zones.dir.as_ref().map(|dir| folder.join(dir));
        let mut faults = settings.take_detect(&written.detect);
        faults.extend(settings.take_feeds(&written.feed, folder));
        match service::checked(&written, folder) {
            Ok(service) => settings.service = service,
            Err(wrong) => faults.extend(wrong.iter().map(|(key, what)| settings.fault(key, &format!("{key}: {what}")))),
        }
        if faults.is_empty() { Ok(settings) } else { Err(SettingsError::Wrong { faults }) }
    }

    /// Sets one limit from `section.key=value`, as `--set` gives it.
    pub fn set(&mut self, text: &str) -> Result<(), SettingsError> {
        let (key, value) = text.split_once('=').ok_or_else(|| SettingsError::SetSyntax { text: text.to_owned() })?;
        let refused = |source| SettingsError::Set { text: text.to_owned(), source };
        self.override_limit(key.trim(), &Limits::value_of(value), Origin::Set).map_err(refused)
    }

    /// Takes a profile by its name; what was set on top of it stays.
    pub fn set_profile(&mut self, name: &str) -> Result<(), SettingsError> {
        if !PROFILES.contains(&name) {
            return Err(SettingsError::Profile { name: name.to_owned() });
        }
        self.profile = name.to_owned();
        Ok(())
    }

    fn take_detect(&mut self, detect: &toml::Table) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (name, value) in detect {
            match value {
                toml::Value::Table(fields) => {
                    for (field, value) in fields {
                        let key = format!("{name}.{field}");
                        faults.extend(self.take_limit(&key, value));
                    }
                }
                toml::Value::String(profile) if name == "profile" => {
                    if let Err(error) = self.set_profile(profile) {
                        faults.push(self.fault("detect.profile", &error.to_string()));
                    }
                }
                value => faults.extend(self.take_limit(name, value)),
            }
        }
        faults
    }

    fn take_limit(&mut self, key: &str, value: &toml::Value) -> Option<Fault> {
        let place = format!("detect.{key}");
        let origin = self.origin_of(&place);
        let error = self.override_limit(key, value, origin).err()?;
        Some(self.fault(&place, &error.to_string()))
    }

    fn override_limit(&mut self, key: &str, value: &toml::Value, origin: Origin) -> Result<(), LimitError> {
        self.limits = self.limits.with(key, value)?;
        self.origins.insert(key.to_owned(), origin);
        Ok(())
    }

    fn take_feeds(&mut self, written: &[FeedFile], folder: &Path) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut feeds: Vec<(FeedSettings, usize)> = Vec::new();
        for (i, file) in written.iter().enumerate() {
            if written[..i].iter().any(|other| other.name == file.name) {
                faults.push(self.fault(&format!("feed.{i}.name"), &format!("a second feed `{}`", file.name)));
            }
            match feed::checked(file, folder) {
                Ok(feed) => {
                    if let Some(other) = feeds.iter().find(|(other, _)| feed.is_stdin() && other.is_stdin()) {
                        let what =
                            format!("feed `{}`: url: `{}` reads standard input already", file.name, other.0.feed.name);
                        faults.push(self.fault(&format!("feed.{i}.url"), &what));
                    }
                    feeds.push((feed, i));
                }
                Err(wrong) => {
                    let tell = |(key, what): feed::KeyFault| {
                        self.fault(&format!("feed.{i}.{key}"), &format!("feed `{}`: {key}: {what}", file.name))
                    };
                    faults.extend(wrong.into_iter().map(tell));
                }
            }
        }
        feeds.sort_by(|a, b| a.0.feed.name.cmp(&b.0.feed.name));
        (self.feeds, self.feed_tables) = feeds.into_iter().unzip();
        faults
    }

    /// The file's line for a key that the file sets; the default otherwise.
    fn origin_of(&self, place: &str) -> Origin {
        self.places.line(place).map_or(Origin::Default, |line| Origin::File(self.file.clone(), line))
    }

    fn fault(&self, place: &str, what: &str) -> Fault {
        let (line, column) = self.places.find(place);
        Fault { file: self.file.clone(), fault: format!("{line}:{column}: {what}") }
    }
}

/// Reads the site of a radar from a file of its own (the keys of `[feed.site]`).
pub fn load_site(path: &Path) -> Result<Site, SettingsError> {
    let text = read(path)?;
    let file = path.display().to_string();
    let written: SiteFile = from_toml(&text, &file)?;
    let places = Places::of(&text);
    feed::site_of(&written).map_err(|faults| {
        let tell = |(key, what): feed::KeyFault| {
            let key = key.trim_start_matches("site.");
            let (line, column) = places.find(key);
            Fault { file: file.clone(), fault: format!("{line}:{column}: {key}: {what}") }
        };
        SettingsError::Wrong { faults: faults.into_iter().map(tell).collect() }
    })
}

fn read(path: &Path) -> Result<String, SettingsError> {
    fs::read_to_string(path).map_err(|source| SettingsError::Read { path: path.to_owned(), source })
}

fn from_toml<T: serde::de::DeserializeOwned>(text: &str, file: &str) -> Result<T, SettingsError> {
    toml::from_str(text).map_err(|error| {
        let (line, column) = line_and_column(text, error.span().map_or(0, |span| span.start));
        let fault = format!("{line}:{column}: {}", error.message().trim());
        SettingsError::Wrong { faults: vec![Fault { file: file.to_owned(), fault }] }
    })
}

#[cfg(test)]
mod tests;
