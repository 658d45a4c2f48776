//! `tcp-listen://`: takes the connections of those who may send, many at once.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::outlet::{Outlet, Seldom};
use super::stream::{StreamEnd, read_lines};
use super::tcp::keep_alive;
use crate::edge::health::FeedState;
use crate::engine::input::FeedKind;

/// Connections a feed takes at once.
pub const MAX_CONNECTIONS: usize = 64;
/// A wait after the system could not give a connection, for lack of files or memory.
const ACCEPT_WAIT: Duration = Duration::from_millis(500);

/// Whether an address may send; without networks anyone may. An IPv4 address that comes by IPv6 counts as what it is.
pub fn may_send(allow_from: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    allow_from.is_empty() || allow_from.iter().any(|network| network.contains(&address))
}

/// Listens on the address; gives the one it got, whose port the system chose if it was 0.
pub async fn bind(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Takes connections for ever; returns only when the service stops.
pub async fn run(outlet: Outlet, (listener, address): (TcpListener, SocketAddr), allow_from: Vec<IpNet>) {
    let mut server = Server { outlet, address, allow_from, connections: JoinSet::new(), refusals: Seldom::default() };
    server.tell();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => server.accept(stream, peer),
                Err(error) => server.wait(&error).await,
            },
            Some(_) = server.connections.join_next() => server.tell(),
        }
    }
}

struct Server {
    outlet: Outlet,
    address: SocketAddr,
    allow_from: Vec<IpNet>,
    connections: JoinSet<()>,
    refusals: Seldom,
}

impl Server {
    fn accept(&mut self, stream: TcpStream, peer: SocketAddr) {
        let most = most_connections(self.outlet.kind());
        let why = if !may_send(&self.allow_from, peer.ip()) {
            Some("it is not in allow_from".to_owned())
        } else if self.connections.len() >= most {
            Some(format!("{most} at once are the most"))
        } else {
            keep_alive(&stream).err().map(|error| error.to_string())
        };
        if let Some(why) = why {
            self.outlet.refused();
            if let Some(times) = self.refusals.happened(1) {
                tracing::warn!(feed = self.outlet.name(), times, "refused a connection from {peer}: {why}");
            }
            return;
        }
        self.outlet.connected(format!("connected with {peer}"));
        self.connections.spawn(connection(self.outlet.clone(), stream, peer));
        self.tell();
    }

    async fn wait(&self, error: &io::Error) {
        tracing::warn!(feed = self.outlet.name(), "cannot take a connection on {}: {error}", self.address);
        sleep(ACCEPT_WAIT).await;
    }

    fn tell(&self) {
        let address = self.address;
        match self.connections.len() {
            0 => self.outlet.stands(FeedState::Connecting, format!("waiting for a connection on {address}")),
            1 => self.outlet.stands(FeedState::Live, format!("1 connection on {address}")),
            n => self.outlet.stands(FeedState::Live, format!("{n} connections on {address}")),
        }
    }
}

/// A table's rows mean what its header says, so a feed of tables hears one sender at a time.
fn most_connections(kind: FeedKind) -> usize {
    match kind {
        FeedKind::Nmea | FeedKind::Asterix | FeedKind::Pcap => MAX_CONNECTIONS,
        FeedKind::Csv => 1,
    }
}

async fn connection(outlet: Outlet, stream: TcpStream, peer: SocketAddr) {
    match read_lines(&outlet, stream).await.1 {
        StreamEnd::Closed => tracing::info!(feed = outlet.name(), "{peer} closed the connection"),
        StreamEnd::Broken(error) => tracing::warn!(feed = outlet.name(), "the connection with {peer} broke: {error}"),
        StreamEnd::Stopping => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_of_both_families_decide() {
        let networks: Vec<IpNet> = ["10.1.0.0/16", "2001:db8::/32"].map(|text| text.parse().unwrap()).into();
        let may = |address: &str| may_send(&networks, address.parse().unwrap());
        assert!(may("10.1.2.3") && may("::ffff:10.1.2.3") && may("2001:db8::1"));
        assert!(!may("10.2.0.1") && !may("::ffff:10.2.0.1") && !may("2001:db9::1") && !may("127.0.0.1"));
        assert!(may_send(&[], "203.0.113.9".parse().unwrap()));
    }
}
