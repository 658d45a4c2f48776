//! Before the service is up: it answers that it lives, and why nothing else is to be had yet.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::about::healthz;
use super::error::ApiError;

/// Connections at a time; more wait to be accepted.
const CONNECTIONS: usize = 32;
/// How long to wait before accepting again when the system has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(200);
/// A request's head must have come after this long.
const HEAD_WITHIN: Duration = Duration::from_secs(5);

/// Answers on the address that console and API will have, as long as it is polled: `/healthz` as ever, all else with 503 and the
/// reason. Each answer ends its connection, so that none outlives this.
pub async fn answer(listener: &TcpListener, why: &'static str) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        if connections.len() >= CONNECTIONS {
            connections.join_next().await;
        }
        match listener.accept().await {
            Ok((stream, _)) => drop(connections.spawn(converse(stream, why))),
            Err(_) => tokio::time::sleep(NO_ROOM).await,
        }
    }
}

async fn converse(stream: TcpStream, why: &'static str) {
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| async move {
        Ok::<Response, Infallible>(match request.uri().path() {
            "/healthz" => healthz().await.into_response(),
            _ => ([(header::RETRY_AFTER, "1")], ApiError::unavailable(why)).into_response(),
        })
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).keep_alive(false);
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn it_lives_and_says_what_it_waits_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let ask = async |path: &str| {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer
        };
        tokio::select! {
            never = answer(&listener, "the journal is run") => match never {},
            () = async {
                assert!(ask("/healthz").await.starts_with("HTTP/1.1 200"));
                let ready = ask("/readyz").await;
                assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("the journal is run"), "{ready}");
            } => {}
        }
    }
}
