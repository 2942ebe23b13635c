//! What is said and done, in the order of time.

use std::collections::HashMap;

use super::clock::StoryClock;
use super::moment;
use super::people::Cast;
use super::seed::{At, MessageSeed, Seed, ThreadSeed, WebinarSeed};
use crate::app::App;
use crate::changes::Position;
use crate::changes::client_keys::ClientKey;
use crate::knowledge::{self, ReplyRequest, ThreadChange, ThreadRequest, WantedState};
use crate::messages::{self, PostRequest};
use crate::platform::clock::Millis;
use crate::platform::ids::{ChannelId, MessageId, ReplyId, ThreadId};
use crate::platform::refusal::{Failure, Result};
use crate::webinars::{self, PlanRequest};

/// How long before its day a webinar is planned.
const PLANNED_DAYS_AHEAD: i64 = 14;

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
enum Deed<'a> {
    Say(&'a str, &'a MessageSeed),
    Ask(&'a str, usize, &'a ThreadSeed),
    Reply(&'a str, usize, usize, &'a ThreadSeed),
    Plan(&'a WebinarSeed),
}

/// What later deeds refer to.
#[derive(Debug, Default)]
struct Memory {
    messages: HashMap<String, MessageId>,
    threads: HashMap<(String, usize), ThreadId>,
    last: HashMap<ChannelId, Position>,
    /// The last message before today, which is as far as people have read.
    read: HashMap<ChannelId, Position>,
}

pub(super) async fn live_through(
    app: &App,
    clock: &StoryClock,
    seed: &Seed,
    cast: &Cast,
    now: Millis,
    tell: &impl Fn(&str),
) -> Result<()> {
    let mut deeds = deeds(seed);
    deeds.sort_by_key(|(at, _)| *at);
    let mut memory = Memory::default();
    let total = deeds.len();
    for (n, (at, deed)) in deeds.into_iter().enumerate() {
        if n % 500 == 0 {
            tell(&format!("Preparing the demo: {n} of {total}"));
        }
        // Nothing of the story lies in the future, whatever the hour.
        clock.set(moment(now, at.day, at.minute).min(now.plus_ms(-60_000)));
        happen(app, cast, &mut memory, n, at, now, deed).await?;
    }
    clock.set(now);
    read_up(app, seed, cast, &memory).await
}

fn deeds(seed: &Seed) -> Vec<(At, Deed<'_>)> {
    let mut deeds = Vec::new();
    for talk in &seed.talk {
        deeds.extend(talk.messages.iter().map(|message| (message.at, Deed::Say(talk.group, message))));
        for (n, thread) in talk.threads.iter().enumerate() {
            deeds.push((thread.at, Deed::Ask(talk.group, n, thread)));
            let replies = thread.replies.iter().enumerate();
            deeds.extend(replies.map(|(r, reply)| (reply.at, Deed::Reply(talk.group, n, r, thread))));
        }
    }
    for webinar in &seed.webinars {
        let day = (webinar.day - PLANNED_DAYS_AHEAD).min(-1);
        deeds.push((At { day, minute: 10 * 60 }, Deed::Plan(webinar)));
    }
    deeds
}

async fn happen(
    app: &App,
    cast: &Cast,
    memory: &mut Memory,
    n: usize,
    at: At,
    now: Millis,
    deed: Deed<'_>,
) -> Result<()> {
    match deed {
        Deed::Say(group, message) => say(app, cast, memory, n, group, message, at).await,
        Deed::Ask(group, number, thread) => {
            let Some(place) = cast.groups.get(group) else { return Ok(()) };
            let request = ThreadRequest {
                client_key: format!("demo-{n:06}"),
                kind: thread.kind,
                title: thread.title.clone(),
                body: thread.body.clone(),
                tags: thread.tags.clone(),
            };
            let view = knowledge::start(app, cast.actor(&thread.by)?, *place, &request).await?;
            memory.threads.insert((group.to_owned(), number), view.frame.id);
            Ok(())
        }
        Deed::Reply(group, number, reply, thread) => {
            let Some(id) = memory.threads.get(&(group.to_owned(), number)) else { return Ok(()) };
            answer(app, cast, n, *id, thread, reply).await
        }
        Deed::Plan(webinar) => plan(app, cast, webinar, now).await,
    }
}

