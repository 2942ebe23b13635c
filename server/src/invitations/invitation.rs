//! An invitation: what is asked for, what is kept, what is shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{BrandRole, GroupRole};
use crate::accounts::Email;
use crate::members::Person;
use crate::platform::clock::Millis;
use crate::platform::ids::{GroupId, InvitationId};
use crate::platform::refusal::{Refusal, Result};
use crate::platform::text;

const GROUPS_MAX: usize = 20;
const USES_MAX: i64 = 1000;
const DAYS_MAX: i64 = 90;
pub(super) const DAYS_DEFAULT: i64 = 14;
const GREETING_CHARS_MAX: usize = 500;

/// How the token reaches the one who is invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sea_orm::DeriveValueType)]
#[sea_orm(value_type = "String")]
#[serde(rename_all = "lowercase")]
pub enum InvitationKind {
    /// By a mail to one address, for that address only.
    Email,
    /// By hand, for everybody who has the link, or everybody of one domain.
    Link,
}

impl std::fmt::Display for InvitationKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            InvitationKind::Email => "email",
            InvitationKind::Link => "link",
        })
    }
}

impl std::str::FromStr for InvitationKind {
    type Err = sea_orm::DbErr;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "email" => Ok(InvitationKind::Email),
            "link" => Ok(InvitationKind::Link),
            _ => Err(sea_orm::DbErr::Type("unknown kind of invitation".into())),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum InvitationState {
    Pending,
    Used,
    Expired,
    Revoked,
}

/// What a member asks for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationRequest {
    pub kind: InvitationKind,
    /// For `email`: whom it is for.
    pub email: Option<String>,
    /// For `link`: only addresses of this domain.
    pub domain: Option<String>,
    /// 1 to 20.
    pub groups: Vec<GroupId>,
    pub group_role: GroupRole,
    pub brand_role: BrandRole,
    /// For `link`: 1 to 1000, default 1.
    pub max_uses: Option<i64>,
    /// 1 to 90, default 14.
    pub expires_in_days: Option<i64>,
    /// A personal word in the mail.
    pub message: Option<String>,
}

/// The same, parsed.
#[derive(Debug)]
pub(super) struct Terms {
    pub kind: InvitationKind,
    pub email: Option<Email>,
    pub domain: Option<String>,
    /// Each once, in a fixed order.
    pub groups: Vec<GroupId>,
    pub group_role: GroupRole,
    pub brand_role: BrandRole,
    pub max_uses: i64,
    pub days: i64,
    pub greeting: String,
}

impl Terms {
    pub fn parse(request: &InvitationRequest) -> Result<Terms> {
        let mut groups = request.groups.clone();
        groups.sort_unstable();
        groups.dedup();
        if groups.is_empty() || groups.len() > GROUPS_MAX {
            return Err(Refusal::field("groups", "out_of_range").into());
        }
        let (email, domain) = match request.kind {
            InvitationKind::Email => {
                absent("domain", request.domain.is_some())?;
                absent("max_uses", request.max_uses.is_some_and(|uses| uses != 1))?;
                let email = request.email.as_deref().ok_or_else(|| Refusal::field("email", "required"))?;
                (Some(Email::field("email", email)?), None)
            }
            InvitationKind::Link => {
                absent("email", request.email.is_some())?;
                (None, request.domain.as_deref().map(parse_domain).transpose()?)
            }
        };
        Ok(Terms {
            kind: request.kind,
            email,
            domain,
            groups,
            group_role: request.group_role,
            brand_role: request.brand_role,
            max_uses: within("max_uses", request.max_uses.unwrap_or(1), USES_MAX)?,
            days: within("expires_in_days", request.expires_in_days.unwrap_or(DAYS_DEFAULT), DAYS_MAX)?,
            greeting: text::optional_body(
                "message",
                request.message.as_deref().unwrap_or_default(),
                GREETING_CHARS_MAX,
            )?,
        })
    }
}

fn absent(field: &str, given: bool) -> Result<()> {
    if given { Err(Refusal::field(field, "not_allowed").into()) } else { Ok(()) }
}

fn within(field: &str, value: i64, max: i64) -> Result<i64> {
    if (1..=max).contains(&value) { Ok(value) } else { Err(Refusal::field(field, "out_of_range").into()) }
}

