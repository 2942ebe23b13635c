//! Follows the changes: whoever has lost the right to what they opened loses it, at the node, whatever their client does.
//!
//! It reads the state, not the step that led there, so that doing it twice or late is as good as doing it once and at
//! once. What was opened ends with this process, and so do its positions: there is nothing to catch up on after a start.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::bearer::Via;
use super::carry::{Flow, Held};
use super::stage::StageState;
use super::{notices, parts, record, store};
use crate::access::{JoinStage, MakeStageKey, PublishOnStage, who_may};
use crate::accounts;
use crate::app::App;
use crate::changes::{self, Change, Position};
use crate::platform::ids::{LoginId, MemberId, StageKeyId, StreamId, WebinarId};
use crate::platform::media::ConnectionId;
use crate::platform::refusal::Result;
use crate::platform::store::Reader;

/// How often it looks at every stage without having been woken.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Many changes at once are looked at together.
const GATHER: Duration = Duration::from_millis(50);
/// How often leases are renewed, and those that ran out are ended.
const RENEW_EVERY: Duration = Duration::from_secs(5);
const BATCH_MAX: u64 = 256;

/// Works until told to stop; then the stages that are carried here end, and the files of recordings are finished.
pub async fn run(app: &App, stop: CancellationToken) {
    let Ok(media) = app.stages.media().cloned() else { return };
    let mut told = media.notices();
    tokio::select! {
        () = notices::run(app, told.as_mut()) => {}
        () = work(app, &stop) => {}
    }
    media.stop().await;
    notices::finish(app, told.as_mut()).await;
}

async fn work(app: &App, stop: &CancellationToken) {
    if let Err(failure) = begin(app).await {
        failure.log("stage");
    }
    let mut look = tokio::time::interval(LOOK_EVERY);
    let mut renew = tokio::time::interval(RENEW_EVERY);
    let mut known = HashMap::new();
    loop {
        let everything = tokio::select! {
            () = stop.cancelled() => return,
            () = app.stages.woken() => false,
            _ = look.tick() => true,
            _ = renew.tick() => {
                note(renew_leases(app).await);
                continue;
            }
        };
        note(round(app, &mut known, everything).await);
        tokio::time::sleep(GATHER).await;
    }
}

fn note(done: Result<()>) {
    if let Err(failure) = done {
        failure.log("stage");
    }
}

/// Takes over what an earlier start of this server left behind.
async fn begin(app: &App) -> Result<()> {
    let tx = app.store.begin().await?;
    let inherited = store::inherit(&tx, &app.stages.carrier).await?;
    tx.commit().await?;
    parts::mend(app).await?;
    for webinar in inherited {
        app.stages.doubt(webinar);
    }
    Ok(())
}

/// One look at all stages about which there is news, or at all that are carried.
pub async fn round(app: &App, known: &mut HashMap<StreamId, Position>, everything: bool) -> Result<()> {
    let (moved, mut doubted) = app.stages.take_doubts();
    if everything {
        doubted.extend(app.stages.webinars());
    }
    let reader = app.store.read().await?;
    for stream in moved {
        if tells_of_rights(&reader, known, stream).await? {
            doubted.extend(app.stages.concerned_by(stream));
        }
    }
    drop(reader);
    for webinar in doubted {
        check(app, webinar).await?;
    }
    Ok(())
}

/// Whether something behind the last position looked at can have changed a right. Most of what is said in a webinar's
/// stream is chat.
async fn tells_of_rights(reader: &Reader, known: &mut HashMap<StreamId, Position>, stream: StreamId) -> Result<bool> {
    let Some(from) = known.get(&stream).copied() else {
        known.insert(stream, changes::stream_position(reader, stream).await?);
        return Ok(true);
    };
    let rows = changes::since(reader, stream, from, BATCH_MAX).await?;
    if let Some(last) = rows.last() {
        known.insert(stream, last.position);
    }
    let full = u64::try_from(rows.len()).is_ok_and(|read| read == BATCH_MAX);
    Ok(full || rows.iter().any(|row| row.change.is_none_or(is_about_rights)))
}

fn is_about_rights(change: Change) -> bool {
    !matches!(
        change,
        Change::MessagePosted(_)
            | Change::MessageChanged(_)
            | Change::ChannelCreated(_)
            | Change::ChannelChanged(_)
            | Change::ThreadPosted(_)
            | Change::ThreadChanged(_)
            | Change::ReplyPosted(_)
            | Change::ReplyChanged(_)
            | Change::MarkerMoved(_)
            | Change::MemberJoined(_)
            | Change::RegistrationChanged(_)
    )
}

