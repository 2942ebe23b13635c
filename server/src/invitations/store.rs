//! The tables `invitations`, `invitation_groups`, `invitation_codes` and `redemptions`.

use std::collections::HashMap;

use sea_orm::{FromQueryResult, Value};

use super::invitation::{InvitationKind, InvitationView, InvitedGroup, Terms, state_of};
use crate::access::{Admission, BrandRole, GroupRole, Invite, Invited, Permit, ResendInvitation, RevokeInvitation};
use crate::members::{Departed, Person};
use crate::platform::clock::Millis;
use crate::platform::ids::{BrandId, GroupId, InvitationId, MemberId};
use crate::platform::refusal::{Code, Failure, Result};
use crate::platform::store::{Rows, Tx, placeholders};
use crate::values;

/// Keeps an invitation; one that is pending for the same address is renewed instead, under a new token.
pub(super) async fn keep(
    permits: &[Permit<'_, Invite>],
    new: InvitationId,
    token_hash: &[u8],
    terms: &Terms,
) -> Result<InvitationId> {
    let first = permits.first().ok_or_else(|| Failure::broken("an invitation opens no group"))?;
    let tx = first.tx();
    let email = terms.email.as_ref().map(crate::accounts::Email::as_str);
    let kept: Option<Kept> = tx
        .first(
            "INSERT INTO invitations (id, brand_id, inviter_id, kind, token_hash, email, domain, brand_role, group_role, greeting,
                                      max_uses, created_at, expires_at, pending_email)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $6)
             ON CONFLICT (brand_id, pending_email) DO UPDATE
                SET inviter_id = excluded.inviter_id, token_hash = excluded.token_hash, brand_role = excluded.brand_role,
                    group_role = excluded.group_role, greeting = excluded.greeting, expires_at = excluded.expires_at
             RETURNING id",
            values![
                new,
                first.brand(),
                first.by(),
                terms.kind,
                token_hash.to_vec(),
                email,
                terms.domain.as_deref(),
                terms.brand_role,
                terms.group_role,
                terms.greeting.as_str(),
                terms.max_uses,
                tx.now(),
                tx.now().plus_days(terms.days)
            ],
        )
        .await?;
    let id = kept.ok_or_else(|| Failure::broken("an invitation was not kept"))?.id;
    for permit in permits {
        open_group(permit, id, terms.group_role).await?;
    }
    Ok(id)
}

#[derive(FromQueryResult)]
struct Kept {
    id: InvitationId,
}

async fn open_group(permit: &Permit<'_, Invite>, id: InvitationId, role: GroupRole) -> Result<()> {
    permit
        .tx()
        .run(
            "INSERT INTO invitation_groups (invitation_id, group_id, brand_id, inviter_id, role) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (invitation_id, group_id) DO UPDATE SET inviter_id = excluded.inviter_id, role = excluded.role",
            values![id, permit.target(), permit.brand(), permit.by(), role],
        )
        .await?;
    Ok(())
}

