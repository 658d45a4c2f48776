//! Files of the tree, tables of its pages, and a picket run with the settings that are deployed.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The longest that anything is waited for, on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A token as settings may name it.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A file of the tree.
pub fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Waits until `look` finds something.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Says that a test is skipped because a command is missing, where the runner does not swallow it.
pub fn skipped(command: &str, package: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {command} is not installed (Debian {package})");
}

/// Whether a command is there.
pub fn is_installed(command: &str) -> bool {
    Command::new(command).arg("--version").output().is_ok()
}

/// The cells of a table's rows, by the first cell of its head; the head and the line below it are left out.
pub fn table(page: &str, first_head: &str) -> Vec<Vec<String>> {
    let head = format!("| {first_head} |");
    let text = read(page);
    let rows =
        text.lines().skip_while(|line| !line.starts_with(&head)).skip(2).take_while(|line| line.starts_with('|'));
    let rows: Vec<Vec<String>> =
        rows.map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect();
    assert!(!rows.is_empty(), "{page} has no table that begins with `{first_head}`");
    rows
}

/// What stands between backticks in a text.
pub fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The options of a command line, which must all be in the help of its subcommand.
pub fn assert_options_exist(line: &str) {
    let mut words = line.split_whitespace().skip_while(|word| !word.ends_with("picket")).skip(1);
    let subcommand = words.find(|word| *word != "picket").unwrap_or_else(|| panic!("no subcommand: {line}"));
    let help = picket(&[subcommand, "--help"]);
    assert!(help.status.success(), "there is no `picket {subcommand}`: {line}");
    let help = String::from_utf8(help.stdout).unwrap();
    for option in words.filter(|word| word.starts_with("--")) {
        let is_known = help.split(|c: char| c.is_whitespace() || c == ',').any(|word| word == option);
        assert!(is_known, "`picket {subcommand}` has no {option}: {line}");
    }
}

/// Runs a command of picket to its end.
pub fn picket(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_picket")).args(arguments).env_remove("PICKET_TOKEN").output().unwrap()
}

/// What `picket check` says of a settings file, with the zones of the tree.
pub fn checked(settings: &str) -> String {
    let output = picket(&["check", "--config", settings, "--zones", "zones"]);
    assert!(output.status.success(), "{settings}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Settings as they are deployed, moved to a folder and ports of this test; the data folder is `data` in it.
pub fn moved(settings: &str, dir: &Path) -> PathBuf {
    let zones = Path::new("zones").canonicalize().unwrap();
    let mut settings: toml::Table = read(settings).parse().unwrap();
    settings["data"]["dir"] = "data".into();
    settings["zones"]["dir"] = zones.display().to_string().into();
    let listen: SocketAddr = settings["http"]["listen"].as_str().unwrap().parse().unwrap();
    settings["http"]["listen"] = SocketAddr::new(listen.ip(), 0).to_string().into();
    for feed in settings["feed"].as_array_mut().unwrap() {
        let url = feed["url"].as_str().unwrap();
        let (place, _) = url.rsplit_once(':').unwrap();
        feed["url"] = format!("{place}:0").into();
    }
    let path = dir.join("picket.toml");
    fs::write(&path, settings.to_string()).unwrap();
    path
}

/// A running picket.
pub struct Picket {
    child: Child,
    /// The port of its API.
    pub port: u16,
}

impl Picket {
    /// Starts `picket run`, with `PICKET_TOKEN` set to [`TOKEN`].
    pub fn start(config: &Path) -> Picket {
        let mut child = Command::new(env!("CARGO_BIN_EXE_picket"))
            .args(["run", "--log", "text", "--config"])
            .arg(config)
            .env("PICKET_TOKEN", TOKEN)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(config.with_file_name("picket.log")).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let log = || fs::read_to_string(config.with_file_name("picket.log")).unwrap();
        Picket { child, port: port.unwrap_or_else(|| panic!("picket did not start: {}", log())) }
    }

    /// The status and body that it answers, on the loopback.
    pub fn get(&self, path: &str, token: Option<&str>) -> (u16, String) {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let mut request = ureq::get(&url).config().http_status_as_error(false).build();
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let mut response = request.call().unwrap();
        let mut body = String::new();
        response.body_mut().as_reader().read_to_string(&mut body).unwrap();
        (response.status().as_u16(), body)
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let status = wait_for("the end of picket", || self.child.try_wait().unwrap());
        assert!(status.success(), "{status}");
    }
}

impl Drop for Picket {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
