//! The ground the service stands on: all that may refuse to open, opened before anything runs.

use tokio::net::TcpListener;

use super::feeds::FeedTable;
use crate::app::access::access;
use crate::edge::api::{self, Hosts};
use crate::edge::auth::Access;
use crate::edge::clock::Clock;
use crate::edge::store::{DataLock, HistoryStore, LocalStore};
use crate::settings::Settings;

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
        let access = access(service, store.reader())?;
        let hosts = Hosts::new(&service.allow_host)?;
        let listener = api::bind(service.listen).await?;
        let rate = service.clock.rate;
        let clock = table.begins_at().map_or_else(Clock::wall, |at| Clock::scaled(rate, at));
        let exercise = table.begins_at().map(|_| format!("EXERCISE x{rate}"));
        Ok(Ground { lock, table, store, history, access, hosts, listener, clock, exercise })
    }
}
