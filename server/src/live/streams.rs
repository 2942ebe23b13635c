//! Who follows what on one shard, and the delivery to them.

use std::{collections::HashMap, rc::Rc, sync::Arc};

use bytes::Bytes;
use uuid::Uuid;

use super::{
    parcel::{Parcel, Whisper},
    socket::Socket,
};

/// The followers of every stream that has any.
#[derive(Default)]
pub(super) struct Streams(HashMap<Uuid, Stream>);

#[derive(Default)]
struct Stream {
    /// The highest position delivered here; what is published again is dropped.
    delivered: u64,
    followers: HashMap<u64, Follower>,
}

struct Follower {
    socket: Rc<Socket>,
    /// What the socket was told by its replay or snapshot: a change up to here would be a double.
    known: u64,
    /// While the house is asked what was missed, live parcels are held back here.
    joining: Option<Vec<Arc<Parcel>>>,
    /// The member is counted as present in this stream.
    present: bool,
}

/// Where a delivery writes to.
#[derive(Clone, Copy)]
pub(super) enum Manner<'a> {
    /// To the socket at once.
    Straight,
    /// Into the sockets' backlogs; who needs it is noted for one write at the end of the wave.
    Corked(&'a std::cell::RefCell<Vec<Rc<Socket>>>),
}

/// Frames and bytes handed over.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Handed {
    pub(super) frames: usize,
    pub(super) bytes: usize,
}

impl Streams {
    /// Subscribes a socket with live parcels held back. A socket that follows already joins anew.
    pub(super) fn join(&mut self, stream: Uuid, socket: &Rc<Socket>) {
        let followers = &mut self.0.entry(stream).or_default().followers;
        followers.entry(socket.id()).and_modify(|follower| follower.joining = Some(Vec::new())).or_insert_with(|| {
            Follower { socket: Rc::clone(socket), known: 0, joining: Some(Vec::new()), present: false }
        });
    }

    pub(super) fn is_joining(&self, stream: Uuid, socket: u64) -> bool {
        self.follower(stream, socket).is_some_and(|follower| follower.joining.is_some())
    }

    /// Ends a join: hands over what was held back behind `upto`, and from here on the socket is live.
    /// `None` if it was expelled meanwhile.
    pub(super) fn admit(&mut self, stream: Uuid, socket: u64, upto: u64) -> Option<Vec<Bytes>> {
        let follower = self.0.get_mut(&stream)?.followers.get_mut(&socket)?;
        let held = follower.joining.take()?;
        follower.known = upto;
        let mut missed = Vec::new();
        for parcel in held {
            let (frames, count) = parcel.behind(follower.known);
            if count > 0 {
                missed.push(frames);
                follower.known = parcel.last_position().unwrap_or(follower.known);
            }
        }
        Some(missed)
    }

    /// Notes that the member counts as present. False if it did already, or is gone.
    pub(super) fn mark_present(&mut self, stream: Uuid, socket: u64) -> bool {
        let follower = self.0.get_mut(&stream).and_then(|stream| stream.followers.get_mut(&socket));
        follower.is_some_and(|follower| !std::mem::replace(&mut follower.present, true))
    }

    /// Ends a subscription. True if the member was counted as present by it.
    pub(super) fn leave(&mut self, stream: Uuid, socket: u64) -> bool {
        let Some(entry) = self.0.get_mut(&stream) else { return false };
        let present = entry.followers.remove(&socket).is_some_and(|follower| follower.present);
        if entry.followers.is_empty() {
            self.0.remove(&stream);
        }
        present
    }

    /// The sockets by which `member` follows `stream`.
    pub(super) fn of_member(&self, stream: Uuid, member: Uuid) -> Vec<Rc<Socket>> {
        let followers = self.0.get(&stream).into_iter().flat_map(|stream| stream.followers.values());
        let theirs = followers.filter(|follower| follower.socket.identity.member == member);
        theirs.map(|follower| Rc::clone(&follower.socket)).collect()
    }

    pub(super) fn deliver(&mut self, parcel: &Arc<Parcel>, held_max: usize, manner: Manner<'_>) -> Handed {
        let Some(stream) = self.0.get_mut(&parcel.stream) else { return Handed::default() };
        let (Some(first), Some(last)) = (parcel.first_position(), parcel.last_position()) else {
            return Handed::default();
        };
        let delivered = stream.delivered;
        stream.delivered = delivered.max(last);
        let (fresh, fresh_count) = parcel.behind(delivered);
        let mut handed = Handed::default();
        for follower in stream.followers.values_mut() {
            if let Some(held) = &mut follower.joining {
                hold_back(&follower.socket, held, parcel, held_max);
                continue;
            }
            let known = follower.known.max(delivered);
            let behind;
            let (frames, count) = if follower.known < first || follower.known <= delivered {
                (&fresh, fresh_count)
            } else {
                behind = parcel.behind(known);
                (&behind.0, behind.1)
            };
            if count > 0 {
                manner.hand(&follower.socket, frames);
                handed.frames += count;
                handed.bytes += frames.len();
            }
        }
        handed
    }

    /// Hands an ephemeral frame to the followers that have nothing waiting. Returns how many did not get it.
    pub(super) fn whisper(&self, whisper: &Whisper) -> usize {
        let followers = self.0.get(&whisper.stream).into_iter().flat_map(|stream| stream.followers.values());
        let meant = followers
            .filter(|follower| follower.joining.is_none() && whisper.except != Some(follower.socket.identity.member));
        meant.filter(|follower| !follower.socket.send_or_drop(&whisper.frames)).count()
    }

    /// Every stream that somebody follows or is about to.
    pub(super) fn all(&self) -> Vec<Uuid> {
        self.0.keys().copied().collect()
    }

    fn follower(&self, stream: Uuid, socket: u64) -> Option<&Follower> {
        self.0.get(&stream)?.followers.get(&socket)
    }
}

/// A replay that takes so long that more than a backlog's worth is published meanwhile is a slow reader's.
fn hold_back(socket: &Socket, held: &mut Vec<Arc<Parcel>>, parcel: &Arc<Parcel>, held_max: usize) {
    let bytes: usize = held.iter().map(|parcel| parcel.frames.len()).sum();
    if bytes + parcel.frames.len() > held_max {
        held.clear();
        socket.cut_off();
    } else {
        held.push(Arc::clone(parcel));
    }
}

impl Manner<'_> {
    fn hand(self, socket: &Rc<Socket>, frames: &Bytes) {
        match self {
            Self::Straight => socket.send(frames),
            Self::Corked(corked) => {
                if socket.cork(frames) {
                    corked.borrow_mut().push(Rc::clone(socket));
                }
            }
        }
    }
}
