//! The one builder of `Content-Disposition` (RFC 6266, RFC 8187).

use std::fmt::Write as _;

use http::HeaderValue;

/// What a browser does with what it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    Inline,
    Attachment,
}

/// The header for a file of this name. Whatever the name holds, it stays within its quotes.
pub fn content_disposition(disposition: Disposition, name: &str) -> HeaderValue {
    let word = match disposition {
        Disposition::Inline => "inline",
        Disposition::Attachment => "attachment",
    };
    let header = format!("{word}; filename=\"{}\"; filename*=UTF-8''{}", in_ascii(name), escaped(name));
    HeaderValue::from_str(&header).unwrap_or(HeaderValue::from_static("attachment"))
}

/// For old programs: what could end the quotes or be taken for an escape is replaced.
fn in_ascii(name: &str) -> String {
    name.chars().map(|c| if matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%') { c } else { '_' }).collect()
}

fn escaped(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            escaped.push(char::from(byte));
        } else if write!(escaped, "%{byte:02X}").is_err() {
            return escaped;
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_in_both_forms() {
        let header = content_disposition(Disposition::Inline, "Übersicht 2026.png");
        assert_eq!(header, "inline; filename=\"_bersicht 2026.png\"; filename*=UTF-8''%C3%9Cbersicht%202026.png");
    }

    #[test]
    fn no_name_breaks_out() {
        for name in ["a\"; filename=evil.html", "a\\\"b", "a\r\nSet-Cookie: x", "a%22b", "a'b", "\0"] {
            let header = content_disposition(Disposition::Attachment, name);
            let header = header.to_str().unwrap();
            assert_eq!(header.matches('"').count(), 2, "{header}");
            assert!(!header.contains(['\r', '\n', '\0', '\\']), "{header}");
        }
    }
}
