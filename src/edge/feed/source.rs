//! Where a live feed comes from, as its `url` names it.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use super::nats::is_subject;
use super::tcp::place;

/// The schemes of a `url`.
const SCHEMES: [&str; 9] = ["tcp", "tcp-listen", "udp", "file", "stdin", "udp-multicast", "serial", "mqtt", "nats"];

/// Endings of files that a packer writes as a whole: nothing can be appended to them.
const PACKED: [&str; 3] = ["gz", "zst", "xz"];

/// Speeds of serial devices: 4800 is IEC 61162-1, 38400 its fast variant, IEC 61162-2, which AIS speaks.
const BAUD_RATES: [u32; 10] = [4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600, 1_000_000];
/// The speed of a device whose `url` names none.
const BAUD_DEFAULT: u32 = 38_400;
/// The port of an MQTT broker whose `url` names none.
const MQTT_PORT: u16 = 1883;
/// The port of a NATS server whose `url` names none.
const NATS_PORT: u16 = 4222;

/// Where a live feed comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedSource {
    /// A server that picket connects to; the name is looked up at each attempt.
    Tcp {
        /// Name or address, an IPv6 address without its brackets.
        host: String,
        /// Port.
        port: u16,
    },
    /// Clients that connect to picket here.
    TcpListen(SocketAddr),
    /// Datagrams sent to picket here.
    Udp(SocketAddr),
    /// Datagrams sent to a group that picket joins.
    UdpMulticast {
        /// The group's address, and the port.
        group: SocketAddr,
        /// The network interfaces on which it is joined; the system chooses one if there are none.
        interfaces: Vec<String>,
    },
    /// A serial device, opened again when it comes back.
    Serial {
        /// The device.
        path: PathBuf,
        /// Its speed, bits a second.
        baud: u32,
    },
    /// Topics of an MQTT broker.
    Mqtt(Subscription),
    /// Subjects of a NATS server.
    Nats(Subscription),
    /// A file that others append to, followed through rotation and truncation.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

/// What is asked of a broker, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Name or address, an IPv6 address without its brackets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// The user; the password stands elsewhere.
    pub user: Option<String>,
    /// The topic filter or subject.
    pub topic: String,
}

/// What is wrong with a `url`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// No scheme, or none that is known.
    #[error("must begin with one of {}, each with ://", SCHEMES.join(", "))]
    Scheme,
    /// Not a host and a port.
    #[error("must read tcp://HOST:PORT, like tcp://192.0.2.1:4001")]
    Server,
    /// Not an address and a port.
    #[error("must read {0}://ADDRESS:PORT with an address of this machine, like {0}://0.0.0.0:4001")]
    Listener(&'static str),
    /// Not a group and a port.
    #[error(
        "must read udp-multicast://GROUP:PORT with a multicast address, like udp-multicast://239.192.0.4:60004?interface=eth0"
    )]
    Group,
    /// A group that is another one on every link, and no link, or several.
    #[error("is a group of one link: name that one, like ?interface=eth0")]
    Link,
    /// Not a device, or not at a known speed.
    #[error("must read serial:///DEVICE?baud=RATE with a rate of {}", BAUD_RATES.map(|rate| rate.to_string()).join(", "))]
    Device,
    /// Not a broker and a topic.
    #[error("must read mqtt://[USER@]HOST[:PORT]/TOPIC, like mqtt://192.0.2.1/ais/+/nmea")]
    Mqtt,
    /// Not a server and a subject.
    #[error("must read nats://[USER@]HOST[:PORT]/SUBJECT, like nats://192.0.2.1/ais.>")]
    Nats,
    /// A secret in the settings.
    #[error("must hold no password: name its place by `password_file` or `password_env`")]
    Password,
    /// No path.
    #[error("must name a file, like file:///var/log/ais.nmea")]
    Path,
    /// A file that nobody appends to.
    #[error("a packed file cannot be followed: give it as `path`")]
    Packed,
    /// Something behind the slashes.
    #[error("must read stdin://, with nothing behind it")]
    Stdin,
}

