//! Coming in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::code::address_for;
use super::guess::{count_miss, hash_code, look};
use super::store;
use crate::access::{Actor, MemberState, admit, invited};
use crate::accounts::{self, Device, Email, Me, NewAccount, TimeZoneName};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::members::{self, NewMember, Profile};
use crate::platform::ids::{AccountId, BrandId, GroupId, MemberId, Secret, hash_secret};
use crate::platform::language::Language;
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::store::Tx;

/// What the holder of a token sends. Who is signed in sends the token alone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Redemption {
    pub token: String,
    pub email: Option<String>,
    pub code: Option<String>,
    pub password: Option<String>,
    pub name: Option<String>,
    pub company: Option<String>,
    pub job_title: Option<String>,
    pub language: Option<Language>,
    pub time_zone: Option<TimeZoneName>,
}

/// Where one stands now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Redeemed {
    pub me: Me,
    pub brand_id: BrandId,
    pub group_ids: Vec<GroupId>,
}

/// Redeems an invitation. Who is signed in has proved their address; everybody else proves it by the mailed code and gets
/// an account, and the secret of their first log-in.
pub async fn redeem(
    app: &App,
    actor: Option<Actor>,
    request: Redemption,
    device: &Device,
) -> Result<(Redeemed, Option<Secret>)> {
    let token_hash = hash_secret(&request.token);
    look(app, &token_hash, device.address).await?;
    let _door = app.doors.pass(&token_hash).await;
    let redeemed = match actor {
        Some(actor) => as_account(app, &actor, &token_hash, request).await,
        None => as_newcomer(app, &token_hash, request, device).await,
    };
    redeemed.map_err(|failure| count_miss(app, device.address, failure))
}

async fn as_account(
    app: &App,
    actor: &Actor,
    token_hash: &[u8],
    request: Redemption,
) -> Result<(Redeemed, Option<Secret>)> {
    let tx = app.store.begin().await?;
    let account = accounts::account_for_mail(&tx, actor.account).await?.ok_or(Code::Unauthenticated)?;
    let profile = match request.name {
        Some(name) => Some(profile(&name, request.company, request.job_title)?),
        None => members::latest_profile(&tx, account.id).await?,
    };
    let entrant = Entrant { account: account.id, email: account.email, profile, proved: None };
    let entered = enter(&tx, app, token_hash, entrant).await?;
    tx.commit().await?;
    Ok((entered.seen_by(app, actor).await?, None))
}

async fn as_newcomer(
    app: &App,
    token_hash: &[u8],
    request: Redemption,
    device: &Device,
) -> Result<(Redeemed, Option<Secret>)> {
    let (email, code_hash) = prove_address(app, token_hash, request.email.as_deref(), request.code.as_deref()).await?;
    let profile = profile(&required("name", request.name)?, request.company, request.job_title)?;
    let language = required("language", request.language)?;
    let time_zone = required("time_zone", request.time_zone)?;
    let password = required("password", request.password)?;
    let password_hash = app.passwords.hash_new(&password, &[email.as_str(), &profile.name, &profile.company]).await?;

    let tx = app.store.begin().await?;
    let account = AccountId(app.ids.uuid(tx.now()));
    let new = NewAccount { email: email.clone(), password_hash, language, time_zone };
    let entrant = Entrant {
        account,
        email: email.as_str().to_owned(),
        profile: Some(profile),
        proved: Some(Proved { code_hash, new }),
    };
    let entered = enter(&tx, app, token_hash, entrant).await?;
    let (login, secret) = accounts::begin_login(&tx, app, account, device).await?;
    tx.commit().await?;
    Ok((entered.seen_by(app, &Actor { account, login }).await?, Some(secret)))
}

/// Checks the code before anything costly is done for its holder, and counts it when it is wrong.
async fn prove_address(
    app: &App,
    token_hash: &[u8],
    email: Option<&str>,
    code: Option<&str>,
) -> Result<(Email, Vec<u8>)> {
    let tx = app.store.begin().await?;
    let invited = invited(&tx, tx.now(), token_hash).await?;
    let email = address_for(&invited, email)?;
    let code = code.ok_or_else(|| Refusal::field("code", "required"))?;
    let code_hash = hash_code(invited.invitation(), email.as_str(), code.trim());
    let right = store::try_code(&tx, &invited, email.as_str(), &code_hash).await?;
    let has_account = accounts::account_by_email(&tx, &email).await?.is_some();
    tx.commit().await?;
    match (right, has_account) {
        (false, _) => Err(Code::CodeInvalid.into()),
        // Told only to who has shown that the address is theirs.
        (true, true) => Err(Code::LogInFirst.into()),
        (true, false) => Ok((email, code_hash)),
    }
}

fn profile(name: &str, company: Option<String>, job_title: Option<String>) -> Result<Profile> {
    Profile::parse(name, &company.unwrap_or_default(), &job_title.unwrap_or_default())
}

fn required<T>(field: &str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Refusal::field(field, "required").into())
}

/// Who comes in.
struct Entrant {
    account: AccountId,
    email: String,
    profile: Option<Profile>,
    /// Of who has no account yet: what it is to be made of, and by which code the address was proved.
    proved: Option<Proved>,
}

struct Proved {
    code_hash: Vec<u8>,
    new: NewAccount,
}

struct Entered {
    brand: BrandId,
    groups: Vec<GroupId>,
}

impl Entered {
    async fn seen_by(self, app: &App, actor: &Actor) -> Result<Redeemed> {
        Ok(Redeemed { me: accounts::me(app, actor).await?, brand_id: self.brand, group_ids: self.groups })
    }
}

/// Everything or nothing: account, member, groups and seat.
async fn enter(tx: &Tx, app: &App, token_hash: &[u8], entrant: Entrant) -> Result<Entered> {
    store::hold(tx, token_hash).await?;
    let (invited, admission) = admit(tx, token_hash, &entrant.email).await?;
    if let Some(Proved { code_hash, new }) = &entrant.proved {
        if !store::use_code(tx, &invited, &entrant.email, code_hash).await? {
            return Err(Code::CodeInvalid.into());
        }
        accounts::create_account(tx, entrant.account, new).await?;
    }
    let present = members::hold_membership(tx, admission.brand(), entrant.account).await?;
    let member = match present {
        Some((_, MemberState::Suspended)) => return Err(Code::Suspended.into()),
        Some((member, MemberState::Active)) => member,
        Some((_, MemberState::Removed)) | None => {
            let profile = required("name", entrant.profile)?;
            let id = MemberId(app.ids.uuid(tx.now()));
            members::insert_member(&admission, NewMember { id, account: entrant.account, profile }).await?
        }
    };
    let joined = members::join_groups(&admission, member).await?;
    if joined.is_empty() {
        return Err(Code::AlreadyMember.into());
    }
    store::take_seat(&admission, &invited, member).await?;
    let after =
        serde_json::json!({ "invitation": invited.invitation(), "inviter": invited.inviter(), "groups": joined });
    audit::record_admission(&admission, member, Entry::made("member", member.0, &after)).await?;
    Ok(Entered { brand: admission.brand(), groups: admission.groups().iter().map(|(group, _)| *group).collect() })
}
