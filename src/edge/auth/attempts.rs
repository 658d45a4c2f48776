//! Failed attempts to come in, counted by address, so that guessing is slow and fills no log.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures from one address in a window that are answered as such.
const ANSWERED: u32 = 20;
/// The length of a window.
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses remembered at a time.
const ADDRESSES_AT_MOST: usize = 4096;

/// Failures by address.
#[derive(Debug, Default)]
pub(super) struct Attempts(Mutex<HashMap<IpAddr, Failures>>);

#[derive(Clone, Copy, Debug)]
struct Failures {
    since: Instant,
    count: u32,
}

impl Attempts {
    /// Counts a failure at `now`; false once its address has had its share of this window.
    pub(super) fn fail(&self, from: IpAddr, now: Instant) -> bool {
        let mut addresses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let network = network(from);
        if addresses.len() >= ADDRESSES_AT_MOST && !addresses.contains_key(&network) {
            addresses.retain(|_, failures| now.duration_since(failures.since) < WINDOW);
            if addresses.len() >= ADDRESSES_AT_MOST {
                return false;
            }
        }
        let failures = addresses.entry(network).or_insert(Failures { since: now, count: 0 });
        if now.duration_since(failures.since) >= WINDOW {
            *failures = Failures { since: now, count: 0 };
        }
        failures.count = failures.count.saturating_add(1);
        failures.count <= ANSWERED
    }
}

/// The address itself; of an IPv6 address the /64 it belongs to, which one holder has to itself.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_share_of_a_window() {
        let (attempts, start) = (Attempts::default(), Instant::now());
        let from = |text: &str| text.parse::<IpAddr>().unwrap();
        let answered = (0..100).filter(|_| attempts.fail(from("192.0.2.1"), start)).count();
        assert_eq!(answered, ANSWERED as usize);
        assert!(attempts.fail(from("192.0.2.2"), start));
        assert!(!attempts.fail(from("::ffff:192.0.2.1"), start));
        assert!(attempts.fail(from("192.0.2.1"), start + WINDOW));
    }

    #[test]
    fn one_network_is_one_address_and_the_table_is_bounded() {
        let (attempts, start) = (Attempts::default(), Instant::now());
        for i in 0..200u128 {
            attempts.fail(IpAddr::V6((0x2001_0db8_u128 << 96 | i).into()), start);
        }
        assert_eq!(attempts.0.lock().unwrap().len(), 1);
        for i in 0..10_000u32 {
            attempts.fail(IpAddr::V4(i.into()), start);
        }
        assert_eq!(attempts.0.lock().unwrap().len(), ADDRESSES_AT_MOST);
        assert!(attempts.fail(IpAddr::V4(20_000.into()), start + WINDOW));
    }
}
