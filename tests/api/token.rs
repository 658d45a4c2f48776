//! `picket token`: tokens made beside a running service come in at once, and go at once when they are revoked.

use std::path::Path;
use std::process::{Command, Output};

use crate::client::{get_as, post};
use crate::service::{Service, Setup};

/// Runs `picket token` on the data folder of a service.
fn token(dir: &Path, args: &[&str]) -> Output {
    let config = dir.join("picket.toml");
    std::fs::write(&config, "[auth]\n[data]\ndir = \".\"\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_picket"));
    command.arg("token").args(args).arg("--config").arg(config).output().unwrap()
}

fn made(dir: &Path, args: &[&str]) -> String {
    let output = token(dir, args);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1);
    text.trim_end().to_owned()
}

fn refused(dir: &Path, args: &[&str]) -> String {
    let output = token(dir, args);
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_token_is_good_at_once_until_it_is_revoked() {
    let service = Service::start(Setup { tokens: Some(Vec::new()), ..Setup::default() });
    let dir = service.dir.path();
    let secret = made(dir, &["--role", "operator", "--squadron", "2"]);
    assert!(secret.starts_with("picket_") && secret.len() == 71, "{secret}");
    let user = get_as(service.address, &secret, "/api/v1/service").json()["user"].clone();
    assert_eq!(user, serde_json::json!({"name": "operator 2", "role": "operator", "squadron": "2"}));
    let listed = String::from_utf8(token(dir, &["--list"]).stdout).unwrap();
    assert!(listed.starts_with("operator 2\toperator\t2\t-\t") && listed.ends_with("\tgood\n"), "{listed}");
    let store = std::fs::read(dir.join("picket.sqlite")).unwrap();
    let wal = std::fs::read(dir.join("picket.sqlite-wal")).unwrap_or_default();
    let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
    assert!(!listed.contains(&secret) && !holds(&store) && !holds(&wal));
    assert!(token(dir, &["--revoke", "operator 2"]).status.success());
    let answer = get_as(service.address, &secret, "/api/v1/service");
    assert_eq!((answer.status, answer.error().as_str()), (401, "the token was revoked"));
    assert!(refused(dir, &["--revoke", "operator 2"]).contains("no token of the name `operator 2`"));
}

#[test]
fn a_liaison_and_a_name_of_its_own() {
    let service = Service::start(Setup { tokens: Some(Vec::new()), ..Setup::default() });
    let dir = service.dir.path();
    let secret =
        made(dir, &["--role", "liaison", "--partner", "coast guard", "--name", "Lê Văn A", "--expires-days", "1"]);
    assert_eq!(get_as(service.address, &secret, "/api/v1/service").json()["user"]["name"], "Lê Văn A");
    assert_eq!(get_as(service.address, &secret, "/api/v1/tracks").status, 403);
    let header = format!("Authorization: Bearer {secret}");
    assert_eq!(post(service.address, "/api/v1/alerts/a/acknowledge", &[&header], "{}").status, 403);
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_written() {
    let dir = tempfile::tempdir().unwrap();
    for (args, sentence) in [
        (&["--role", "admin"][..], "`admin` is no role: must be operator, analyst or liaison"),
        (&["--role", "liaison"], "--partner"),
        (&["--role", "operator", "--expires-days", "0"], "must be from 1 to"),
        (&["--role", "operator", "--name", "a\nb"], "--name: must be 1 to 64 printable characters"),
        (&["--role", "operator", "--squadron", " "], "--squadron"),
        (&[], "required"),
        (&["--role", "operator", "--list"], "cannot be used with"),
        (&["--list", "--name", "x"], "cannot be used with"),
    ] {
        let told = refused(dir.path(), args);
        assert!(told.contains(sentence), "{args:?}: {told}");
    }
    assert!(!dir.path().join("picket.sqlite").exists());
}

#[test]
fn without_auth_a_note_says_that_nobody_asks() {
    let dir = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_picket"))
        .args(["token", "--role", "analyst"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(output.status.success() && output.stdout.starts_with(b"picket_"), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("no [auth]"));
    assert!(dir.path().join("data/picket.sqlite").exists());
}