impl FeedSource {
    /// Reads a `url`; `folder` is where the path of a `file://` starts if it is relative.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence that does not repeat it. Whether a host exists shows when it is connected to.
    pub fn parse(url: &str, folder: &Path) -> Result<FeedSource, SourceError> {
        let (scheme, rest) = url.split_once("://").ok_or(SourceError::Scheme)?;
        let scheme = SCHEMES.into_iter().find(|known| *known == scheme).ok_or(SourceError::Scheme)?;
        let listener = || rest.parse().map_err(|_| SourceError::Listener(scheme));
        match scheme {
            "tcp" => server(rest).ok_or(SourceError::Server),
            "tcp-listen" => listener().map(FeedSource::TcpListen),
            "udp" => listener().map(FeedSource::Udp),
            "udp-multicast" => multicast(rest),
            "serial" => serial(rest).ok_or(SourceError::Device),
            "mqtt" => {
                let subscription = subscription(rest, MQTT_PORT, SourceError::Mqtt)?;
                let is_filter = rumqttc::valid_filter(&subscription.topic);
                if is_filter { Ok(FeedSource::Mqtt(subscription)) } else { Err(SourceError::Mqtt) }
            }
            "nats" => {
                let subscription = subscription(rest, NATS_PORT, SourceError::Nats)?;
                let is_subject = is_subject(&subscription.topic);
                if is_subject { Ok(FeedSource::Nats(subscription)) } else { Err(SourceError::Nats) }
            }
            "file" => followed(&folder.join(rest), rest),
            _ if rest.is_empty() => Ok(FeedSource::Stdin),
            _ => Err(SourceError::Stdin),
        }
    }

    /// The address that others send to, if they come to picket rather than picket to them.
    pub fn listens_on(&self) -> Option<SocketAddr> {
        match self {
            FeedSource::TcpListen(address) | FeedSource::Udp(address) => Some(*address),
            FeedSource::UdpMulticast { group, .. } => Some(*group),
            _ => None,
        }
    }

    /// Whether it brings datagrams or messages, each of which stands alone, and not a stream.
    pub fn is_datagrams(&self) -> bool {
        use FeedSource::{Mqtt, Nats, Udp, UdpMulticast};
        matches!(self, Udp(_) | UdpMulticast { .. } | Mqtt(_) | Nats(_))
    }

    /// Whether a password is asked for.
    pub fn takes_password(&self) -> bool {
        matches!(self, FeedSource::Mqtt(_) | FeedSource::Nats(_))
    }
}

impl fmt::Display for FeedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FeedSource::Tcp { host, port } => write!(f, "tcp://{}", place(host, *port)),
            FeedSource::TcpListen(address) => write!(f, "tcp-listen://{address}"),
            FeedSource::Udp(address) => write!(f, "udp://{address}"),
            FeedSource::UdpMulticast { group, interfaces } if interfaces.is_empty() => {
                write!(f, "udp-multicast://{group}")
            }
            FeedSource::UdpMulticast { group, interfaces } => {
                write!(f, "udp-multicast://{group}?interface={}", interfaces.join(","))
            }
            FeedSource::Serial { path, baud } => write!(f, "serial://{}?baud={baud}", path.display()),
            FeedSource::Mqtt(subscription) => write!(f, "mqtt://{subscription}"),
            FeedSource::Nats(subscription) => write!(f, "nats://{subscription}"),
            FeedSource::File(path) => write!(f, "file://{}", path.display()),
            FeedSource::Stdin => f.write_str("stdin://"),
        }
    }
}

impl fmt::Display for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
        write!(f, "{user}{}/{}", place(&self.host, self.port), self.topic)
    }
}

fn server(rest: &str) -> Option<FeedSource> {
    let (host, port) = host_and_port(rest, None)?;
    Some(FeedSource::Tcp { host, port })
}

