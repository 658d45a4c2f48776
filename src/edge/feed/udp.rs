//! `udp://`: takes the datagrams of those who may send.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use futures_util::future::OptionFuture;
use ipnet::IpNet;
use socket2::SockRef;
use tokio::net::UdpSocket;
use tokio::time::sleep;

use super::outlet::{Frames, Outlet, Seldom};
use super::split::datagram;
use super::tcp_listen::may_send;
use crate::edge::health::FeedState;
use crate::edge::inlet::Stopping;

/// The longest datagram there is.
const DATAGRAM_BYTES: usize = 64 * 1024;
/// Bytes taken of the socket before they are handed over.
const BURST_BYTES: usize = 64 * 1024;
/// Bytes that may wait for an engine that is behind; what comes on top is dropped.
const WAITING_BYTES: usize = 4 * 1024 * 1024;
/// What the system is asked to keep while picket is not looking; it may give less.
const SOCKET_BYTES: usize = 4 * 1024 * 1024;
/// A wait after the socket told an error.
const ERROR_WAIT: Duration = Duration::from_millis(100);

type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), Stopping>> + Send + 'a>>;

/// Opens a socket on the address; gives the one it got, whose port the system chose if it was 0.
pub async fn bind(address: SocketAddr) -> io::Result<(UdpSocket, SocketAddr)> {
    let socket = UdpSocket::bind(address).await?;
    SockRef::from(&socket).set_recv_buffer_size(SOCKET_BYTES)?;
    let address = socket.local_addr()?;
    Ok((socket, address))
}

/// Takes datagrams for ever; returns only when the service stops.
///
/// The sender of a datagram cannot be slowed: while the engine is behind it is read on, and what finds no room is dropped.
pub async fn run(outlet: Outlet, (socket, address): (UdpSocket, SocketAddr), allow_from: Vec<IpNet>) {
    outlet.stands(FeedState::Connecting, format!("waiting for datagrams on {address}"));
    let mut receiver = Receiver {
        outlet: &outlet,
        allow_from,
        buffer: vec![0; DATAGRAM_BYTES],
        waiting: outlet.frames(),
        cut: 0,
        is_heard: false,
        refusals: Seldom::default(),
        drops: Seldom::default(),
    };
    let mut sending: Option<Sending<'_>> = None;
    loop {
        tokio::select! {
            Some(sent) = OptionFuture::from(sending.as_mut()) => match sent {
                Ok(()) => sending = None,
                Err(Stopping) => return,
            },
            ready = socket.readable() => {
                if let Err(error) = ready.and_then(|()| receiver.drain(&socket)) {
                    tracing::warn!(feed = outlet.name(), "cannot receive on {address}: {error}");
                    sleep(ERROR_WAIT).await;
                }
            }
        }
        if sending.is_none() && !receiver.waiting.is_empty() {
            let (frames, cut) = receiver.take();
            sending = Some(Box::pin(outlet.hand_over(frames, cut)));
        }
    }
}

struct Receiver<'a> {
    outlet: &'a Outlet,
    allow_from: Vec<IpNet>,
    buffer: Vec<u8>,
    /// What is to be handed over next.
    waiting: Frames,
    cut: u64,
    is_heard: bool,
    refusals: Seldom,
    drops: Seldom,
}

impl Receiver<'_> {
    /// Takes what the socket has, up to a burst.
    fn drain(&mut self, socket: &UdpSocket) -> io::Result<()> {
        let mut taken = 0;
        while taken < BURST_BYTES {
            match socket.try_recv_from(&mut self.buffer) {
                Ok((len, sender)) => {
                    taken += len.max(1);
                    self.receive(len, sender);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn receive(&mut self, len: usize, sender: SocketAddr) {
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
        let bytes = self.buffer.get(..len).unwrap_or_default();
        if self.waiting.byte_len() + len > WAITING_BYTES {
            let mut frames = 0;
            datagram(self.outlet.kind(), bytes, |_| frames += 1);
            self.outlet.dropped(frames);
            if let Some(times) = self.drops.happened(frames) {
                tracing::warn!(feed = self.outlet.name(), frames = times, "dropped frames: the engine is behind");
            }
            return;
        }
        self.outlet.stamp(&mut self.waiting);
        self.waiting.read(len);
        self.cut += datagram(self.outlet.kind(), bytes, |frame| self.waiting.push(frame));
    }

    /// What waits, with its cut lines; nothing waits afterwards.
    fn take(&mut self) -> (Frames, u64) {
        (std::mem::replace(&mut self.waiting, self.outlet.frames()), std::mem::take(&mut self.cut))
    }
}
