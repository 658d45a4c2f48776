//! The TCP client: lost servers, half lines, slow engines.

use super::*;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

async fn server() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("tcp://{}", listener.local_addr().unwrap());
    (listener, url)
}

async fn accept(listener: &TcpListener) -> TcpStream {
    timeout(PATIENCE, listener.accept()).await.expect("a connection in time").unwrap().0
}

#[tokio::test]
async fn lines_come_as_they_are_whatever_the_writes() {
    let (listener, url) = server().await;
    let mut feeds = Feeds::start(vec![nmea(&url)]).await;
    let mut stream = accept(&listener).await;
    feeds.told("connected to 127.0.0.1:").await;
    stream.write_all(b"!AIVDM,half").await.unwrap();
    feeds.health(|health| health.bytes == 11).await;
    stream.write_all(b" and half\r\n\r\n\x00\xff garbage \x80\n").await.unwrap();
    assert_eq!(feeds.lines(2).await, ["!AIVDM,half and half", "\0\u{fffd} garbage \u{fffd}"]);
    let health = feeds.health(|health| health.frames == 2).await;
    assert_eq!((health.state, health.connects, health.bytes), (FeedState::Live, 1, 37));
    assert_eq!((health.last_frame_at, health.dropped), (Some(EventTime::from_millis(NOW)), 0));
    feeds.health(|health| health.frames_per_s > 0.0).await;
    assert!(feeds.stop().await.is_empty());
}

#[tokio::test]
async fn a_server_that_goes_is_waited_for() {
    let (listener, url) = server().await;
    let address = listener.local_addr().unwrap();
    let mut feeds = Feeds::start(vec![nmea(&url)]).await;
    let mut stream = accept(&listener).await;
    stream.write_all(b"whole\nhal").await.unwrap();
    assert_eq!(feeds.lines(1).await, ["whole"]);
    drop((stream, listener));
    assert_eq!(feeds.lines(1).await, ["hal"]);
    let told = feeds.told("connection refused by 127.0.0.1:").await;
    assert_eq!(told.state, FeedState::Connecting);
    assert!(told.detail.unwrap().contains("; trying again in "));
    let listener = TcpListener::bind(address).await.unwrap();
    let mut stream = accept(&listener).await;
    stream.write_all(b"after\n").await.unwrap();
    assert_eq!(feeds.lines(1).await, ["after"]);
    assert_eq!(feeds.health(|health| health.state == FeedState::Live).await.connects, 2);
}

#[tokio::test]
async fn a_name_is_tried_by_all_its_addresses() {
    let (listener, _) = server().await;
    let port = listener.local_addr().unwrap().port();
    // Where this name has an IPv6 address too, nobody listens there.
    let mut feeds = Feeds::start(vec![nmea(&format!("tcp://localhost:{port}"))]).await;
    accept(&listener).await.write_all(b"!one\n").await.unwrap();
    assert_eq!(feeds.lines(1).await, ["!one"]);
    let no_name = "x".repeat(300);
    let nowhere = Feeds::start(vec![nmea(&format!("tcp://{no_name}:4001"))]).await;
    nowhere.told(&format!("cannot connect to {no_name}:4001: ")).await;
}

#[tokio::test]
async fn half_a_row_of_a_lost_table_is_no_row() {
    let (listener, url) = server().await;
    let mut feeds = Feeds::start(vec![csv(&url)]).await;
    let mut stream = accept(&listener).await;
    stream.write_all(b"t,mmsi,lat,lon\n1,2,3,106.12").await.unwrap();
    assert_eq!(feeds.lines(1).await, ["t,mmsi,lat,lon"]);
    drop(stream);
    let mut stream = accept(&listener).await;
    stream.write_all(b"t,mmsi,lat,lon\n1,2,3,106.1234\n").await.unwrap();
    assert_eq!(feeds.lines(2).await, ["t,mmsi,lat,lon", "1,2,3,106.1234"]);
    assert_eq!(feeds.health(|health| health.frames == 3).await.dropped, 1);
}

#[tokio::test]
async fn a_megabyte_without_an_end_is_one_short_frame() {
    let (listener, url) = server().await;
    let mut feeds = Feeds::start(vec![nmea(&url)]).await;
    let mut stream = accept(&listener).await;
    stream.write_all(&vec![b'x'; 1 << 20]).await.unwrap();
    stream.write_all(b"\nnext\n").await.unwrap();
    let lines = feeds.lines(2).await;
    assert_eq!((lines[0].len(), lines[1].as_str()), (picket::edge::feed::MAX_LINE_BYTES, "next"));
    let health = feeds.health(|health| health.frames == 2).await;
    assert_eq!((health.cut, health.dropped), (1, 0));
}

#[tokio::test]
async fn a_slow_engine_slows_the_sender_and_nothing_is_lost() {
    const LINES: usize = 400_000;
    let (listener, url) = server().await;
    let mut feeds = Feeds::start(vec![nmea(&url)]).await;
    let mut stream = accept(&listener).await;
    let (written, mut writing) = watch::channel(0);
    let writer = tokio::spawn(async move {
        for from in (0..LINES).step_by(1000) {
            stream.write_all(numbered(from, from + 1000).as_bytes()).await.unwrap();
            written.send_replace(from + 1000);
        }
    });
    // Nobody reads the inlet: the writer must come to a stand.
    let mut last = 0;
    while timeout(Duration::from_secs(2), writing.changed()).await.is_ok() {
        last = *writing.borrow();
    }
    assert!(!writer.is_finished() && last < LINES, "{last} lines were written with nobody reading");
    assert_eq!(feeds.lines(LINES).await, expected(0, LINES));
    writer.await.unwrap();
    assert_eq!(feeds.health(|health| health.frames == LINES as u64).await.dropped, 0);
}
