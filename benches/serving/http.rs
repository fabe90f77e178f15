//! As much of HTTP/1.1 as a load generator needs: requests as bytes, answers with a length.

use std::{
    io::{Error, ErrorKind, Result},
    net::SocketAddr,
    str,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Lines that every request carries.
const WHO: &str = "Host: 127.0.0.1\r\nUser-Agent: cambio-serving\r\n";

/// What a server said.
#[derive(Debug)]
pub struct Said {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the server closes the connection.
    closes: bool,
}

/// A connection that is kept for the next request.
#[derive(Debug)]
pub struct Line {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Line {
    /// Connects.
    pub async fn open(target: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(target).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, heard: Vec::with_capacity(2048) })
    }

    /// Sends a request, waits for its answer, and tells whether another may follow.
    pub async fn ask(mut self, request: &[u8]) -> Result<(Said, Option<Self>)> {
        self.heard.clear();
        self.stream.write_all(request).await?;
        loop {
            if self.stream.read_buf(&mut self.heard).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if let Some(said) = parse(&self.heard)? {
                let next = (!said.closes).then_some(self);
                return Ok((said, next));
            }
        }
    }
}

/// The answer, once all of it is there.
fn parse(bytes: &[u8]) -> Result<Option<Said>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let (head, rest) = bytes.split_at(end);
    let head = str::from_utf8(head).map_err(|why| Error::new(ErrorKind::InvalidData, why))?;
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status = status.ok_or(ErrorKind::InvalidData)?;
    let mut length = None;
    let mut closes = false;
    for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok();
        } else if name.eq_ignore_ascii_case("connection") {
            closes = value.eq_ignore_ascii_case("close");
        }
    }
    let length: usize = if status == 204 { 0 } else { length.ok_or(ErrorKind::Unsupported)? };
    let body = rest.get(4..).and_then(|rest| rest.get(..length));
    Ok(body.map(|body| Said { status, body: body.to_vec(), closes }))
}

/// Sends one request on a connection of its own; for preparations.
pub fn once(target: SocketAddr, request: &[u8]) -> Result<Said> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { Ok(Line::open(target).await?.ask(request).await?.0) })
}

/// A `GET`, with further lines of the head, each with its line end.
pub fn get(path: &str, lines: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\n{WHO}{lines}\r\n").into_bytes()
}

/// A request with a body of that type.
pub fn send(method: &str, path: &str, (kind, body): (&str, &str)) -> Vec<u8> {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\n{WHO}Content-Type: {kind}\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A `POST` of a form.
pub fn form(path: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    send("POST", path, ("application/x-www-form-urlencoded", &body))
}
