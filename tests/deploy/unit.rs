//! The unit of systemd, its settings, and the proxy before it: they fit each other and the program.

use std::path::Path;
use std::process::Command;

use crate::support::{Picket, assert_options_exist, checked, is_installed, moved, read, skipped};

const UNIT: &str = "deploy/systemd/picket.service";
const SETTINGS: &str = "deploy/systemd/picket.toml";
const PROXY: &str = "deploy/nginx/picket.conf";

/// The values of a key of the unit.
fn all(key: &str) -> Vec<String> {
    let text = read(UNIT);
    let values = text.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    values.map(str::to_owned).collect()
}

/// The only value of a key of the unit.
fn one(key: &str) -> String {
    let values = all(key);
    assert_eq!(values.len(), 1, "{key}: {values:?}");
    values.into_iter().next().unwrap()
}

fn settings() -> toml::Table {
    read(SETTINGS).parse().unwrap()
}

#[test]
fn it_starts_the_program_as_the_program_wants_to_be_started() {
    let command = one("ExecStart");
    assert_options_exist(&command);
    let config = command.split(' ').skip_while(|word| *word != "--config").nth(1);
    assert_eq!(config, Some("/etc/picket/picket.toml"));
    assert!(command.ends_with("--log json"), "{command}");
    assert_eq!(one("ExecReload"), "/bin/kill -HUP $MAINPID");
    assert_eq!(one("KillSignal"), "SIGTERM");
}

#[test]
fn it_may_write_where_the_settings_put_the_data_and_nowhere_else() {
    let state = format!("/var/lib/{}", one("StateDirectory"));
    assert_eq!(settings()["data"]["dir"].as_str(), Some(state.as_str()));
    assert_eq!(one("ProtectSystem"), "strict");
    assert!(all("ReadWritePaths").is_empty());
    let user = one("User");
    assert!(read("deploy/systemd/sysusers.conf").lines().any(|line| line.starts_with(&format!("u {user} "))));
}

#[test]
fn it_is_hardened() {
    for key in
        ["NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome", "MemoryDenyWriteExecute", "LockPersonality"]
    {
        assert_eq!(one(key), "yes", "{key}");
    }
    assert_eq!(one("CapabilityBoundingSet"), "");
    assert_eq!(all("SystemCallFilter"), ["@system-service", "~@privileged @resources"]);
}

#[test]
fn a_stop_is_given_longer_than_the_program_takes() {
    let source = read("src/app/run/service.rs");
    let (_, rest) = source.split_once("const STOPS_WITHIN: Duration = Duration::from_secs(").unwrap();
    let takes_s: u64 = rest.split(')').next().unwrap().parse().unwrap();
    let given_s: u64 = one("TimeoutStopSec").parse().unwrap();
    assert!(given_s >= 2 * takes_s, "{given_s} s for {takes_s} s");
    assert!(read("docker-compose.yml").contains(&format!("stop_grace_period: {given_s}s\n")));
}

#[test]
fn its_settings_are_accepted_and_let_nobody_in_without_a_token() {
    let report = checked(SETTINGS);
    assert!(!report.contains("not used") && !report.contains("note:"), "{report}");
    let dir = tempfile::tempdir().unwrap();
    let picket = Picket::start(&moved(SETTINGS, dir.path()));
    assert_eq!(picket.get("/api/v1/alerts", None).0, 401);
    assert_eq!(picket.get("/readyz", None).0, 200);
}

#[test]
fn the_proxy_leads_to_it_under_a_name_it_knows() {
    let (proxy, settings) = (read(PROXY), settings());
    let value = |key: &str| {
        let line = proxy.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_suffix(';')).unwrap();
        line.trim().to_owned()
    };
    assert_eq!(value("proxy_pass"), format!("http://{}", settings["http"]["listen"].as_str().unwrap()));
    let names: Vec<String> = settings["http"]["allow_host"].clone().try_into().unwrap();
    assert!(names.contains(&value("server_name")), "{names:?}");
    assert_eq!(value("proxy_buffering"), "off");
}

#[test]
fn systemd_understands_it() {
    if !is_installed("systemd-analyze") {
        return skipped("systemd-analyze", "systemd");
    }
    let dir = tempfile::tempdir().unwrap();
    let unit = dir.path().join("picket.service");
    let program = Path::new(env!("CARGO_BIN_EXE_picket"));
    let text = read(UNIT).replace("/usr/local/bin/picket", program.to_str().unwrap());
    std::fs::write(&unit, text).unwrap();
    let output = Command::new("systemd-analyze").arg("verify").arg(&unit).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !told.contains("picket.service"), "{told}");
}
