//! What people may write: names on one line, bodies on several, file names, mail addresses.
//!
//! Lengths count characters. Nothing is cut in silence but file names, which are only for show.

use crate::platform::refusal::{Code, Refusal};

/// A message or an answer.
pub const BODY_CHARS_MAX: usize = 10_000;
const FILE_NAME_CHARS_MAX: usize = 200;
const EMAIL_BYTES_MAX: usize = 254;

/// A name, title or topic: one line, trimmed, not empty.
pub fn name(field: &str, text: &str, chars_max: usize) -> Result<String, Refusal> {
    let name = line(field, text, chars_max)?;
    if name.is_empty() { Err(Refusal::field(field, "required")) } else { Ok(name) }
}

/// One line that may be empty.
pub fn line(field: &str, text: &str, chars_max: usize) -> Result<String, Refusal> {
    if text.chars().any(|c| c.is_control() || is_line_break(c)) {
        return Err(invalid(field));
    }
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    not_longer(field, line, chars_max)
}

/// A body of several lines, not empty.
pub fn body(field: &str, text: &str, chars_max: usize) -> Result<String, Refusal> {
    let body = optional_body(field, text, chars_max)?;
    if body.is_empty() { Err(Refusal::field(field, "required")) } else { Ok(body) }
}

/// A body that may be empty. Leading blanks stay: they mean something in Markdown.
pub fn optional_body(field: &str, text: &str, chars_max: usize) -> Result<String, Refusal> {
    let text = text.replace("\r\n", "\n");
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(invalid(field));
    }
    let blank = text.chars().all(|c| c.is_whitespace() || is_invisible(c));
    let body = if blank { String::new() } else { text.trim_end().trim_start_matches('\n').to_owned() };
    not_longer(field, body, chars_max)
}

