//! A brand's own values.

use serde::Serialize;
use utoipa::ToSchema;

use crate::platform::ids::BrandId;
use crate::platform::language::Language;
use crate::platform::refusal::{Refusal, Result};

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BrandView {
    pub id: BrandId,
    pub slug: String,
    pub name: String,
    /// `#rrggbb`; the client derives readable tokens from it.
    pub colour: String,
    /// Where the logo is served, once there is one.
    pub logo: Option<String>,
    pub default_language: Language,
    pub version: i64,
}

/// A colour in the form `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colour(String);

impl Colour {
    pub fn field(name: &str, text: &str) -> Result<Colour> {
        let text = text.trim().to_lowercase();
        let right =
            text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()));
        if right { Ok(Colour(text)) } else { Err(Refusal::field(name, "invalid_colour").into()) }
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The part of an address that names the brand: `helvion-antriebstechnik`.
pub(super) fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'ä' => slug.push_str("ae"),
            'ö' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
        if slug.len() >= 40 {
            break;
        }
    }
    let slug = slug.trim_matches('-').to_owned();
    if slug.is_empty() { "brand".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_can_be_read_out_on_the_telephone() {
        assert_eq!(slug_of("Helvion Antriebstechnik"), "helvion-antriebstechnik");
        assert_eq!(slug_of("  Müller & Söhne GmbH "), "mueller-soehne-gmbh");
        assert_eq!(slug_of("東京"), "brand");
    }

    #[test]
    fn only_six_hex_digits_are_a_colour() {
        assert!(Colour::field("colour", "#006B55").is_ok());
        for text in ["006b55", "#06b", "#006b5g", "red", "#006b55;"] {
            assert!(Colour::field("colour", text).is_err(), "{text}");
        }
    }
}