async fn say(
    app: &App,
    cast: &Cast,
    memory: &mut Memory,
    n: usize,
    group: &str,
    seed: &MessageSeed,
    at: At,
) -> Result<()> {
    let key = (group.to_owned(), seed.ch.clone());
    let channel =
        *cast.channels.get(&key).ok_or_else(|| Failure::broken("the demo speaks of a channel it has not got"))?;
    let named = |id: &String| format!("{group}/{id}");
    let request = PostRequest {
        client_key: format!("demo-{n:06}"),
        body: seed.text.clone(),
        reply_to: seed.re.as_ref().and_then(|id| memory.messages.get(&named(id))).copied(),
        files: Vec::new(),
    };
    let posted = messages::post(app, cast.actor(&seed.by)?, channel, request).await?;
    if let Some(id) = &seed.id {
        memory.messages.insert(named(id), posted.id);
    }
    memory.last.insert(channel, posted.position);
    if at.day < 0 {
        memory.read.insert(channel, posted.position);
    }
    for (emoji, people) in &seed.up {
        for person in people {
            messages::react(app, cast.actor(person)?, posted.id, emoji).await?;
        }
    }
    Ok(())
}

async fn answer(app: &App, cast: &Cast, n: usize, thread: ThreadId, seed: &ThreadSeed, number: usize) -> Result<()> {
    let reply = &seed.replies[number];
    let request = ReplyRequest { client_key: format!("demo-{n:06}"), body: reply.text.clone() };
    let view = knowledge::post_reply(app, cast.actor(&reply.by)?, thread, &request).await?;
    let asker = cast.actor(&seed.by)?;
    if reply.accepted {
        knowledge::accept(app, asker, thread, Some(ReplyId(view.id.0))).await?;
    }
    if seed.state == "closed" && number + 1 == seed.replies.len() {
        knowledge::edit(
            app,
            asker,
            thread,
            &ThreadChange { state: Some(WantedState::Closed), ..ThreadChange::default() },
        )
        .await?;
    }
    Ok(())
}

/// A host plans a webinar, and people take their seats.
async fn plan(app: &App, cast: &Cast, seed: &WebinarSeed, now: Millis) -> Result<()> {
    let Some(group) = cast.groups.get(&seed.group) else { return Ok(()) };
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").map_err(|error| Failure::fault("the demo's zone", error))?;
    let date = zone.to_datetime(moment(now, seed.day, 12 * 60).timestamp()).date();
    let request = PlanRequest {
        title: seed.title.clone(),
        description: seed.description.clone(),
        local_start: format!("{date}T{}", seed.start),
        time_zone: seed.time_zone.clone(),
        duration_minutes: seed.duration_minutes,
        capacity: seed.capacity,
        publish: true,
    };
    let webinar = webinars::plan(app, cast.actor(&seed.host)?, *group, &request, &ClientKey::default()).await?;
    for person in &seed.registered {
        webinars::register(app, cast.actor(person)?, webinar.frame.id).await?;
    }
    Ok(())
}

/// Everybody has read what was said before today; what was said today is new to them.
async fn read_up(app: &App, seed: &Seed, cast: &Cast, memory: &Memory) -> Result<()> {
    for person in &seed.people {
        for ((group, _), channel) in &cast.channels {
            if let Some(position) = memory.read.get(channel).filter(|_| person.groups.contains_key(group)) {
                messages::mark(app, cast.actor(&person.key)?, *channel, *position).await?;
            }
        }
    }
    Ok(())
}
