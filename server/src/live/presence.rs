//! Who is online, by stream of a group: kept in memory only, from the sockets that follow it. Ids, nothing else.
//!
//! Changes are gathered and told in waves, the rarer the larger the audience, so that a thousand reconnects do not cost
//! a million frames. A member who leaves stays online for a short grace.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use uuid::Uuid;

use super::{frame, parcel::Whisper, wire::Outgoing};

/// Members of one stream that are named as online; who comes later is named when another leaves.
const NAMED_MAX: usize = 256;
/// Each member of the audience adds this much to the time between two waves.
const WAVE_SPACING: Duration = Duration::from_millis(10);
const WAVE_SPACING_MAX: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(super) struct Presence(Mutex<Audiences>);

#[derive(Debug, Default)]
struct Audiences {
    streams: HashMap<Uuid, Audience>,
    /// Streams with something to tell or somebody in grace.
    restless: HashSet<Uuid>,
}

#[derive(Debug)]
struct Audience {
    group: Uuid,
    /// Following sockets of each member.
    sockets: HashMap<Uuid, usize>,
    /// Whom the followers know as online.
    named: HashSet<Uuid>,
    /// Who is here and not yet named.
    unnamed: HashSet<Uuid>,
    /// Who is named, has no socket left, and until when that may be a reconnect.
    leaving: HashMap<Uuid, Duration>,
    /// When the followers were last told anything.
    told_at: Option<Duration>,
    /// The `presence` frame that names them, kept until the names change: a thousand reconnects share one encoding.
    snapshot: Option<Bytes>,
}

impl Presence {
    /// A socket of `member` follows now. Returns its `presence` frame: those who are named. The member itself, if new
    /// here, is named in the next wave like anybody else.
    pub(super) fn arrive(&self, stream: Uuid, group: Uuid, member: Uuid) -> Bytes {
        let mut audiences = self.lock();
        let audience = audiences.streams.entry(stream).or_insert_with(|| Audience::new(group));
        *audience.sockets.entry(member).or_default() += 1;
        audience.leaving.remove(&member);
        if !audience.named.contains(&member) {
            audience.unnamed.insert(member);
        }
        let snapshot = audience.snapshot();
        audiences.restless.insert(stream);
        snapshot
    }

    /// A socket of `member` does not follow any more; if it was the last, the member is offline from `until` on.
    pub(super) fn leave(&self, stream: Uuid, member: Uuid, until: Duration) {
        let mut audiences = self.lock();
        let Some(audience) = audiences.streams.get_mut(&stream) else { return };
        let Some(sockets) = audience.sockets.get_mut(&member) else { return };
        *sockets -= 1;
        if *sockets == 0 {
            audience.sockets.remove(&member);
            if !audience.unnamed.remove(&member) {
                audience.leaving.insert(member, until);
            }
            audiences.restless.insert(stream);
        }
    }

    /// Tells what is due by `now`. `tell` returns false if the frame could not be taken; it is tried again then.
    pub(super) fn sweep(&self, now: Duration, tell: impl Fn(Whisper) -> bool) {
        let mut audiences = self.lock();
        let Audiences { streams, restless } = &mut *audiences;
        restless.retain(|stream| {
            let Some(audience) = streams.get_mut(stream) else { return false };
            audience.sweep(now, |frames| tell(Whisper { stream: *stream, frames, except: None }));
            if audience.sockets.is_empty() && audience.leaving.is_empty() {
                streams.remove(stream);
                return false;
            }
            audience.is_restless()
        });
    }

    fn lock(&self) -> MutexGuard<'_, Audiences> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Audience {
    fn new(group: Uuid) -> Self {
        Self {
            group,
            sockets: HashMap::new(),
            named: HashSet::new(),
            unnamed: HashSet::new(),
            leaving: HashMap::new(),
            told_at: None,
            snapshot: None,
        }
    }

    fn snapshot(&mut self) -> Bytes {
        let Self { group, named, snapshot, .. } = self;
        let encode = || {
            let online = named.iter().copied().collect();
            frame::text(&Outgoing::Presence { group: *group, online }.payload())
        };
        snapshot.get_or_insert_with(encode).clone()
    }

