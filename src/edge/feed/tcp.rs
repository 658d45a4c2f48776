//! `tcp://`: connects to a server, and again whenever the connection is lost.

use std::io::{self, ErrorKind};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{sleep, timeout};

use super::backoff::Backoff;
use super::outlet::Outlet;
use super::stream::{StreamEnd, read_lines};
use crate::edge::health::FeedState;

/// An address that does not answer for this long is given up, for this time.
pub const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// A silent connection is asked whether the other side is still there after this long ...
const KEEPALIVE_AFTER: Duration = Duration::from_secs(30);
/// ... then this often ...
const KEEPALIVE_EVERY: Duration = Duration::from_secs(10);
/// ... and given up when so many questions stay without an answer.
const KEEPALIVE_TRIES: u32 = 3;

/// Reads from the server for ever; returns only when the service stops.
pub async fn run(outlet: Outlet, host: String, port: u16) {
    let place = place(&host, port);
    outlet.stands(FeedState::Connecting, format!("connecting to {place}"));
    let mut backoff = Backoff::default();
    loop {
        let why = match connect(&host, port).await {
            Ok(stream) => {
                outlet.connected(format!("connected to {place}"));
                let (bytes, end) = read_lines(&outlet, stream).await;
                if bytes > 0 {
                    backoff.reset();
                }
                match end {
                    StreamEnd::Closed => format!("{place} closed the connection"),
                    StreamEnd::Broken(error) => format!("the connection to {place} broke: {error}"),
                    StreamEnd::Stopping => return,
                }
            }
            Err(error) => refusal(&place, &error),
        };
        let wait = backoff.next_wait();
        outlet.retrying(&why, wait);
        sleep(wait).await;
    }
}

/// Why a server could not be reached, in words.
pub fn refusal(place: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => format!("connection refused by {place}"),
        ErrorKind::TimedOut => format!("no answer from {place}"),
        _ => format!("cannot connect to {place}: {error}"),
    }
}

/// Host and port as they are written.
pub fn place(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// Tries each address of the host in turn; the last one's error is told.
pub async fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut failure = io::Error::from(ErrorKind::NotFound);
    for address in lookup_host((host, port)).await? {
        match timeout(CONNECT_PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return keep_alive(&stream).map(|()| stream),
            Ok(Err(error)) => failure = error,
            Err(elapsed) => failure = elapsed.into(),
        }
    }
    Err(failure)
}

/// Has the system ask a silent peer whether it is still there, so that a pulled cable ends the connection.
pub fn keep_alive(stream: &TcpStream) -> io::Result<()> {
    let keepalive =
        TcpKeepalive::new().with_time(KEEPALIVE_AFTER).with_interval(KEEPALIVE_EVERY).with_retries(KEEPALIVE_TRIES);
    SockRef::from(stream).set_tcp_keepalive(&keepalive)
}
