//! The ground the service stands on: all that may refuse to open, opened before anything runs.

use anyhow::Context;
use tokio::net::TcpListener;

use super::feeds::FeedTable;
use crate::edge::api::{self, Hosts};
use crate::edge::auth::{Access, GivenToken};
use crate::edge::clock::Clock;
use crate::edge::store::{DataLock, HistoryStore, LocalStore};
use crate::settings::{SecretPlace, ServiceSettings, Settings};

/// Folder, files, address and feeds of the service.
pub struct Ground {
    /// Keeps others off the data folder.
    pub lock: DataLock,
    /// The feeds of the settings, recordings among them opened.
    pub table: FeedTable,
    /// The alert book and outbox.
    pub store: LocalStore,
    /// Where tracks were.
    pub history: HistoryStore,
    /// Who may come in.
    pub access: Access,
    /// Names that requests may address.
    pub hosts: Hosts,
    /// Where console and API listen.
    pub listener: TcpListener,
    /// The wall's clock, or one held at the beginning of the recordings.
    pub clock: Clock,
    /// What marks a run that plays recordings.
    pub exercise: Option<String>,
}

impl Ground {
    /// Opens it all.
    ///
    /// # Errors
    /// What refuses to open, by its place.
    pub async fn open(settings: &Settings) -> anyhow::Result<Ground> {
        let service = &settings.service;
        let lock = DataLock::take(&service.data_dir)?;
        let table = FeedTable::new(settings)?;
        let store = LocalStore::open(&service.data_dir)?;
        let history = HistoryStore::open(&service.data_dir)?;
        let access = Access::check(service.listen, given_tokens(service)?, store.reader())?;
        let hosts = Hosts::new(&service.allow_host)?;
        let listener = api::bind(service.listen).await?;
        let rate = service.clock.rate;
        let clock = table.begins_at().map_or_else(Clock::wall, |at| Clock::scaled(rate, at));
        let exercise = table.begins_at().map(|_| format!("EXERCISE x{rate}"));
        Ok(Ground { lock, table, store, history, access, hosts, listener, clock, exercise })
    }
}

/// The tokens of the settings with their secrets; `None` where none are asked for.
fn given_tokens(service: &ServiceSettings) -> anyhow::Result<Option<Vec<GivenToken>>> {
    let Some(auth) = &service.auth else { return Ok(None) };
    let tokens = auth.tokens.iter().map(|token| {
        let secret = match &token.secret {
            SecretPlace::Env(name) => {
                std::env::var(name).with_context(|| format!("token `{}`: the variable {name}", token.name))?
            }
            SecretPlace::File(path) => std::fs::read_to_string(path)
                .with_context(|| format!("token `{}`: cannot read {}", token.name, path.display()))?,
        };
        let (name, role, squadron) = (token.name.clone(), token.role, token.squadron.clone());
        Ok(GivenToken { name, role, squadron, secret: secret.trim().to_owned() })
    });
    tokens.collect::<anyhow::Result<Vec<_>>>().map(Some)
}
