//! Taking an invitation back.

use super::store;
use crate::access::{Actor, RevokeInvitation, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::ids::InvitationId;
use crate::platform::refusal::Result;

/// Ends an invitation with all its copies. What has been revoked stays so.
pub async fn revoke(app: &App, actor: &Actor, invitation: InvitationId) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<RevokeInvitation>(&tx, actor, invitation).await?;
    let row = store::invitation(&tx, permit.target()).await?;
    if store::revoke(&permit).await? {
        let before = serde_json::json!({ "email": row.email, "domain": row.domain, "uses": row.uses });
        audit::record(&permit, Entry::ended("invitation", invitation.0, &before)).await?;
    }
    tx.commit().await
}
