//! HTTP/1.1 around a function: a server on loopback, and requests to the emulator.
//!
//! The protocol is ureq's. hyper has a server too, in a feature that the functions do not have: it would compile the AWS
//! SDKs a second time, and the baselines could not be built with the functions.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use anyhow::{Context as _, Result, bail};
use ureq::Agent;
use ureq::http::{HeaderMap, Request, Response, header};
use ureq_proto::server::state::{ProvideResponse, RecvBody};
use ureq_proto::server::{RecvRequestResult, Reply};

/// How much is read or written at once; a response's headers fit.
const BUFFER: usize = 16 * 1024;

/// Serves on a free port as long as this process runs, and gives the address. Each connection has a thread; without a
/// response it ends.
pub(crate) fn serve<H>(handler: H) -> Result<String>
where
    H: Fn(Request<Vec<u8>>) -> Option<Response<Vec<u8>>> + Clone + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
    let address = listener.local_addr()?.to_string();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Small packets do not wait for others: their delay is not the function's.
            let _ = stream.set_nodelay(true);
            let handler = handler.clone();
            thread::spawn(move || {
                let mut connection = Connection { stream, received: Vec::new() };
                // An error means that the client is gone.
                while let Ok(true) = connection.exchange(&handler) {}
            });
        }
    });
    Ok(address)
}

/// Keeps connections open: as many as there are ever writers at once.
pub(crate) fn client() -> Agent {
    let config = Agent::config_builder()
        .max_idle_connections(32)
        .max_idle_connections_per_host(32)
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent("")
        .accept("")
        .accept_encoding("");
    config.build().new_agent()
}

/// Sends a request on to a server at `http://<host>:<port>`, and gives its response: both without the headers that are
/// about the connection.
pub(crate) fn send(client: &Agent, server: &str, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>> {
    let (mut parts, body) = request.into_parts();
    parts.uri = format!("{server}{}", parts.uri.path_and_query().map_or("/", |path| path.as_str())).parse()?;
    remove_connection_headers(&mut parts.headers);
    let (mut parts, mut body) = client.run(Request::from_parts(parts, body))?.into_parts();
    remove_connection_headers(&mut parts.headers);
    Ok(Response::from_parts(parts, body.with_config().limit(u64::MAX).read_to_vec()?))
}

fn remove_connection_headers(headers: &mut HeaderMap) {
    for name in ["connection", "keep-alive", "content-length", "transfer-encoding", "expect"] {
        headers.remove(name);
    }
}

/// A connection with the bytes that were received and not yet read.
struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    /// Reads a request and writes the handler's response; whether there was one.
    fn exchange(&mut self, handler: impl Fn(Request<Vec<u8>>) -> Option<Response<Vec<u8>>>) -> Result<bool> {
        let mut buffer = [0; BUFFER];
        let mut reply = Reply::new()?;
        let request = loop {
            let (used, request) = reply.try_request(&self.received)?;
            self.received.drain(..used);
            match request {
                Some(request) => break request,
                None => self.receive()?,
            }
        };
        let (body, reply) = match reply.proceed().context("a request without an end")? {
            RecvRequestResult::ProvideResponse(reply) => (Vec::new(), reply),
            RecvRequestResult::RecvBody(reply) => self.receive_body(reply)?,
            RecvRequestResult::Send100(reply) => {
                let (written, reply) = reply.accept(&mut buffer)?;
                self.stream.write_all(&buffer[..written])?;
                self.receive_body(reply)?
            }
        };
        let Some(response) = handler(request.map(|()| body)) else { return Ok(false) };
        let (mut parts, body) = response.into_parts();
        parts.headers.insert(header::CONTENT_LENGTH, body.len().into());
        let mut reply = reply.provide(Response::from_parts(parts, ()))?;
        let mut bytes = Vec::new();
        while !reply.is_finished() {
            let written = reply.write(&mut buffer)?;
            bytes.extend(&buffer[..written]);
        }
        bytes.extend(body);
        self.stream.write_all(&bytes)?;
        Ok(true)
    }

    fn receive_body(&mut self, mut reply: Reply<RecvBody>) -> Result<(Vec<u8>, Reply<ProvideResponse>)> {
        let (mut body, mut buffer) = (Vec::new(), [0; BUFFER]);
        while !reply.is_ended() {
            let (used, read) = reply.read(&self.received, &mut buffer)?;
            self.received.drain(..used);
            body.extend(&buffer[..read]);
            if used == 0 {
                self.receive()?;
            }
        }
        Ok((body, reply.proceed()?))
    }

    fn receive(&mut self) -> Result<()> {
        let mut buffer = [0; BUFFER];
        match self.stream.read(&mut buffer)? {
            0 => bail!("the connection has ended"),
            length => {
                self.received.extend(&buffer[..length]);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::net::Shutdown;

    use super::*;

    /// A server whose responses repeat the request, in headers and body.
    fn echo() -> String {
        let respond = |request: Request<Vec<u8>>| {
            let (parts, body) = request.into_parts();
            let mut response =
                Response::builder().status(404).header("x-request", format!("{} {}", parts.method, parts.uri));
            for (name, value) in &parts.headers {
                response = response.header(format!("x-{name}"), value);
            }
            response.header("content-length", "99").body(body).ok()
        };
        serve(respond).unwrap()
    }

    #[test]
    fn requests_are_told_apart_however_their_bodies_are_framed() {
        let mut stream = TcpStream::connect(echo()).unwrap();
        let requests = b"GET /next HTTP/1.1\r\nHost: x\r\n\r\nPOST /response HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc\
            POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n2\r\nde\r\n1;x\r\nf\r\n0\r\n\r\n";
        for part in requests.chunks(7) {
            stream.write_all(part).unwrap();
        }
        stream.shutdown(Shutdown::Write).unwrap();
        let mut responses = String::new();
        stream.read_to_string(&mut responses).unwrap();
        assert_eq!(
            responses,
            "HTTP/1.1 404 Not Found\r\nx-request: GET /next\r\nx-host: x\r\ncontent-length: 0\r\n\r\n\
             HTTP/1.1 404 Not Found\r\nx-request: POST /response\r\nx-content-length: 3\r\ncontent-length: 3\r\n\r\nabc\
             HTTP/1.1 100 Continue\r\n\r\n\
             HTTP/1.1 404 Not Found\r\nx-request: POST /x\r\nx-transfer-encoding: chunked\r\nx-expect: 100-continue\r\n\
             content-length: 3\r\n\r\ndef"
        );
    }

    #[test]
    fn a_request_is_sent_on_with_its_headers_and_no_others() {
        let (client, server) = (client(), format!("http://{}", echo()));
        for (method, body) in [("GET", ""), ("DELETE", ""), ("PUT", ""), ("POST", "abc")] {
            let request =
                Request::builder().method(method).uri("/a?b=c").header("host", "x").header("expect", "100-continue");
            let response = send(&client, &server, request.body(body.into()).unwrap()).unwrap();
            let headers = response.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
            let (line, length) = (format!("{method} /a?b=c"), body.len().to_string());
            let expected = [("x-request", line.as_str()), ("x-content-length", &length), ("x-host", "x")];
            assert_eq!(headers.collect::<BTreeMap<_, _>>(), expected.into());
            assert_eq!((response.status().as_u16(), response.body().as_slice()), (404, body.as_bytes()));
        }
    }
}