/// `example.org`, also when written `@Example.org`.
fn parse_domain(text: &str) -> Result<String> {
    let text = text.trim().trim_start_matches('@');
    let email = Email::parse(&format!("x@{text}")).ok_or_else(|| Refusal::field("domain", "invalid_domain"))?;
    Ok(email.domain().to_owned())
}

/// A group that an invitation opens.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvitedGroup {
    pub id: GroupId,
    pub name: String,
}

/// An invitation as its inviter sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvitationView {
    pub id: InvitationId,
    pub kind: InvitationKind,
    pub email: Option<String>,
    pub domain: Option<String>,
    pub groups: Vec<InvitedGroup>,
    pub group_role: GroupRole,
    pub brand_role: BrandRole,
    pub max_uses: i64,
    pub uses: i64,
    pub expires_at: Millis,
    pub state: InvitationState,
    pub created_at: Millis,
    pub inviter: Option<Person>,
    /// The link, in the answer to its making only.
    pub url: Option<String>,
}

/// What became of an invitation by now.
pub(super) fn state_of(revoked: bool, uses: i64, max_uses: i64, expires_at: Millis, now: Millis) -> InvitationState {
    if revoked {
        InvitationState::Revoked
    } else if uses >= max_uses {
        InvitationState::Used
    } else if expires_at <= now {
        InvitationState::Expired
    } else {
        InvitationState::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn request(kind: InvitationKind) -> InvitationRequest {
        InvitationRequest {
            kind,
            email: None,
            domain: None,
            groups: vec![GroupId(Uuid::from_u128(2)), GroupId(Uuid::from_u128(1)), GroupId(Uuid::from_u128(2))],
            group_role: GroupRole::Member,
            brand_role: BrandRole::Member,
            max_uses: None,
            expires_in_days: None,
            message: None,
        }
    }

    fn refused_field(request: &InvitationRequest) -> String {
        match Terms::parse(request) {
            Err(crate::platform::refusal::Failure::Refusal(refusal)) => refusal.fields[0].field.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn defaults_are_one_use_and_two_weeks_and_groups_count_once() {
        let terms = Terms::parse(&request(InvitationKind::Link)).unwrap();
        assert_eq!((terms.max_uses, terms.days), (1, 14));
        assert_eq!(terms.groups, [GroupId(Uuid::from_u128(1)), GroupId(Uuid::from_u128(2))]);
    }

    #[test]
    fn each_kind_has_its_own_fields() {
        assert_eq!(refused_field(&request(InvitationKind::Email)), "email");
        let email = Some("a@example.org".to_owned());
        assert_eq!(
            refused_field(&InvitationRequest { email: email.clone(), ..request(InvitationKind::Link) }),
            "email"
        );
        let mail = || InvitationRequest { email: email.clone(), ..request(InvitationKind::Email) };
        assert!(Terms::parse(&mail()).is_ok());
        assert_eq!(refused_field(&InvitationRequest { max_uses: Some(2), ..mail() }), "max_uses");
        assert_eq!(refused_field(&InvitationRequest { domain: Some("example.org".into()), ..mail() }), "domain");
    }

    #[test]
    fn numbers_have_bounds() {
        let link = || request(InvitationKind::Link);
        for uses in [0, -1, 1001] {
            assert_eq!(refused_field(&InvitationRequest { max_uses: Some(uses), ..link() }), "max_uses");
        }
        for days in [0, 91] {
            assert_eq!(refused_field(&InvitationRequest { expires_in_days: Some(days), ..link() }), "expires_in_days");
        }
        assert_eq!(refused_field(&InvitationRequest { groups: Vec::new(), ..link() }), "groups");
        let many = (0..21).map(|n| GroupId(Uuid::from_u128(n))).collect();
        assert_eq!(refused_field(&InvitationRequest { groups: many, ..link() }), "groups");
    }

    #[test]
    fn a_domain_is_written_in_one_way() {
        assert_eq!(parse_domain(" @Example.ORG").unwrap(), "example.org");
        for text in ["", "org", "a b.de", "x@y.de", "-"] {
            assert!(parse_domain(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn revoked_outdoes_used_outdoes_expired() {
        let (now, later) = (Millis(10), Millis(11));
        assert_eq!(state_of(false, 0, 1, later, now), InvitationState::Pending);
        assert_eq!(state_of(false, 0, 1, now, now), InvitationState::Expired);
        assert_eq!(state_of(false, 1, 1, now, now), InvitationState::Used);
        assert_eq!(state_of(true, 1, 1, now, now), InvitationState::Revoked);
    }
}
