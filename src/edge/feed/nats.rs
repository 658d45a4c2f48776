//! `nats://`: subscribes to a subject of a NATS server, and again whenever the connection is lost.

use std::fmt;
use std::io;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::{sleep, timeout};

use super::backoff::Backoff;
use super::mailbox::Mailbox;
use super::outlet::Outlet;
use super::password::Password;
use super::source::Subscription;
use super::tcp::{CONNECT_PATIENCE, connect, place, refusal};
use crate::edge::health::FeedState;

/// The longest line of the protocol; a server's INFO names all servers of its cluster.
const MAX_LINE_BYTES: u64 = 64 * 1024;
/// A longer message is left out and counted.
const MAX_MESSAGE_BYTES: usize = 1024 * 1024;

/// Reads from the subject for ever; returns only when the service stops.
///
/// Core NATS, without JetStream and headers: what the server sent while picket was away is gone, so that nothing old is
/// taken for new.
pub async fn run(outlet: Outlet, subscription: Subscription, password: Option<Password>) {
    let mailbox = Mailbox::new(&outlet);
    tokio::select! {
        _stopping = mailbox.deliver() => {}
        () = receive(&outlet, &mailbox, &subscription, password.as_ref()) => {}
    }
}

/// Why a session ended.
#[derive(Debug)]
enum End {
    /// The connection was closed or broke.
    Lost(io::Error),
    /// The server said why.
    Refused(String),
    /// What the server says is not understood.
    Strange(&'static str),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        End::Lost(error)
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Lost(error) if error.kind() == io::ErrorKind::UnexpectedEof => f.write_str("closed the connection"),
            End::Lost(error) => write!(f, "was lost: {error}"),
            End::Refused(why) => write!(f, "refuses: {why}"),
            End::Strange(what) => write!(f, "does not speak as a NATS server does: {what}"),
        }
    }
}

async fn receive(outlet: &Outlet, mailbox: &Mailbox<'_>, subscription: &Subscription, password: Option<&Password>) {
    let Subscription { host, port, topic, .. } = subscription;
    let place = place(host, *port);
    outlet.stands(FeedState::Connecting, format!("connecting to {place}"));
    let mut backoff = Backoff::default();
    loop {
        let why = match connect(host, *port).await {
            Err(error) => refusal(&place, &error),
            Ok(stream) => {
                let mut session = Session::new(stream);
                let opened = timeout(CONNECT_PATIENCE, session.open(outlet.name(), subscription, password)).await;
                let end = match opened.unwrap_or_else(|elapsed| Err(End::Lost(elapsed.into()))) {
                    Err(end) => end,
                    Ok(()) => {
                        outlet.connected(format!("subscribed to {topic} at {place}"));
                        backoff.reset();
                        session.read_on(mailbox).await
                    }
                };
                format!("{place} {end}")
            }
        };
        let wait = backoff.next_wait();
        outlet.retrying(&why, wait);
        sleep(wait).await;
    }
}

/// One connection, by the client protocol of NATS (docs.nats.io, "Client Protocol").
struct Session {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    line: Vec<u8>,
    payload: Vec<u8>,
}

/// What the server said.
#[derive(Debug, PartialEq)]
enum Said<'a> {
    Info(&'a [u8]),
    /// A message of so many bytes follows.
    Message(usize),
    Ping,
    Pong,
    Ok,
    Error(String),
}

impl Session {
    fn new(stream: TcpStream) -> Self {
        let (reader, writer) = stream.into_split();
        Session { reader: BufReader::new(reader), writer, line: Vec::new(), payload: Vec::new() }
    }

    /// Introduces itself and subscribes; done when the server has agreed to both.
    async fn open(&mut self, feed: &str, subscription: &Subscription, password: Option<&Password>) -> Result<(), End> {
        let Said::Info(info) = self.said().await? else { return Err(End::Strange("it does not introduce itself")) };
        let info: serde_json::Value =
            serde_json::from_slice(info).map_err(|_| End::Strange("its introduction is not JSON"))?;
        if info.get("tls_required").and_then(serde_json::Value::as_bool) == Some(true) {
            return Err(End::Refused("it wants TLS, which picket does not speak to it".to_owned()));
        }
        let connect = introduction(feed, subscription.user.as_deref(), password);
        let greeting = format!("CONNECT {connect}\r\nSUB {} 1\r\nPING\r\n", subscription.topic);
        self.writer.write_all(greeting.as_bytes()).await?;
        loop {
            match self.said().await? {
                Said::Pong => return Ok(()),
                Said::Error(why) => return Err(End::Refused(why)),
                Said::Ping => self.writer.write_all(b"PONG\r\n").await?,
                Said::Message(_) => return Err(End::Strange("messages come before it agreed")),
                Said::Info(_) | Said::Ok => {}
            }
        }
    }

    /// Takes messages until the connection ends.
    async fn read_on(&mut self, mailbox: &Mailbox<'_>) -> End {
        loop {
            if let Err(end) = self.take(mailbox).await {
                return end;
            }
            mailbox.make_way().await;
        }
    }

