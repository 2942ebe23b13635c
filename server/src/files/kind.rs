//! What a file is: its content decides, and its name must not say otherwise.

use crate::platform::refusal::{Code, Result};

const UNKNOWN: &str = "application/octet-stream";
const PICTURES: &[&str] = &["image/png", "image/jpeg", "image/gif", "image/webp"];
const PDF: &str = "application/pdf";
/// These are zip archives inside, and which of them often can't be told from the beginning.
const ZIPPED: &[&str] = &[
    "application/zip",
    "application/epub+zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
];

/// What is done with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Drawn anew and shown.
    Picture,
    /// Kept as it is and only ever downloaded. The type is for show.
    Opaque { mime: String },
}

/// What a file is, by its name and its beginning; refuses one whose content is not what its name says.
pub(super) fn kind_of(name: &str, head: &[u8]) -> Result<Kind> {
    let named = mime_guess::from_path(name).first_raw();
    let found = infer::get(head).map(|kind| kind.mime_type());
    if named.is_some_and(|named| !agree(named, found)) {
        return Err(Code::TypeMismatch.into());
    }
    if found.is_some_and(|found| PICTURES.contains(&found)) {
        return Ok(Kind::Picture);
    }
    Ok(Kind::Opaque { mime: named.or(found).unwrap_or(UNKNOWN).to_owned() })
}

/// Only what has an unmistakable signature is held against a name: a letter may well begin like a program.
fn agree(named: &str, found: Option<&str>) -> bool {
    let is_picture = found.is_some_and(|found| PICTURES.contains(&found));
    if PICTURES.contains(&named) {
        is_picture
    } else if named == PDF {
        found == Some(PDF)
    } else if ZIPPED.contains(&named) {
        found.is_some_and(|found| ZIPPED.contains(&found))
    } else if named.starts_with("image/") && named != "image/svg+xml" {
        !is_picture && found.is_none_or(|found| found.starts_with("image/"))
    } else {
        !is_picture
    }
}

/// The name of a picture that is now of another format: a program that goes by the ending must not be led astray.
pub(super) fn renamed(name: &str, mime: &str) -> String {
    let named = mime_guess::from_path(name).first_raw();
    if named == Some(mime) {
        return name.to_owned();
    }
    let stem = match (named, name.rsplit_once('.')) {
        (Some(_), Some((stem, _))) if !stem.is_empty() => stem,
        _ => name,
    };
    let ending = if mime == "image/jpeg" { "jpg" } else { "png" };
    format!("{stem}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const HTML: &[u8] = b"<!DOCTYPE html><script>alert(1)</script>";
    const SVG: &[u8] = b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>";
    const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0";
    const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\x08\0";

    #[test]
    fn content_that_contradicts_the_name_is_refused() {
        for (name, head) in [
            ("a.png", HTML),
            ("a.pdf", PNG),
            ("a.docx", PNG),
            ("a.txt", PNG),
            ("a.svg", PNG),
            ("a.pdf", EXE),
            ("a.docx", HTML),
            ("a.jpg", b"plain words"),
            ("a.png", b""),
            ("a.heic", HTML),
        ] {
            assert_eq!(kind_of(name, head).unwrap_err().code(), Code::TypeMismatch, "{name}");
        }
    }

    #[test]
    fn what_agrees_is_taken_for_what_it_is() {
        let opaque = |mime: &str| Kind::Opaque { mime: mime.to_owned() };
        for (name, head, kind) in [
            ("a.png", PNG, Kind::Picture),
            ("holiday.jpg", PNG, Kind::Picture),
            ("a", PNG, Kind::Picture),
            ("a.svg", SVG, opaque("image/svg+xml")),
            ("a.html", HTML, opaque("text/html")),
            ("a.docx", ZIP, opaque("application/vnd.openxmlformats-officedocument.wordprocessingml.document")),
            ("a.pdf", b"%PDF-1.7\n", opaque("application/pdf")),
            ("letter.txt", b"MZ is how this letter begins", opaque("text/plain")),
            ("a.unheard-of", b"what", opaque("application/octet-stream")),
            ("archive", ZIP, opaque("application/zip")),
        ] {
            assert_eq!(kind_of(name, head).unwrap(), kind, "{name}");
        }
    }

    #[test]
    fn a_redrawn_picture_has_the_ending_of_what_it_is_now() {
        for (name, mime, now) in [
            ("a.png", "image/png", "a.png"),
            ("a.JPEG", "image/jpeg", "a.JPEG"),
            ("a.webp", "image/jpeg", "a.jpg"),
            ("a.b.gif", "image/png", "a.b.png"),
            ("Screenshot 1.2", "image/png", "Screenshot 1.2.png"),
            ("a", "image/png", "a.png"),
        ] {
            assert_eq!(renamed(name, mime), now);
        }
    }
}
