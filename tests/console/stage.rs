//! A picket that plays a scenario, and the story that a browser acts out before it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use picket::sim::{self, World};
use tempfile::TempDir;

use crate::support::Picket;

/// The longest that a story says nothing; each thing it waits for has a shorter patience, and says what it was.
const SILENCE: Duration = Duration::from_secs(300);
/// Where the secret of the stage's token stands.
const TOKEN_ENV: &str = "PICKET_CONSOLE_TOKEN";
const TOKEN: &str = "a-secret-that-only-this-test-knows";

/// A picket in a folder of its own, always on the same port.
pub struct Stage {
    dir: TempDir,
    picket: Option<Picket>,
    asks_token: bool,
}

impl Stage {
    /// A stage where a world is played at `rate`, its first `opening_s` at once.
    pub fn playing(world: &World, rate: u32, opening_s: u32) -> Stage {
        let dir = tempfile::tempdir().unwrap();
        sim::write(world, dir.path()).unwrap();
        let stage = Stage { dir, picket: None, asks_token: false };
        let text = fs::read_to_string(stage.config()).unwrap();
        let paced = text.replace("rate = 20", &format!("rate = {rate}"));
        let paced = paced.replace("opening_s = 2700", &format!("opening_s = {opening_s}"));
        stage.write_config(&(paced + "[http]\nlisten = \"127.0.0.1:0\"\n"));
        stage
    }

    /// The same, for those who have a token.
    pub fn behind_a_token(mut self) -> Stage {
        let token = format!("[[auth.token]]\nname = \"lan\"\nrole = \"operator\"\nenv = \"{TOKEN_ENV}\"\n");
        self.write_config(&(fs::read_to_string(self.config()).unwrap() + &token));
        self.asks_token = true;
        self
    }

    /// Acts out the story of `NAME.mjs` and fails where it does. What it prints is shown, but for what it asks of the stage.
    pub fn perform(mut self, story: &str) {
        let node = program("node");
        let chromium = program("chromium");
        for built in ["web/node_modules/playwright-core", "web/dist/index.html"] {
            assert!(Path::new(built).exists(), "{built} is missing: `make console` makes it");
        }
        self.start();
        let mut script = Command::new(node);
        script.arg(format!("tests/console/{story}.mjs")).env("CHROMIUM", chromium);
        let log = self.dir.path().join("story.log");
        let mut script = Script::start(self.tell(&mut script).stderr(File::create(&log).unwrap()));
        let is_silent = loop {
            match script.lines.recv_timeout(SILENCE).as_deref() {
                Ok("stage: kill") => self.kill(),
                Ok("stage: start") => self.start(),
                Ok(said) => {
                    let _ = writeln!(std::io::stderr(), "{story}: {said}");
                    continue;
                }
                Err(end) => break *end == RecvTimeoutError::Timeout,
            }
            script.answer();
        };
        let is_good = !is_silent && script.child.wait().unwrap().success();
        let told = |path: &Path| fs::read_to_string(path).unwrap_or_default();
        let service_log = self.dir.path().join("picket.log");
        assert!(is_good, "{story}:\n{}\nThe service's log:\n{}", told(&log), told(&service_log));
    }

    fn config(&self) -> PathBuf {
        self.dir.path().join("picket.toml")
    }

    fn write_config(&self, text: &str) {
        fs::write(self.config(), text).unwrap();
    }

    /// Starts picket: at first on any port, from then on on that one.
    fn start(&mut self) {
        let environment: &[_] = if self.asks_token { &[(TOKEN_ENV, TOKEN)] } else { &[] };
        let picket = Picket::try_start(&self.config(), environment).unwrap_or_else(|log| panic!("no picket:\n{log}"));
        let text = fs::read_to_string(self.config()).unwrap();
        self.write_config(&text.replace("127.0.0.1:0\"", &format!("{}\"", picket.address)));
        self.picket = Some(picket);
    }

    fn kill(&mut self) {
        self.picket.take().unwrap().kill();
    }

    /// Tells a story where the service is, its token, and where pictures of pages may be kept.
    fn tell<'a>(&self, script: &'a mut Command) -> &'a mut Command {
        let address = self.picket.as_ref().unwrap().address;
        script.env("PICKET_URL", format!("http://{address}")).env("PICKET_TMP", env!("CARGO_TARGET_TMPDIR"));
        script.env("TMPDIR", self.dir.path());
        if self.asks_token { script.env(TOKEN_ENV, TOKEN) } else { script }
    }
}

/// A story under way. Its browser ends with it: they speak through pipes.
struct Script {
    child: Child,
    lines: Receiver<String>,
}

impl Script {
    fn start(command: &mut Command) -> Script {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Script { child, lines }
    }

    /// Tells the story that what it asked for is done.
    fn answer(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"done\n").unwrap();
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where a program is.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{name} is missing: `make setup` installs it"))
}
