//! Changing a thread: its text by its author, its being open by the author or a moderator.

use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::draft::{self, Body};
use super::tags::Tags;
use super::thread::{ThreadState, ThreadView};
use super::{store, view};
use crate::access::{Actor, CurateThread, EditThread, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::ids::ThreadId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::Result;
use crate::platform::store::Tx;

/// What is to be different; the rest stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThreadChange {
    pub title: Option<String>,
    pub body: Option<String>,
    pub tags: Option<Vec<String>>,
    pub state: Option<WantedState>,
}

/// Closed threads take no replies. A thread that is opened again is `answered` where it has an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WantedState {
    Open,
    Closed,
}

/// The new text of a thread, checked.
#[derive(Debug)]
pub(super) struct NewText {
    pub title: Option<String>,
    pub body: Option<Body>,
    pub tags: Option<Tags>,
}

impl NewText {
    fn parse(change: &ThreadChange) -> Result<NewText> {
        Ok(NewText {
            title: change.title.as_deref().map(draft::title).transpose()?,
            body: change.body.as_deref().map(Body::parse).transpose()?,
            tags: change.tags.as_deref().map(Tags::parse).transpose()?,
        })
    }

    fn is_empty(&self) -> bool {
        self.title.is_none() && self.body.is_none() && self.tags.is_none()
    }
}

/// Changes a thread; whoever may do only a part of what is asked does none of it.
pub async fn edit(app: &App, actor: &Actor, thread: ThreadId, change: &ThreadChange) -> Result<ThreadView> {
    let text = NewText::parse(change)?;
    let tx = app.store.begin().await?;
    if !text.is_empty() {
        let permit = permit::<EditThread>(&tx, actor, thread).await?;
        app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
        store::set_text(&permit, &text).await?;
    }
    if let Some(wanted) = change.state {
        curate(app, &tx, actor, thread, wanted).await?;
    }
    tx.commit().await?;
    view::thread(app, actor, thread).await
}

/// Closes or reopens; on record where it is somebody else's thread.
async fn curate(app: &App, tx: &Tx, actor: &Actor, thread: ThreadId, wanted: WantedState) -> Result<()> {
    let permit = permit::<CurateThread>(tx, actor, thread).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    let closed = wanted == WantedState::Closed;
    let before: ThreadState = store::set_closed(&permit, closed).await?;
    if before.is_closed() != closed && permit.place().author != Some(permit.by()) {
        let entry = Entry::changed("thread", thread.0, &json!({ "closed": !closed }), &json!({ "closed": closed }));
        audit::record(&permit, entry).await?;
    }
    Ok(())
}
