//! From changes to payloads: one query per kind of thing, whatever the number of changes, and each change encoded once.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use bytes::Bytes;

use super::wire::{ChangeBody, ServerFrame};
use crate::changes::{Change, ChangeRow, Position, StreamRow};
use crate::floor::{Hand, ModesView, PollFrame, QuestionNews, SlidesView};
use crate::groups::{ChannelFrame, GroupFrame};
use crate::knowledge::{ReplyView, ThreadFrame};
use crate::members::MemberView;
use crate::messages::MessageView;
use crate::platform::ids::{ChannelId, GroupId, MemberId, MessageId, PollId, QuestionId, ReplyId, ThreadId, WebinarId};
use crate::platform::refusal::Result;
use crate::platform::store::{Reader, Rows};
use crate::stage::StageFrame;
use crate::webinars::{MyRegistration, WebinarFrame};
use crate::{floor, groups, knowledge, members, messages, stage, webinars};

/// Everything that a batch of changes of one stream speaks of, as it may be seen now.
#[derive(Default)]
struct Seen {
    messages: HashMap<MessageId, MessageView>,
    channels: HashMap<ChannelId, ChannelFrame>,
    groups: HashMap<GroupId, GroupFrame>,
    members: HashMap<MemberId, MemberView>,
    threads: HashMap<ThreadId, ThreadFrame>,
    replies: HashMap<ReplyId, ReplyView>,
    markers: HashMap<ChannelId, (Position, i64)>,
    webinars: HashMap<WebinarId, WebinarFrame>,
    stages: HashMap<WebinarId, StageFrame>,
    registrations: HashMap<WebinarId, MyRegistration>,
    hands: HashMap<WebinarId, Vec<Hand>>,
    questions: HashMap<QuestionId, QuestionNews>,
    polls: HashMap<PollId, PollFrame>,
    modes: HashMap<WebinarId, (ModesView, Option<SlidesView>)>,
}

/// The payloads of changes of one stream, with their positions.
pub(super) async fn encode(reader: &Reader, stream: &StreamRow, changes: &[ChangeRow]) -> Result<Vec<(u64, Bytes)>> {
    let seen = look_up(reader, stream, changes).await?;
    let overtaken = overtaken(changes);
    Ok(changes
        .iter()
        .map(|row| {
            let change = row.change.filter(|_| !overtaken.contains(&row.position));
            let change = change.and_then(|change| seen.body(stream, change)).unwrap_or(ChangeBody::None {});
            let frame = ServerFrame::Change { stream: stream.id, position: row.position, at: row.at, change };
            (u64::try_from(row.position.0).unwrap_or_default(), frame.payload())
        })
        .collect())
}

/// The positions of changes that a later one makes needless.
fn overtaken(changes: &[ChangeRow]) -> HashSet<Position> {
    let mut later = HashSet::new();
    let told_later =
        |row: &&ChangeRow| row.change.is_some_and(|change| change.is_overtaken_by_the_next() && !later.insert(change));
    changes.iter().rev().filter(told_later).map(|row| row.position).collect()
}

