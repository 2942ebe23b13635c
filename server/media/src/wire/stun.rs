//! The one thing we need of STUN before str0m sees it: whose it is.

const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
const HEADER_BYTES: usize = 20;
const USERNAME: u16 = 0x0006;

/// Whether a datagram is STUN by RFC 7983: first byte 0 to 3, and the cookie.
pub fn is_stun(datagram: &[u8]) -> bool {
    datagram.len() >= HEADER_BYTES && datagram[0] < 4 && datagram[4..8] == MAGIC_COOKIE
}

/// The first half of `USERNAME` (`local:remote`): the fragment that we gave out, hence the name of the connection.
///
/// Only well-formed attributes up to `USERNAME` are walked. Whether the message is genuine is told by its integrity, which
/// str0m verifies for the one connection that this names.
pub fn local_fragment(datagram: &[u8]) -> Option<&str> {
    if !is_stun(datagram) {
        return None;
    }
    let length = usize::from(u16::from_be_bytes([datagram[2], datagram[3]]));
    let mut rest = datagram.get(HEADER_BYTES..HEADER_BYTES + length)?;
    while let [kind_high, kind_low, length_high, length_low, tail @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*length_high, *length_low]));
        let value = tail.get(..length)?;
        if u16::from_be_bytes([*kind_high, *kind_low]) == USERNAME {
            let name = std::str::from_utf8(value).ok()?;
            return name.split_once(':').map(|(local, _)| local).filter(|local| !local.is_empty());
        }
        rest = tail.get(length.next_multiple_of(4)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn binding_request(attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (kind, value) in attributes {
            body.extend_from_slice(&kind.to_be_bytes());
            body.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
            body.extend_from_slice(value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        let mut message = vec![0, 1];
        message.extend_from_slice(&u16::try_from(body.len()).unwrap().to_be_bytes());
        message.extend_from_slice(&MAGIC_COOKIE);
        message.extend_from_slice(&[7; 12]);
        message.extend_from_slice(&body);
        message
    }

    #[test]
    fn the_name_is_found_behind_other_attributes() {
        let message = binding_request(&[(0x8022, b"abcde"), (USERNAME, b"ours:theirs")]);
        assert_eq!(local_fragment(&message), Some("ours"));
    }

    #[test]
    fn a_message_that_names_nobody_is_nobodys() {
        assert_eq!(local_fragment(&binding_request(&[(0x0020, b"abcdefgh")])), None);
        assert_eq!(local_fragment(&binding_request(&[(USERNAME, b"no-colon")])), None);
        assert_eq!(local_fragment(&binding_request(&[(USERNAME, b":theirs")])), None);
        assert_eq!(local_fragment(&binding_request(&[(USERNAME, &[0xff, b':', b'a'])])), None);
    }

    #[test]
    fn a_length_beyond_the_datagram_is_refused() {
        let mut message = binding_request(&[(USERNAME, b"ours:theirs")]);
        message[3] = 0xff;
        assert_eq!(local_fragment(&message), None);
        let cut = binding_request(&[(USERNAME, b"ours:theirs")]);
        assert_eq!(local_fragment(&cut[..cut.len() - 3]), None);
    }

    proptest! {
        #[test]
        fn no_bytes_upset_it(bytes in proptest::collection::vec(any::<u8>(), 0..200), stun in any::<bool>()) {
            let mut bytes = bytes;
            if stun && bytes.len() >= 8 {
                bytes[0] &= 3;
                bytes[4..8].copy_from_slice(&MAGIC_COOKIE);
            }
            let _ = local_fragment(&bytes);
        }

        #[test]
        fn every_name_we_give_out_is_found_again(name in "[a-z0-9]{4,32}", other in "[A-Za-z0-9+/]{4,32}") {
            let message = binding_request(&[(USERNAME, format!("{name}:{other}").as_bytes())]);
            prop_assert_eq!(local_fragment(&message), Some(name.as_str()));
        }
    }
}