/// Gives a link that was made before a new token, because the old one can't be shown again.
pub(super) async fn retoken(permits: &[Permit<'_, Invite>], id: InvitationId, token_hash: &[u8]) -> Result<()> {
    let first = permits.first().ok_or_else(|| Failure::broken("an invitation opens no group"))?;
    first
        .tx()
        .run(
            "UPDATE invitations SET token_hash = $3 WHERE id = $1 AND inviter_id = $2 AND revoked_at IS NULL",
            values![id, first.by(), token_hash.to_vec()],
        )
        .await?;
    Ok(())
}

/// Ends an invitation; all its copies die with it. Doing so twice changes nothing.
pub(super) async fn revoke(permit: &Permit<'_, RevokeInvitation>) -> Result<bool> {
    let tx = permit.tx();
    let done = tx
        .run(
            "UPDATE invitations SET revoked_at = $2, pending_email = NULL WHERE id = $1 AND revoked_at IS NULL",
            values![permit.target(), tx.now()],
        )
        .await?;
    Ok(done == 1)
}

/// Gives a pending or expired invitation by mail a new token and a new end; false for all others.
pub(super) async fn renew(
    permit: &Permit<'_, ResendInvitation>,
    token_hash: &[u8],
    expires_at: Millis,
) -> Result<bool> {
    let done = permit
        .tx()
        .run(
            "UPDATE invitations SET token_hash = $2, expires_at = $3 WHERE id = $1 AND pending_email IS NOT NULL",
            values![permit.target(), token_hash.to_vec(), expires_at],
        )
        .await?;
    Ok(done == 1)
}

/// Ends everything that somebody has promised who is gone.
pub async fn void_invitations_of(departed: &Departed<'_>) -> Result<()> {
    let tx = departed.tx();
    tx.run(
        "UPDATE invitations SET revoked_at = $2, pending_email = NULL WHERE inviter_id = $1 AND revoked_at IS NULL",
        values![departed.member(), tx.now()],
    )
    .await?;
    Ok(())
}

/// An invitation as the tables have it.
#[derive(Debug, FromQueryResult)]
pub(super) struct InvitationRow {
    pub id: InvitationId,
    pub brand_id: BrandId,
    pub inviter_id: MemberId,
    pub kind: InvitationKind,
    pub email: Option<String>,
    pub domain: Option<String>,
    pub brand_role: BrandRole,
    pub group_role: GroupRole,
    pub greeting: String,
    pub max_uses: i64,
    pub uses: i64,
    pub created_at: Millis,
    pub expires_at: Millis,
    pub revoked_at: Option<Millis>,
}

impl InvitationRow {
    pub fn view(self, now: Millis, groups: Vec<InvitedGroup>, inviter: Option<Person>) -> InvitationView {
        let state = state_of(self.revoked_at.is_some(), self.uses, self.max_uses, self.expires_at, now);
        InvitationView {
            id: self.id,
            kind: self.kind,
            email: self.email,
            domain: self.domain,
            groups,
            group_role: self.group_role,
            brand_role: self.brand_role,
            max_uses: self.max_uses,
            uses: self.uses,
            expires_at: self.expires_at,
            state,
            created_at: self.created_at,
            inviter,
            url: None,
        }
    }
}

const INVITATION: &str =
    "SELECT i.id, i.brand_id, i.inviter_id, i.kind, i.email, i.domain, i.brand_role, i.group_role, i.greeting,
    i.max_uses, i.created_at, i.expires_at, i.revoked_at,
    (SELECT COUNT(*) FROM redemptions r WHERE r.invitation_id = i.id) AS uses FROM invitations i";

pub(super) async fn invitation(rows: &impl Rows, id: InvitationId) -> Result<InvitationRow> {
    let row = rows.first(&format!("{INVITATION} WHERE i.id = $1"), values![id]).await?;
    row.ok_or_else(|| Code::NotFound.into())
}

/// A page of a brand's invitations, newest first; only those that `of` has a part in, where one is named.
pub(super) async fn page(
    rows: &impl Rows,
    brand: BrandId,
    of: Option<MemberId>,
    before: Option<InvitationId>,
    limit: u64,
) -> Result<Vec<InvitationRow>> {
    let sql = format!(
        "{INVITATION} WHERE i.brand_id = $1 AND ($2 IS NULL OR i.id < $2)
            AND ($3 IS NULL OR i.inviter_id = $3
                 OR EXISTS (SELECT 1 FROM invitation_groups o WHERE o.invitation_id = i.id AND o.inviter_id = $3))
         ORDER BY i.id DESC LIMIT $4"
    );
    rows.all(&sql, values![brand, before, of, i64::try_from(limit).unwrap_or(i64::MAX)]).await
}

#[derive(FromQueryResult)]
struct OpenedRow {
    invitation_id: InvitationId,
    group_id: GroupId,
    name: String,
}

/// The groups that invitations open; only those that `of` has opened, where one is named, for others' groups are none of
/// their business.
pub(super) async fn groups_of(
    rows: &impl Rows,
    ids: &[InvitationId],
    of: Option<MemberId>,
) -> Result<HashMap<InvitationId, Vec<InvitedGroup>>> {
    let mut opened: HashMap<InvitationId, Vec<InvitedGroup>> = HashMap::new();
    if ids.is_empty() {
        return Ok(opened);
    }
    let sql = format!(
        "SELECT o.invitation_id, o.group_id, g.name FROM invitation_groups o JOIN groups g ON g.id = o.group_id
         WHERE ($1 IS NULL OR o.inviter_id = $1) AND o.invitation_id IN ({}) ORDER BY g.name, g.id",
        placeholders(2, ids.len())
    );
    let values = std::iter::once(Value::from(of)).chain(ids.iter().map(|id| Value::from(*id))).collect();
    for row in rows.all::<OpenedRow>(&sql, values).await? {
        opened.entry(row.invitation_id).or_default().push(InvitedGroup { id: row.group_id, name: row.name });
    }
    Ok(opened)
}

/// Holds an invitation's row until the commit, so that between looking and taking it can be neither revoked nor used up.
pub(super) async fn hold(tx: &Tx, token_hash: &[u8]) -> Result<()> {
    tx.run("UPDATE invitations SET max_uses = max_uses WHERE token_hash = $1", values![token_hash.to_vec()]).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Seats {
    taken: i64,
    max_uses: i64,
}

/// Takes a seat. The unique key of seats has the last word on who gets the last one. Nobody gets a second one by the same
/// invitation: who has been sent away does not come back by an old link.
pub(super) async fn take_seat(admission: &Admission<'_>, invited: &Invited, member: MemberId) -> Result<()> {
    let (tx, id) = (admission.tx(), invited.invitation());
    let seats: Option<Seats> = tx
        .first(
            "SELECT max_uses, (SELECT COUNT(*) FROM redemptions r WHERE r.invitation_id = i.id) AS taken
             FROM invitations i WHERE i.id = $1",
            values![id],
        )
        .await?;
    let seats = seats.filter(|seats| seats.taken < seats.max_uses).ok_or(Code::InviteInvalid)?;
    let seat = seats.taken + 1;
    let taken = tx
        .run(
            "INSERT INTO redemptions (invitation_id, seat, brand_id, member_id, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
            values![id, seat, admission.brand(), member, tx.now()],
        )
        .await?;
    if taken == 0 {
        return Err(Code::InviteInvalid.into());
    }
    if seat == seats.max_uses {
        tx.run("UPDATE invitations SET pending_email = NULL WHERE id = $1", values![id]).await?;
    }
    Ok(())
}

/// Wrong codes after which a new one has to be asked for.
const CODE_TRIES_MAX: i64 = 5;

/// Keeps the code that was mailed to an address; one that was mailed before is void.
pub(super) async fn put_code(tx: &Tx, invited: &Invited, email: &str, hash: &[u8], expires_at: Millis) -> Result<()> {
    tx.run(
        "INSERT INTO invitation_codes (invitation_id, email, code_hash, tries, expires_at) VALUES ($1, $2, $3, 0, $4)
         ON CONFLICT (invitation_id, email) DO UPDATE
            SET code_hash = excluded.code_hash, tries = 0, expires_at = excluded.expires_at",
        values![invited.invitation(), email, hash.to_vec(), expires_at],
    )
    .await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct CodeRow {
    code_hash: Vec<u8>,
}

/// Whether the code is right. A wrong one is counted in the same statement, so that parallel guesses count each.
pub(super) async fn try_code(tx: &Tx, invited: &Invited, email: &str, hash: &[u8]) -> Result<bool> {
    let row: Option<CodeRow> = tx
        .first(
            "UPDATE invitation_codes SET tries = tries + CASE WHEN code_hash = $3 THEN 0 ELSE 1 END
             WHERE invitation_id = $1 AND email = $2 AND tries < $4 AND expires_at > $5 RETURNING code_hash",
            values![invited.invitation(), email, hash.to_vec(), CODE_TRIES_MAX, tx.now()],
        )
        .await?;
    Ok(row.is_some_and(|row| row.code_hash == hash))
}

/// Uses a code up; false when it is no longer right.
pub(super) async fn use_code(tx: &Tx, invited: &Invited, email: &str, hash: &[u8]) -> Result<bool> {
    let done = tx
        .run(
            "DELETE FROM invitation_codes WHERE invitation_id = $1 AND email = $2 AND code_hash = $3 AND expires_at > $4",
            values![invited.invitation(), email, hash.to_vec(), tx.now()],
        )
        .await?;
    Ok(done == 1)
}