/// The ids that `pick` finds in the changes, each once.
fn ids<T: Eq + Hash + Copy>(changes: &[ChangeRow], pick: impl Fn(Change) -> Option<T>) -> Vec<T> {
    let mut found: Vec<T> = Vec::new();
    for id in changes.iter().filter_map(|row| row.change).filter_map(pick) {
        if !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

async fn look_up(rows: &Reader, stream: &StreamRow, changes: &[ChangeRow]) -> Result<Seen> {
    use Change as C;
    let mut seen = Seen::default();
    let message_ids = ids(changes, |c| match c {
        C::MessagePosted(id) | C::MessageChanged(id) => Some(id),
        _ => None,
    });
    seen.messages = messages::views(rows, &message_ids).await?;
    if changes.iter().all(|row| matches!(row.change, Some(C::MessagePosted(_) | C::MessageChanged(_)))) {
        return Ok(seen);
    }
    let channel_ids = ids(changes, |c| match c {
        C::ChannelCreated(id) | C::ChannelChanged(id) => Some(id),
        _ => None,
    });
    seen.channels = by_id(groups::channel_frames(rows, &channel_ids).await?, |frame| frame.id);
    look_up_knowledge(rows, changes, &mut seen).await?;
    look_up_webinars(rows, stream, changes, &mut seen).await?;
    look_up_floor(rows, changes, &mut seen).await?;
    look_up_people(rows, stream, changes, &mut seen).await?;
    Ok(seen)
}

async fn look_up_knowledge(rows: &impl Rows, changes: &[ChangeRow], seen: &mut Seen) -> Result<()> {
    use Change as C;
    let thread_ids = ids(changes, |c| match c {
        C::ThreadPosted(id) | C::ThreadChanged(id) => Some(id),
        _ => None,
    });
    seen.threads = by_id(knowledge::thread_frames(rows, &thread_ids).await?, |frame| frame.id);
    let reply_ids = ids(changes, |c| match c {
        C::ReplyPosted(id) | C::ReplyChanged(id) => Some(id),
        _ => None,
    });
    seen.replies = by_id(knowledge::reply_frames(rows, &reply_ids).await?, |view| view.id);
    Ok(())
}

async fn look_up_webinars(reader: &Reader, stream: &StreamRow, changes: &[ChangeRow], seen: &mut Seen) -> Result<()> {
    let changed = ids(changes, |c| if let Change::WebinarChanged(id) = c { Some(id) } else { None });
    seen.webinars = webinars::frames(reader, reader.now(), &changed).await?;
    let staged = ids(changes, |c| if let Change::StageChanged(id) = c { Some(id) } else { None });
    seen.stages = stage::frames(reader, reader.now(), &staged).await?;
    let registered = ids(changes, |c| if let Change::RegistrationChanged(id) = c { Some(id) } else { None });
    let member = MemberId(stream.id.0);
    seen.registrations = webinars::my_registrations(reader, reader.now(), member, &registered).await?;
    Ok(())
}

async fn look_up_floor(rows: &impl Rows, changes: &[ChangeRow], seen: &mut Seen) -> Result<()> {
    for webinar in ids(changes, |c| if let Change::HandChanged(id) = c { Some(id) } else { None }) {
        seen.hands.insert(webinar, floor::hands_of(rows, webinar).await?);
    }
    for webinar in ids(changes, |c| if let Change::FloorChanged(id) = c { Some(id) } else { None }) {
        let modes = floor::modes_of(rows, webinar).await?;
        seen.modes.insert(webinar, (modes, floor::slides_of(rows, webinar).await?));
    }
    let questions = ids(changes, |c| if let Change::QuestionChanged(id) = c { Some(id) } else { None });
    seen.questions = floor::question_news(rows, &questions).await?;
    let polls = ids(changes, |c| if let Change::PollChanged(id) = c { Some(id) } else { None });
    seen.polls = floor::poll_frames(rows, &polls).await?;
    Ok(())
}

async fn look_up_people(rows: &impl Rows, stream: &StreamRow, changes: &[ChangeRow], seen: &mut Seen) -> Result<()> {
    use Change as C;
    let member_ids = ids(changes, |c| match c {
        C::MemberJoined(id) | C::MemberChanged(id) | C::MemberLeft(id) => Some(id),
        _ => None,
    });
    let touches_group =
        !member_ids.is_empty() || changes.iter().any(|row| matches!(row.change, Some(C::GroupChanged(_))));
    if let Some(group) = stream.group_id.filter(|_| touches_group) {
        seen.groups = by_id(groups::group_frames(rows, &[group]).await?, |frame| frame.id);
        seen.members = by_id(members::group_members_by_ids(rows, group, &member_ids).await?, |view| view.id);
    }
    let inbox_owner = MemberId(stream.id.0);
    let is_of_membership = |row: &ChangeRow| matches!(row.change, Some(C::MembershipChanged(_)));
    if changes.iter().any(is_of_membership)
        && let Some(view) = members::member_in_brand(rows, inbox_owner).await?
    {
        seen.members.insert(inbox_owner, view);
    }
    for channel in ids(changes, |c| if let C::MarkerMoved(id) = c { Some(id) } else { None }) {
        if let Some(view) = groups::channel_view(rows, inbox_owner, channel).await? {
            seen.markers.insert(channel, (view.marker, view.unread));
        }
    }
    Ok(())
}

fn by_id<T, K: Eq + Hash>(all: Vec<T>, id: impl Fn(&T) -> K) -> HashMap<K, T> {
    all.into_iter().map(|one| (id(&one), one)).collect()
}

impl Seen {
    /// The change as it is told; `None` when there is nothing left to tell.
    fn body(&self, stream: &StreamRow, change: Change) -> Option<ChangeBody> {
        use Change as C;
        let member_count = || stream.group_id.and_then(|id| self.groups.get(&id)).map_or(0, |group| group.member_count);
        Some(match change {
            C::MessagePosted(id) => ChangeBody::MessagePosted { message: self.messages.get(&id)?.clone() },
            C::MessageChanged(id) => ChangeBody::MessageChanged { message: self.messages.get(&id)?.clone() },
            C::ChannelCreated(id) => ChangeBody::ChannelCreated { channel: self.channels.get(&id)?.clone() },
            C::ChannelChanged(id) => ChangeBody::ChannelChanged { channel: self.channels.get(&id)?.clone() },
            C::GroupChanged(id) => ChangeBody::GroupChanged { group: self.groups.get(&id)?.clone() },
            C::MemberJoined(id) => {
                ChangeBody::MemberJoined { member: self.members.get(&id)?.clone(), member_count: member_count() }
            }
            C::MemberChanged(id) => ChangeBody::MemberChanged { member: self.members.get(&id)?.clone() },
            C::MemberLeft(id) => ChangeBody::MemberLeft { member_id: id, member_count: member_count() },
            C::ThreadPosted(id) => ChangeBody::ThreadPosted { thread: self.threads.get(&id)?.clone() },
            C::ThreadChanged(id) => ChangeBody::ThreadChanged { thread: self.threads.get(&id)?.clone() },
            C::ReplyPosted(id) => ChangeBody::ReplyPosted { reply: self.replies.get(&id)?.clone() },
            C::ReplyChanged(id) => ChangeBody::ReplyChanged { reply: self.replies.get(&id)?.clone() },
            C::GroupAdded(group_id) => ChangeBody::GroupAdded { group_id },
            C::GroupRemoved(group_id) => ChangeBody::GroupRemoved { group_id },
            C::MarkerMoved(channel_id) => {
                let (position, unread) = *self.markers.get(&channel_id)?;
                ChangeBody::MarkerMoved { channel_id, position, unread }
            }
            C::WebinarChanged(id) => ChangeBody::WebinarChanged { webinar: self.webinars.get(&id)?.clone() },
            C::StageChanged(id) => ChangeBody::StageChanged { stage: self.stages.get(&id)?.clone() },
            C::HandChanged(webinar_id) => {
                ChangeBody::HandChanged { webinar_id, hands: self.hands.get(&webinar_id)?.clone() }
            }
            C::QuestionChanged(question_id) => match self.questions.get(&question_id)? {
                QuestionNews::Shown(question) => ChangeBody::QuestionChanged { question: question.clone() },
                QuestionNews::Held => ChangeBody::QuestionHeld { question_id },
                QuestionNews::Deleted => ChangeBody::QuestionDeleted { question_id },
            },
            C::PollChanged(id) => ChangeBody::PollChanged { poll: Box::new(self.polls.get(&id)?.clone()) },
            C::FloorChanged(webinar_id) => {
                let (modes, slides) = self.modes.get(&webinar_id)?.clone();
                ChangeBody::FloorChanged { webinar_id, modes, slides }
            }
            C::RegistrationChanged(webinar_id) => {
                let MyRegistration { state, waiting_place, offer_until } = *self.registrations.get(&webinar_id)?;
                ChangeBody::RegistrationChanged { webinar_id, state, waiting_place, offer_until }
            }
            C::MembershipChanged(id) => ChangeBody::MembershipChanged { member: self.members.get(&id)?.clone() },
        })
    }
}