/// Holds one stage against the tables: its connections, who is silenced, its recording.
async fn check(app: &App, webinar: WebinarId) -> Result<()> {
    let media = app.stages.media()?;
    let held = app.stages.connections_of(webinar);
    let reader = app.store.read().await?;
    let state = store::state(&reader, webinar).await?;
    if state.is_open() {
        let lost = without_right(&reader, webinar, state, &held).await?;
        let places = store::places(&reader, webinar).await?;
        drop(reader);
        for (connection, held) in &held {
            if lost.contains(connection) {
                cut(app, *connection, held).await?;
            } else if let Flow::In { peer, silenced, .. } = held.flow {
                let place = places.iter().find(|place| place.member_id.0 == peer);
                let wanted = place.map(store::PlaceRow::silenced).unwrap_or_default();
                if wanted != silenced {
                    media.silence(webinar.0, peer, wanted).await;
                    app.stages.note_silenced(*connection, wanted);
                }
            }
        }
    } else if !held.is_empty() {
        drop(reader);
        media.end(webinar.0).await;
        for (connection, held) in &held {
            cut(app, *connection, held).await?;
        }
    }
    record::keep_up(app, webinar).await
}

/// Ends a connection at the node and forgets it.
async fn cut(app: &App, connection: ConnectionId, held: &Held) -> Result<()> {
    app.stages.media()?.close(connection).await;
    app.stages.let_go(connection);
    if let Flow::In { .. } = held.flow {
        let tx = app.store.begin().await?;
        store::end_publication(&tx, held.webinar, connection).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// What stands open without a right to it: the gate is asked again, for all at once.
async fn without_right(
    reader: &Reader,
    webinar: WebinarId,
    state: StageState,
    held: &[(ConnectionId, Held)],
) -> Result<HashSet<ConnectionId>> {
    let people: Vec<MemberId> = held.iter().map(|(_, held)| held.answerable).collect();
    let people: Vec<MemberId> = people.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let logins: Vec<LoginId> = held.iter().filter_map(|(_, held)| held.login()).collect();
    let standing = accounts::standing_logins(reader, &logins).await?;
    let keys: HashSet<StageKeyId> = store::keys(reader, webinar).await?.into_iter().map(|key| key.id).collect();
    let publishers = who_may::<PublishOnStage>(reader, webinar, &people).await?;
    let viewers = who_may::<JoinStage>(reader, webinar, &people).await?;
    let makers = who_may::<MakeStageKey>(reader, webinar, &people).await?;
    let may = |held: &Held| match (held.via, held.flow) {
        (Via::Login(login), Flow::In { .. }) => standing.contains(&login) && publishers.contains(&held.answerable),
        (Via::Login(login), Flow::Out) => {
            let backstage = state == StageState::Live || publishers.contains(&held.answerable);
            standing.contains(&login) && viewers.contains(&held.answerable) && backstage
        }
        (Via::Key(key), flow) => {
            let shown = state == StageState::Live || flow != Flow::Out;
            keys.contains(&key) && makers.contains(&held.answerable) && shown
        }
    };
    Ok(held.iter().filter(|(_, held)| !may(held)).map(|(connection, _)| *connection).collect())
}

impl Held {
    fn login(&self) -> Option<LoginId> {
        match self.via {
            Via::Login(login) => Some(login),
            Via::Key(_) => None,
        }
    }
}

/// Keeps the stages that are carried here, lets go of those that another server has taken, and ends the stay of devices
/// that were not heard of.
async fn renew_leases(app: &App) -> Result<()> {
    for webinar in app.stages.webinars() {
        let tx = app.store.begin().await?;
        let kept = store::renew_lease(&tx, webinar, &app.stages.carrier).await?;
        tx.commit().await?;
        if !kept {
            tracing::warn!(webinar.id = %webinar, "another server has taken the stage");
            app.stages.media()?.end(webinar.0).await;
            for (connection, _) in app.stages.connections_of(webinar) {
                app.stages.let_go(connection);
            }
            app.stages.note_recording(webinar, None);
        }
    }
    let tx = app.store.begin().await?;
    if store::expire(&tx).await? > 0 {
        tx.commit().await?;
    }
    Ok(())
}
