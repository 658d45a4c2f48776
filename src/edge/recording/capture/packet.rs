//! A captured packet's way from its link layer to UDP or TCP; fragments are put together.

use std::net::{IpAddr, SocketAddr};

use etherparse::defrag::IpDefragPool;
use etherparse::{EtherType, IpNumber, NetSlice, SlicedPacket, TcpSlice, UdpSlice};

use super::container::Found;
use crate::engine::time::{EventTime, Span};

/// Fragmented packets that are put together at a time: as many as so many fragments began.
const MAX_OPEN: u64 = 128;
/// Fragments further apart are of different packets (RFC 791 3.2: 15 s at least; Linux takes 30 s).
const FRAGMENT_PATIENCE: Span = Span::from_secs(30);

/// Link types, by their numbers of tcpdump.org.
mod link {
    pub const NULL: u32 = 0;
    pub const ETHERNET: u32 = 1;
    pub const RAW_BSD: u32 = 12;
    pub const RAW_OPENBSD: u32 = 14;
    pub const RAW: u32 = 101;
    pub const LOOP: u32 = 108;
    pub const LINUX_SLL: u32 = 113;
    pub const IPV4: u32 = 228;
    pub const IPV6: u32 = 229;
    pub const LINUX_SLL2: u32 = 276;
}

/// What a packet carries from whom to whom.
#[derive(Debug, PartialEq)]
pub enum Carried<'a> {
    /// A datagram.
    Datagram {
        /// Who it is for.
        to: SocketAddr,
        /// What it says.
        payload: &'a [u8],
    },
    /// A piece of a connection's stream.
    Segment(Segment<'a>),
}

/// A piece of one direction of a TCP connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment<'a> {
    /// Who sent it.
    pub from: SocketAddr,
    /// Who it is for.
    pub to: SocketAddr,
    /// The number of its first byte, or of the byte before where `is_first`.
    pub sequence: u32,
    /// It begins the stream.
    pub is_first: bool,
    /// It ends the stream.
    pub is_last: bool,
    /// What it says.
    pub payload: &'a [u8],
}

/// Why a packet carries nothing for picket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// Its headers do not fit together.
    Damaged(&'static str),
    /// It is well formed, as far as one can tell, and something else.
    Other(&'static str),
    /// Its other fragments are awaited.
    Fragment,
}

/// Reads packets; remembers fragments.
#[derive(Default)]
pub struct PacketReader {
    pool: IpDefragPool<(u64, EventTime), ()>,
    fragments: u64,
    /// The payload put together last.
    whole: Vec<u8>,
}

impl PacketReader {
    /// What a packet carries.
    pub fn read<'a>(&'a mut self, found: &Found, bytes: &'a [u8], at: EventTime) -> Result<Carried<'a>, Unread> {
        let sliced = match slice(found, bytes)? {
            Ok(sliced) => sliced,
            Err(_) if found.is_cut => return Err(Unread::Other("cut short by the capture")),
            Err(etherparse::err::packet::SliceError::Len(_)) => return Err(Unread::Damaged("a length does not fit")),
            Err(_) => return Err(Unread::Damaged("a header does not make sense")),
        };
        let Some((from, to)) = addresses(&sliced) else { return Err(Unread::Other("not IP")) };
        let Some(payload) = sliced.ip_payload() else { return Err(Unread::Other("not IP")) };
        if !sliced.is_ip_payload_fragmented() {
            return carried(payload.ip_number, from, to, payload.payload);
        }
        let number = payload.ip_number;
        self.join(&sliced, at)?;
        carried(number, from, to, &self.whole)
    }

    /// Adds a fragment; what it completes is in `whole`.
    fn join(&mut self, sliced: &SlicedPacket<'_>, at: EventTime) -> Result<(), Unread> {
        self.fragments += 1;
        let (newest, pool) = (self.fragments, &mut self.pool);
        pool.retain(|(number, then)| newest - number < MAX_OPEN && at - *then <= FRAGMENT_PATIENCE);
        match pool.process_sliced_packet(sliced, (newest, at), ()) {
            Ok(Some(mut complete)) => {
                std::mem::swap(&mut self.whole, &mut complete.payload);
                pool.return_buf(complete);
                Ok(())
            }
            Ok(None) => Err(Unread::Fragment),
            Err(_) => Err(Unread::Damaged("its fragments do not fit together")),
        }
    }
}

type Sliced<'a> = Result<SlicedPacket<'a>, etherparse::err::packet::SliceError>;

/// A packet's headers, by its link type.
fn slice<'a>(found: &Found, bytes: &'a [u8]) -> Result<Sliced<'a>, Unread> {
    let behind = |len: usize| bytes.get(len..).ok_or(Unread::Damaged("a length does not fit"));
    Ok(match found.link {
        link::ETHERNET => SlicedPacket::from_ethernet(bytes),
        link::LINUX_SLL => SlicedPacket::from_linux_sll(bytes),
        link::LINUX_SLL2 => {
            let payload = behind(20)?;
            let kind = bytes.first_chunk::<2>().map_or(0, |kind| u16::from_be_bytes(*kind));
            SlicedPacket::from_ether_type(EtherType(kind), payload)
        }
        link::RAW | link::RAW_BSD | link::RAW_OPENBSD | link::IPV4 | link::IPV6 => SlicedPacket::from_ip(bytes),
        // The protocol family before the packet has numbers of its own on every system; the packet tells its version too.
        link::NULL | link::LOOP => SlicedPacket::from_ip(behind(4)?),
        _ => return Err(Unread::Other("a link type that is not read")),
    })
}

fn addresses(sliced: &SlicedPacket<'_>) -> Option<(IpAddr, IpAddr)> {
    match sliced.net.as_ref()? {
        NetSlice::Ipv4(ip) => Some((IpAddr::V4(ip.header().source_addr()), IpAddr::V4(ip.header().destination_addr()))),
        NetSlice::Ipv6(ip) => Some((IpAddr::V6(ip.header().source_addr()), IpAddr::V6(ip.header().destination_addr()))),
        NetSlice::Arp(_) => None,
    }
}

fn carried(number: IpNumber, from: IpAddr, to: IpAddr, payload: &[u8]) -> Result<Carried<'_>, Unread> {
    match number {
        IpNumber::UDP => {
            let udp = UdpSlice::from_slice(payload).map_err(|_| Unread::Damaged("a length does not fit"))?;
            Ok(Carried::Datagram { to: SocketAddr::new(to, udp.destination_port()), payload: udp.payload() })
        }
        IpNumber::TCP => {
            let tcp = TcpSlice::from_slice(payload).map_err(|_| Unread::Damaged("a header does not make sense"))?;
            Ok(Carried::Segment(Segment {
                from: SocketAddr::new(from, tcp.source_port()),
                to: SocketAddr::new(to, tcp.destination_port()),
                sequence: tcp.sequence_number(),
                is_first: tcp.syn(),
                is_last: tcp.fin() || tcp.rst(),
                payload: tcp.payload(),
            }))
        }
        _ => Err(Unread::Other("neither UDP nor TCP")),
    }
}
