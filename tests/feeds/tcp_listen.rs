//! The TCP server: many senders, unwelcome ones, addresses in use.

use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const LISTEN: &str = "tcp-listen://127.0.0.1:0";

/// Waits until the other side has closed the connection.
async fn closed(mut stream: TcpStream) {
    let read = timeout(PATIENCE, stream.read(&mut [0; 1])).await.expect("an end in time");
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}

#[tokio::test]
async fn each_sender_has_its_own_half_line() {
    let mut feeds = Feeds::start(vec![nmea(LISTEN)]).await;
    assert_eq!(feeds.told("waiting for a connection on 127.0.0.1:").await.state, FeedState::Connecting);
    let mut one = TcpStream::connect(feeds.address()).await.unwrap();
    let mut two = TcpStream::connect(feeds.address()).await.unwrap();
    feeds.told("2 connections on 127.0.0.1:").await;
    one.write_all(b"!one,").await.unwrap();
    feeds.health(|health| health.bytes == 5).await;
    two.write_all(b"!two,2\n!two,").await.unwrap();
    assert_eq!(feeds.lines(1).await, ["!two,2"]);
    one.write_all(b"1\n").await.unwrap();
    assert_eq!(feeds.lines(1).await, ["!one,1"]);
    drop(two);
    assert_eq!(feeds.lines(1).await, ["!two,"]);
    let health = feeds.told("1 connection on").await;
    assert_eq!((health.state, health.connects), (FeedState::Live, 2));
    drop(one);
    assert_eq!(feeds.told("waiting for a connection").await.state, FeedState::Connecting);
    assert!(feeds.stop().await.is_empty());
}

#[tokio::test]
async fn strangers_are_refused_and_counted() {
    let mut spec = nmea(LISTEN);
    spec.allow_from = vec!["192.0.2.0/24".parse().unwrap()];
    let feeds = Feeds::start(vec![spec]).await;
    for _ in 0..3 {
        let mut stream = TcpStream::connect(feeds.address()).await.unwrap();
        let _ = stream.write_all(b"!AIVDM\n").await;
        closed(stream).await;
    }
    let health = feeds.health(|health| health.refused == 3).await;
    assert_eq!((health.connects, health.frames, health.state), (0, 0, FeedState::Connecting));
    assert!(feeds.stop().await.is_empty());
}

#[tokio::test]
async fn there_is_an_end_to_connections_and_a_table_takes_one() {
    for (spec, most) in [(nmea(LISTEN), picket::edge::feed::MAX_CONNECTIONS), (csv(LISTEN), 1)] {
        let mut feeds = Feeds::start(vec![spec]).await;
        let mut streams = Vec::new();
        for _ in 0..most {
            streams.push(TcpStream::connect(feeds.address()).await.unwrap());
        }
        feeds.health(|health| health.connects == most as u64).await;
        closed(TcpStream::connect(feeds.address()).await.unwrap()).await;
        assert_eq!(feeds.health(|health| health.refused == 1).await.connects, most as u64);
        streams[0].write_all(b"still\n").await.unwrap();
        assert_eq!(feeds.lines(1).await, ["still"]);
        streams.pop();
        feeds.told(if most == 1 { "waiting for a connection" } else { "63 connections" }).await;
        let mut late = TcpStream::connect(feeds.address()).await.unwrap();
        late.write_all(b"late\n").await.unwrap();
        assert_eq!(feeds.lines(1).await, ["late"]);
    }
}

#[tokio::test]
async fn an_address_in_use_is_told_at_the_start_and_no_feed_runs() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let specs = vec![nmea(LISTEN), nmea(&format!("tcp-listen://{address}"))];
    let error = Feeds::try_start(specs, Path::new("/nonexistent")).await.err().unwrap();
    assert_eq!(error.to_string(), format!("feed `feed` cannot listen on {address}"));
    let taken = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let error =
        Feeds::try_start(vec![nmea(&format!("udp://{address}"))], Path::new("/nonexistent")).await.err().unwrap();
    assert_eq!(error.to_string(), format!("feed `feed` cannot listen on {address}"));
}
