//! The body of a WHIP or WHEP PATCH (RFC 8840, 9; RFC 9725, 4.3): ICE credentials and candidates, nothing else.

/// What a fragment says. Candidates are not read: an ICE-lite server waits for the other side's checks.
#[derive(Debug, PartialEq, Eq)]
pub struct Fragment<'a> {
    pub ufrag: &'a str,
    pub pwd: &'a str,
    /// The line of the first m-section, which an answer repeats.
    pub media: Option<&'a str>,
    pub mid: Option<&'a str>,
}

/// Lengths of RFC 8839, 5.4.
const UFRAG: std::ops::RangeInclusive<usize> = 4..=256;
const PWD: std::ops::RangeInclusive<usize> = 22..=256;

pub fn parse(text: &str) -> Result<Fragment<'_>, &'static str> {
    let mut found = Fragment { ufrag: "", pwd: "", media: None, mid: None };
    for line in text.lines().map(str::trim_end) {
        if let Some(ufrag) = line.strip_prefix("a=ice-ufrag:") {
            set_once(&mut found.ufrag, ufrag)?;
        } else if let Some(pwd) = line.strip_prefix("a=ice-pwd:") {
            set_once(&mut found.pwd, pwd)?;
        } else if let Some(media) = line.strip_prefix("m=") {
            found.media.get_or_insert(media);
        } else if let Some(mid) = line.strip_prefix("a=mid:") {
            found.mid.get_or_insert(mid);
        } else if !line.is_empty() && !line.starts_with("a=") {
            return Err("a line that no fragment has");
        }
    }
    if !UFRAG.contains(&found.ufrag.len()) || !found.ufrag.chars().all(is_ice_char) {
        return Err("no valid ice-ufrag");
    }
    if !PWD.contains(&found.pwd.len()) || !found.pwd.chars().all(is_ice_char) {
        return Err("no valid ice-pwd");
    }
    if found.media.is_some_and(|media| media.chars().any(char::is_control)) {
        return Err("no valid m-line");
    }
    Ok(found)
}

/// All m-sections are bundled, so every one must name the same credentials.
fn set_once<'a>(place: &mut &'a str, value: &'a str) -> Result<(), &'static str> {
    if !place.is_empty() && *place != value {
        return Err("m-sections with different credentials");
    }
    *place = value;
    Ok(())
}

fn is_ice_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '+' || c == '/'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RESTART: &str = "a=ice-options:trickle ice2\r\na=group:BUNDLE 0 1\r\na=ice-ufrag:ysXw\r\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host\r\n";

    #[test]
    fn a_restart_is_read() {
        let read = parse(RESTART).unwrap();
        assert_eq!((read.ufrag, read.pwd), ("ysXw", "vw5LmwG4y/e6dPP/zAP9Gp5k"));
        assert_eq!((read.media, read.mid), (Some("audio 9 UDP/TLS/RTP/SAVPF 111"), Some("0")));
    }

    #[test]
    fn credentials_that_could_not_be_ours_are_refused() {
        assert!(parse("a=ice-ufrag:abc\r\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r\n").is_err());
        assert!(parse("a=ice-ufrag:abcd\r\na=ice-pwd:short\r\n").is_err());
        assert!(parse("a=ice-ufrag:ab cd\r\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r\n").is_err());
        assert!(parse(&format!("{RESTART}m=video 9 X 0\r\na=ice-ufrag:other\r\n")).is_err());
        assert!(parse("v=0\r\n").is_err());
        assert!(parse("").is_err());
    }

    proptest! {
        #[test]
        fn no_text_upsets_it(text in "(a=ice-ufrag:|a=ice-pwd:|m=|a=mid:|\\PC|\r\n){0,30}") {
            prop_assert!(parse(&text).is_err() || text.contains("a=ice-pwd:"));
        }
    }
}
