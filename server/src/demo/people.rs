//! The brand, its groups and the people in them.

use std::collections::HashMap;

use super::clock::StoryClock;
use super::seed::{GroupSeed, Seed};
use super::{PASSWORD, moment};
use crate::access::{Actor, BrandRole, ChannelKind, admit_by_operator};
use crate::accounts::{Email, NewAccount, TimeZoneName, create_account};
use crate::app::App;
use crate::brands::{Colour, insert_brand};
use crate::changes::client_keys::ClientKey;
use crate::groups::{self, ChannelChange, ChannelRequest, NewGroup};
use crate::members::{NewMember, Profile, insert_member, join_groups};
use crate::platform::clock::Millis;
use crate::platform::ids::{AccountId, BrandId, ChannelId, GroupId, LoginId, MemberId};
use crate::platform::refusal::{Failure, Result};

/// Days before today on which the story begins.
pub(super) const BEGIN_DAY: i64 = -92;

/// Everybody and everything of the story, by key.
#[derive(Debug, Default)]
pub(super) struct Cast {
    pub actors: HashMap<String, Actor>,
    pub groups: HashMap<String, GroupId>,
    pub channels: HashMap<(String, String), ChannelId>,
}

impl Cast {
    pub fn actor(&self, key: &str) -> Result<&Actor> {
        self.actors.get(key).ok_or_else(|| Failure::broken("the demo speaks of somebody it has not got"))
    }
}

/// Founds the brand, makes the groups, brings everybody in.
pub(super) async fn bring(app: &App, clock: &StoryClock, seed: &Seed, now: Millis) -> Result<Cast> {
    clock.set(moment(now, BEGIN_DAY, 8 * 60));
    // One hash for all: they share the printed password.
    let password_hash = app.passwords.hash_new(PASSWORD, &[]).await?;
    let brand = BrandId(app.ids.uuid(app.clock.now()));
    let tx = app.store.begin().await?;
    insert_brand(
        &tx,
        brand,
        &seed.brand.name,
        &Colour::field("colour", &seed.brand.colour)?,
        seed.brand.default_language,
    )
    .await?;
    tx.commit().await?;

    let mut cast = Cast::default();
    let owners = |person: &&super::seed::PersonSeed| person.brand_role == BrandRole::Owner;
    let owner = seed.people.iter().find(owners).ok_or_else(|| Failure::broken("the demo has no owner"))?;
    bring_person(app, &mut cast, brand, owner, &password_hash).await?;
    for group in &seed.brand.groups {
        make_group(app, &mut cast, brand, &owner.key, group).await?;
    }
    for person in seed.people.iter().filter(|person| person.key != owner.key) {
        bring_person(app, &mut cast, brand, person, &password_hash).await?;
    }
    Ok(cast)
}

/// Into the groups that are there: the owner comes before the first.
async fn bring_person(
    app: &App,
    cast: &mut Cast,
    brand: BrandId,
    person: &super::seed::PersonSeed,
    password_hash: &str,
) -> Result<()> {
    let places = person.groups.iter().filter_map(|(key, role)| Some((*cast.groups.get(key)?, *role))).collect();
    let time_zone =
        TimeZoneName::parse(&person.time_zone).ok_or_else(|| Failure::broken("the demo has an odd zone"))?;
    let tx = app.store.begin().await?;
    let account = AccountId(app.ids.uuid(tx.now()));
    let email = Email::field("email", &person.email)?;
    let new = NewAccount { email, password_hash: password_hash.to_owned(), language: person.language, time_zone };
    create_account(&tx, account, &new).await?;
    let id = MemberId(app.ids.uuid(tx.now()));
    let profile = Profile::parse(&person.name, &person.company, &person.job_title)?;
    let admission = admit_by_operator(&tx, brand, person.brand_role, places);
    insert_member(&admission, NewMember { id, account, profile }).await?;
    join_groups(&admission, id).await?;
    tx.commit().await?;
    // The gate asks for the account; no device is signed in.
    cast.actors.insert(person.key.clone(), Actor { account, login: LoginId(uuid::Uuid::nil()) });
    Ok(())
}

/// A new group comes with one channel of each kind; they take the names of the story's first ones.
async fn make_group(app: &App, cast: &mut Cast, brand: BrandId, owner: &str, seed: &GroupSeed) -> Result<()> {
    let actor = *cast.actor(owner)?;
    let new = NewGroup { name: seed.name.clone(), description: seed.description.clone() };
    let group = groups::create(app, &actor, brand, &new, &ClientKey::default()).await?.frame.id;
    cast.groups.insert(seed.key.clone(), group);
    let reader = app.store.read().await?;
    let seen = crate::access::see(&reader, &actor, group).await?;
    let mut made = groups::snapshot(&seen).await?.channels;
    drop(reader);
    for channel in &seed.channels {
        let at =
            made.iter().position(|view| view.frame.kind == channel.kind && view.frame.kind != ChannelKind::Webinar);
        let id = if let Some(at) = at {
            let id = made.swap_remove(at).frame.id;
            let change = ChannelChange { name: Some(channel.name.clone()), topic: Some(channel.topic.clone()) };
            groups::edit_channel(app, &actor, id, change, None).await?.frame.id
        } else {
            let new = ChannelRequest { name: channel.name.clone(), topic: channel.topic.clone(), kind: channel.kind };
            groups::create_channel(app, &actor, group, &new, &ClientKey::default()).await?.frame.id
        };
        cast.channels.insert((seed.key.clone(), channel.key.clone()), id);
    }
    Ok(())
}
