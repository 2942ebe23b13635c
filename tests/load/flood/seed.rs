//! Who may connect, and the tickets they connect with.
//!
//! The list of people is JSON lines, first the place and then everybody:
//! ```text
//! {"brand":"<id>","stream":"<id>","channels":["<id>","<id>","<id>"]}
//! {"cookie":"<value of the cookie `guildhall`>"}
//! ```
//! Tickets live for 30 seconds, so they are fetched by the ordinary API right before a socket is opened.

use std::{
    error::Error,
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
};

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
pub struct Place {
    pub brand: String,
    pub stream: String,
    pub channels: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct Person {
    pub cookie: String,
}

#[derive(Debug)]
pub struct Seed {
    pub place: Place,
    pub people: Vec<Person>,
}

impl Seed {
    pub fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let text = fs::read_to_string(path)?;
        let mut lines = text.lines();
        let place = serde_json::from_str(lines.next().ok_or("the seed file is empty")?)?;
        let people = lines.map(serde_json::from_str).collect::<Result<_, _>>()?;
        Ok(Self { place, people })
    }
}

/// One connection to the API that is kept open.
pub struct Office {
    stream: TcpStream,
    address: SocketAddr,
}

impl Office {
    pub fn open(address: SocketAddr) -> Result<Self, Box<dyn Error>> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, address })
    }

    pub fn ticket(&mut self, brand: &str, cookie: &str) -> Result<String, Box<dyn Error>> {
        let address = self.address;
        let head = format!(
            "POST /api/v1/brands/{brand}/realtime-tickets HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
             Cookie: guildhall={cookie}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
        );
        self.stream.write_all(head.as_bytes())?;
        let answer = self.read_answer()?;
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let ticket =
            serde_json::from_str::<Value>(body).ok().and_then(|body| Some(body.get("ticket")?.as_str()?.to_owned()));
        ticket.ok_or_else(|| format!("no ticket: {answer}").into())
    }

    fn read_answer(&mut self) -> Result<String, Box<dyn Error>> {
        let mut answer = Vec::new();
        let mut chunk = [0; 4_096];
        loop {
            let count = self.stream.read(&mut chunk)?;
            if count == 0 {
                return Err("the server hung up".into());
            }
            answer.extend_from_slice(&chunk[..count]);
            let text = String::from_utf8_lossy(&answer);
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
                });
                if body.len() >= length.unwrap_or_default() {
                    return Ok(text.into_owned());
                }
            }
        }
    }
}
