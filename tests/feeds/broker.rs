//! A real Mosquitto and a real NATS server, started on a free port and killed as a test wishes.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::PATIENCE;

/// A broker that runs; it ends with the test.
pub struct Broker {
    dir: TempDir,
    command: Vec<String>,
    child: Option<Child>,
    pub port: u16,
}

impl Broker {
    /// Mosquitto, with lines of its configuration besides the listener.
    pub fn mosquitto(settings: &str) -> Broker {
        Broker::start("mosquitto", |dir, port| {
            let file = dir.join("mosquitto.conf");
            // As root it would become another user, who may not read this folder.
            let text = format!("listener {port} 127.0.0.1\nuser root\n{settings}\n");
            fs::write(&file, text).unwrap();
            vec!["-c".to_owned(), file.display().to_string()]
        })
    }

    /// A NATS server, with arguments besides its address.
    pub fn nats(more: &[&str]) -> Broker {
        Broker::start("nats-server", |_, port| {
            let address = ["-a", "127.0.0.1", "-p"].map(str::to_owned);
            address.into_iter().chain([port.to_string()]).chain(more.iter().map(|&word| word.to_owned())).collect()
        })
    }

    fn start(program: &str, arguments: impl Fn(&std::path::Path, u16) -> Vec<String>) -> Broker {
        let dir = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = vec![found(program).display().to_string()];
        command.extend(arguments(dir.path(), port));
        let mut broker = Broker { dir, command, child: None, port };
        broker.begin();
        broker
    }

    /// Starts it, once more after [`Broker::kill`].
    pub fn begin(&mut self) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.dir.path().join("log")).unwrap();
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).current_dir(self.dir.path()).stdin(Stdio::null());
        self.child = Some(command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = || fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
            assert!(started.elapsed() < PATIENCE, "{} does not listen: {}", self.command[0], log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Where a program is: Debian keeps servers in folders that users' paths leave out.
fn found(program: &str) -> PathBuf {
    let path = std::env::var("PATH").unwrap_or_default();
    let folders = path.split(':').chain(["/usr/local/sbin", "/usr/sbin", "/sbin"]);
    let found = folders.map(|folder| PathBuf::from(folder).join(program)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{program} is missing: `make setup` installs it"))
}
