//! Which names and addresses a request may be addressed to, so that no foreign name can be pointed at this service.

use std::net::{IpAddr, SocketAddr};

use axum::http::uri::Authority;

/// The names that may address this service besides its own address.
#[derive(Clone, Debug, Default)]
pub struct Hosts(Vec<Authority>);

/// An entry of `allow_host` is no host.
#[derive(Debug, thiserror::Error)]
#[error("`{}` must read like picket.example or picket.example:8443", entry.escape_debug())]
pub struct HostError {
    /// What was written.
    pub entry: String,
}

impl Hosts {
    /// From entries `name` (any port) or `name:port`.
    ///
    /// # Errors
    /// [`HostError`], naming the entry.
    pub fn new(allow_host: &[String]) -> Result<Self, HostError> {
        let read = |entry: &String| authority(entry).ok_or_else(|| HostError { entry: entry.clone() });
        Ok(Hosts(allow_host.iter().map(read).collect::<Result<_, _>>()?))
    }

    /// Whether a request that came in on `local` may be addressed so; `default_port` is meant where none is written.
    ///
    /// The address itself may: no name can be pointed at it. Of names, `localhost` on the loopback, and those allowed.
    pub(super) fn allow(&self, written: &str, default_port: u16, local: SocketAddr) -> bool {
        let Some(asked) = authority(written) else { return false };
        let is_named = |allowed: &Authority| {
            allowed.host().eq_ignore_ascii_case(asked.host())
                && allowed.port_u16().is_none_or(|port| port == asked.port_u16().unwrap_or(default_port))
        };
        if self.0.iter().any(is_named) {
            return true;
        }
        let here = local.ip().to_canonical();
        let is_here = match ip(asked.host()) {
            Some(ip) => ip == here || (ip.is_loopback() && here.is_loopback()),
            None => here.is_loopback() && asked.host().eq_ignore_ascii_case("localhost"),
        };
        is_here && asked.port_u16().unwrap_or(default_port) == local.port()
    }

    /// Whether a page of this origin (`https://picket.example`) is one of ours.
    pub(super) fn allow_origin(&self, origin: &str, local: SocketAddr) -> bool {
        match origin.split_once("://") {
            Some(("http", host)) => self.allow(host, 80, local),
            Some(("https", host)) => self.allow(host, 443, local),
            _ => false,
        }
    }
}

/// A host with or without port, and nothing else.
fn authority(text: &str) -> Option<Authority> {
    let authority: Authority = text.parse().ok()?;
    let host = authority.host();
    let is_port = |rest: &str| rest.is_empty() || authority.port_u16().is_some();
    let is_plain = !text.contains('@') && !host.is_empty() && text.strip_prefix(host).is_some_and(is_port);
    is_plain.then_some(authority)
}

fn ip(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn on_the_loopback_only_its_own_names_and_port() {
        let hosts = Hosts::default();
        let here = local("127.0.0.1:8080");
        for good in ["127.0.0.1:8080", "localhost:8080", "LocalHost:8080", "[::1]:8080", "127.0.0.2:8080"] {
            assert!(hosts.allow(good, 80, here), "{good}");
        }
        for bad in [
            "127.0.0.1",
            "127.0.0.1:80",
            "localhost",
            "evil.example:8080",
            "localhost.evil.example:8080",
            "192.0.2.1:8080",
            "user@localhost:8080",
            "localhost:8080:8080",
            "localhost:",
            "localhost:99999",
            "localhost:8080/",
            "",
            ":8080",
        ] {
            assert!(!hosts.allow(bad, 80, here), "{bad}");
        }
        assert!(hosts.allow("localhost", 80, local("127.0.0.1:80")));
    }

    #[test]
    fn elsewhere_the_address_it_came_in_on_and_what_is_allowed() {
        let hosts = Hosts::new(&["picket.example".into(), "ops.example:8443".into()]).unwrap();
        let here = local("[::ffff:192.0.2.7]:8080");
        for good in ["192.0.2.7:8080", "Picket.Example", "picket.example:9999", "ops.example:8443"] {
            assert!(hosts.allow(good, 80, here), "{good}");
        }
        for bad in ["localhost:8080", "127.0.0.1:8080", "192.0.2.8:8080", "ops.example", "ops.example:80"] {
            assert!(!hosts.allow(bad, 80, here), "{bad}");
        }
    }

    #[test]
    fn origins_are_hosts_with_http_or_https() {
        let hosts = Hosts::new(&["ops.example:443".into()]).unwrap();
        let here = local("127.0.0.1:8080");
        for good in ["http://localhost:8080", "https://ops.example", "http://127.0.0.1:8080"] {
            assert!(hosts.allow_origin(good, here), "{good}");
        }
        for bad in [
            "null",
            "http://localhost:3000",
            "http://evil.example",
            "file://",
            "ftp://localhost:8080",
            "http://ops.example",
        ] {
            assert!(!hosts.allow_origin(bad, here), "{bad}");
        }
    }

    #[test]
    fn entries_must_be_hosts() {
        for bad in ["https://picket.example", "picket.example/", "", "a b", "u@h"] {
            assert!(Hosts::new(&[bad.to_owned()]).is_err(), "{bad}");
        }
    }
}
