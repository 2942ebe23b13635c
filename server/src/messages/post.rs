//! Posting a message: the walk.
//!
//! Those who post at the same moment walk together: one transaction, one look for each question, one flush.

use std::collections::{BTreeMap, HashMap};

use super::draft::{Draft, PostRequest, same_request};
use super::store::{self, First, Insertion};
use crate::access::{Actor, Permit, PostMessage, Turn, permit, permits, turn};
use crate::app::App;
use crate::changes::{Change, Position, announce_all};
use crate::platform::ids::{ChannelId, MessageId, StreamId};
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Failure, Result};
use crate::platform::store::Tx;
use crate::platform::together::{Joint, Together};

/// A message that is durable.
#[derive(Debug, Clone)]
pub struct Posted {
    pub id: MessageId,
    pub position: Position,
    pub client_key: String,
}

/// What somebody wants to post.
#[derive(Debug)]
pub struct Wish {
    actor: Actor,
    channel: ChannelId,
    draft: Draft,
    /// Was found within the limits, and is not counted again when its batch falls apart.
    is_counted: bool,
}

/// Those who wait to post.
pub type Posting = Together<Wish>;

impl Joint for Wish {
    type Answer = Result<Posted>;
    const BATCH_MAX: usize = 128;
    /// Files are claimed row by row, which may refuse in the middle.
    fn is_alone(&self) -> bool {
        !self.draft.files.is_empty()
    }
}

/// Posts a message. Returns when it is flushed; a repeat under the same client key returns the first result.
pub async fn post(app: &App, actor: &Actor, channel: ChannelId, request: PostRequest) -> Result<Posted> {
    let draft = Draft::parse(channel, request)?;
    let wish = Wish { actor: *actor, channel, draft, is_counted: false };
    let house = app.clone();
    app.posting.ask(channel, wish, move |wishes| post_all(house.clone(), wishes)).await?
}

/// Answers each wish. Where the batch as a whole fails, each has its own transaction, so that none fails for another.
async fn post_all(app: App, mut wishes: Vec<Wish>) -> Vec<Result<Posted>> {
    match together(&app, &mut wishes).await {
        Ok(Some(answers)) => answers,
        Err(failure) if wishes.len() == 1 => vec![Err(failure)],
        Ok(None) | Err(_) => {
            let mut answers = Vec::with_capacity(wishes.len());
            for wish in &mut wishes {
                answers.push(alone(&app, wish).await);
            }
            answers
        }
    }
}

async fn alone(app: &App, wish: &mut Wish) -> Result<Posted> {
    let answers = together(app, std::slice::from_mut(wish)).await?;
    match answers.and_then(|mut answers| answers.pop()) {
        Some(answer) => answer,
        None => first_result(app, wish).await,
    }
}

/// What a twin with the same key got, who won between the look and the insert.
async fn first_result(app: &App, wish: &Wish) -> Result<Posted> {
    let tx = app.store.begin().await?;
    let permit = permit::<PostMessage>(&tx, &wish.actor, wish.channel).await?;
    let first = store::by_client_keys(&tx, &[(permit.by(), &wish.draft.client_key)]).await?.pop();
    let first = first.ok_or_else(|| Failure::broken("a message was refused as a double of nothing"))?;
    same_request(&first.request_hash, &wish.draft.request_hash)?;
    Ok(first.posted())
}

/// One transaction for all. `None` when a client key was taken meanwhile; then nothing has happened.
async fn together(app: &App, wishes: &mut [Wish]) -> Result<Option<Vec<Result<Posted>>>> {
    let tx = app.store.begin().await?;
    let asked: Vec<_> = wishes.iter().map(|wish| (wish.actor, wish.channel)).collect();
    let permits = permits::<PostMessage>(&tx, &asked).await?;
    let ready = look(app, &tx, wishes, permits).await?;
    let go: Vec<&Go<'_>> =
        ready.iter().filter_map(|ready| if let Ready::Go(go) = ready { Some(&**go) } else { None }).collect();
    let mut posted = Vec::new();
    if !go.is_empty() {
        match write(app, &tx, wishes, &go).await? {
            Some(all) => posted = all,
            None => return Ok(None),
        }
    }
    let mut posted = posted.into_iter();
    let answers = ready.into_iter().map(|ready| match ready {
        Ready::Done(answer) => answer,
        Ready::Go(_) => posted.next().ok_or_else(|| Failure::broken("a message was not written")),
    });
    let answers = answers.collect();
    tx.commit().await?;
    Ok(Some(answers))
}

/// What is known of a wish before anything is written.
enum Ready<'tx> {
    Go(Box<Go<'tx>>),
    Done(Result<Posted>),
}

/// A message that may be written.
struct Go<'tx> {
    /// Its place among the wishes.
    wish: usize,
    permit: Permit<'tx, PostMessage>,
    turn: Turn<'tx>,
    stream: StreamId,
    root: Option<MessageId>,
}

