//! The service's HTTP side: alerts, the picture, zones and feeds for consoles and machines; `docs/api.md` is its contract.

mod about;
mod alerts;
mod bbox;
mod commands;
mod connection;
mod console;
mod early;
mod error;
mod exposition;
mod feed_figures;
mod feeds;
mod guard;
mod hosts;
mod picture;
mod query;
mod router;
mod session;
mod stream;
mod tracks;
mod view;
mod zones;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::auth::Access;
use super::clock::Clock;
use super::health::Health;
use super::inlet::Inlet;
use super::metrics::Metrics;
use super::seen::SeenPicture;
use super::store::{HistoryReader, Outbox, StoreError, StoreReader};
pub use bbox::{Bbox, BboxError};
pub use connection::serve;
pub use early::answer as answer_early;
pub use feeds::FeedDescription;
pub use hosts::{HostError, Hosts};
pub use view::{Part, View};
pub use zones::feature_collection;

/// What the API shows and where commands go.
#[derive(Clone, Debug)]
pub struct Services {
    /// The service's clock.
    pub clock: Clock,
    /// Where commands go.
    pub inlet: Inlet,
    /// Alerts as they are told.
    pub outbox: Outbox,
    /// The alert book.
    pub store: StoreReader,
    /// Where tracks were.
    pub history: HistoryReader,
    /// The picture.
    pub seen: SeenPicture,
    /// How the feeds stand, by `FeedId`.
    pub health: Health,
    /// What the feeds are, by `FeedId`.
    pub feeds: Arc<[FeedDescription]>,
    /// Zones and settings in force; a reload changes them.
    pub in_force: watch::Receiver<InForce>,
    /// What marks everything of an exercise, `EXERCISE x20`.
    pub exercise: Option<String>,
    /// Whether the service has recovered what it knew.
    pub readiness: watch::Receiver<Readiness>,
    /// The service's own figures.
    pub metrics: Metrics,
    /// The names requests may address.
    pub hosts: Hosts,
    /// Intervals and bounds.
    pub pace: Pace,
}

/// The zones and settings in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InForce {
    /// All zones as GeoJSON, as [`feature_collection`] makes it.
    pub zones: Arc<str>,
    /// Names settings and zones together.
    pub settings_hash: String,
}

/// Whether the service can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Not yet, and why.
    Waiting(String),
    /// It can.
    Ready,
}

/// Intervals and bounds of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// An idle stream says so this often, and its token is looked at again.
    pub heartbeat: Duration,
    /// The picture's changes are sent this often.
    pub picture: Duration,
    /// A request's head, or the next request, must have come after this long.
    pub head: Duration,
    /// A request's body must have come after this long.
    pub body: Duration,
    /// A reader who has taken nothing for this long is let go.
    pub stall: Duration,
    /// When the service stops, open answers may take this long.
    pub farewell: Duration,
    /// Connections at a time; more wait to be accepted.
    pub connections: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Pace {
            heartbeat: Duration::from_secs(15),
            picture: Duration::from_millis(500),
            head: Duration::from_secs(20),
            body: Duration::from_secs(10),
            stall: Duration::from_secs(30),
            farewell: Duration::from_secs(3),
            connections: 512,
        }
    }
}

/// Console and API cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Something else listens there.
    #[error("{listen}: the port is in use: stop what listens there, or set `listen` of [http]")]
    InUse {
        /// The address.
        listen: SocketAddr,
    },
    /// Any other reason.
    #[error("cannot listen on {listen}")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// Listens on an address; port 0 takes a free one.
///
/// # Errors
/// [`BindError`], naming the address.
pub async fn bind(listen: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(listen).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => BindError::InUse { listen },
        _ => BindError::Listen { listen, source },
    })
}

/// What every handler holds.
#[derive(Clone, Debug)]
struct App(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    services: Services,
    access: Access,
    stop: watch::Receiver<bool>,
}

impl std::ops::Deref for App {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0.services
    }
}

impl App {
    /// Reads the store on a thread that may wait.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Services) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, error::ApiError> {
        let app = self.clone();
        let read = tokio::task::spawn_blocking(move || read(&app)).await;
        read.map_err(|_| error::ApiError::internal("the answer was broken off"))?.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "the API cannot read");
            error::ApiError::internal("the store cannot be read: the service's log says why")
        })
    }

    /// Resolves when the service stops.
    async fn stopped(&self) {
        let mut stop = self.0.stop.clone();
        let _ = stop.wait_for(|stop| *stop).await;
    }
}
