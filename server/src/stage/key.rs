//! Keys for what is no browser: a studio that sends, a screen in a lobby that shows.
//!
//! A key acts with the right of whoever made it, so it ends with that right as well.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::stage::{KEY_NAME_MAX, StageKeyUse};
use super::store::{self, KeyRow};
use crate::access::{Actor, MakeStageKey, RevokeStageKey, permit, see_for};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::members::{self, Person};
use crate::platform::clock::Millis;
use crate::platform::ids::{StageKeyId, WebinarId};
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Rows;
use crate::platform::text;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRequest {
    pub r#use: StageKeyUse,
    /// Shown where its sound and picture are.
    pub name: String,
}

/// A key, without what opens.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageKeyView {
    pub id: StageKeyId,
    pub name: String,
    pub r#use: StageKeyUse,
    pub maker: Option<Person>,
    pub created_at: Millis,
}

/// A key at the one moment at which it is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewStageKey {
    #[serde(flatten)]
    pub shown: StageKeyView,
    /// Goes as `Authorization: Bearer`. It is not told again.
    pub key: String,
    /// Where the offer is posted to.
    pub url: String,
}

pub(super) async fn make(app: &App, actor: &Actor, webinar: WebinarId, request: &KeyRequest) -> Result<NewStageKey> {
    let name = text::name("name", &request.name, KEY_NAME_MAX)?;
    let (id, secret) = (StageKeyId(app.ids.uuid(app.clock.now())), app.ids.secret());
    let tx = app.store.begin().await?;
    let permit = permit::<MakeStageKey>(&tx, actor, webinar).await?;
    crate::webinars::occasion(&tx, webinar).await?.ok_or(Code::NotFound)?;
    store::insert_key(&permit, id, request.r#use, &name, &secret).await?;
    let record = serde_json::json!({ "webinar": webinar, "use": request.r#use, "name": name });
    audit::record(&permit, Entry::made("stage_key", id.0, &record)).await?;
    let row = store::key(&tx, id).await?.ok_or(Code::NotFound)?;
    let shown = views(&tx, vec![row]).await?.pop().ok_or(Code::NotFound)?;
    tx.commit().await?;
    let url = match request.r#use {
        StageKeyUse::Publish => format!("/api/v1/stage/whip/{webinar}?kind=camera"),
        StageKeyUse::View => format!("/api/v1/stage/whep/{webinar}"),
    };
    Ok(NewStageKey { shown, key: secret.reveal().to_owned(), url: app.link(&url) })
}

pub(super) async fn list(app: &App, actor: &Actor, webinar: WebinarId) -> Result<Vec<StageKeyView>> {
    let reader = app.store.read().await?;
    let seen = see_for::<MakeStageKey>(&reader, actor, webinar).await?;
    views(&reader, store::keys(&reader, seen.target()).await?).await
}

/// Makes a key void; what it has opened ends.
pub(super) async fn revoke(app: &App, actor: &Actor, id: StageKeyId) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<RevokeStageKey>(&tx, actor, id).await?;
    let row = store::key(&tx, id).await?.ok_or(Code::NotFound)?;
    store::revoke_key(&permit, row.webinar_id).await?;
    let record = serde_json::json!({ "webinar": row.webinar_id, "use": row.r#use, "name": row.name });
    audit::record(&permit, Entry::ended("stage_key", id.0, &record)).await?;
    tx.commit().await
}

async fn views(rows: &impl Rows, found: Vec<KeyRow>) -> Result<Vec<StageKeyView>> {
    let makers: Vec<_> = found.iter().map(|row| row.maker_id).collect();
    let persons = members::persons(rows, &makers).await?;
    let view = |row: KeyRow| StageKeyView {
        id: row.id,
        maker: persons.get(&row.maker_id).cloned(),
        name: row.name,
        r#use: row.r#use,
        created_at: row.created_at,
    };
    Ok(found.into_iter().map(view).collect())
}
