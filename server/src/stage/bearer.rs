//! Who stands behind a bearer: a member with a ticket, or a studio with a key; and the proof that they may.

use uuid::Uuid;

use super::stage::{PublicationKind, StageKeyUse};
use super::store::{self, KeyRow, StageRow};
use crate::access::{Actor, JoinStage, MakeStageKey, Permit, PublishOnStage, StageRole, permit};
use crate::app::App;
use crate::platform::handoff::{StageTicket, StageUse, Verified};
use crate::platform::ids::{BrandId, GroupId, LoginId, MemberId, StageKeyId, WebinarId, hash_secret};
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Tx;
use crate::{accounts, members};

/// What somebody wants to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Publish(PublicationKind),
    View,
}

impl Wish {
    fn matches_ticket(self, ticket: StageUse) -> bool {
        match self {
            Wish::Publish(PublicationKind::Camera) => ticket == StageUse::Camera,
            Wish::Publish(PublicationKind::Screen) => ticket == StageUse::Screen,
            Wish::View => ticket == StageUse::View,
        }
    }

    fn matches_key(self, key: StageKeyUse) -> bool {
        matches!((self, key), (Wish::Publish(_), StageKeyUse::Publish) | (Wish::View, StageKeyUse::View))
    }
}

/// A bearer as it came, looked at as far as that needs no database.
#[derive(Debug)]
pub enum Bearer {
    Ticket(Box<Verified<StageTicket>>),
    Key(Vec<u8>),
}

impl Bearer {
    /// Tickets have dots in them, keys have not.
    pub fn read(app: &App, token: &str) -> Result<Bearer> {
        if token.contains('.') {
            Ok(Bearer::Ticket(Box::new(app.handoffs.verify(token, app.clock.now())?)))
        } else {
            Ok(Bearer::Key(hash_secret(token)))
        }
    }
}

/// Who a bearer has turned out to be. It is no right: that is proved each time.
#[derive(Debug, Clone)]
pub struct Holder {
    pub webinar: WebinarId,
    pub via: Via,
    actor: Actor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    Login(LoginId),
    /// With the right of whoever made it.
    Key(StageKeyId),
}

/// Finds out who a bearer is, and uses a ticket up.
pub async fn holder(app: &App, tx: &Tx, bearer: &Bearer, webinar: WebinarId, wish: Wish) -> Result<Holder> {
    match bearer {
        Bearer::Ticket(ticket) => {
            if ticket.what.webinar != webinar {
                return Err(Code::NotFound.into());
            }
            app.used.take(ticket)?;
            let account = accounts::account_of_login(tx, ticket.what.login).await?;
            let right = wish.matches_ticket(ticket.what.for_use);
            let Some(account) = account.filter(|_| right) else { return Err(Code::Unauthenticated.into()) };
            let actor = Actor { account, login: ticket.what.login };
            Ok(Holder { webinar, via: Via::Login(ticket.what.login), actor })
        }
        Bearer::Key(hash) => {
            let key = store::key_by_hash(tx, hash.clone()).await?.ok_or(Code::Unauthenticated)?;
            if key.webinar_id != webinar {
                return Err(Code::NotFound.into());
            }
            if !wish.matches_key(key.r#use) {
                return Err(Code::Unauthenticated.into());
            }
            let account = members::account_of(tx, key.maker_id).await?;
            let actor = Actor { account, login: LoginId(Uuid::nil()) };
            Ok(Holder { webinar, via: Via::Key(key.id), actor })
        }
    }
}

