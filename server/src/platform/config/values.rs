//! The values of the configuration that are more than a word.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// A text that may hold a password: it is shown to nobody.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    pub fn new(text: String) -> Self {
        Hidden(text)
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

impl Serialize for Hidden {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("(hidden)")
    }
}

/// Scheme, host and port under which people come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicUrl(String);

impl PublicUrl {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether people come in over TLS.
    pub fn is_secure(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        const WANTED: &str = "not an address such as https://talk.example.com";
        let url: http::Uri = text.parse().map_err(|_| WANTED)?;
        let (Some(scheme), Some(authority)) = (url.scheme_str(), url.authority()) else { return Err(WANTED) };
        if !matches!(scheme, "http" | "https") || authority.as_str().contains('@') {
            return Err(WANTED);
        }
        if url.path() != "/" || url.query().is_some() {
            return Err("has a path, but the server must stand at the root of its host");
        }
        // As browsers write an origin: lower case, and without the port that the scheme has anyway.
        let authority = authority.as_str().to_ascii_lowercase();
        let usual_port = if scheme == "https" { ":443" } else { ":80" };
        Ok(PublicUrl(format!("{scheme}://{}", authority.strip_suffix(usual_port).unwrap_or(&authority))))
    }
}

impl From<PublicUrl> for String {
    fn from(url: PublicUrl) -> String {
        url.0
    }
}

/// A number of bytes, written as such or as `50 MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteCount(pub u64);

const UNITS: &[(&str, u64)] = &[("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("", 1)];

impl ByteCount {
    pub const fn mebi(mebibytes: u64) -> Self {
        ByteCount(mebibytes << 20)
    }
}

impl FromStr for ByteCount {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        const WANTED: &str = "not a size such as 50 MiB or 2 GiB";
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let unit = text[digits.len()..].trim();
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(WANTED)?;
        let number: u64 = digits.trim().parse().map_err(|_| WANTED)?;
        number.checked_mul(*factor).map(ByteCount).ok_or(WANTED)
    }
}

impl fmt::Display for ByteCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = UNITS.iter().find(|(_, factor)| self.0 >= *factor && self.0.is_multiple_of(*factor));
        match whole {
            Some((unit, factor)) if !unit.is_empty() => write!(f, "{} {unit}", self.0 / factor),
            _ => write!(f, "{}", self.0),
        }
    }
}

impl Serialize for ByteCount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ByteCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Number(u64),
            Text(String),
        }
        match Form::deserialize(deserializer).map_err(|_| D::Error::custom("not a size such as 50 MiB or 2 GiB"))? {
            Form::Number(bytes) => Ok(ByteCount(bytes)),
            Form::Text(text) => text.parse().map_err(D::Error::custom),
        }
    }
}

/// The file that an SQLite address names; `None` for other databases and for databases in memory.
pub(super) fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let is_memory = path.is_empty() || path == ":memory:";
    (!is_memory).then(|| PathBuf::from(percent_decoded(path)))
}

fn percent_decoded(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, ..] => {
                std::str::from_utf8(&[*high, *low]).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok())
            }
            _ => None,
        };
        decoded.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_written_with_units() {
        assert_eq!("50 MiB".parse(), Ok(ByteCount(50 << 20)));
        assert_eq!("2GiB".parse(), Ok(ByteCount(2 << 30)));
        assert_eq!("17".parse(), Ok(ByteCount(17)));
        assert_eq!(ByteCount(50 << 20).to_string(), "50 MiB");
        assert_eq!(ByteCount(1_000).to_string(), "1000");
        for wrong in ["", "MiB", "-1", "1.5 MiB", "1 MB", "18446744073709551615 GiB", "1 Mä"] {
            assert!(wrong.parse::<ByteCount>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_public_address_is_an_origin() {
        let url = |text: &str| PublicUrl::try_from(text.to_owned());
        assert_eq!(url("https://Talk.Example/").unwrap().as_str(), "https://talk.example");
        assert!(url("https://talk.example").unwrap().is_secure());
        assert_eq!(url("https://talk.example:443").unwrap().as_str(), "https://talk.example");
        assert_eq!(url("http://[::1]:8080").unwrap().as_str(), "http://[::1]:8080");
        for wrong in ["talk.example", "ftp://talk.example", "https://talk.example/chat", "https://u@talk.example", ""] {
            assert!(url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sqlite_addresses_name_files() {
        assert_eq!(sqlite_path("sqlite:///srv/a%20b.db?mode=rw"), Some("/srv/a b.db".into()));
        assert_eq!(sqlite_path("sqlite:./x.db"), Some("./x.db".into()));
        assert_eq!(sqlite_path("sqlite::memory:"), None);
        assert_eq!(sqlite_path("postgres://h/db"), None);
        assert_eq!(sqlite_path("sqlite://100%"), Some("100%".into()));
    }
}
