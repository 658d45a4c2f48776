//! Datagrams: several lines in one, unwelcome ones, floods.

use super::*;
use tokio::net::UdpSocket;

const LISTEN: &str = "udp://127.0.0.1:0";

async fn sender(feeds: &Feeds) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(feeds.address()).await.unwrap();
    socket
}

#[tokio::test]
async fn a_datagram_is_its_lines_or_one_frame() {
    let mut feeds = Feeds::start(vec![nmea(LISTEN)]).await;
    assert_eq!(feeds.told("waiting for datagrams on 127.0.0.1:").await.state, FeedState::Connecting);
    let socket = sender(&feeds).await;
    socket.send(b"!one\r\n!two\n\n!three").await.unwrap();
    assert_eq!(feeds.lines(3).await, ["!one", "!two", "!three"]);
    socket.send(b"").await.unwrap();
    socket.send(b"UdPbC\0\\s:x*00\\!one\r\n!two\r\n").await.unwrap();
    assert_eq!(feeds.lines(1).await, ["UdPbC\0\\s:x*00\\!one\r\n!two\r\n"]);
    let health = feeds.told("datagrams come, the first from 127.0.0.1:").await;
    assert_eq!((health.state, health.frames, health.connects), (FeedState::Live, 4, 1));
}

#[tokio::test]
async fn strangers_are_not_heard() {
    let mut spec = nmea(LISTEN);
    spec.allow_from = vec!["192.0.2.0/24".parse().unwrap()];
    let feeds = Feeds::start(vec![spec]).await;
    let socket = sender(&feeds).await;
    for _ in 0..3 {
        socket.send(b"!AIVDM\n").await.unwrap();
    }
    let health = feeds.health(|health| health.refused == 3).await;
    assert_eq!((health.frames, health.state), (0, FeedState::Connecting));
    assert!(feeds.stop().await.is_empty());
}

#[tokio::test]
async fn while_the_engine_is_behind_the_newest_are_dropped_and_counted() {
    let mut feeds = Feeds::start(vec![nmea(LISTEN)]).await;
    let socket = sender(&feeds).await;
    let datagram = numbered(0, 500);
    // Nobody reads the inlet; it fills, then what waits before it, then datagrams are dropped.
    let mut sent = 0;
    while feeds.health.at(EventTime::from_millis(NOW))[0].dropped == 0 {
        socket.send(datagram.as_bytes()).await.unwrap();
        sent += 500;
        tokio::task::yield_now().await;
        assert!(sent < 100_000_000, "nothing is ever dropped");
    }
    let mut taken = 0;
    while let Ok(work) = timeout(Duration::from_secs(2), feeds.work.recv()).await {
        let Some(Work::Frames { batch, .. }) = work else { panic!("{work:?}") };
        taken += batch.len() as u64;
    }
    let health = feeds.health(|health| health.frames == taken).await;
    assert!(health.dropped > 0 && taken + health.dropped <= sent, "{taken} and {} of {sent}", health.dropped);
    socket.send(b"!again\n").await.unwrap();
    assert_eq!(feeds.lines(1).await, ["!again"]);
}
