//! Connections: accepted up to a bound, read and written with patience but not for ever, ended when the service stops.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Sleep;
use tower::Service;

use super::{App, Pace, Services, Shared, router};
use crate::edge::auth::Access;
use crate::edge::metrics::Counted;

/// The most bytes of a request's head.
const HEAD_AT_MOST: usize = 32 * 1024;
/// The most bytes of an answer that wait to be taken.
const BUFFER_AT_MOST: usize = 64 * 1024;
/// How long to wait before accepting again when the system has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(200);

/// Both ends of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    pub(super) remote: SocketAddr,
    pub(super) local: SocketAddr,
}

/// Serves console and API until `stop` is true (or its sender gone), then gives open answers [`Pace::farewell`] to end.
pub async fn serve(listener: TcpListener, services: Services, access: Access, stop: watch::Receiver<bool>) {
    let pace = services.pace;
    let metrics = services.metrics.clone();
    let app = App(Arc::new(Shared { services, access, stop }));
    let router = router::router(&app);
    let slots = Arc::new(Semaphore::new(pace.connections));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &slots) => accepted,
            () = app.stopped() => break,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, peer, slot)) => {
                let io = Patient { stream, stall: pace.stall, waited: None, _held: (slot, metrics.connection()) };
                connections.spawn(converse(io, peer, router.clone(), app.clone(), pace));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(NO_ROOM).await;
            }
        }
    }
    let all = u32::try_from(pace.connections).unwrap_or(u32::MAX);
    let _ = tokio::time::timeout(pace.farewell, slots.acquire_many(all)).await;
    connections.shutdown().await;
}

async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>) -> io::Result<(TcpStream, Peer, OwnedSemaphorePermit)> {
    let slot = slots.clone().acquire_owned().await.map_err(io::Error::other)?;
    loop {
        match listener.accept().await {
            Ok((stream, remote)) => {
                // A connection that is gone already has no address of its own.
                let Ok(local) = stream.set_nodelay(true).and_then(|()| stream.local_addr()) else { continue };
                return Ok((stream, Peer { remote, local }, slot));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether only the connection that was to be accepted is the worse for it.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    [ConnectionAborted, ConnectionRefused, ConnectionReset].contains(&error.kind())
}

/// Answers the requests of one connection.
async fn converse(io: Patient, peer: Peer, router: Router, app: App, pace: Pace) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        router.clone().call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(pace.head);
    http.max_header_size(HEAD_AT_MOST).max_buf_size(BUFFER_AT_MOST);
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(io), service).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = app.stopped() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(remote = %peer.remote, %error, "a connection broke");
    }
}

/// A connection whose other end must take what is written, sooner or later; holds its place among the connections.
struct Patient {
    stream: TcpStream,
    stall: Duration,
    waited: Option<Pin<Box<Sleep>>>,
    _held: (OwnedSemaphorePermit, Counted),
}

impl Patient {
    fn patiently<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waited = None;
            return written;
        }
        let waited = self.waited.get_or_insert_with(|| Box::pin(tokio::time::sleep(self.stall)));
        waited.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patient {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.patiently(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.patiently(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
