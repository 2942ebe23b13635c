//! Joining a stream without a race: subscribe first with live changes held back, ask what was missed, replay it, then
//! let through what was held back behind it. No hole, no double, in whatever order publishing and reading happen.

use std::rc::Rc;

use bytes::{Bytes, BytesMut};
use uuid::Uuid;

use super::{
    backstage::{Following, Start},
    close::CloseCode,
    frame,
    shard::Shard,
    socket::Socket,
    wire::{self, Followed, Outgoing},
};

/// Streams one socket may follow.
const FOLLOWS_MAX: usize = 2_000;
/// A replay is handed over in pieces of this size, each when the one before is nearly gone.
const PIECE: usize = 64 * 1024;

pub(super) async fn follow(shard: &Rc<Shard>, socket: &Rc<Socket>, reference: &str, streams: Vec<Followed>) {
    for Followed { stream, position } in streams {
        if !socket.is_open() {
            return;
        }
        if !subscribe(shard, socket, stream) {
            return socket.close_saying(CloseCode::Overload, &wire::error(Some(reference), "overloaded"));
        }
        let joined = match socket.backstage.follow(&socket.identity, stream, position).await {
            Following::Granted { start, group } => catch_up(shard, socket, stream, start).await.then_some(group),
            Following::NotFound => None,
        };
        if let Some(group) = joined {
            appear(shard, socket, stream, group);
        } else {
            shard.leave_stream(stream, socket, true);
            socket.send_payload(&wire::error(Some(reference), "not_found"));
        }
    }
}

fn subscribe(shard: &Shard, socket: &Rc<Socket>, stream: Uuid) -> bool {
    let mut follows = socket.follows.borrow_mut();
    if !follows.contains(&stream) {
        if follows.len() >= FOLLOWS_MAX {
            return false;
        }
        follows.push(stream);
    }
    shard.streams.borrow_mut().join(stream, socket);
    true
}

/// Sends what was missed and lets the live changes through. False if the member was expelled meanwhile.
async fn catch_up(shard: &Shard, socket: &Rc<Socket>, stream: Uuid, start: Start) -> bool {
    let still_joining = || shard.streams.borrow().is_joining(stream, socket.id());
    let upto = match start {
        Start::Replay { changes, upto } => {
            for piece in pieces(changes) {
                if !(socket.ease().await && still_joining()) {
                    return false;
                }
                socket.send(&piece);
            }
            upto
        }
        Start::Reset { frame, position } => {
            if !(socket.ease().await && still_joining()) {
                return false;
            }
            socket.send_payload(&frame);
            return admit(shard, socket, stream, position);
        }
    };
    if !still_joining() {
        return false;
    }
    socket.send_payload(&Outgoing::Resumed { stream, position: upto }.payload());
    admit(shard, socket, stream, upto)
}

/// From here to the end of this function nothing else runs on the shard, so what was held back and what is published
/// next meet without a gap.
fn admit(shard: &Shard, socket: &Socket, stream: Uuid, upto: u64) -> bool {
    let held = shard.streams.borrow_mut().admit(stream, socket.id(), upto);
    let admitted = held.is_some();
    held.into_iter().flatten().for_each(|frames| socket.send(&frames));
    admitted
}

fn pieces(changes: Vec<(u64, Bytes)>) -> Vec<Bytes> {
    let mut pieces = Vec::new();
    let mut piece = BytesMut::new();
    for (_, payload) in changes {
        frame::put_text(&payload, &mut piece);
        if piece.len() >= PIECE {
            pieces.push(piece.split().freeze());
        }
    }
    if !piece.is_empty() {
        pieces.push(piece.freeze());
    }
    pieces
}

/// Shows the member to the group, and the group's online members to the socket.
fn appear(shard: &Shard, socket: &Socket, stream: Uuid, group: Option<Uuid>) {
    let Some(group) = group else { return };
    if shard.streams.borrow_mut().mark_present(stream, socket.id()) {
        let online = shard.commons.presence.arrive(stream, group, socket.identity.member);
        socket.send_payload(&online);
        shard.commons.sweep_presence(shard.now());
    }
}