/// `HOST:PORT`, or `HOST` where there is a default port; an address of IPv6 in brackets.
fn host_and_port(text: &str, default: Option<u16>) -> Option<(String, u16)> {
    let colon = text.rfind(':').filter(|colon| !text.get(*colon..).is_some_and(|behind| behind.contains(']')));
    let (host, port) = match (colon, default) {
        (Some(colon), _) => (text.get(..colon)?, text.get(colon + 1..)?.parse().ok().filter(|port| *port != 0)?),
        (None, Some(port)) => (text, port),
        (None, None) => return None,
    };
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host = match bracketed {
        Some(address) => address.parse::<Ipv6Addr>().ok().map(|_| address)?,
        None => host,
    };
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
    let is_host = bracketed.is_some() || (!host.is_empty() && host.chars().all(is_name));
    is_host.then(|| (host.to_owned(), port))
}

/// `[USER@]HOST[:PORT]/TOPIC`; what else is wrong is `fault`.
fn subscription(rest: &str, port: u16, fault: SourceError) -> Result<Subscription, SourceError> {
    let (authority, topic) = rest.split_once('/').ok_or(fault)?;
    let (user, server) = match authority.rsplit_once('@') {
        Some((user, _)) if user.contains(':') => return Err(SourceError::Password),
        Some((user, server)) => (Some(user.to_owned()).filter(|user| !user.is_empty()), server),
        None => (None, authority),
    };
    let (host, port) = host_and_port(server, Some(port)).ok_or(fault)?;
    Ok(Subscription { host, port, user, topic: topic.to_owned() })
}

/// `GROUP:PORT[?interface=NAME,...]`.
fn multicast(rest: &str) -> Result<FeedSource, SourceError> {
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let group: SocketAddr = address.parse().map_err(|_| SourceError::Group)?;
    let interfaces: Vec<String> = match query.split_once('=') {
        Some(("interface", names)) => names.split(',').map(str::to_owned).collect(),
        None if query.is_empty() => Vec::new(),
        _ => return Err(SourceError::Group),
    };
    let is_name = |name: &String| !name.is_empty() && !name.contains(['/', ' ']) && name != "." && name != "..";
    if !group.ip().is_multicast() || group.port() == 0 || !interfaces.iter().all(is_name) {
        return Err(SourceError::Group);
    }
    if is_of_one_link(group.ip()) && interfaces.len() != 1 {
        return Err(SourceError::Link);
    }
    Ok(FeedSource::UdpMulticast { group, interfaces })
}

/// Whether a group is another one on every link: scopes 1 and 2 of RFC 4291 2.7, interface-local and link-local.
fn is_of_one_link(group: IpAddr) -> bool {
    matches!(group, IpAddr::V6(group) if matches!(group.segments()[0] & 0xff0f, 0xff01 | 0xff02))
}

/// `/DEVICE[?baud=RATE]`.
fn serial(rest: &str) -> Option<FeedSource> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let baud = match query.split_once('=') {
        Some(("baud", rate)) => rate.parse().ok().filter(|rate| BAUD_RATES.contains(rate))?,
        None if query.is_empty() => BAUD_DEFAULT,
        _ => return None,
    };
    let path = Path::new(path);
    (path.is_absolute() && path.file_name().is_some()).then(|| FeedSource::Serial { path: path.to_owned(), baud })
}