/// Proves within a transaction that something may be opened on a stage.
pub enum Proof<'tx> {
    Publisher(Permit<'tx, PublishOnStage>),
    Viewer(Permit<'tx, JoinStage>),
    Key(Permit<'tx, MakeStageKey>, KeyRow),
}

/// Asks the gate, and the stage whether it is open for that. Answers with the stage as well.
pub async fn prove<'tx>(tx: &'tx Tx, holder: &Holder, wish: Wish) -> Result<(Proof<'tx>, StageRow)> {
    let proof = match (holder.via, wish) {
        (Via::Login(_), Wish::Publish(_)) => {
            Proof::Publisher(permit::<PublishOnStage>(tx, &holder.actor, holder.webinar).await?)
        }
        (Via::Login(_), Wish::View) => Proof::Viewer(permit::<JoinStage>(tx, &holder.actor, holder.webinar).await?),
        (Via::Key(id), _) => {
            let key = store::key(tx, id).await?.ok_or(Code::Unauthenticated)?;
            // What became of the maker is nobody's business who holds a key.
            let permit = permit::<MakeStageKey>(tx, &holder.actor, holder.webinar).await;
            Proof::Key(permit.map_err(|_| Code::Unauthenticated)?, key)
        }
    };
    let row = store::row(tx, holder.webinar).await?.ok_or(Code::StageClosed)?;
    match wish {
        Wish::Publish(_) => row.state.takes_publications()?,
        Wish::View => row.state.shows_to(proof.role())?,
    }
    Ok((proof, row))
}

impl<'tx> Proof<'tx> {
    pub fn tx(&self) -> &'tx Tx {
        match self {
            Proof::Publisher(permit) => permit.tx(),
            Proof::Viewer(permit) => permit.tx(),
            Proof::Key(permit, _) => permit.tx(),
        }
    }

    pub fn webinar(&self) -> WebinarId {
        match self {
            Proof::Publisher(permit) => permit.target(),
            Proof::Viewer(permit) => permit.target(),
            Proof::Key(permit, _) => permit.target(),
        }
    }

    pub fn brand(&self) -> BrandId {
        match self {
            Proof::Publisher(permit) => permit.brand(),
            Proof::Viewer(permit) => permit.brand(),
            Proof::Key(permit, _) => permit.brand(),
        }
    }

    pub fn group(&self) -> Result<GroupId> {
        match self {
            Proof::Publisher(permit) => permit.group(),
            Proof::Viewer(permit) => permit.group(),
            Proof::Key(permit, _) => permit.group(),
        }
    }

    /// Under which id sound and picture go: of the member, or of the key.
    pub fn peer(&self) -> Uuid {
        match self {
            Proof::Publisher(permit) => permit.by().0,
            Proof::Viewer(permit) => permit.by().0,
            Proof::Key(_, key) => key.id.0,
        }
    }

    /// Who is there in person.
    pub fn member(&self) -> Option<MemberId> {
        match self {
            Proof::Publisher(permit) => Some(permit.by()),
            Proof::Viewer(permit) => Some(permit.by()),
            Proof::Key(..) => None,
        }
    }

    pub fn key(&self) -> Option<StageKeyId> {
        match self {
            Proof::Key(_, key) => Some(key.id),
            _ => None,
        }
    }

    /// Whose right it is.
    pub fn answerable(&self) -> MemberId {
        match self {
            Proof::Publisher(permit) => permit.by(),
            Proof::Viewer(permit) => permit.by(),
            Proof::Key(permit, _) => permit.by(),
        }
    }

    fn role(&self) -> StageRole {
        match self {
            Proof::Publisher(permit) => permit.standing().stage_role(),
            Proof::Viewer(permit) => permit.standing().stage_role(),
            // A screen in a lobby is a guest.
            Proof::Key(..) => StageRole::Attendee,
        }
    }
}

/// Reads the bearer out of a header (RFC 6750).
pub fn token_of(headers: &http::HeaderMap) -> Option<&str> {
    let value = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_is_for_one_use() {
        let tickets = [StageUse::Camera, StageUse::Screen, StageUse::View];
        for (wish, ticket, key) in [
            (Wish::Publish(PublicationKind::Camera), StageUse::Camera, StageKeyUse::Publish),
            (Wish::Publish(PublicationKind::Screen), StageUse::Screen, StageKeyUse::Publish),
            (Wish::View, StageUse::View, StageKeyUse::View),
        ] {
            assert_eq!(tickets.map(|other| wish.matches_ticket(other)), tickets.map(|other| other == ticket));
            let keys = [StageKeyUse::Publish, StageKeyUse::View];
            assert_eq!(keys.map(|other| wish.matches_key(other)), keys.map(|other| other == key));
        }
    }

    #[test]
    fn a_token_stands_behind_its_scheme() {
        let token = |value: &'static str| {
            let headers = [(http::header::AUTHORIZATION, http::HeaderValue::from_static(value))].into_iter().collect();
            token_of(&headers).map(str::to_owned)
        };
        assert_eq!(token("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(token("bearer abc").as_deref(), Some("abc"));
        for wrong in ["abc", "Basic abc", "Bearer", "Bearer "] {
            assert_eq!(token(wrong), None, "{wrong}");
        }
    }
}
