//! `udp://` and `udp-multicast://`: takes the datagrams of those who may send.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use ipnet::IpNet;
use socket2::SockRef;
use tokio::net::UdpSocket;
use tokio::time::sleep;

use super::mailbox::Mailbox;
use super::outlet::{Outlet, Seldom};
use super::tcp_listen::may_send;
use crate::edge::health::FeedState;

/// The longest datagram there is.
const DATAGRAM_BYTES: usize = 64 * 1024;
/// Bytes taken of the socket before they are handed over.
const BURST_BYTES: usize = 64 * 1024;
/// What the system is asked to keep while picket is not looking; it may give less.
const SOCKET_BYTES: usize = 4 * 1024 * 1024;
/// A wait after the socket told an error.
const ERROR_WAIT: Duration = Duration::from_millis(100);

/// Opens a socket on the address; gives the one it got, whose port the system chose if it was 0.
pub async fn bind(address: SocketAddr) -> io::Result<(UdpSocket, SocketAddr)> {
    ready(UdpSocket::bind(address).await?)
}

/// A bound socket, its buffer enlarged, and its address.
pub fn ready(socket: UdpSocket) -> io::Result<(UdpSocket, SocketAddr)> {
    SockRef::from(&socket).set_recv_buffer_size(SOCKET_BYTES)?;
    let address = socket.local_addr()?;
    Ok((socket, address))
}

/// Takes datagrams for ever; returns only when the service stops.
///
/// The sender of a datagram cannot be slowed: while the engine is behind it is read on, and what finds no room is dropped.
pub async fn run(outlet: Outlet, (socket, address): (UdpSocket, SocketAddr), allow_from: Vec<IpNet>) {
    outlet.stands(FeedState::Connecting, format!("waiting for datagrams on {address}"));
    let mailbox = Mailbox::new(&outlet);
    let mut receiver = Receiver {
        outlet: &outlet,
        mailbox: &mailbox,
        allow_from,
        buffer: vec![0; DATAGRAM_BYTES],
        is_heard: false,
        refusals: Seldom::default(),
    };
    tokio::select! {
        _stopping = mailbox.deliver() => {}
        () = receiver.receive(&socket, address) => {}
    }
}

struct Receiver<'a> {
    outlet: &'a Outlet,
    mailbox: &'a Mailbox<'a>,
    allow_from: Vec<IpNet>,
    buffer: Vec<u8>,
    is_heard: bool,
    refusals: Seldom,
}

impl Receiver<'_> {
    /// Takes what comes, for ever.
    async fn receive(&mut self, socket: &UdpSocket, address: SocketAddr) {
        loop {
            if let Err(error) = socket.readable().await.and_then(|()| self.drain(socket)) {
                tracing::warn!(feed = self.outlet.name(), "cannot receive on {address}: {error}");
                sleep(ERROR_WAIT).await;
            }
            self.mailbox.make_way().await;
        }
    }

    /// Takes what the socket has, up to a burst.
    fn drain(&mut self, socket: &UdpSocket) -> io::Result<()> {
        let mut taken = 0;
        while taken < BURST_BYTES {
            match socket.try_recv_from(&mut self.buffer) {
                Ok((len, sender)) => {
                    taken += len.max(1);
                    self.take(len, sender);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn take(&mut self, len: usize, sender: SocketAddr) {
        if !may_send(&self.allow_from, sender.ip()) {
            self.outlet.refused();
            if let Some(times) = self.refusals.happened(1) {
                let name = self.outlet.name();
                tracing::warn!(feed = name, times, "refused a datagram from {sender}: it is not in allow_from");
            }
            return;
        }
        if !std::mem::replace(&mut self.is_heard, true) {
            self.outlet.connected(format!("datagrams come, the first from {sender}"));
        }
        self.mailbox.put(self.buffer.get(..len).unwrap_or_default());
    }
}
