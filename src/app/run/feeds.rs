//! The service's feeds: those of the settings at the places the journal knows them by, live ones and recordings.

use anyhow::Context;

use super::player::{Opened, Player};
use crate::app::secret;
use crate::edge::api::FeedDescription;
use crate::edge::clock::Clock;
use crate::edge::feed::{FeedSpec, Password};
use crate::edge::health::{FeedState, Health};
use crate::edge::inlet::Inlet;
use crate::edge::recording::{Kind, Recording, RecordingFile, RecordingOptions};
use crate::engine::Engine;
use crate::engine::input::{Feed, FeedId};
use crate::engine::time::{EventTime, Span};
use crate::settings::{FeedSettings, ServiceSettings, Settings};

/// All feeds, and the recording among them.
pub struct FeedTable {
    settings: Vec<FeedSettings>,
    feeds: Vec<Feed>,
    opened: Option<Opened>,
    recorded: Vec<String>,
    taken: Vec<u64>,
}

impl FeedTable {
    /// The feeds of the settings; recordings are opened.
    ///
    /// # Errors
    /// If a recording cannot be read.
    pub fn new(settings: &Settings) -> anyhow::Result<Self> {
        let files: Vec<RecordingFile> = settings
            .feeds
            .iter()
            .filter_map(|feed| {
                let path = feed.path.clone()?;
                Some(RecordingFile { path, kind: Kind::Auto, feed: Some(feed.feed.clone()) })
            })
            .collect();
        let mut table = FeedTable {
            settings: settings.feeds.clone(),
            feeds: Vec::new(),
            opened: None,
            recorded: Vec::new(),
            taken: Vec::new(),
        };
        if !files.is_empty() {
            let recording = Recording::open(&files, &RecordingOptions::default())?;
            table.recorded = recording.feeds().iter().map(|feed| feed.name.clone()).collect();
            for feed in recording.feeds() {
                if let Some(settings) = table.settings.iter_mut().find(|settings| settings.feed.name == feed.name) {
                    settings.feed = feed.clone();
                }
            }
            table.opened = Some(Opened::new(recording).context("there is no frame in the recordings among the feeds")?);
        }
        table.merge(&[]);
        Ok(table)
    }

    /// When the recordings begin; `None` without any.
    pub fn begins_at(&self) -> Option<EventTime> {
        self.opened.as_ref().map(|opened| opened.begins_at)
    }

    /// Gives each feed the place the journal knows it by, new ones the places behind.
    pub fn merge(&mut self, known: &[Feed]) {
        self.feeds = known.to_vec();
        for FeedSettings { feed, .. } in &self.settings {
            match self.feeds.iter_mut().find(|known| known.name == feed.name) {
                Some(known) => known.clone_from(feed),
                None => self.feeds.push(feed.clone()),
            }
        }
        self.taken.resize(self.feeds.len(), 0);
    }

    /// All feeds the engine is told of; `FeedId(i)` is the `i`th.
    pub fn feeds(&self) -> &[Feed] {
        &self.feeds
    }

    /// Takes over how many frames of each feed the journal has.
    pub fn count_taken(&mut self, engine: &Engine) {
        self.taken = (0..self.feeds.len()).map(|place| engine.intake().frames_of(FeedId(place as u16))).collect();
    }

    /// The live feeds, with the passwords they need.
    ///
    /// # Errors
    /// If a password cannot be read.
    pub fn live(&self) -> anyhow::Result<Vec<FeedSpec>> {
        let placed = self
            .settings
            .iter()
            .filter_map(|settings| Some((settings, settings.source.clone()?, self.place(&settings.feed.name)?)));
        let spec = |(settings, source, id): (&FeedSettings, _, FeedId)| {
            let (feed, allow_from) = (settings.feed.clone(), settings.allow_from.clone());
            let whose = format!("feed `{}`", feed.name);
            let password = settings.password.as_ref().map(|place| secret::read(place, &whose)).transpose()?;
            let taken = self.taken.get(usize::from(id.0)).copied().unwrap_or(0);
            Ok(FeedSpec { id, feed, source, allow_from, password: password.map(Password::new), taken })
        };
        placed.map(spec).collect()
    }

    /// The feeds that the journal knows and the settings do not read any more.
    pub fn unread(&self) -> Vec<FeedId> {
        let is_read = |feed: &Feed| self.settings.iter().any(|s| s.feed.name == feed.name);
        (0..).zip(&self.feeds).filter(|(_, feed)| !is_read(feed)).map(|(place, _)| FeedId(place)).collect()
    }

    /// Tells of the feeds that are not read.
    pub fn tell_unread(&self, health: &Health) {
        for feed in self.unread() {
            health.update(feed, |health| {
                health.state = FeedState::Ended;
                health.detail = Some("not in the settings any more".to_owned());
            });
        }
    }

    /// What the API says of the feeds.
    pub fn descriptions(&self) -> Vec<FeedDescription> {
        let describe = |feed: &Feed| {
            let settings = self.settings.iter().find(|settings| settings.feed.name == feed.name);
            let source = match settings.map(|settings| (&settings.source, &settings.path)) {
                Some((Some(source), _)) => source.to_string(),
                Some((None, Some(path))) => path.display().to_string(),
                _ => "-".to_owned(),
            };
            FeedDescription::new(&feed.name, feed.kind, &source)
        };
        self.feeds.iter().map(describe).collect()
    }

    /// Whoever plays the recordings; `None` without any.
    pub fn player(
        &mut self,
        service: &ServiceSettings,
        clock: &Clock,
        inlet: &Inlet,
        health: &Health,
    ) -> Option<Player> {
        let opened = self.opened.take()?;
        let places: Vec<FeedId> = self.recorded.iter().filter_map(|name| self.place(name)).collect();
        let taken = places.iter().map(|id| self.taken.get(usize::from(id.0)).copied().unwrap_or(0)).collect();
        let opening_until = opened.begins_at + Span::from_seconds(service.clock.opening_s);
        Some(Player::new(opened, places, taken, opening_until, clock.clone(), inlet.clone(), health.clone()))
    }

    fn place(&self, name: &str) -> Option<FeedId> {
        self.feeds.iter().position(|feed| feed.name == name).map(|place| FeedId(place as u16))
    }
}
