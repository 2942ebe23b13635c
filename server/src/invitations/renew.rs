//! Sending an invitation again.

use super::invitation::DAYS_DEFAULT;
use super::{letter, store};
use crate::access::{Actor, ResendInvitation, permit};
use crate::app::App;
use crate::platform::ids::InvitationId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Result};

/// Mails a pending or expired invitation again, under a new token and with a new end.
pub async fn resend(app: &App, actor: &Actor, invitation: InvitationId) -> Result<()> {
    app.limits.check(Limit::Invite, Key::of(&[&actor.account]))?;
    let token = app.ids.secret();
    let tx = app.store.begin().await?;
    let permit = permit::<ResendInvitation>(&tx, actor, invitation).await?;
    if !store::renew(&permit, &token.hash(), tx.now().plus_days(DAYS_DEFAULT)).await? {
        return Err(Code::InviteInvalid.into());
    }
    letter::send(&tx, app, &store::invitation(&tx, invitation).await?, &token).await?;
    tx.commit().await
}