    fn sweep(&mut self, now: Duration, tell: impl FnOnce(Bytes) -> bool) {
        let members = u32::try_from(self.sockets.len()).unwrap_or(u32::MAX);
        let spacing = WAVE_SPACING.saturating_mul(members).min(WAVE_SPACING_MAX);
        if self.told_at.is_some_and(|told_at| now.saturating_sub(told_at) < spacing) {
            return;
        }
        let gone: Vec<Uuid> = self.leaving.iter().filter(|(_, until)| **until <= now).map(|(id, _)| *id).collect();
        let free = NAMED_MAX.saturating_sub(self.named.len() - gone.len());
        let fresh: Vec<Uuid> = self.unnamed.iter().take(free).copied().collect();
        if (gone.is_empty() && fresh.is_empty()) || !tell(self.frames(&gone, &fresh)) {
            return;
        }
        self.told_at = Some(now);
        self.snapshot = None;
        for id in &gone {
            self.leaving.remove(id);
            self.named.remove(id);
        }
        for id in fresh {
            self.unnamed.remove(&id);
            self.named.insert(id);
        }
    }

    fn frames(&self, gone: &[Uuid], fresh: &[Uuid]) -> Bytes {
        let mut frames = BytesMut::new();
        let offline = gone.iter().map(|member| (*member, false));
        for (member, online) in offline.chain(fresh.iter().map(|member| (*member, true))) {
            let changed = Outgoing::PresenceChanged { group: self.group, member, online };
            frame::put_text(&changed.payload(), &mut frames);
        }
        frames.freeze()
    }

    fn is_restless(&self) -> bool {
        !self.leaving.is_empty() || (!self.unnamed.is_empty() && self.named.len() < NAMED_MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    const GROUP: Uuid = Uuid::from_u128(99);

    const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Sweeps and returns the members told about, `+` for online.
    fn told(presence: &Presence, now: Duration) -> Vec<String> {
        let seen = RefCell::new(Vec::new());
        presence.sweep(now, |whisper| {
            let text = String::from_utf8_lossy(&whisper.frames).into_owned();
            for part in text.split("\"member\":\"").skip(1) {
                let sign = if part.contains("\"online\":true") { '+' } else { '-' };
                seen.borrow_mut().push(format!("{sign}{}", Uuid::parse_str(&part[..36]).unwrap().as_u128()));
            }
            true
        });
        let mut seen = seen.into_inner();
        seen.sort();
        seen
    }

    fn arrive(presence: &Presence, member: u128) -> String {
        String::from_utf8_lossy(&presence.arrive(GROUP, GROUP, Uuid::from_u128(member))).into_owned()
    }

    fn leave(presence: &Presence, member: u128, until: Duration) {
        presence.leave(GROUP, Uuid::from_u128(member), until);
    }

    #[test]
    fn coming_and_going_is_told_once_and_a_reconnect_not_at_all() {
        let presence = Presence::default();
        let name = Uuid::from_u128(1).to_string();
        assert!(!arrive(&presence, 1).contains(&name), "told like everybody, by a change");
        assert_eq!(told(&presence, secs(1)), ["+1"]);
        assert!(arrive(&presence, 1).contains(&name));
        leave(&presence, 1, secs(7));
        assert!(told(&presence, secs(8)).is_empty(), "another socket is left");
        leave(&presence, 1, secs(10));
        assert!(told(&presence, secs(9)).is_empty(), "in grace");
        arrive(&presence, 1);
        assert!(told(&presence, secs(20)).is_empty());
        leave(&presence, 1, secs(25));
        arrive(&presence, 2);
        assert_eq!(told(&presence, secs(25)), ["+2", "-1"]);
    }

    #[test]
    fn nothing_is_kept_once_all_have_left() {
        let presence = Presence::default();
        arrive(&presence, 1);
        leave(&presence, 1, secs(0));
        told(&presence, secs(1));
        let audiences = presence.lock();
        assert!(audiences.streams.is_empty() && audiences.restless.is_empty());
    }

    #[test]
    fn a_wave_that_was_not_taken_is_told_again() {
        let presence = Presence::default();
        arrive(&presence, 1);
        presence.sweep(secs(1), |_| false);
        assert_eq!(told(&presence, secs(1)), ["+1"]);
    }

    #[test]
    fn a_large_audience_is_told_in_rare_waves_and_only_so_many_are_named() {
        let presence = Presence::default();
        for member in 1..=300 {
            arrive(&presence, member);
        }
        assert_eq!(told(&presence, secs(10)).len(), NAMED_MAX);
        let (named, unnamed) = {
            let audiences = presence.lock();
            let audience = &audiences.streams[&GROUP];
            (audience.named.iter().next().unwrap().as_u128(), audience.unnamed.clone())
        };
        leave(&presence, named, secs(11));
        assert!(told(&presence, secs(12)).is_empty(), "300 members are told every three seconds");
        let wave = told(&presence, secs(13));
        assert_eq!(wave.len(), 2, "one is gone and another takes the place");
        assert!(unnamed.iter().any(|member| wave.contains(&format!("+{}", member.as_u128()))));
    }
}
