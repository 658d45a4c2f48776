//! The socket of `udp-multicast://`: a member of its group on each of its interfaces, its port shared with other readers.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::num::ParseIntError;
use std::path::Path;

use socket2::{Domain, InterfaceIndexOrAddress, Protocol, Socket, Type};
use tokio::net::UdpSocket;

use super::udp;

/// Where the system lists its network interfaces.
const INTERFACES: &str = "/sys/class/net";

/// Joins the group on each interface, named (`eth0`) or, for IPv4, by one of its addresses; without any on the one that
/// the system chooses. Gives the group's address and port.
///
/// Only what is sent to this group comes, and only through interfaces on which this feed joined it, whatever other
/// programs of this machine have joined.
///
/// # Errors
/// What the system said; an interface that is not there is told with those that are.
pub async fn bind(group: SocketAddr, interfaces: &[String]) -> io::Result<(UdpSocket, SocketAddr)> {
    let socket = Socket::new(Domain::for_address(group), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    match group.ip() {
        IpAddr::V4(address) => {
            socket.set_multicast_all_v4(false)?;
            socket.bind(&group.into())?;
            join_v4(&socket, address, interfaces)?;
        }
        IpAddr::V6(address) => {
            socket.set_only_v6(true)?;
            let joined: Vec<u32> = match interfaces {
                [] => vec![0],
                named => named.iter().map(|name| index(name)).collect::<io::Result<_>>()?,
            };
            // A group of this link alone can be bound on one link only.
            let scope = if let [only] = joined[..] { only } else { 0 };
            socket.bind(&SocketAddrV6::new(address, group.port(), 0, scope).into())?;
            join_v6(&socket, address, &joined)?;
        }
    }
    udp::ready(UdpSocket::from_std(socket.into())?)
}

fn join_v4(socket: &Socket, group: Ipv4Addr, interfaces: &[String]) -> io::Result<()> {
    if interfaces.is_empty() {
        return socket.join_multicast_v4(&group, &Ipv4Addr::UNSPECIFIED);
    }
    for interface in interfaces {
        let interface = match interface.parse() {
            Ok(address) => InterfaceIndexOrAddress::Address(address),
            Err(_) => InterfaceIndexOrAddress::Index(index(interface)?),
        };
        socket.join_multicast_v4_n(&group, &interface)?;
    }
    Ok(())
}

fn join_v6(socket: &Socket, group: Ipv6Addr, interfaces: &[u32]) -> io::Result<()> {
    interfaces.iter().try_for_each(|index| socket.join_multicast_v6(&group, *index))
}

/// The system's number of an interface.
fn index(name: &str) -> io::Result<u32> {
    let number =
        |text: String| text.trim().parse().map_err(|e: ParseIntError| io::Error::new(ErrorKind::InvalidData, e));
    fs::read_to_string(Path::new(INTERFACES).join(name).join("ifindex")).and_then(number).map_err(|_| {
        let mut known: Vec<String> = fs::read_dir(INTERFACES)
            .map(|entries| entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
            .unwrap_or_default();
        known.sort_unstable();
        let what = format!("there is no interface `{}`, only {}", name.escape_debug(), known.join(", "));
        io::Error::new(ErrorKind::NotFound, what)
    })
}
