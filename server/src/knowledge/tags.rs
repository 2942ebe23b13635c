//! The tags of a thread.

use serde::Serialize;

use crate::platform::refusal::{Refusal, Result};
use crate::platform::text;

/// The most tags of a thread.
pub const TAGS_MAX: usize = 8;
const TAG_CHARS_MAX: usize = 30;

/// Lower-case, each once, in the order they were given. In the table each stands on a line of its own, with a line break
/// before and behind, so that one can be looked for without finding parts of others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, sea_orm::DeriveValueType)]
#[serde(transparent)]
#[sea_orm(value_type = "String")]
pub struct Tags(Vec<String>);

impl Tags {
    pub fn parse(given: &[String]) -> Result<Tags> {
        let mut tags = Vec::new();
        for tag in given {
            let tag = tag_of(tag)?;
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        if tags.len() > TAGS_MAX {
            return Err(Refusal::field("tags", "too_many").into());
        }
        Ok(Tags(tags))
    }

    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

/// One tag as it is stored and compared.
fn tag_of(given: &str) -> Result<String> {
    Ok(text::name("tags", &given.to_lowercase(), TAG_CHARS_MAX)?)
}

/// The pattern that finds a tag in the column, for `LIKE … ESCAPE '!'`.
pub(super) fn pattern(tag: &str) -> Result<String> {
    let mut pattern = String::from("%\n");
    for c in tag_of(tag)?.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push_str("\n%");
    Ok(pattern)
}

impl std::fmt::Display for Tags {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, "\n{}\n", self.0.join("\n")) }
    }
}

impl std::str::FromStr for Tags {
    type Err = sea_orm::DbErr;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Tags(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::refusal::Code;

    fn tags(given: &[&str]) -> Result<Tags> {
        Tags::parse(&given.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn tags_are_lower_case_and_each_is_there_once() {
        assert_eq!(tags(&[" Solder  Paste", "ÄRGER", "solder paste"]).unwrap().as_slice(), ["solder paste", "ärger"]);
    }

    #[test]
    fn too_many_too_long_and_empty_tags_are_refused() {
        let numbered: Vec<String> = (0..=TAGS_MAX).map(|n| format!("tag{n}")).collect();
        assert_eq!(Tags::parse(&numbered).unwrap_err().code(), Code::Validation);
        assert!(Tags::parse(&numbered[1..]).is_ok());
        assert_eq!(tags(&[&"x".repeat(31)]).unwrap_err().code(), Code::TooLong);
        assert_eq!(tags(&["  "]).unwrap_err().code(), Code::Validation);
        assert_eq!(tags(&["a\nb"]).unwrap_err().code(), Code::InvalidText);
    }

    #[test]
    fn tags_survive_their_column() {
        for given in [&[][..], &["a"], &["a b", "100%", "c++"]] {
            let tags = tags(given).unwrap();
            assert_eq!(tags.to_string().parse::<Tags>().unwrap(), tags);
        }
    }

    #[test]
    fn a_wildcard_in_a_tag_is_a_letter() {
        assert_eq!(pattern("100%_!").unwrap(), "%\n100!%!_!!\n%");
    }
}
