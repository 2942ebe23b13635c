//! Name, company and job title.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::platform::refusal::Result;
use crate::platform::text;

/// What a member tells of themselves.
#[derive(Debug, Clone)]
pub struct Profile {
    pub name: String,
    pub company: String,
    pub job_title: String,
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

/// A change of one's own profile; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileChange {
    pub name: Option<String>,
    pub company: Option<String>,
    pub job_title: Option<String>,
}
