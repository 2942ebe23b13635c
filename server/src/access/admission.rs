//! The proof that somebody may come in.
//!
//! Whoever comes in has no standing yet, so no [`Permit`] can speak for them. What speaks for them instead is the
//! invitation they hold ([`admit`]), the permit of a member who brings them along ([`admit_colleague`]) or makes the group
//! ([`admit_host`]), that the brand is still empty ([`admit_founder`]), or that they come with the machine
//! ([`admit_by_operator`]). Nothing else makes an [`Admission`], and the rows of members and their groups are written with
//! one in hand only.

use sea_orm::FromQueryResult;

use super::act::{ActName, AddToGroup, CreateGroup};
use super::permit::Permit;
use super::policy::{Verdict, decide, may_grant};
use super::roles::{BrandRole, GroupRole};
use super::standing::{Place, Standing};
use crate::platform::clock::Millis;
use crate::platform::ids::{BrandId, GroupId, InvitationId, MemberId};
use crate::platform::refusal::{Code, Result};
use crate::platform::store::{Rows, Tx};
use crate::values;

/// Proves that somebody may come into a brand and some of its groups, within this transaction.
///
/// It can't be forged, its fields are private to the gate:
/// ```compile_fail
/// # use guildhall::access::Admission;
/// let admission: Admission<'_> = Admission { };
/// ```
pub struct Admission<'tx> {
    tx: &'tx Tx,
    brand: BrandId,
    brand_role: BrandRole,
    groups: Vec<(GroupId, GroupRole)>,
    by: Option<MemberId>,
}

impl std::fmt::Debug for Admission<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Admission({:?}, {:?})", self.brand, self.groups)
    }
}

impl<'tx> Admission<'tx> {
    /// The transaction it holds in.
    pub fn tx(&self) -> &'tx Tx {
        self.tx
    }
    pub fn brand(&self) -> BrandId {
        self.brand
    }
    /// What a newcomer becomes; who is a member already stays what they are.
    pub fn brand_role(&self) -> BrandRole {
        self.brand_role
    }
    /// The groups that stand open, in a fixed order.
    pub fn groups(&self) -> &[(GroupId, GroupRole)] {
        &self.groups
    }
    /// Whose word it is that lets them in; nobody's for the founder.
    pub fn by(&self) -> Option<MemberId> {
        self.by
    }
}

/// An invitation that holds: neither used up, expired nor revoked, and its inviter may still give what it gives.
#[derive(Debug, Clone)]
pub struct Invited {
    invitation: InvitationId,
    brand: BrandId,
    inviter: MemberId,
    email: Option<String>,
    domain: Option<String>,
    brand_role: BrandRole,
    groups: Vec<(GroupId, GroupRole)>,
    expires_at: Millis,
}

impl Invited {
    pub fn invitation(&self) -> InvitationId {
        self.invitation
    }
    pub fn brand(&self) -> BrandId {
        self.brand
    }
    pub fn inviter(&self) -> MemberId {
        self.inviter
    }
    /// The one address it is for.
    pub fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }
    pub fn groups(&self) -> impl Iterator<Item = GroupId> {
        self.groups.iter().map(|(group, _)| *group)
    }
    pub fn expires_at(&self) -> Millis {
        self.expires_at
    }

    /// Refuses an address that the invitation is not for. Addresses come in lower case.
    pub fn fits(&self, email: &str) -> Result<()> {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain);
        let right_address = self.email.as_deref().is_none_or(|bound| bound == email);
        let right_domain = self.domain.as_deref().is_none_or(|bound| domain == Some(bound));
        if right_address && right_domain { Ok(()) } else { Err(Code::InviteEmailMismatch.into()) }
    }
}

#[derive(FromQueryResult)]
struct InvitationRow {
    id: InvitationId,
    brand_id: BrandId,
    inviter_id: MemberId,
    email: Option<String>,
    domain: Option<String>,
    brand_role: BrandRole,
    expires_at: Millis,
}

