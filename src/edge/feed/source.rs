//! Where a live feed comes from, as its `url` names it.

use std::fmt;
use std::net::{Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// The schemes of a `url`; the last ones are known but not read by this build.
const SCHEMES: [&str; 9] = ["tcp", "tcp-listen", "udp", "file", "stdin", "udp-multicast", "serial", "mqtt", "nats"];

/// Endings of files that a packer writes as a whole: nothing can be appended to them.
const PACKED: [&str; 3] = ["gz", "zst", "xz"];

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
    /// A file that others append to, followed through rotation and truncation.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

/// What is wrong with a `url`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// No scheme, or none that is known.
    #[error("must begin with one of {}, each with ://", SCHEMES.join(", "))]
    Scheme,
    /// A scheme of a later build.
    #[error("{0}:// is not read yet")]
    NotReadYet(&'static str),
    /// Not a host and a port.
    #[error("must read tcp://HOST:PORT, like tcp://192.0.2.1:4001")]
    Server,
    /// Not an address and a port.
    #[error("must read {0}://ADDRESS:PORT with an address of this machine, like {0}://0.0.0.0:4001")]
    Listener(&'static str),
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
            "file" => followed(&folder.join(rest), rest),
            "stdin" if rest.is_empty() => Ok(FeedSource::Stdin),
            "stdin" => Err(SourceError::Stdin),
            later => Err(SourceError::NotReadYet(later)),
        }
    }

    /// The address that others send to, if they come to picket rather than picket to them.
    pub fn listens_on(&self) -> Option<SocketAddr> {
        match self {
            FeedSource::TcpListen(address) | FeedSource::Udp(address) => Some(*address),
            FeedSource::Tcp { .. } | FeedSource::File(_) | FeedSource::Stdin => None,
        }
    }
}

impl fmt::Display for FeedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FeedSource::Tcp { host, port } if host.contains(':') => write!(f, "tcp://[{host}]:{port}"),
            FeedSource::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
            FeedSource::TcpListen(address) => write!(f, "tcp-listen://{address}"),
            FeedSource::Udp(address) => write!(f, "udp://{address}"),
            FeedSource::File(path) => write!(f, "file://{}", path.display()),
            FeedSource::Stdin => f.write_str("stdin://"),
        }
    }
}

fn server(rest: &str) -> Option<FeedSource> {
    let (host, port) = rest.rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port != 0)?;
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host = match bracketed {
        Some(address) => address.parse::<Ipv6Addr>().ok().map(|_| address)?,
        None => host,
    };
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
    let is_host = bracketed.is_some() || (!host.is_empty() && host.chars().all(is_name));
    is_host.then(|| FeedSource::Tcp { host: host.to_owned(), port })
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
            ("mqtt://user:secret@broker/ais", NotReadYet("mqtt")),
        ] {
            assert_eq!(parse(url), Err(error), "{url}");
        }
        assert_eq!(
            Listener("udp").to_string(),
            "must read udp://ADDRESS:PORT with an address of this machine, like udp://0.0.0.0:4001"
        );
    }
}
