//! Name, company and job title.

use crate::platform::refusal::Result;
use crate::platform::text;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What a member tells of themselves.
#[derive(Debug, Clone)]
pub struct Profile {
    pub name: String,
    pub company: String,
    pub job_title: String,
}

impl Profile {
    /// The profile as lists sort and search it: without case and accents.
    pub(super) fn folded(&self) -> String {
        fold(&[self.name.as_str(), &self.company, &self.job_title].join(" "))
    }
}

/// Without case and accents: `Müller` becomes `muller`, `Weiß` becomes `weiss`.
pub(super) fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .collect::<String>()
        .to_lowercase()
        .replace('ß', "ss")
        .trim()
        .to_owned()
}

const NAME_MAX: usize = 80;
const COMPANY_MAX: usize = 120;

impl Profile {
    pub fn parse(name: &str, company: &str, job_title: &str) -> Result<Profile> {
        Ok(Profile {
            name: text::name("name", name, NAME_MAX)?,
            company: text::line("company", company, COMPANY_MAX)?,
            job_title: text::line("job_title", job_title, COMPANY_MAX)?,
        })
    }
}
