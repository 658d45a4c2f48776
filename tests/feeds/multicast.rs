//! Datagrams to groups, on the loopback interface: IEC 61162-450, shared ports, strangers.

use super::*;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

/// A port that nobody uses: each test has its own, so that they do not hear each other.
fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A feed of a group on the loopback interface.
fn member(group: &str, interface: &str, port: u16) -> FeedSpec {
    let mut spec = nmea(&format!("udp-multicast://{group}:{port}?interface={interface}"));
    spec.allow_from = vec!["127.0.0.0/8".parse().unwrap()];
    spec
}

/// Sends from the loopback interface.
fn send(group: &str, port: u16, payload: &[u8]) {
    let address: SocketAddr = format!("{group}:{port}").parse().unwrap();
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP)).unwrap();
    socket.set_multicast_if_v4(&Ipv4Addr::LOCALHOST).unwrap();
    socket.send_to(payload, &SockAddr::from(address)).unwrap();
}

#[tokio::test]
async fn a_group_is_joined_by_name_and_by_address() {
    for interface in ["lo", "127.0.0.1"] {
        let port = free_port();
        let mut feeds = Feeds::start(vec![member("239.192.0.4", interface, port)]).await;
        assert_eq!(feeds.address().to_string(), format!("239.192.0.4:{port}"));
        feeds.told(&format!("waiting for datagrams on 239.192.0.4:{port}")).await;
        let datagram = b"UdPbC\0\\s:AI0001,n:7*1f\\!AIVDM,1,1,,A,x,0*00\r\n\\s:AI0001,n:8*10\\!AIVDM,1,1,,B,y,0*00\r\n";
        send("239.192.0.4", port, datagram);
        assert_eq!(
            feeds.lines(1).await,
            [String::from_utf8_lossy(datagram)],
            "whole, for its lines' numbers tell loss"
        );
        for header in ["RaUdP\0", "RrUdP\0", "RpUdP\0"] {
            send("239.192.0.4", port, format!("{header}\x01\x02\n\x03").as_bytes());
            assert_eq!(feeds.lines(1).await, [format!("{header}\x01\x02\n\x03")]);
        }
        send("239.192.0.4", port, b"!one\r\n!two\r\n");
        assert_eq!(feeds.lines(2).await, ["!one", "!two"]);
        assert_eq!(feeds.told("datagrams come, the first from 127.0.0.1:").await.state, FeedState::Live);
    }
}

#[tokio::test]
async fn two_feeds_share_a_port_and_hear_their_own_group_only() {
    let port = free_port();
    let specs =
        vec![member("239.192.0.1", "lo", port), member("239.192.0.1", "lo", port), member("239.192.0.2", "lo", port)];
    let mut feeds = Feeds::start(specs).await;
    send("239.192.0.3", port, b"!nobody\n");
    send("239.192.0.1", port, b"!both\n");
    send("239.192.0.2", port, b"!third\n");
    let mut heard = Vec::new();
    while heard.len() < 3 {
        heard.extend(feeds.batch().await);
    }
    heard.sort();
    let expected = [(0, "!both"), (1, "!both"), (2, "!third")];
    assert_eq!(heard, expected.map(|(feed, line)| (FeedId(feed), Some(line.to_owned()))));
}

/// A network interface, by name and number, on which this machine can send to groups of IPv6: the loopback has no route to them.
fn ipv6_interface() -> Option<(String, u32)> {
    let table = fs::read_to_string("/proc/net/if_inet6").ok()?;
    table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (name, index) = (fields.last()?, u32::from_str_radix(fields.get(1)?, 16).ok()?);
        let is_link_local = line.starts_with("fe80");
        (is_link_local && *name != "lo").then(|| ((*name).to_owned(), index))
    })
}

#[tokio::test]
async fn groups_of_ipv6_too() {
    let port = free_port();
    let Feeds { running, .. } = Feeds::start(vec![member("[ff02::4004]", "lo", port)]).await;
    assert!(running.address(FeedId(0)).is_some_and(|address| address.port() == port), "joined, though nothing comes");
    let Some((name, index)) = ipv6_interface() else {
        return eprintln!("skipped: no network interface of this machine has IPv6");
    };
    for group in ["ff02::4004", "ff15::4004"] {
        let mut spec = member(&format!("[{group}]"), &name, port);
        spec.allow_from = vec!["::/0".parse().unwrap()];
        let mut feeds = Feeds::start(vec![spec]).await;
        let socket = Socket::new(Domain::IPV6, Type::DGRAM, Some(Protocol::UDP)).unwrap();
        socket.set_multicast_if_v6(index).unwrap();
        let address: SocketAddr = format!("[{group}]:{port}").parse().unwrap();
        socket.send_to(b"!six\n", &SockAddr::from(address)).unwrap();
        assert_eq!(feeds.lines(1).await, ["!six"]);
    }
}

#[tokio::test]
async fn strangers_and_wrong_interfaces_are_told() {
    let port = free_port();
    let mut spec = member("239.192.0.9", "lo", port);
    spec.allow_from = vec!["192.0.2.0/24".parse().unwrap()];
    let feeds = Feeds::start(vec![spec]).await;
    send("239.192.0.9", port, b"!who\n");
    assert_eq!(feeds.health(|health| health.refused == 1).await.frames, 0);
    let nowhere = Feeds::try_start(vec![member("239.192.0.9", "nosuch0", port)], Path::new("/nonexistent")).await;
    let Err(FeedError::Listen { source, .. }) = nowhere else { panic!("joined on no interface") };
    assert!(source.to_string().starts_with("there is no interface `nosuch0`, only "), "{source}");
}
