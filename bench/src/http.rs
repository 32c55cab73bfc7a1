//! HTTP/1.1 messages on a blocking connection: what the Runtime API and the tap read and write.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// More headers than any client here sends.
const MAX_HEADERS: usize = 64;

/// A request or an answer, read to its end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Message {
    /// `GET /path` of a request, the status of an answer.
    pub(crate) start: Start,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A message's first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Start {
    Request { method: String, path: String },
    Answer { status: u16 },
}

impl Default for Start {
    fn default() -> Self {
        Self::Answer { status: 200 }
    }
}

impl Message {
    /// An answer.
    pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { start: Start::Answer { status }, headers, body: body.into() }
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Method and path of a request.
    pub(crate) fn request(&self) -> (&str, &str) {
        match &self.start {
            Start::Request { method, path } => (method, path),
            Start::Answer { .. } => ("", ""),
        }
    }

    /// The status of an answer.
    pub(crate) fn status(&self) -> u16 {
        match self.start {
            Start::Answer { status } => status,
            Start::Request { .. } => 0,
        }
    }

    /// The whole as it is sent, with the body's length in place of what was said of it.
    fn bytes(&self) -> Vec<u8> {
        let mut text = match &self.start {
            Start::Request { method, path } => format!("{method} {path} HTTP/1.1\r\n"),
            Start::Answer { status } => format!("HTTP/1.1 {status} -\r\n"),
        };
        let own = ["content-length", "transfer-encoding", "connection", "keep-alive", "expect"];
        for (name, value) in self.headers.iter().filter(|(name, _)| !own.contains(&name.as_str())) {
            text.push_str(name);
            text.push_str(": ");
            text.push_str(value);
            text.push_str("\r\n");
        }
        let mut bytes = text.into_bytes();
        bytes.extend(format!("content-length: {}\r\n\r\n", self.body.len()).into_bytes());
        bytes.extend(&self.body);
        bytes
    }
}

/// A connection with what was read ahead.
pub(crate) struct Connection {
    stream: TcpStream,
    ahead: Vec<u8>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        // Measured are the functions, not how long small packets wait for company.
        let _ = stream.set_nodelay(true);
        Self { stream, ahead: Vec::new() }
    }

    pub(crate) fn send(&mut self, message: &Message) -> io::Result<()> {
        self.stream.write_all(&message.bytes())
    }

    /// The next message; an error at the connection's end.
    pub(crate) fn receive(&mut self) -> io::Result<Message> {
        let (start, headers) = loop {
            if let Some((start, headers, length)) = head(&self.ahead)? {
                self.ahead.drain(..length);
                break (start, headers);
            }
            self.more()?;
        };
        let mut message = Message { start, headers, body: Vec::new() };
        if message.header("expect").is_some_and(|expected| expected.eq_ignore_ascii_case("100-continue")) {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        if message.header("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
            message.body = self.chunks()?;
        } else if let Some(length) = message.header("content-length") {
            let length = length.parse().map_err(|_| broken("a length is no number"))?;
            message.body = self.take(length)?;
        }
        Ok(message)
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| broken("a chunk has no size"))?;
            if size == 0 {
                while !self.line()?.is_empty() {}
                return Ok(body);
            }
            body.extend(self.take(size)?);
            self.line()?;
        }
    }

    fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.ahead.windows(2).position(|pair| pair == b"\r\n") {
                let line = self.ahead.drain(..end + 2).collect::<Vec<_>>();
                return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            self.more()?;
        }
    }

    fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.ahead.len() < length {
            self.more()?;
        }
        Ok(self.ahead.drain(..length).collect())
    }

    fn more(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            length => {
                self.ahead.extend(&buffer[..length]);
                Ok(())
            }
        }
    }
}

type Head = (Start, Vec<(String, String)>, usize);

/// A head's first line, its headers, and its length, once all of it is there.
fn head(bytes: &[u8]) -> io::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let failed = |error: httparse::Error| broken(&error.to_string());
    let (start, length, parsed) = if bytes.starts_with(b"HTTP/") {
        let mut answer = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(length) = answer.parse(bytes).map_err(failed)? else { return Ok(None) };
        (Start::Answer { status: answer.code.unwrap_or_default() }, length, answer.headers)
    } else {
        let mut request = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(length) = request.parse(bytes).map_err(failed)? else { return Ok(None) };
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        (Start::Request { method: text(request.method), path: text(request.path) }, length, request.headers)
    };
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = parsed.iter().map(|header| (header.name.to_ascii_lowercase(), text(header.value))).collect();
    Ok(Some((start, headers, length)))
}

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// What a connection reads of some bytes.
    fn read(bytes: &'static [u8]) -> Vec<Message> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let writer = std::thread::spawn(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            for part in bytes.chunks(7) {
                stream.write_all(part).unwrap();
            }
        });
        let mut connection = Connection::new(listener.accept().unwrap().0);
        let mut messages = Vec::new();
        while let Ok(message) = connection.receive() {
            messages.push(message);
        }
        writer.join().unwrap();
        messages
    }

    #[test]
    fn messages_are_told_apart_however_their_bodies_are_framed() {
        let messages = read(
            b"GET /next HTTP/1.1\r\nHost: x\r\n\r\nPOST /answer HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc\
              HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1;x\r\nf\r\n0\r\n\r\n",
        );
        assert_eq!(messages[0].request(), ("GET", "/next"));
        assert_eq!((messages[1].request(), messages[1].body.as_slice()), (("POST", "/answer"), b"abc".as_slice()));
        assert_eq!((messages[2].status(), messages[2].body.as_slice()), (404, b"def".as_slice()));
        assert_eq!(messages[0].header("host"), Some("x"));
    }

    #[test]
    fn a_body_is_sent_with_its_own_length() {
        let message = Message::answer(200, &[("content-length", "99"), ("x-a", "b")], "abc");
        assert_eq!(message.bytes(), b"HTTP/1.1 200 -\r\nx-a: b\r\ncontent-length: 3\r\n\r\nabc");
    }
}
