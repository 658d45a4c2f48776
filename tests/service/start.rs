//! What keeps picket from starting is told in a sentence that names the place.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use crate::support::{Picket, settings};

/// What it said when it did not start.
fn refusal(config: &Path) -> String {
    match Picket::try_start(config, &[]) {
        Ok(_) => panic!("picket started"),
        Err(log) => log,
    }
}

fn zones() -> &'static Path {
    Path::new("zones")
}

/// Settings with the repository's zones, and another text in place of the HTTP address.
fn listening_on(dir: &Path, listen: &str) -> std::path::PathBuf {
    let zones = zones().canonicalize().unwrap();
    let config = settings(dir, &zones, "");
    let text = fs::read_to_string(&config).unwrap().replace("127.0.0.1:0", listen);
    fs::write(&config, text).unwrap();
    config
}

#[test]
fn a_port_in_use_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let told = refusal(&listening_on(dir.path(), &address));
    assert!(told.contains(&address) && told.contains("in use"), "{told}");
}

#[test]
fn a_feeds_port_in_use_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let feed = format!("[[feed]]\nname = \"coast\"\nkind = \"nmea\"\nurl = \"tcp-listen://{address}\"\n");
    let told = refusal(&settings(dir.path(), &zones().canonicalize().unwrap(), &feed));
    assert!(told.contains(&address) && told.contains("coast"), "{told}");
}

#[test]
fn an_address_of_the_network_needs_auth() {
    let dir = tempfile::tempdir().unwrap();
    let told = refusal(&listening_on(dir.path(), "0.0.0.0:0"));
    assert!(told.contains("0.0.0.0:0 can be reached from other machines: set up [auth]"), "{told}");
}

#[test]
fn a_data_folder_serves_one_picket_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let config = settings(dir.path(), &zones().canonicalize().unwrap(), "");
    let first = Picket::start(&config);
    let told = refusal(&config);
    assert!(told.contains("another picket is running on the data folder"), "{told}");
    first.kill();
    Picket::start(&config).stop();
}

#[test]
fn a_data_folder_that_is_none_is_named() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("data"), "a file").unwrap();
    let told = refusal(&settings(dir.path(), &zones().canonicalize().unwrap(), ""));
    assert!(told.contains("cannot make the data folder") && told.contains("data"), "{told}");
}

#[test]
fn a_store_of_a_newer_picket_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let config = settings(dir.path(), &zones().canonicalize().unwrap(), "");
    Picket::start(&config).stop();
    let store = rusqlite::Connection::open(dir.path().join("data/picket.sqlite")).unwrap();
    store.pragma_update(None, "user_version", 900).unwrap();
    drop(store);
    let told = refusal(&config);
    assert!(told.contains("has version 900") && told.contains("use a newer picket"), "{told}");
}

#[test]
fn a_recording_that_is_not_there_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let feed = "[[feed]]\nname = \"ais\"\nkind = \"nmea\"\npath = \"nowhere.nmea\"\n";
    let told = refusal(&settings(dir.path(), &zones().canonicalize().unwrap(), feed));
    assert!(told.contains("nowhere.nmea"), "{told}");
}