/// What a file is called when it is shown or downloaded: never a path, never more than a line.
pub fn file_name(field: &str, text: &str) -> Result<String, Refusal> {
    if text.chars().any(|c| c.is_control() || is_line_break(c)) {
        return Err(invalid(field));
    }
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let cleaned: String = last.chars().filter(|c| !is_invisible(*c) && !r#"<>:"|?*"#.contains(*c)).collect();
    let cleaned = cleaned.split_whitespace().collect::<Vec<_>>().join(" ");
    let cleaned = cleaned.trim_start_matches('.').trim_end_matches(['.', ' ']);
    if cleaned.is_empty() { Ok("file".to_owned()) } else { Ok(shortened(cleaned)) }
}

/// A mail address in the one spelling that is stored and compared.
pub fn email(field: &str, text: &str) -> Result<String, Refusal> {
    let address = text.trim().to_lowercase();
    let is_address = address.len() <= EMAIL_BYTES_MAX && address.parse::<lettre::Address>().is_ok();
    let has_domain =
        address.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.') && !domain.starts_with('['));
    if is_address && has_domain && address.is_ascii() {
        Ok(address)
    } else {
        Err(Refusal::field(field, "invalid_email"))
    }
}

fn invalid(field: &str) -> Refusal {
    Refusal::new(Code::InvalidText).and_field(field, "invalid_text")
}

fn not_longer(field: &str, text: String, chars_max: usize) -> Result<String, Refusal> {
    let too_long = text.chars().nth(chars_max).is_some();
    if too_long { Err(Refusal::new(Code::TooLong).and_field(field, "too_long")) } else { Ok(text) }
}

/// Shortens the stem and keeps the ending, by which people and programs know what it is.
fn shortened(name: &str) -> String {
    let over = name.chars().count().saturating_sub(FILE_NAME_CHARS_MAX);
    if over == 0 {
        return name.to_owned();
    }
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.chars().count() <= 10 => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let kept = FILE_NAME_CHARS_MAX - ending.chars().count();
    stem.chars().take(kept).collect::<String>() + &ending
}

/// Line and paragraph separator, which is_control does not know.
const fn is_line_break(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Characters that turn the direction of what follows or are not seen at all: with them one name can look like another.
/// The joiners that emoji and many scripts need are not among them.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_one_clean_line() {
        assert_eq!(name("name", "  Anna \u{a0} Keller ", 80).unwrap(), "Anna Keller");
        assert_eq!(name("name", "a\u{202e}nna\u{2066}\u{feff}", 80).unwrap(), "anna");
        assert_eq!(name("name", "👩\u{200d}🔧 Łukasz", 80).unwrap(), "👩\u{200d}🔧 Łukasz");
        for control in ["a\nb", "a\tb", "a\0b", "a\u{1b}[31m", "a\u{85}b", "a\u{2028}b"] {
            assert_eq!(name("name", control, 80).unwrap_err().code, Code::InvalidText, "{control:?}");
        }
        for empty in ["", "  ", "\u{200b}", "\u{202e} \u{feff}"] {
            assert_eq!(name("name", empty, 80).unwrap_err(), Refusal::field("name", "required"), "{empty:?}");
        }
    }

    #[test]
    fn lengths_count_characters() {
        assert!(name("name", &"ü".repeat(80), 80).is_ok());
        assert_eq!(name("name", &"ü".repeat(81), 80).unwrap_err().code, Code::TooLong);
        assert!(body("body", &"ü".repeat(BODY_CHARS_MAX), BODY_CHARS_MAX).is_ok());
        assert_eq!(body("body", &"ü".repeat(BODY_CHARS_MAX + 1), BODY_CHARS_MAX).unwrap_err().code, Code::TooLong);
    }

    #[test]
    fn bodies_keep_their_lines_and_indents() {
        assert_eq!(body("body", "\n\r\n  code\r\n\tmore \n\n", 100).unwrap(), "  code\n\tmore");
        for control in ["a\0b", "a\u{1b}b", "a\rb", "a\u{7f}"] {
            assert_eq!(body("body", control, 100).unwrap_err().code, Code::InvalidText, "{control:?}");
        }
        assert_eq!(body("body", " \n\t\u{200b}", 100).unwrap_err(), Refusal::field("body", "required"));
        assert_eq!(optional_body("body", " \n", 100).unwrap(), "");
    }

    #[test]
    fn file_names_are_no_paths() {
        for (given, shown) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\a\\plan.pdf", "plan.pdf"),
            ("..", "file"),
            (".htaccess", "htaccess"),
            ("rechnung\u{202e}fdp.exe", "rechnungfdp.exe"),
            ("a<b>:\"|?*.png", "ab.png"),
            ("  Übersicht   2026 .pdf", "Übersicht 2026 .pdf"),
            ("", "file"),
        ] {
            assert_eq!(file_name("name", given).unwrap(), shown);
        }
        assert_eq!(file_name("name", "a\0.png").unwrap_err().code, Code::InvalidText);
        assert_eq!(file_name("name", "a\r\nb").unwrap_err().code, Code::InvalidText);
        let long = file_name("name", &format!("{}.pdf", "ä".repeat(300))).unwrap();
        assert!(long.chars().count() == FILE_NAME_CHARS_MAX && long.ends_with("ä.pdf"), "{long}");
    }

    #[test]
    fn mail_addresses_have_one_spelling() {
        assert_eq!(email("email", " Anna.Keller@Example.COM ").unwrap(), "anna.keller@example.com");
        for wrong in [
            "",
            "anna",
            "anna@",
            "@example.com",
            "a b@example.com",
            "a@b",
            "a@[127.0.0.1]",
            "a@example.com\nb",
            "a@exämple.com",
        ] {
            assert_eq!(email("email", wrong).unwrap_err(), Refusal::field("email", "invalid_email"), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(text in "\\PC{0,300}") {
            if let Ok(once) = name("name", &text, 300) {
                prop_assert_eq!(name("name", &once, 300).unwrap(), once);
            }
            let file = file_name("name", &text).unwrap_or_default();
            prop_assert!(!file.contains(['/', '\\', '\0', '\n']) && file.chars().count() <= FILE_NAME_CHARS_MAX);
        }
    }
}