/// Whether it was posted before, and what it replies to: one look each for all who may post.
async fn look<'tx>(
    app: &App,
    tx: &Tx,
    wishes: &mut [Wish],
    permits: Vec<Result<Permit<'tx, PostMessage>>>,
) -> Result<Vec<Ready<'tx>>> {
    let allowed = wishes.iter().zip(&permits).filter_map(|(wish, permit)| Some((wish, permit.as_ref().ok()?)));
    let keys: Vec<_> = allowed.clone().map(|(wish, permit)| (permit.by(), wish.draft.client_key.as_str())).collect();
    let replies: Vec<_> = allowed.filter_map(|(wish, _)| wish.draft.reply_to).collect();
    let before = Before { taken: store::by_client_keys(tx, &keys).await?, roots: store::roots_of(tx, &replies).await? };
    let mut all = Vec::with_capacity(wishes.len());
    for (index, (wish, permit)) in wishes.iter_mut().zip(permits).enumerate() {
        let ready = match permit {
            Ok(permit) => before.judge(app, index, wish, permit).await,
            Err(failure) => Err(failure),
        };
        all.push(ready.unwrap_or_else(|failure| Ready::Done(Err(failure))));
    }
    Ok(all)
}

/// What stood there before.
struct Before {
    taken: Vec<First>,
    roots: HashMap<(MessageId, ChannelId), MessageId>,
}

impl Before {
    async fn judge<'tx>(
        &self,
        app: &App,
        index: usize,
        wish: &mut Wish,
        permit: Permit<'tx, PostMessage>,
    ) -> Result<Ready<'tx>> {
        let (author, draft) = (permit.by(), &wish.draft);
        if let Some(first) = self.taken.iter().find(|first| first.is_of(author, &draft.client_key)) {
            same_request(&first.request_hash, &draft.request_hash)?;
            return Ok(Ready::Done(Ok(first.posted())));
        }
        if !wish.is_counted {
            app.limits.check(Limit::PostInChannel, Key::of(&[&author, &wish.channel]))?;
            app.limits.check(Limit::Post, Key::of(&[&author]))?;
            wish.is_counted = true;
        }
        let root = match draft.reply_to {
            Some(message) => Some(*self.roots.get(&(message, wish.channel)).ok_or(Code::NotFound)?),
            None => None,
        };
        let stream = permit.place().stream.ok_or_else(|| Failure::broken("a channel without a stream"))?;
        let turn = turn(&permit).await?;
        Ok(Ready::Go(Box::new(Go { wish: index, permit, turn, stream, root })))
    }
}

/// Asks the gate once more, now that the counters are held: whoever takes somebody out holds them as well.
async fn still_allowed(tx: &Tx, wishes: &[Wish], all: &[&Go<'_>]) -> Result<()> {
    if tx.writes_alone() {
        return Ok(());
    }
    let asked: Vec<_> = all.iter().map(|go| (wishes[go.wish].actor, wishes[go.wish].channel)).collect();
    permits::<PostMessage>(tx, &asked).await?.into_iter().try_for_each(|permit| permit.map(drop))
}

/// Announces and inserts. `None` when a client key was taken meanwhile.
async fn write(app: &App, tx: &Tx, wishes: &[Wish], all: &[&Go<'_>]) -> Result<Option<Vec<Posted>>> {
    let ids: Vec<MessageId> = all.iter().map(|_| MessageId(app.ids.uuid(tx.now()))).collect();
    let news: Vec<_> = all.iter().zip(&ids).map(|(go, id)| (go.stream, Change::MessagePosted(*id))).collect();
    let positions = announce_all(tx, &news).await?;
    still_allowed(tx, wishes, all).await?;
    let rows = all.iter().zip(&ids).zip(&positions).map(|((go, id), position)| Insertion {
        permit: &go.permit,
        _turn: &go.turn,
        id: *id,
        position: *position,
        draft: &wishes[go.wish].draft,
        root: go.root,
    });
    let rows: Vec<Insertion<'_>> = rows.collect();
    if !store::insert(tx, &rows).await? {
        return Ok(None);
    }
    for row in &rows {
        store::attach_files(row.permit, row.id, &row.draft.files).await?;
    }
    let roots: BTreeMap<MessageId, StreamId> = all.iter().filter_map(|go| Some((go.root?, go.stream))).collect();
    let news: Vec<_> = roots.into_iter().map(|(root, stream)| (stream, Change::MessageChanged(root))).collect();
    announce_all(tx, &news).await?;
    let posted =
        |row: &Insertion<'_>| Posted { id: row.id, position: row.position, client_key: row.draft.client_key.clone() };
    Ok(Some(rows.iter().map(posted).collect()))
}
