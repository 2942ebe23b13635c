//! What comes in: bytes to messages. tungstenite keeps the protocol (masking, reserved bits, fragments, UTF-8, control
//! frames) and our size limit, before it allocates; it never touches the socket, which the shard reads and writes.

use std::io::{self, Read, Write};

use bytes::Bytes;
use tokio_tungstenite::tungstenite::{
    self, Message, Utf8Bytes,
    protocol::{Role, WebSocketConfig, WebSocketContext},
};

use super::close::CloseCode;

/// The longest message, and the longest frame of one.
pub(super) const MESSAGE_MAX: usize = 64 * 1024;
/// Bytes tungstenite takes at a time until it knows a frame's length. Small, because every idle socket has such a buffer.
const SIP: usize = 128;
/// Room for the answers tungstenite makes itself: pong and close, 127 bytes at most each.
const ANSWERS: usize = 512;

/// The reading half of one socket.
#[derive(Debug)]
pub(super) struct Intake {
    context: WebSocketContext,
    /// Bytes read from the socket that wait because its commands have piled up.
    unread: Bytes,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    Text(Utf8Bytes),
    /// A ping, a pong or a part of the closing handshake: a sign of life, already answered where it asks for it.
    Control,
    /// Nothing more in these bytes.
    Dry,
    Broken(CloseCode),
}

/// The in-memory stream between the shard's read buffer and tungstenite.
struct Sluice<'a, 'b> {
    input: &'a mut &'b [u8],
    answers: &'a mut Vec<u8>,
}

impl Read for Sluice<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.input.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.input.read(buffer)
    }
}

impl Write for Sluice<'_, '_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.answers.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Intake {
    /// `rest` is what the HTTP server has read past the handshake.
    pub(super) fn new(rest: Bytes) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(SIP)
            .write_buffer_size(0)
            .max_write_buffer_size(ANSWERS)
            .max_message_size(Some(MESSAGE_MAX))
            .max_frame_size(Some(MESSAGE_MAX));
        Self { context: WebSocketContext::new(Role::Server, Some(config)), unread: rest }
    }

    /// Takes the next message out of `input`, which is moved on. What tungstenite answers is added to `answers`.
    pub(super) fn next(&mut self, input: &mut &[u8], answers: &mut Vec<u8>) -> Arrival {
        match self.context.read(&mut Sluice { input, answers }) {
            Ok(Message::Text(text)) => Arrival::Text(text),
            Ok(Message::Binary(_)) => Arrival::Broken(CloseCode::BinaryFrame),
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_)) => Arrival::Control,
            Err(tungstenite::Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => Arrival::Dry,
            Err(error) => Arrival::Broken(code_of(&error)),
        }
    }

    /// Keeps what could not be taken in yet.
    pub(super) fn keep(&mut self, unread: &[u8]) {
        self.unread = Bytes::copy_from_slice(unread);
    }

    pub(super) fn take_unread(&mut self) -> Bytes {
        std::mem::take(&mut self.unread)
    }
}

