//! The proof that an act is allowed.

use std::collections::HashMap;
use std::marker::PhantomData;

use super::act::Act;
use super::actor::Actor;
use super::policy::{Verdict, decide};
use super::standing::{Place, Standing, Target, locate, standing, standings_of};
use crate::platform::ids::{AccountId, BrandId, GroupId, MemberId};
use crate::platform::refusal::{Code, Failure, Result};
use crate::platform::store::Tx;

/// Proves that this actor may do `A` to this target within this transaction. Only [`permit`] makes one.
///
/// It can't be forged, its fields are private to the gate:
/// ```compile_fail
/// # use guildhall::access::{Permit, PostMessage};
/// let permit: Permit<'_, PostMessage> = Permit { };
/// ```
/// it is not a permit for another act:
/// ```compile_fail
/// # use guildhall::access::{DeleteMessage, EditMessage, Permit};
/// fn delete(_: &Permit<'_, DeleteMessage>) {}
/// fn cheat(edit: &Permit<'_, EditMessage>) { delete(edit) }
/// ```
/// (whereas the same act compiles)
/// ```
/// # use guildhall::access::{DeleteMessage, Permit};
/// fn delete(_: &Permit<'_, DeleteMessage>) {}
/// fn honest(permit: &Permit<'_, DeleteMessage>) { delete(permit) }
/// ```
/// and it does not outlive its transaction:
/// ```compile_fail
/// # use guildhall::{access::{permit, Actor, PostMessage}, platform::{ids::ChannelId, store::Tx}};
/// # async fn walk(tx: Tx, actor: Actor, channel: ChannelId) {
/// let permit = permit::<PostMessage>(&tx, &actor, channel).await;
/// tx.commit().await;
/// drop(permit);
/// # }
/// ```
/// (whereas before the commit it does)
/// ```
/// # use guildhall::{access::{permit, Actor, PostMessage}, platform::{ids::ChannelId, store::Tx}};
/// # async fn walk(tx: Tx, actor: Actor, channel: ChannelId) {
/// let permit = permit::<PostMessage>(&tx, &actor, channel).await;
/// drop(permit);
/// tx.commit().await;
/// # }
/// ```
pub struct Permit<'tx, A: Act> {
    tx: &'tx Tx,
    actor: Actor,
    standing: Standing,
    place: Place,
    target: A::Target,
    act: PhantomData<A>,
}

impl<A: Act> std::fmt::Debug for Permit<'_, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Permit({:?})", A::NAME)
    }
}

impl<'tx, A: Act> Permit<'tx, A> {
    /// The transaction it holds in.
    pub fn tx(&self) -> &'tx Tx {
        self.tx
    }
    /// What may be acted upon.
    pub fn target(&self) -> A::Target {
        self.target
    }
    /// Who acts.
    pub fn by(&self) -> MemberId {
        self.standing.member
    }
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
    pub fn standing(&self) -> &Standing {
        &self.standing
    }
    pub fn place(&self) -> &Place {
        &self.place
    }
    pub fn brand(&self) -> BrandId {
        self.place.brand
    }
    /// Asks the gate once more. To be called by who adds to a stream, when its counter is held: whoever takes somebody out
    /// holds it as well, so what the gate says then stays true until the commit.
    pub async fn still_holds(&self) -> Result<()> {
        if self.tx.writes_alone() {
            return Ok(());
        }
        permit::<A>(self.tx, &self.actor, self.target).await.map(drop)
    }

    /// The group of the target; a fault for targets that stand in no group.
    pub fn group(&self) -> Result<GroupId> {
        self.place.group.ok_or_else(|| Failure::broken("this target stands in no group"))
    }
}

/// Asks the gate. Refuses with `not_found` what the actor may not know of, with its reason what it may not do.
pub async fn permit<'tx, A: Act>(tx: &'tx Tx, actor: &Actor, target: A::Target) -> Result<Permit<'tx, A>> {
    let Some(place) = locate(tx, target).await? else { return Err(Code::NotFound.into()) };
    let standing = standing(tx, actor, &place).await?;
    conclude(tx, actor, target, place, standing)
}

fn conclude<'tx, A: Act>(
    tx: &'tx Tx,
    actor: &Actor,
    target: A::Target,
    place: Place,
    standing: Option<Standing>,
) -> Result<Permit<'tx, A>> {
    match (decide(A::NAME, standing.as_ref(), &place, tx.now()), standing) {
        (Verdict::Allowed, Some(standing)) => {
            Ok(Permit { tx, actor: *actor, standing, place, target, act: PhantomData })
        }
        (Verdict::Refused(code), _) => Err(code.into()),
        _ => Err(Code::NotFound.into()),
    }
}

/// Asks the gate for several acts of one kind in one transaction, and answers each by itself: one look for every place
/// that is named, and one for all who act there.
pub async fn permits<'tx, A: Act>(tx: &'tx Tx, asked: &[(Actor, A::Target)]) -> Result<Vec<Result<Permit<'tx, A>>>>
where
    A::Target: PartialEq,
{
    let mut places: Vec<Looked<A::Target>> = Vec::new();
    for (_, target) in asked {
        if !places.iter().any(|looked| looked.target == *target) {
            places.push(look_around(tx, asked, *target).await?);
        }
    }
    let answers = asked.iter().map(|(actor, target)| {
        let looked = places.iter().find(|looked| looked.target == *target);
        let Some((place, standings)) = looked.and_then(|looked| looked.found.as_ref()) else {
            return Err(Code::NotFound.into());
        };
        conclude(tx, actor, *target, *place, standings.get(&actor.account).copied())
    });
    Ok(answers.collect())
}

/// A place, and what those are there who want to act in it.
struct Looked<T> {
    target: T,
    found: Option<(Place, HashMap<AccountId, Standing>)>,
}

async fn look_around<T: Target + PartialEq>(tx: &Tx, asked: &[(Actor, T)], target: T) -> Result<Looked<T>> {
    let Some(place) = locate(tx, target).await? else { return Ok(Looked { target, found: None }) };
    let mut accounts: Vec<AccountId> =
        asked.iter().filter(|(_, asked)| *asked == target).map(|(actor, _)| actor.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    Ok(Looked { target, found: Some((place, standings_of(tx, &accounts, &place).await?)) })
}
