//! Looking at an invitation that one holds.

use std::net::IpAddr;

use serde::Serialize;
use utoipa::ToSchema;

use super::guess::count_miss;
use crate::access::{Actor, invited};
use crate::accounts::{self, Email};
use crate::app::App;
use crate::platform::clock::Millis;
use crate::platform::ids::hash_secret;
use crate::platform::refusal::{Code, Result};
use crate::{brands, groups, members};

/// Who invites to what. Nothing that the mail does not tell as well.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationPreview {
    pub brand: InvitingBrand,
    pub inviter: Inviter,
    pub groups: Vec<GroupName>,
    /// Whoever has the link may come, so they have to say who they are.
    pub needs_email: bool,
    /// Enough of the one right address to recognise one's own by.
    pub email_hint: Option<String>,
    pub expires_at: Millis,
    pub signed_in_as: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct InvitingBrand {
    pub name: String,
    pub colour: String,
    pub logo: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Inviter {
    pub name: String,
    pub company: String,
    pub job_title: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GroupName {
    pub name: String,
}

/// Shows an invitation to who holds its token. Looking uses nothing up.
pub async fn preview(app: &App, actor: Option<Actor>, token: &str, address: IpAddr) -> Result<InvitationPreview> {
    let reader = app.store.read().await?;
    let held = invited(&reader, reader.now(), &hash_secret(token)).await;
    let invited = held.map_err(|failure| count_miss(app, address, failure))?;
    let brand = brands::view(&reader, invited.brand()).await?;
    let inviter = members::person(&reader, invited.inviter()).await?.ok_or(Code::InviteInvalid)?;
    let ids: Vec<_> = invited.groups().collect();
    let mut names: Vec<String> = groups::names(&reader, &ids).await?.into_values().collect();
    names.sort();
    let signed_in_as = match actor {
        Some(actor) => accounts::account_for_mail(&reader, actor.account).await?.map(|account| account.email),
        None => None,
    };
    Ok(InvitationPreview {
        brand: InvitingBrand { name: brand.name, colour: brand.colour, logo: brand.logo },
        inviter: Inviter { name: inviter.name, company: inviter.company, job_title: inviter.job_title },
        groups: names.into_iter().map(|name| GroupName { name }).collect(),
        needs_email: invited.email().is_none(),
        email_hint: invited.email().and_then(Email::parse).map(|email| email.hint()),
        expires_at: invited.expires_at(),
        signed_in_as,
    })
}
