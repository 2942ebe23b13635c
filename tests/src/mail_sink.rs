//! A mail server that really listens, takes what it is sent, and keeps it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

const PATIENCE: Duration = Duration::from_secs(20);

/// What the server says to recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Taking,
    /// For now: whoever comes again later is welcome.
    Busy,
    /// For good.
    Refusing,
}

impl Mood {
    const fn to_recipient(self) -> &'static str {
        match self {
            Mood::Taking => "250 2.1.5 welcome",
            Mood::Busy => "451 4.7.1 come again later",
            Mood::Refusing => "550 5.1.1 nobody of that name",
        }
    }
}

/// A mail as it came over the wire.
#[derive(Debug, Clone)]
pub struct Letter {
    pub from: String,
    pub to: Vec<String>,
    pub raw: Vec<u8>,
}

impl Letter {
    /// The mail, read by a program that has nothing to do with the one that wrote it.
    pub fn read(&self) -> Message<'_> {
        MessageParser::default().parse(&self.raw).expect("a mail that can be read")
    }

    /// The calendar entry among its alternatives.
    pub fn calendar(&self) -> String {
        let mail = self.read();
        let is_calendar =
            |part: &&MessagePart<'_>| part.content_type().is_some_and(|kind| kind.subtype() == Some("calendar"));
        let entry = mail.parts.iter().find(is_calendar).and_then(MessagePart::text_contents);
        entry.expect("a mail with an entry").to_owned()
    }
}

/// The server. Dropping it closes its door.
#[derive(Debug)]
pub struct MailSink {
    address: SocketAddr,
    mood: Arc<Mutex<Mood>>,
    letters: mpsc::UnboundedReceiver<Letter>,
    door: JoinHandle<()>,
}

impl MailSink {
    pub async fn open() -> MailSink {
        MailSink::open_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await
    }

    /// Opens where another one was.
    pub async fn open_at(address: SocketAddr) -> MailSink {
        let listener = TcpListener::bind(address).await.expect("a port for the mail server");
        let address = listener.local_addr().expect("an address");
        let (taken, letters) = mpsc::unbounded_channel();
        let mood = Arc::new(Mutex::new(Mood::Taking));
        let door = tokio::spawn(welcome(listener, mood.clone(), taken));
        MailSink { address, mood, letters, door }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// For `mail.smtp_url`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn set_mood(&self, mood: Mood) {
        *self.mood.lock().expect("the mood") = mood;
    }

    /// The next mail, in the order in which they came.
    pub async fn next(&mut self) -> Letter {
        let letter = tokio::time::timeout(PATIENCE, self.letters.recv()).await.expect("a mail comes");
        letter.expect("the mail server is open")
    }

    /// What has come and was not looked at.
    pub fn rest(&mut self) -> Vec<Letter> {
        std::iter::from_fn(|| self.letters.try_recv().ok()).collect()
    }

    /// Closes the door; only when nobody listens any more does it return.
    pub async fn close(mut self) {
        self.door.abort();
        (&mut self.door).await.ok();
    }
}

impl Drop for MailSink {
    fn drop(&mut self) {
        self.door.abort();
    }
}

async fn welcome(listener: TcpListener, mood: Arc<Mutex<Mood>>, taken: mpsc::UnboundedSender<Letter>) {
    let mut guests = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        guests.spawn(serve(stream, mood.clone(), taken.clone()));
    }
}

/// One connection, as RFC 5321 has it. Whoever hangs up is not missed.
async fn serve(stream: TcpStream, mood: Arc<Mutex<Mood>>, taken: mpsc::UnboundedSender<Letter>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    write.write_all(b"220 sink ready\r\n").await?;
    let (mut from, mut to) = (String::new(), Vec::new());
    let mut line = String::new();
    while {
        line.clear();
        read.read_line(&mut line).await?
    } > 0
    {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" | "HELO" => "250-sink\r\n250 8BITMIME",
            "MAIL" => {
                (from, to) = (path_of(&line), Vec::new());
                "250 2.1.0 ok"
            }
            "RCPT" => {
                let mood = *mood.lock().expect("the mood");
                if mood == Mood::Taking {
                    to.push(path_of(&line));
                }
                mood.to_recipient()
            }
            "DATA" if to.is_empty() => "503 5.5.1 to whom?",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let raw = body(&mut read).await?;
                taken.send(Letter { from: from.clone(), to: std::mem::take(&mut to), raw }).ok();
                "250 2.0.0 taken"
            }
            "QUIT" => return write.write_all(b"221 2.0.0 bye\r\n").await,
            "RSET" | "NOOP" => "250 2.0.0 ok",
            _ => "500 5.5.2 what?",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

/// The address in angle brackets.
fn path_of(line: &str) -> String {
    let path = line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| path);
    path.unwrap_or_default().to_owned()
}

/// Lines up to a lone dot, with the doubled dots made single again.
async fn body(read: &mut (impl AsyncBufReadExt + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        if read.read_until(b'\n', &mut line).await? == 0 || line == b".\r\n" {
            return Ok(raw);
        }
        raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
