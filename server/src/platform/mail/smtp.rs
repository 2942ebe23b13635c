//! The adapter for a mail server.

use std::time::Duration;

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::transport::smtp::{AsyncSmtpTransportBuilder, Error, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::{Letter, Mailer, NotPosted, Posted, compose};

type Transport = AsyncSmtpTransport<Tokio1Executor>;

const STEP_MAX: Duration = Duration::from_secs(20);
const IDLE_MAX: Duration = Duration::from_mins(1);
const CONNECTIONS_MAX: u32 = 4;
const WORDS_CHARS_MAX: usize = 300;

/// Posts through one mail server, over a small pool of connections.
#[derive(Debug)]
pub struct Smtp {
    transport: Transport,
    from: Mailbox,
}

/// Whether the text names a mail server.
pub fn is_smtp_url(url: &str) -> bool {
    builder(url).is_ok()
}

impl Smtp {
    /// `from` is a sender such as `Talk <talk@example.com>`.
    pub fn new(url: &str, from: &str) -> Result<Self, NotPosted> {
        let pool = PoolConfig::new().max_size(CONNECTIONS_MAX).idle_timeout(IDLE_MAX);
        let builder = builder(url).map_err(|error| NotPosted::Fail(words(&error)))?;
        let from = from.parse().map_err(|_| NotPosted::Fail("the sender is not valid".to_owned()))?;
        Ok(Smtp { transport: builder.timeout(Some(STEP_MAX)).pool_config(pool).build(), from })
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn post(&self, letter: &Letter) -> Result<Posted, NotPosted> {
        let message = compose(letter, &self.from)?;
        match self.transport.send(message).await {
            Ok(_accepted) => Ok(Posted::Sent),
            Err(error) if error.is_permanent() => Err(NotPosted::Fail(words(&error))),
            Err(error) => Err(NotPosted::Retry(words(&error))),
        }
    }
}

/// `smtp` means STARTTLS, which may be missing only on this machine; `smtps` means TLS from the first byte.
fn builder(url: &str) -> Result<AsyncSmtpTransportBuilder, Error> {
    let host = url.split(['@', '/']).next_back().unwrap_or_default();
    let is_here = ["localhost", "127.0.0.1", "[::1]"].iter().any(|here| host.starts_with(here));
    let url = match url.strip_prefix("smtp://") {
        Some(rest) if !rest.contains('?') && is_here => format!("{url}?tls=opportunistic"),
        Some(rest) if !rest.contains('?') => format!("{url}?tls=required"),
        _ => url.to_owned(),
    };
    Transport::from_url(&url)
}

/// What the owner may read of it: the code of the answer and the kind, never the server's own words, which quote addresses.
fn words(error: &Error) -> String {
    let kind = match error.status() {
        Some(code) => format!("the mail server answered {code}"),
        None if error.is_timeout() => "the mail server did not answer in time".to_owned(),
        None if error.is_tls() => "no TLS with the mail server; check its certificate and the port".to_owned(),
        None => format!("no connection to the mail server: {error}"),
    };
    kind.chars().filter(|c| !c.is_control()).take(WORDS_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::clock::Millis;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    fn letter() -> Letter {
        Letter {
            id: "1".into(),
            at: Millis(0),
            to: "anna@example.com".into(),
            subject: "S".into(),
            text: "T".into(),
            html: "H".into(),
            calendar: None,
        }
    }

    /// A mail server that answers every recipient in the same words; gives back the lines that it was told.
    async fn server(to_recipient: &'static str) -> (u16, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let told = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (read, mut write) = stream.split();
            let mut lines = BufReader::new(read).lines();
            let (mut told, mut in_body) = (Vec::new(), false);
            write.write_all(b"220 hello\r\n").await.unwrap();
            while let Ok(Some(line)) = lines.next_line().await {
                told.push(line.clone());
                let answer = match line.get(..4).unwrap_or(&line) {
                    "." => "250 taken\r\n",
                    _ if in_body => continue,
                    "EHLO" => "250 me\r\n",
                    "RCPT" => to_recipient,
                    "DATA" => "354 go\r\n",
                    "QUIT" => break,
                    _ => "250 ok\r\n",
                };
                in_body = answer.starts_with("354");
                write.write_all(answer.as_bytes()).await.unwrap();
                if line == "." || to_recipient.starts_with('5') && line.starts_with("RCPT") {
                    break;
                }
            }
            told
        });
        (port, told)
    }

    async fn post(to_recipient: &'static str) -> (Result<Posted, NotPosted>, Vec<String>) {
        let (port, told) = server(to_recipient).await;
        let smtp = Smtp::new(&format!("smtp://127.0.0.1:{port}"), "Talk <talk@example.com>").unwrap();
        let posted = smtp.post(&letter()).await;
        (posted, told.await.unwrap())
    }

    #[tokio::test]
    async fn a_letter_reaches_the_mail_server() {
        let (posted, told) = post("250 ok\r\n").await;
        assert_eq!(posted, Ok(Posted::Sent));
        assert!(told.contains(&"RCPT TO:<anna@example.com>".to_owned()), "{told:?}");
        assert!(told.contains(&"Subject: S".to_owned()), "{told:?}");
    }

    #[tokio::test]
    async fn a_refused_recipient_is_given_up_on_without_quoting_the_address() {
        let (posted, _) = post("550 no anna@example.com here\r\n").await;
        assert_eq!(posted, Err(NotPosted::Fail("the mail server answered 550".into())));
    }

    #[tokio::test]
    async fn a_server_that_is_away_is_tried_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let smtp = Smtp::new(&format!("smtp://localhost:{port}"), "talk@example.com").unwrap();
        assert!(matches!(smtp.post(&letter()).await, Err(NotPosted::Retry(_))));
    }

    #[test]
    fn mail_servers_are_named_by_smtp_and_smtps() {
        for url in ["smtp://u:p%40@mail.example.com:587", "smtps://mail.example.com", "smtp://localhost:1025"] {
            assert!(is_smtp_url(url), "{url}");
        }
        for url in ["http://mail.example.com", "mail.example.com", "smtp://", ""] {
            assert!(!is_smtp_url(url), "{url}");
        }
    }
}
