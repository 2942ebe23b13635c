//! The story as data.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::LogIn;
use crate::access::{BrandRole, ChannelKind, GroupRole};
use crate::knowledge::ThreadKind;
use crate::platform::language::Language;
use crate::platform::refusal::{Failure, Result};

/// The whole story.
#[derive(Debug)]
pub(super) struct Seed {
    pub brand: BrandSeed,
    pub people: Vec<PersonSeed>,
    pub talk: Vec<Talk>,
    pub webinars: Vec<WebinarSeed>,
}

/// What is said in one group.
#[derive(Debug)]
pub(super) struct Talk {
    pub group: &'static str,
    pub messages: Vec<MessageSeed>,
    pub threads: Vec<ThreadSeed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BrandSeed {
    pub name: String,
    #[serde(rename = "slug")]
    pub _slug: String,
    pub colour: String,
    pub default_language: Language,
    pub groups: Vec<GroupSeed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupSeed {
    pub key: String,
    pub name: String,
    pub description: String,
    pub channels: Vec<ChannelSeed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChannelSeed {
    pub key: String,
    pub name: String,
    pub kind: ChannelKind,
    pub topic: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonSeed {
    pub key: String,
    pub name: String,
    pub company: String,
    pub job_title: String,
    pub email: String,
    pub language: Language,
    pub time_zone: String,
    pub brand_role: BrandRole,
    pub groups: BTreeMap<String, GroupRole>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageSeed {
    pub at: At,
    pub ch: String,
    pub by: String,
    pub text: String,
    pub id: Option<String>,
    pub re: Option<String>,
    #[serde(default)]
    pub up: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThreadSeed {
    pub kind: ThreadKind,
    pub title: String,
    pub body: String,
    pub tags: Vec<String>,
    pub by: String,
    pub at: At,
    pub state: String,
    pub replies: Vec<ReplySeed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplySeed {
    pub by: String,
    pub at: At,
    pub text: String,
    #[serde(default)]
    pub accepted: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebinarSeed {
    pub group: String,
    pub title: String,
    pub description: String,
    pub host: String,
    pub day: i64,
    pub start: String,
    pub time_zone: String,
    pub duration_minutes: i64,
    pub capacity: Option<i64>,
    pub registered: Vec<String>,
}

/// `-12 09:05`: days from today and the local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub day: i64,
    pub minute: i64,
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parse = || {
            let (day, time) = text.split_once(' ')?;
            let (hour, minute) = time.split_once(':')?;
            let minute = hour.parse::<i64>().ok()? * 60 + minute.parse::<i64>().ok()?;
            Some(At { day: day.parse().ok()?, minute })
        };
        parse().ok_or_else(|| serde::de::Error::custom("not a day and time"))
    }
}

macro_rules! talk {
    ($group:literal) => {
        Talk {
            group: $group,
            messages: include_str!(concat!("../../seed/", $group, ".messages.jsonl"))
                .lines()
                .map(json)
                .collect::<Result<_>>()?,
            threads: json(include_str!(concat!("../../seed/", $group, ".threads.json")))?,
        }
    };
}

fn json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Failure::fault("the demo's data", error))
}

impl Seed {
    pub fn read() -> Result<Seed> {
        Ok(Seed {
            brand: json(include_str!("../../seed/brand.json"))?,
            people: json(include_str!("../../seed/people.json"))?,
            talk: vec![talk!("antriebe"), talk!("service"), talk!("motion")],
            webinars: json(include_str!("../../seed/webinars.json"))?,
        })
    }

    /// An owner, a moderator and a member to try.
    pub fn log_ins(&self) -> Vec<LogIn> {
        let moderates = |person: &PersonSeed| person.groups.values().any(|role| *role == GroupRole::Moderator);
        let plain = |person: &PersonSeed| {
            person.brand_role == BrandRole::Member
                && person.groups.len() > 1
                && person.groups.values().all(|role| *role == GroupRole::Member)
        };
        let first = |role, fits: &dyn Fn(&PersonSeed) -> bool| {
            let person = self.people.iter().find(|person| fits(person))?;
            Some(LogIn { role, name: person.name.clone(), email: person.email.clone() })
        };
        let owner = first("owner", &|person| person.brand_role == BrandRole::Owner);
        [owner, first("moderator", &moderates), first("member", &plain)].into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_can_be_read_and_has_somebody_to_try_it_as() {
        let seed = Seed::read().unwrap();
        assert_eq!((seed.people.len(), seed.brand.groups.len(), seed.log_ins().len()), (40, 3, 3));
        let messages: usize = seed.talk.iter().map(|talk| talk.messages.len()).sum();
        assert!(messages >= 3_000, "{messages}");
        assert_eq!(seed.talk.iter().map(|talk| talk.threads.len()).sum::<usize>(), 60);
    }
}
