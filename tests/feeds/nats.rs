//! NATS subjects, from a real server, and from one that breaks the protocol.

use super::broker::Broker;
use super::*;
use picket::edge::feed::Password;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Publishes messages to a server and waits until it has them.
async fn publish(port: u16, login: &str, messages: &[(&str, &[u8])]) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut bytes = format!("CONNECT {{\"verbose\":false{login}}}\r\n").into_bytes();
    for (subject, payload) in messages {
        bytes.extend_from_slice(format!("PUB {subject} {}\r\n", payload.len()).as_bytes());
        bytes.extend_from_slice(payload);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"PING\r\n");
    stream.write_all(&bytes).await.unwrap();
    let mut lines = BufReader::new(stream).lines();
    while let Some(line) = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap() {
        assert!(!line.starts_with("-ERR"), "{line}");
        if line == "PONG" {
            return;
        }
    }
    panic!("the server closed the connection");
}

#[tokio::test]
async fn messages_are_lines_through_a_restart_of_the_server() {
    let mut server = Broker::nats(&[]);
    let port = server.port;
    let mut feeds = Feeds::start(vec![nmea(&format!("nats://127.0.0.1:{port}/ais.*.nmea"))]).await;
    feeds.told(&format!("subscribed to ais.*.nmea at 127.0.0.1:{port}")).await;
    let messages: [(&str, &[u8]); 4] = [
        ("ais.vung-tau.nmea", b"!one\r\n!two\r\n"),
        ("ais.vung-tau.status", b"!not for us"),
        ("ais.con-dao.nmea", b""),
        ("ais.con-dao.nmea", b"!three"),
    ];
    publish(port, "", &messages).await;
    assert_eq!(feeds.lines(3).await, ["!one", "!two", "!three"]);
    server.kill();
    assert_eq!(feeds.told("; trying again in ").await.state, FeedState::Connecting);
    server.begin();
    feeds.health(|health| health.connects == 2).await;
    publish(port, "", &[("ais.x.nmea", b"!after\n")]).await;
    assert_eq!(feeds.lines(1).await, ["!after"]);
}

#[tokio::test]
async fn users_and_tokens_are_let_in() {
    let server = Broker::nats(&["--user", "desk", "--pass", "hush"]);
    let mut spec = nmea(&format!("nats://desk@127.0.0.1:{}/ais", server.port));
    spec.password = Some(Password::new("wrong".to_owned()));
    let feeds = Feeds::start(vec![spec.clone()]).await;
    let told = feeds.told("refuses: Authorization Violation; trying again in ").await;
    assert!(!told.detail.unwrap().contains("wrong"), "no secret is told");
    spec.password = Some(Password::new("hush".to_owned()));
    let mut feeds = Feeds::start(vec![spec]).await;
    feeds.told("subscribed to ais at ").await;
    publish(server.port, ",\"user\":\"desk\",\"pass\":\"hush\"", &[("ais", b"!known")]).await;
    assert_eq!(feeds.lines(1).await, ["!known"]);

    let server = Broker::nats(&["--auth", "hush"]);
    let mut spec = nmea(&format!("nats://127.0.0.1:{}/ais", server.port));
    spec.password = Some(Password::new("hush".to_owned()));
    Feeds::start(vec![spec]).await.told("subscribed to ais at ").await;
}

/// Accepts a connection, answers what is asked, then says what the test wishes.
async fn strange_server(greeting: &str, then: Vec<u8>) -> (String, tokio::task::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("nats://{}/ais", listener.local_addr().unwrap());
    let greeting = greeting.to_owned();
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        drop(listener);
        stream.write_all(greeting.as_bytes()).await.unwrap();
        let mut said = vec![0; 4096];
        let mut len = 0;
        while !then.is_empty() && !said[..len].ends_with(b"PING\r\n") {
            match stream.read(&mut said[len..]).await.unwrap() {
                0 => break,
                n => len += n,
            }
        }
        // The feed may hang up in the middle of it.
        let _ = stream.write_all(&then).await;
        let _ = stream.read(&mut [0; 64]).await;
        said.truncate(len);
        said
    });
    (url, task)
}

#[tokio::test]
async fn servers_that_break_the_protocol_are_left() {
    let info = "INFO {\"max_payload\":1048576}\r\n";
    for (greeting, then, why) in [
        (
            "HTTP/1.1 400 Bad Request\r\n",
            &b""[..],
            "does not speak as a NATS server does: it says what no NATS server says",
        ),
        ("INFO {\r\n", b"", "does not speak as a NATS server does: its introduction is not JSON"),
        ("INFO {\"tls_required\":true}\r\n", b"", "refuses: it wants TLS, which picket does not speak to it"),
        (
            info,
            b"PONG\r\nMSG ais 1 3\r\nabcdefgh\r\n",
            "does not speak as a NATS server does: a message is longer than it says",
        ),
        (info, b"-ERR 'Permissions Violation for Subscription to \"ais\"'\r\n", "refuses: Permissions Violation"),
        (info, &[b'x'; 70_000], "does not speak as a NATS server does: a line does not end"),
    ] {
        let (url, server) = strange_server(greeting, then.to_vec()).await;
        let feeds = Feeds::start(vec![nmea(&url)]).await;
        feeds.told(why).await;
        drop(feeds);
        server.await.unwrap();
    }
}

#[tokio::test]
async fn pings_are_answered_and_huge_messages_left_out() {
    let huge = vec![b'x'; (1 << 20) + 1];
    let head = format!("PING\r\nPONG\r\nMSG ais 1 {}\r\n", huge.len());
    let then = [head.as_bytes(), &huge, b"\r\nMSG ais 1 4\r\n!one\r\n"].concat();
    let (url, server) = strange_server("INFO {}\r\n", then).await;
    let mut feeds = Feeds::start(vec![nmea(&url)]).await;
    assert_eq!(feeds.lines(1).await, ["!one"]);
    let health = feeds.health(|health| health.dropped == 1).await;
    assert_eq!(health.frames, 1);
    drop(feeds);
    let said = String::from_utf8(server.await.unwrap()).unwrap();
    assert!(said.starts_with("CONNECT {") && said.contains("\r\nSUB ais 1\r\n"), "{said}");
}