fn code_of(error: &tungstenite::Error) -> CloseCode {
    match error {
        tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed => CloseCode::Normal,
        tungstenite::Error::Capacity(_) => CloseCode::TooBig,
        tungstenite::Error::Utf8(_) => CloseCode::InvalidUtf8,
        _ => CloseCode::Protocol,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MASK: [u8; 4] = [1, 2, 3, 4];

    /// A client frame with a length of the form that fits.
    fn client_frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![first];
        match u16::try_from(payload.len()) {
            Ok(short) if short < 126 => frame.push(0x80 | u8::try_from(short).unwrap()),
            Ok(medium) => {
                frame.push(0xfe);
                frame.extend(medium.to_be_bytes());
            }
            Err(_) => {
                frame.push(0xff);
                frame.extend((payload.len() as u64).to_be_bytes());
            }
        }
        frame.extend(MASK);
        frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        frame
    }

    fn first(bytes: &[u8]) -> Arrival {
        Intake::new(Bytes::new()).next(&mut &*bytes, &mut Vec::new())
    }

    #[test]
    fn the_limit_is_exact() {
        let text = |length: usize| first(&client_frame(0x81, &vec![b'a'; length]));
        assert!(matches!(text(MESSAGE_MAX), Arrival::Text(text) if text.len() == MESSAGE_MAX));
        assert_eq!(text(MESSAGE_MAX + 1), Arrival::Broken(CloseCode::TooBig));
    }

    #[test]
    fn a_header_alone_is_enough_to_refuse_what_it_claims() {
        let mut header = vec![0x81, 0xff];
        header.extend((1u64 << 62).to_be_bytes());
        header.extend(MASK);
        assert_eq!(first(&header), Arrival::Broken(CloseCode::TooBig));
    }

    #[test]
    fn fragments_count_together() {
        let mut bytes = client_frame(0x01, &vec![b'a'; MESSAGE_MAX]);
        bytes.extend(client_frame(0x80, b"a"));
        assert_eq!(first(&bytes), Arrival::Broken(CloseCode::TooBig));
    }

    #[test]
    fn what_breaks_the_protocol_has_its_code() {
        let cases: [(&[u8], CloseCode); 6] = [
            (&client_frame(0x82, b"{}"), CloseCode::BinaryFrame),
            (&client_frame(0x81, b"\xff"), CloseCode::InvalidUtf8),
            (&client_frame(0xc1, b"{}"), CloseCode::Protocol),
            (&client_frame(0x80, b"{}"), CloseCode::Protocol),
            (&client_frame(0x83, b"{}"), CloseCode::Protocol),
            (b"\x81\x02{}", CloseCode::Protocol),
        ];
        for (bytes, code) in cases {
            assert_eq!(first(bytes), Arrival::Broken(code), "{:x?}", &bytes[..2]);
        }
    }

    #[test]
    fn a_ping_is_answered_and_a_close_is_returned() {
        let mut bytes = client_frame(0x89, b"hi");
        bytes.extend(client_frame(0x88, &1000u16.to_be_bytes()));
        let (mut intake, mut input, mut answers) = (Intake::new(Bytes::new()), &bytes[..], Vec::new());
        assert_eq!(intake.next(&mut input, &mut answers), Arrival::Control);
        assert_eq!(intake.next(&mut input, &mut answers), Arrival::Control);
        assert_eq!(intake.next(&mut input, &mut answers), Arrival::Broken(CloseCode::Normal));
        assert_eq!(answers, b"\x8a\x02hi\x88\x02\x03\xe8");
    }

    proptest! {
        #[test]
        fn messages_are_whole_however_the_bytes_arrive(
            lengths in prop::collection::vec(0usize..2_000, 1..8),
            cuts in prop::collection::vec(1usize..700, 1..50),
        ) {
            let bytes: Vec<u8> = lengths.iter().flat_map(|length| client_frame(0x81, &vec![b'a'; *length])).collect();
            let (mut intake, mut seen, mut rest) = (Intake::new(Bytes::new()), Vec::new(), &bytes[..]);
            for cut in cuts.into_iter().chain([usize::MAX]) {
                let (mut input, behind) = rest.split_at(cut.min(rest.len()));
                while let Arrival::Text(text) = intake.next(&mut input, &mut Vec::new()) {
                    seen.push(text.len());
                }
                rest = behind;
            }
            prop_assert_eq!(seen, lengths);
        }

        #[test]
        fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..3_000)) {
            let (mut intake, mut input, mut answers) = (Intake::new(Bytes::new()), &bytes[..], Vec::new());
            let mut steps = 0;
            while let Arrival::Text(_) | Arrival::Control = intake.next(&mut input, &mut answers) {
                steps += 1;
            }
            prop_assert!(steps <= bytes.len());
        }
    }
}
