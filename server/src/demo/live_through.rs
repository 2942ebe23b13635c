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

/// What the whole story has in common.
pub(super) struct Story<'a> {
    pub app: &'a App,
    pub clock: &'a StoryClock,
    pub seed: &'a Seed,
    pub cast: &'a Cast,
    pub now: Millis,
}

/// When a deed happens, and the how-manieth it is.
#[derive(Debug, Clone, Copy)]
struct When {
    nth: usize,
    at: At,
}

impl When {
    fn client_key(self) -> String {
        format!("demo-{:06}", self.nth)
    }
}

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

pub(super) async fn live_through(story: &Story<'_>, tell: &impl Fn(&str)) -> Result<()> {
    let mut deeds = deeds(story.seed);
    deeds.sort_by_key(|(at, _)| *at);
    let mut memory = Memory::default();
    let total = deeds.len();
    for (nth, (at, deed)) in deeds.into_iter().enumerate() {
        if nth % 500 == 0 {
            tell(&format!("Preparing the demo: {nth} of {total}"));
        }
        // Nothing of the story lies in the future, whatever the hour.
        story.clock.set(moment(story.now, at.day, at.minute).min(story.now.plus_ms(-60_000)));
        happen(story, &mut memory, When { nth, at }, deed).await?;
    }
    story.clock.set(story.now);
    read_up(story, &memory).await
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

async fn happen(story: &Story<'_>, memory: &mut Memory, when: When, deed: Deed<'_>) -> Result<()> {
    let Story { app, cast, .. } = story;
    match deed {
        Deed::Say(group, message) => say(story, memory, when, group, message).await,
        Deed::Ask(group, number, thread) => {
            let Some(place) = cast.groups.get(group) else { return Ok(()) };
            let request = ThreadRequest {
                client_key: when.client_key(),
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
            answer(story, when, *id, thread, reply).await
        }
        Deed::Plan(webinar) => plan(story, webinar).await,
    }
}

async fn say(story: &Story<'_>, memory: &mut Memory, when: When, group: &str, seed: &MessageSeed) -> Result<()> {
    let Story { app, cast, .. } = story;
    let key = (group.to_owned(), seed.ch.clone());
    let channel =
        *cast.channels.get(&key).ok_or_else(|| Failure::broken("the demo speaks of a channel it has not got"))?;
    let named = |id: &String| format!("{group}/{id}");
    let request = PostRequest {
        client_key: when.client_key(),
        body: seed.text.clone(),
        reply_to: seed.re.as_ref().and_then(|id| memory.messages.get(&named(id))).copied(),
        files: Vec::new(),
    };
    let posted = messages::post(app, cast.actor(&seed.by)?, channel, request).await?;
    if let Some(id) = &seed.id {
        memory.messages.insert(named(id), posted.id);
    }
    memory.last.insert(channel, posted.position);
    if when.at.day < 0 {
        memory.read.insert(channel, posted.position);
    }
    for (emoji, people) in &seed.up {
        for person in people {
            messages::react(app, cast.actor(person)?, posted.id, emoji).await?;
        }
    }
    Ok(())
}

async fn answer(story: &Story<'_>, when: When, thread: ThreadId, seed: &ThreadSeed, number: usize) -> Result<()> {
    let Story { app, cast, .. } = story;
    let reply = &seed.replies[number];
    let request = ReplyRequest { client_key: when.client_key(), body: reply.text.clone() };
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
async fn plan(story: &Story<'_>, seed: &WebinarSeed) -> Result<()> {
    let Story { app, cast, .. } = story;
    let Some(group) = cast.groups.get(&seed.group) else { return Ok(()) };
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").map_err(|error| Failure::fault("the demo's zone", error))?;
    let date = zone.to_datetime(moment(story.now, seed.day, 12 * 60).timestamp()).date();
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
async fn read_up(story: &Story<'_>, memory: &Memory) -> Result<()> {
    let Story { app, seed, cast, .. } = story;
    for person in &seed.people {
        for ((group, _), channel) in &cast.channels {
            if let Some(position) = memory.read.get(channel).filter(|_| person.groups.contains_key(group)) {
                messages::mark(app, cast.actor(&person.key)?, *channel, *position).await?;
            }
        }
    }
    Ok(())
}
