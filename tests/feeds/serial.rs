//! Serial devices: a pair of pseudo-terminals, one end of which is unplugged.

use super::*;
use std::fs::{self, File};
use std::io::Write;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::symlink;
use std::path::PathBuf;

/// A device at a path: what is written to the first is read there. The second keeps the device plugged in.
fn plug(device: &Path) -> (File, OwnedFd) {
    let (ours, theirs) = serial2::SerialPort::pair().unwrap();
    let (ours, theirs): (OwnedFd, OwnedFd) = (ours.into(), theirs.into());
    let terminal: PathBuf = fs::read_link(format!("/proc/self/fd/{}", theirs.as_raw_fd())).unwrap();
    let _ = fs::remove_file(device);
    symlink(terminal, device).unwrap();
    (ours.into(), theirs)
}

#[tokio::test]
async fn a_device_is_read_unplugged_and_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let device = dir.path().join("ttyAIS");
    let mut feeds = Feeds::start(vec![nmea(&format!("serial://{}?baud=4800", device.display()))]).await;
    let told = feeds.told(&format!("there is no {}", device.display())).await;
    assert_eq!(told.state, FeedState::Connecting);
    let (mut ours, theirs) = plug(&device);
    feeds.told("at 4800 baud").await;
    ours.write_all(b"!AIVDM,half").unwrap();
    feeds.health(|health| health.bytes == 11).await;
    ours.write_all(b" and half\r\n\x11\x13\x03\xff\n!one").unwrap();
    assert_eq!(feeds.lines(2).await, ["!AIVDM,half and half", "\x11\x13\x03\u{fffd}"]);
    feeds.health(|health| health.bytes == 31).await;
    drop((ours, theirs));
    assert_eq!(feeds.lines(1).await, ["!one"]);
    feeds.health(|health| health.state == FeedState::Connecting).await;
    let (mut ours, _theirs) = plug(&device);
    feeds.health(|health| health.connects == 2).await;
    ours.write_all(b"!again\r\n").unwrap();
    assert_eq!(feeds.lines(1).await, ["!again"]);
}