fn followed(path: &Path, written: &str) -> Result<FeedSource, SourceError> {
    if path.file_name().is_none() || written.is_empty() || written.ends_with('/') {
        return Err(SourceError::Path);
    }
    let is_packed =
        path.extension().is_some_and(|ending| PACKED.iter().any(|packed| ending.eq_ignore_ascii_case(packed)));
    if is_packed { Err(SourceError::Packed) } else { Ok(FeedSource::File(path.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<FeedSource, SourceError> {
        FeedSource::parse(url, Path::new("/etc/picket"))
    }

    #[test]
    fn every_scheme_and_back() {
        for (url, shown) in [
            ("tcp://10.0.0.1:4001", "tcp://10.0.0.1:4001"),
            ("tcp://ais-1.coast_guard.vn:4001", "tcp://ais-1.coast_guard.vn:4001"),
            ("tcp://[2001:db8::1]:4001", "tcp://[2001:db8::1]:4001"),
            ("tcp-listen://0.0.0.0:4001", "tcp-listen://0.0.0.0:4001"),
            ("udp://[::]:10110", "udp://[::]:10110"),
            ("file:///var/log/ais.nmea", "file:///var/log/ais.nmea"),
            ("file://logs/ais.nmea", "file:///etc/picket/logs/ais.nmea"),
            ("stdin://", "stdin://"),
            ("udp-multicast://239.192.0.4:60004", "udp-multicast://239.192.0.4:60004"),
            (
                "udp-multicast://[ff15::1]:60004?interface=eth0,br-1",
                "udp-multicast://[ff15::1]:60004?interface=eth0,br-1",
            ),
            ("serial:///dev/ttyUSB0", "serial:///dev/ttyUSB0?baud=38400"),
            ("serial:///dev/serial/by-id/ais?baud=4800", "serial:///dev/serial/by-id/ais?baud=4800"),
            ("mqtt://broker/ais/+/nmea", "mqtt://broker:1883/ais/+/nmea"),
            ("mqtt://desk@[2001:db8::1]:8883//a/#", "mqtt://desk@[2001:db8::1]:8883//a/#"),
            ("nats://[::1]/ais.>", "nats://[::1]:4222/ais.>"),
            ("nats://desk@10.0.0.1:4223/ais", "nats://desk@10.0.0.1:4223/ais"),
        ] {
            assert_eq!(parse(url).unwrap().to_string(), shown);
        }
        let named = FeedSource::Tcp { host: "2001:db8::1".to_owned(), port: 4001 };
        assert_eq!(parse("tcp://[2001:db8::1]:4001"), Ok(named));
        let listens = |url: &str| parse(url).unwrap().listens_on().is_some();
        assert!(listens("udp://127.0.0.1:0") && listens("tcp-listen://127.0.0.1:1") && !listens("stdin://"));
    }

    #[test]
    fn what_is_wrong_is_told() {
        use SourceError::*;
        for (url, error) in [
            ("10.0.0.1:4001", Scheme),
            ("http://10.0.0.1", Scheme),
            ("tcp://10.0.0.1", Server),
            ("tcp://10.0.0.1:", Server),
            ("tcp://:4001", Server),
            ("tcp://10.0.0.1:0", Server),
            ("tcp://10.0.0.1:65536", Server),
            ("tcp://10.0.0.1:4001/", Server),
            ("tcp://user@10.0.0.1:4001", Server),
            ("tcp://2001:db8::1:4001", Server),
            ("tcp://[10.0.0.1]:4001", Server),
            ("tcp-listen://4001", Listener("tcp-listen")),
            ("udp://localhost:4001", Listener("udp")),
            ("file://", Path),
            ("file:///var/log/", Path),
            ("file:///var/log/ais.nmea.gz", Packed),
            ("stdin://-", Stdin),
            ("udp-multicast://10.0.0.1:4001", Group),
            ("udp-multicast://239.192.0.4:0", Group),
            ("udp-multicast://239.192.0.4:60004?interface=", Group),
            ("udp-multicast://239.192.0.4:60004?interface=../x", Group),
            ("udp-multicast://239.192.0.4:60004?eth0", Group),
            ("udp-multicast://[ff02::1]:60004", Link),
            ("udp-multicast://[ff02::1]:60004?interface=eth0,eth1", Link),
            ("serial://ttyUSB0", Device),
            ("serial:///", Device),
            ("serial:///dev/ttyUSB0?baud=1", Device),
            ("serial:///dev/ttyUSB0?speed=4800", Device),
            ("mqtt://user:secret@broker/ais", Password),
            ("nats://user:@broker/ais", Password),
            ("mqtt://broker", Mqtt),
            ("mqtt://broker/", Mqtt),
            ("mqtt:///ais", Mqtt),
            ("mqtt://broker/ais/#/x", Mqtt),
            ("mqtt://broker:x/ais", Mqtt),
            ("nats://broker/ais.", Nats),
            ("nats://broker", Nats),
        ] {
            assert_eq!(parse(url), Err(error), "{url}");
        }
        assert_eq!(
            Listener("udp").to_string(),
            "must read udp://ADDRESS:PORT with an address of this machine, like udp://0.0.0.0:4001"
        );
    }
}
