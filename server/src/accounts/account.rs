//! An account's own values, parsed before anything is asked of the database.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::brands::BrandView;
use crate::members::MemberView;
use crate::platform::ids::AccountId;
use crate::platform::language::Language;
use crate::platform::refusal::Result;
use crate::platform::text;

/// A mail address, trimmed and in lower case: the form in which addresses are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    pub fn parse(text: &str) -> Option<Email> {
        Email::field("email", text).ok()
    }

    /// Parses a field of a request.
    pub fn field(name: &str, text: &str) -> Result<Email> {
        Ok(Email(text::email(name, text)?))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Enough to recognise one's own address by: `a…@example.org`.
    pub fn hint(&self) -> String {
        let first = self.0.chars().next().unwrap_or('?');
        format!("{first}…@{}", self.domain())
    }
}

/// The name of a zone of the IANA time zone database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
pub struct TimeZoneName(String);

impl TimeZoneName {
    pub fn parse(text: &str) -> Option<TimeZoneName> {
        jiff::tz::TimeZone::get(text).ok().map(|_| TimeZoneName(text.to_owned()))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for TimeZoneName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        TimeZoneName::parse(&text).ok_or_else(|| serde::de::Error::custom("not an IANA time zone"))
    }
}

/// What a new account is made of.
#[derive(Debug)]
pub struct NewAccount {
    pub email: Email,
    pub password_hash: String,
    pub language: Language,
    pub time_zone: TimeZoneName,
}

/// The account as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountView {
    pub id: AccountId,
    pub email: String,
    pub language: Language,
    pub time_zone: String,
}

/// A brand and one's own place in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MembershipView {
    pub brand: BrandView,
    pub member: MemberView,
}

/// Who one is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    pub account: AccountView,
    pub memberships: Vec<MembershipView>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_without_case_and_margin() {
        assert_eq!(Email::parse(" Anja.Weber@Example.ORG "), Email::parse("anja.weber@example.org"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "a", "a@", "@b.c", "a@b", "a b@c.de", "a@b.c\r\nBcc: x@y.z", "a@b..c"] {
            assert_eq!(Email::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_zone_must_exist() {
        assert!(TimeZoneName::parse("Europe/Berlin").is_some());
        assert!(TimeZoneName::parse("Europe/Atlantis").is_none());
    }
}