#[derive(FromQueryResult)]
struct OpenGroup {
    group_id: GroupId,
    role: GroupRole,
    archived_at: Option<Millis>,
    #[sea_orm(nested)]
    inviter: Standing,
}

/// The invitation behind a token's hash. Unknown, used, expired, revoked and void are one and the same to the holder.
pub async fn invited(rows: &impl Rows, now: Millis, token_hash: &[u8]) -> Result<Invited> {
    let row: Option<InvitationRow> = rows
        .first(
            "SELECT i.id, i.brand_id, i.inviter_id, i.email, i.domain, i.brand_role, i.expires_at FROM invitations i
             WHERE i.token_hash = $1 AND i.revoked_at IS NULL AND i.expires_at > $2
               AND (SELECT COUNT(*) FROM redemptions r WHERE r.invitation_id = i.id) < i.max_uses",
            values![token_hash.to_vec(), now],
        )
        .await?;
    let row = row.ok_or(Code::InviteInvalid)?;
    if !inviter_holds(rows, &row).await? {
        return Err(Code::InviteInvalid.into());
    }
    let groups = open_groups(rows, &row, now).await?;
    if groups.is_empty() {
        return Err(Code::InviteInvalid.into());
    }
    Ok(Invited {
        invitation: row.id,
        brand: row.brand_id,
        inviter: row.inviter_id,
        email: row.email,
        domain: row.domain,
        brand_role: row.brand_role,
        groups,
        expires_at: row.expires_at,
    })
}

/// Whether the inviter still counts and still may give the role in the brand.
async fn inviter_holds(rows: &impl Rows, row: &InvitationRow) -> Result<bool> {
    let inviter: Option<Standing> = rows
        .first(
            "SELECT m.id AS member, m.role AS brand_role, m.state, NULL AS group_role, NULL AS muted_until
             FROM members m JOIN accounts a ON a.id = m.account_id
             WHERE m.id = $1 AND m.state = 'active' AND a.deactivated_at IS NULL",
            values![row.inviter_id],
        )
        .await?;
    Ok(inviter.is_some_and(|inviter| row.brand_role <= inviter.brand_role))
}

/// The groups of an invitation whose inviter, asked again, may still invite into them. Each group remembers who opened
/// it, because one address has one invitation though several hosts may have asked for it.
async fn open_groups(rows: &impl Rows, row: &InvitationRow, now: Millis) -> Result<Vec<(GroupId, GroupRole)>> {
    let found: Vec<OpenGroup> = rows
        .all(
            "SELECT ig.group_id, ig.role, g.archived_at, m.id AS member, m.role AS brand_role, m.state,
                    gm.role AS group_role, gm.muted_until
             FROM invitation_groups ig JOIN groups g ON g.id = ig.group_id
             JOIN members m ON m.id = ig.inviter_id JOIN accounts a ON a.id = m.account_id AND a.deactivated_at IS NULL
             LEFT JOIN group_members gm ON gm.member_id = m.id AND gm.group_id = ig.group_id
             WHERE ig.invitation_id = $1 ORDER BY ig.group_id",
            values![row.id],
        )
        .await?;
    let holds = |open: &OpenGroup| {
        let place =
            Place { group: Some(open.group_id), archived_at: open.archived_at, ..Place::in_brand(row.brand_id) };
        decide(ActName::Invite, Some(&open.inviter), &place, now) == Verdict::Allowed
            && may_grant(&open.inviter, BrandRole::Member, open.role)
    };
    Ok(found.iter().filter(|open| holds(open)).map(|open| (open.group_id, open.role)).collect())
}

