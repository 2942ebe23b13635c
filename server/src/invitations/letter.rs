//! The mails that invitations need.

use super::store::{self, InvitationRow};
use crate::app::App;
use crate::platform::ids::Secret;
use crate::platform::language::Language;
use crate::platform::mail::Content;
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Tx;
use crate::{accounts, brands, mails, members};

/// The page that shows an invitation. The token stands behind `#`, where no server, proxy or scanner sees it.
pub(super) fn link(app: &App, token: &Secret) -> String {
    app.link(&format!("/join#{}", token.reveal()))
}

/// Mails an invitation to its address, in the language its reader has chosen or the brand speaks.
pub(super) async fn send(tx: &Tx, app: &App, row: &InvitationRow, token: &Secret) -> Result<()> {
    let Some(to) = row.email.as_deref() else { return Ok(()) };
    let inviter = members::person(tx, row.inviter_id).await?.ok_or(Code::NotFound)?;
    let groups = store::groups_of(tx, &[row.id], None).await?.remove(&row.id).unwrap_or_default();
    let (language, zone) = reader_of(tx, row, to).await?;
    let content = Content::Invitation {
        inviter: inviter.name,
        company: inviter.company,
        groups: groups.into_iter().map(|group| group.name).collect(),
        message: Some(row.greeting.clone()).filter(|greeting| !greeting.is_empty()),
        link: link(app, token),
        expires: language.moment(row.expires_at, &zone),
    };
    mails::enqueue(tx, app, &mails::Draft { brand: Some(row.brand_id), to, language, content }).await
}

/// Who has no account yet reads times in the inviter's zone.
async fn reader_of(tx: &Tx, row: &InvitationRow, to: &str) -> Result<(Language, String)> {
    let account = match accounts::Email::parse(to) {
        Some(email) => accounts::account_by_email(tx, &email).await?,
        None => None,
    };
    if let Some(account) = account {
        return Ok((account.language, account.time_zone));
    }
    let language = brands::view(tx, row.brand_id).await?.default_language;
    let inviter = members::account_of(tx, row.inviter_id).await?;
    let inviter = accounts::account_for_mail(tx, inviter).await?;
    Ok((language, inviter.map_or_else(|| "UTC".to_owned(), |inviter| inviter.time_zone)))
}