    async fn take(&mut self, mailbox: &Mailbox<'_>) -> Result<(), End> {
        match self.said().await? {
            Said::Message(len) if len > MAX_MESSAGE_BYTES => {
                let skipped = tokio::io::copy(&mut (&mut self.reader).take(len as u64), &mut tokio::io::sink()).await?;
                mailbox.lost(1);
                if skipped < len as u64 {
                    return Err(End::Lost(io::ErrorKind::UnexpectedEof.into()));
                }
                self.line_end().await
            }
            Said::Message(len) => {
                self.payload.resize(len, 0);
                self.reader.read_exact(&mut self.payload).await?;
                mailbox.put(&self.payload);
                self.line_end().await
            }
            Said::Ping => Ok(self.writer.write_all(b"PONG\r\n").await?),
            Said::Error(why) => Err(End::Refused(why)),
            Said::Info(_) | Said::Pong | Said::Ok => Ok(()),
        }
    }

    async fn line_end(&mut self) -> Result<(), End> {
        let mut end = [0; 2];
        self.reader.read_exact(&mut end).await?;
        if end == *b"\r\n" { Ok(()) } else { Err(End::Strange("a message is longer than it says")) }
    }

    /// The next line of the protocol.
    async fn said(&mut self) -> Result<Said<'_>, End> {
        self.line.clear();
        (&mut self.reader).take(MAX_LINE_BYTES).read_until(b'\n', &mut self.line).await?;
        match self.line.strip_suffix(b"\n") {
            Some(line) => parse(line.trim_ascii_end()).ok_or(End::Strange("it says what no NATS server says")),
            None if self.line.len() as u64 == MAX_LINE_BYTES => Err(End::Strange("a line does not end")),
            None => Err(End::Lost(io::ErrorKind::UnexpectedEof.into())),
        }
    }
}

/// A line of the server.
fn parse(line: &[u8]) -> Option<Said<'_>> {
    let (verb, rest) = line.split_at(line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len()));
    let rest = rest.trim_ascii();
    Some(match verb.to_ascii_uppercase().as_slice() {
        b"INFO" => Said::Info(rest),
        b"MSG" => {
            let size = rest.rsplit(u8::is_ascii_whitespace).next()?;
            Said::Message(std::str::from_utf8(size).ok()?.parse().ok()?)
        }
        b"PING" => Said::Ping,
        b"PONG" => Said::Pong,
        b"+OK" => Said::Ok,
        b"-ERR" => Said::Error(String::from_utf8_lossy(rest).trim_matches('\'').escape_debug().to_string()),
        _ => return None,
    })
}

/// What picket says of itself: a password without a user is a token.
fn introduction(feed: &str, user: Option<&str>, password: Option<&Password>) -> serde_json::Value {
    let mut says = serde_json::json!({
        "verbose": false, "pedantic": false, "tls_required": false, "lang": "rust", "protocol": 1,
        "version": env!("CARGO_PKG_VERSION"), "name": format!("picket feed {feed}"),
    });
    let secret = |password: &Password| serde_json::Value::from(password.reveal());
    match (user, password) {
        (Some(user), password) => {
            says["user"] = user.into();
            says["pass"] = password.map(secret).unwrap_or_default();
        }
        (None, Some(token)) => says["auth_token"] = secret(token),
        (None, None) => {}
    }
    says
}

/// Whether a subject can be subscribed to: words between dots, `*` for a word, `>` for all that follow.
pub fn is_subject(subject: &str) -> bool {
    let words: Vec<&str> = subject.split('.').collect();
    let is_word = |(i, word): (usize, &&str)| {
        let is_plain = !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || c.is_control());
        is_plain && (*word != ">" || i + 1 == words.len()) && (word.len() == 1 || !word.contains(['*', '>']))
    };
    words.iter().enumerate().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_protocol() {
        for (line, said) in [
            (&b"INFO {\"a\":1}"[..], Some(Said::Info(b"{\"a\":1}"))),
            (b"MSG ais.vung-tau 1 11", Some(Said::Message(11))),
            (b"MSG ais.vung-tau 1 _INBOX.4 0", Some(Said::Message(0))),
            (b"msg a\t1\t5", Some(Said::Message(5))),
            (b"PING", Some(Said::Ping)),
            (b"PONG", Some(Said::Pong)),
            (b"+OK", Some(Said::Ok)),
            (b"-ERR 'Authorization Violation'", Some(Said::Error("Authorization Violation".to_owned()))),
            (b"-ERR", Some(Said::Error(String::new()))),
            (b"MSG a 1 -5", None),
            (b"MSG a 1 99999999999999999999", None),
            (b"HTTP/1.1 400 Bad Request", None),
            (b"", None),
        ] {
            assert_eq!(parse(line), said, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn subjects() {
        for subject in ["ais", "ais.*.raw", "ais.>", ">", "a.b-c.D_e"] {
            assert!(is_subject(subject), "{subject}");
        }
        for subject in ["", ".", "ais.", "ais..raw", "a b", "ais.>.raw", "ais.x>", "a*", "a\r\nPUB x 1"] {
            assert!(!is_subject(subject), "{subject}");
        }
    }

    #[test]
    fn secrets_go_where_they_belong() {
        let password = Password::new("hush".to_owned());
        let says = |user, password| introduction("ais", user, password);
        assert_eq!(says(Some("u"), Some(&password))["pass"], "hush");
        assert_eq!(says(None, Some(&password))["auth_token"], "hush");
        assert!(says(None, None).get("user").is_none());
    }
}