/// Admits the holder of an invitation under an address that has proved to be theirs.
pub async fn admit<'tx>(tx: &'tx Tx, token_hash: &[u8], email: &str) -> Result<(Invited, Admission<'tx>)> {
    let invited = invited(tx, tx.now(), token_hash).await?;
    invited.fits(email)?;
    let admission = Admission {
        tx,
        brand: invited.brand,
        brand_role: invited.brand_role,
        groups: invited.groups.clone(),
        by: Some(invited.inviter),
    };
    Ok((invited, admission))
}

/// Admits a member of the brand whom somebody brings into a group.
pub fn admit_colleague<'tx>(permit: &Permit<'tx, AddToGroup>, role: GroupRole) -> Result<Admission<'tx>> {
    if !may_grant(permit.standing(), BrandRole::Member, role) {
        return Err(Code::RoleTooHigh.into());
    }
    Ok(Admission {
        tx: permit.tx(),
        brand: permit.brand(),
        brand_role: BrandRole::Member,
        groups: vec![(permit.target(), role)],
        by: Some(permit.by()),
    })
}

#[derive(FromQueryResult)]
struct Count {
    members: i64,
}

/// Admits the maker of a group as its host, while nobody is in it.
pub async fn admit_host<'tx>(permit: &Permit<'tx, CreateGroup>, group: GroupId) -> Result<Admission<'tx>> {
    let sql = "SELECT COUNT(*) AS members FROM group_members WHERE group_id = $1";
    let count: Option<Count> = permit.tx().first(sql, values![group]).await?;
    if count.is_none_or(|count| count.members > 0) {
        return Err(Code::Forbidden.into());
    }
    Ok(Admission {
        tx: permit.tx(),
        brand: permit.brand(),
        brand_role: BrandRole::Member,
        groups: vec![(group, GroupRole::Host)],
        by: Some(permit.by()),
    })
}

/// Admits the founder of a brand as its owner, while nobody is in it.
pub async fn admit_founder(tx: &Tx, brand: BrandId) -> Result<Admission<'_>> {
    let sql = "SELECT COUNT(*) AS members FROM members WHERE brand_id = $1";
    let count: Option<Count> = tx.first(sql, values![brand]).await?;
    if count.is_none_or(|count| count.members > 0) {
        return Err(Code::AlreadySetUp.into());
    }
    Ok(Admission { tx, brand, brand_role: BrandRole::Owner, groups: Vec::new(), by: None })
}

/// Admits whom the operator of the server brings: the people of the demo brand, of an import, of a test house. The word of
/// who holds the machine needs no further proof, so no route and no socket command may lead here.
pub fn admit_by_operator(
    tx: &Tx,
    brand: BrandId,
    brand_role: BrandRole,
    mut groups: Vec<(GroupId, GroupRole)>,
) -> Admission<'_> {
    groups.sort_unstable();
    Admission { tx, brand, brand_role, groups, by: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn invited(email: Option<&str>, domain: Option<&str>) -> Invited {
        Invited {
            invitation: InvitationId(Uuid::nil()),
            brand: BrandId(Uuid::nil()),
            inviter: MemberId(Uuid::nil()),
            email: email.map(str::to_owned),
            domain: domain.map(str::to_owned),
            brand_role: BrandRole::Member,
            groups: Vec::new(),
            expires_at: Millis(0),
        }
    }

    #[test]
    fn a_bound_invitation_fits_its_address_or_domain_and_no_other() {
        let address = invited(Some("anna@example.org"), None);
        assert!(address.fits("anna@example.org").is_ok());
        assert_eq!(address.fits("anna@example.org.evil.test").unwrap_err().code(), Code::InviteEmailMismatch);
        let domain = invited(None, Some("example.org"));
        assert!(domain.fits("bert@example.org").is_ok());
        for other in ["bert@sub.example.org", "bert@notexample.org", "bert@example.org@evil.test", "example.org"] {
            assert_eq!(domain.fits(other).unwrap_err().code(), Code::InviteEmailMismatch, "{other}");
        }
        assert!(invited(None, None).fits("anybody@example.net").is_ok());
    }
}
