//! Live feeds: connections, datagrams, followed files and standard input as frames on their way to the engine.

mod backoff;
mod cursor;
mod follow;
mod mailbox;
mod mqtt;
mod multicast;
mod nats;
mod outlet;
mod password;
mod precious;
mod rate;
mod serial;
mod source;
mod stdin;
mod stream;
mod tcp;
mod tcp_listen;
mod udp;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use ipnet::IpNet;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::edge::clock::Clock;
use crate::edge::health::Health;
use crate::edge::inlet::Inlet;
pub use crate::edge::split::MAX_LINE_BYTES;
use crate::edge::store::{LocalStore, StoreError};
use crate::engine::input::{Feed, FeedId};
use cursor::Cursor;
use outlet::Outlet;
pub use password::Password;
pub use source::{FeedSource, SourceError, Subscription};
pub use tcp_listen::MAX_CONNECTIONS;

/// A live feed to be read.
#[derive(Clone, Debug)]
pub struct FeedSpec {
    /// Its place among the feeds.
    pub id: FeedId,
    /// What the engine knows of it.
    pub feed: Feed,
    /// Where it comes from.
    pub source: FeedSource,
    /// Who may send, where others come to picket; without networks anyone who reaches the address.
    pub allow_from: Vec<IpNet>,
    /// What it is asked for by a broker.
    pub password: Option<Password>,
    /// How many frames of it the journal has ever taken: a followed file is gone on with behind as many lines.
    pub taken: u64,
}

/// What the feeds have of the service; a clone leads to the same.
#[derive(Clone, Debug)]
pub struct FeedContext {
    /// Where frames go.
    pub inlet: Inlet,
    /// Where each feed tells how it stands.
    pub health: Health,
    /// What frames are stamped by.
    pub clock: Clock,
    /// The service's data folder, in whose store followed files are remembered.
    pub data_dir: PathBuf,
}

/// Why a feed cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// Its address cannot be listened on: it is in use, or not this machine's.
    #[error("feed `{feed}` cannot listen on {address}")]
    Listen {
        /// The feed's name.
        feed: String,
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// What was followed cannot be looked up.
    #[error("cannot look up where feed `{feed}` was left")]
    Cursor {
        /// The feed's name.
        feed: String,
        /// What the store said.
        #[source]
        source: StoreError,
    },
}

/// Feeds being read.
#[derive(Debug)]
pub struct Running {
    tasks: JoinSet<()>,
    addresses: Vec<(FeedId, SocketAddr)>,
}

impl Running {
    /// The address a feed listens on, with the port that the system gave where the settings say 0.
    pub fn address(&self, feed: FeedId) -> Option<SocketAddr> {
        self.addresses.iter().find(|(id, _)| *id == feed).map(|(_, address)| *address)
    }

    /// Waits until all feeds have stopped, which they do once `stop` says so.
    pub async fn join(mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!("a feed's task failed: {error}");
            }
        }
    }
}

/// Starts to read the feeds: listeners listen when this returns; whatever fails later is tried again for ever.
///
/// Feeds end when `stop` becomes true, or its sender is gone.
///
/// # Errors
/// For the first address that cannot be listened on, or place in a file that cannot be looked up: then no feed is read.
pub async fn spawn(
    specs: Vec<FeedSpec>,
    context: FeedContext,
    stop: watch::Receiver<bool>,
) -> Result<Running, FeedError> {
    let (mut addresses, mut store) = (Vec::new(), None);
    let mut transports: Vec<Transport> = vec![Box::pin(rate::run(context.health.clone(), context.clock.clone()))];
    for FeedSpec { id, feed, source, allow_from, password, taken } in specs {
        tracing::info!(feed = feed.name, "reading {source}");
        let outlet = Outlet::new(id, &feed, &context);
        let refused = |address, source| FeedError::Listen { feed: feed.name.clone(), address, source };
        transports.push(match source {
            FeedSource::Tcp { host, port } => Box::pin(tcp::run(outlet, host, port)),
            FeedSource::TcpListen(address) => {
                let listener = tcp_listen::bind(address).await.map_err(|source| refused(address, source))?;
                addresses.push((id, listener.1));
                Box::pin(tcp_listen::run(outlet, listener, allow_from))
            }
            FeedSource::Udp(address) => {
                let socket = udp::bind(address).await.map_err(|source| refused(address, source))?;
                addresses.push((id, socket.1));
                Box::pin(udp::run(outlet, socket, allow_from))
            }
            FeedSource::UdpMulticast { group, interfaces } => {
                let socket = multicast::bind(group, &interfaces).await.map_err(|source| refused(group, source))?;
                addresses.push((id, socket.1));
                Box::pin(udp::run(outlet, socket, allow_from))
            }
            FeedSource::Serial { path, baud } => Box::pin(serial::run(outlet, path, baud)),
            FeedSource::Mqtt(subscription) => Box::pin(mqtt::run(outlet, subscription, password)),
            FeedSource::Nats(subscription) => Box::pin(nats::run(outlet, subscription, password)),
            FeedSource::File(path) => {
                let cursor = cursor(&mut store, &context.data_dir, &feed.name);
                let cursor = cursor.map_err(|source| FeedError::Cursor { feed: feed.name.clone(), source })?;
                Box::pin(follow::run(outlet, path, cursor, taken))
            }
            FeedSource::Stdin => Box::pin(stdin::run(outlet, io::stdin())),
        });
    }
    let mut tasks = JoinSet::new();
    for transport in transports {
        tasks.spawn(until(stop.clone(), transport));
    }
    Ok(Running { tasks, addresses })
}

/// The cursor of a feed, in the store that all followed files share.
fn cursor(shared: &mut Option<Arc<Mutex<LocalStore>>>, data_dir: &Path, feed: &str) -> Result<Cursor, StoreError> {
    let store = match shared {
        Some(store) => store,
        none => none.insert(Arc::new(Mutex::new(LocalStore::open(data_dir)?))),
    };
    Cursor::open(store, feed)
}

type Transport = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs a transport until it ends or the feeds are to stop.
async fn until(mut stop: watch::Receiver<bool>, transport: Transport) {
    tokio::select! {
        () = transport => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}
