//! Clients without ideas of their own: bytes on a socket, and readers of what comes back.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// How long to wait for anything before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    /// The sentence of an error.
    pub fn error(&self) -> String {
        self.json()["error"].as_str().expect("an error's sentence").to_owned()
    }
}

pub fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends a request of a line, headers and a body; Host and length are added where they are not among them.
pub fn send(address: SocketAddr, line: &str, headers: &[&str], body: &str) -> Answer {
    let has = |name: &str| headers.iter().any(|header| header.to_ascii_lowercase().starts_with(name));
    let mut head = vec![line.to_owned()];
    if !has("host:") {
        head.push(format!("Host: {address}"));
    }
    if !has("content-length:") && !has("transfer-encoding:") && line.starts_with("POST") {
        head.push(format!("Content-Length: {}", body.len()));
    }
    head.extend(headers.iter().map(|header| (*header).to_owned()));
    head.push("Connection: close".to_owned());
    let mut stream = connect(address);
    let _ = stream.write_all(format!("{}\r\n\r\n{body}", head.join("\r\n")).as_bytes());
    read_answer(BufReader::new(stream), line.starts_with("HEAD"))
}

pub fn get(address: SocketAddr, path: &str) -> Answer {
    send(address, &format!("GET {path} HTTP/1.1"), &[], "")
}

pub fn get_as(address: SocketAddr, token: &str, path: &str) -> Answer {
    send(address, &format!("GET {path} HTTP/1.1"), &[&format!("Authorization: Bearer {token}")], "")
}

pub fn post(address: SocketAddr, path: &str, headers: &[&str], body: &str) -> Answer {
    let json = ["Content-Type: application/json"];
    let has_type = headers.iter().any(|header| header.to_ascii_lowercase().starts_with("content-type:"));
    let headers: Vec<&str> = json.into_iter().filter(|_| !has_type).chain(headers.iter().copied()).collect();
    send(address, &format!("POST {path} HTTP/1.1"), &headers, body)
}

/// Reads status line, head and whole body.
pub fn read_answer(mut stream: impl BufRead, is_head: bool) -> Answer {
    let (status, headers) = read_head(&mut stream);
    let mut answer = Answer { status, headers, body: Vec::new() };
    if is_head {
        return answer;
    }
    if answer.header("transfer-encoding") == Some("chunked") {
        Chunked { stream, left: 0, is_over: false }.read_to_end(&mut answer.body).unwrap();
    } else if let Some(length) = answer.header("content-length") {
        answer.body = vec![0; length.parse().unwrap()];
        stream.read_exact(&mut answer.body).unwrap();
    }
    answer
}

fn read_head(stream: &mut impl BufRead) -> (u16, Vec<(String, String)>) {
    let mut lines = stream.by_ref().lines().map(|line| line.expect("a line of the head"));
    let status = lines.next().expect("an answer");
    let status = status.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    let headers = lines.take_while(|line| !line.is_empty()).map(|line| {
        let (name, value) = line.split_once(':').expect("a header");
        (name.to_ascii_lowercase(), value.trim().to_owned())
    });
    (status, headers.collect())
}

/// The content of a chunked body (RFC 9112, 7.1).
struct Chunked<R> {
    stream: R,
    left: usize,
    is_over: bool,
}

impl<R: BufRead> Read for Chunked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 && !self.is_over {
            let mut size = String::new();
            self.stream.read_line(&mut size)?;
            if size.trim().is_empty() {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            self.left = usize::from_str_radix(size.trim(), 16).expect("a chunk's size");
            self.is_over = self.left == 0;
            if self.is_over {
                self.stream.read_line(&mut size)?;
            }
        }
        if self.is_over {
            return Ok(0);
        }
        let wanted = buffer.len().min(self.left);
        let read = self.stream.read(&mut buffer[..wanted])?;
        self.left -= read;
        if self.left == 0 {
            let mut line_end = [0; 2];
            self.stream.read_exact(&mut line_end)?;
        }
        Ok(read)
    }
}

/// One server-sent event, or a comment.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Event {
    pub id: Option<u64>,
    pub event: Option<String>,
    pub data: Option<String>,
    pub comment: Option<String>,
}

/// A reader of server-sent events (WHATWG HTML, 9.2).
pub struct Events {
    pub answer: Answer,
    stream: BufReader<Chunked<BufReader<TcpStream>>>,
    /// The id a browser would come back with.
    pub last_event_id: Option<u64>,
}

impl Events {
    pub fn open(address: SocketAddr, path: &str, headers: &[&str]) -> Self {
        let mut stream = connect(address);
        let extra: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n{extra}\r\n").unwrap();
        let mut stream = BufReader::new(stream);
        let (status, headers) = read_head(&mut stream);
        let answer = Answer { status, headers, body: Vec::new() };
        assert_eq!(answer.status, 200, "{answer:?}");
        let stream = BufReader::new(Chunked { stream, left: 0, is_over: false });
        Events { answer, stream, last_event_id: None }
    }

    /// Goes on after a sequence number.
    pub fn after(address: SocketAddr, sequence: u64) -> Self {
        Events::open(address, "/api/v1/alerts/stream", &[&format!("Last-Event-ID: {sequence}")])
    }

    /// The next block of lines; `None` at the end of the stream.
    pub fn next_block(&mut self) -> Option<Event> {
        let mut block = Event::default();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).expect("the stream") == 0 {
                return None;
            }
            match line.trim_end_matches('\n').split_once(':') {
                None => break,
                Some(("", comment)) => block.comment = Some(comment.trim().to_owned()),
                Some(("id", id)) => block.id = Some(id.trim().parse().expect("a number")),
                Some(("event", event)) => block.event = Some(event.trim().to_owned()),
                Some(("data", data)) => block.data = Some(data.strip_prefix(' ').unwrap_or(data).to_owned()),
                Some(("retry", _)) => {}
                Some((field, _)) => panic!("an unknown field `{field}`"),
            }
        }
        self.last_event_id = block.id.or(self.last_event_id);
        Some(block)
    }

    /// The next alert with its sequence number.
    pub fn next_alert(&mut self) -> (u64, Value) {
        loop {
            let block = self.next_block().expect("the stream goes on");
            if let Some(data) = block.data {
                assert_eq!(block.event.as_deref(), Some("alert"));
                return (block.id.expect("an id"), serde_json::from_str(&data).expect("a line of JSON"));
            }
        }
    }

    /// The sequence numbers of the next so many alerts.
    pub fn sequences(&mut self, count: usize) -> Vec<u64> {
        (0..count).map(|_| self.next_alert().0).collect()
    }
}
