//! Joining a stream without a race: subscribe first with live changes held back, ask what was missed, replay it, then
//! let through what was held back behind it. No hole, no double, in whatever order publishing and reading happen.

use std::{rc::Rc, sync::Arc};

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

/// `None` if the house gave no answer.
pub(super) async fn follow(
    shard: &Rc<Shard>,
    socket: &Rc<Socket>,
    reference: &str,
    streams: Vec<Followed>,
) -> Option<()> {
    for Followed { stream, position } in streams {
        if !socket.is_open() {
            break;
        }
        if !subscribe(shard, socket, stream) {
            socket.close_saying(CloseCode::Overload, &wire::error(Some(reference), "overloaded"));
            break;
        }
        let (backstage, who) = (Arc::clone(&socket.backstage), socket.identity.clone());
        let caught_up = match shard.commons.ask(async move { backstage.follow(&who, stream, position).await }).await? {
            Following::Granted { start, group } => catch_up(shard, socket, stream, start).await.zip(Some(group)),
            Following::NotFound => None,
        };
        if let Some((mut frames, group)) = caught_up {
            frames.extend(appear(shard, socket, stream, group));
            socket.send_all(&frames);
            shard.commons.sweep_presence(shard.now());
        } else {
            shard.leave_stream(stream, socket, true);
            socket.send_payload(&wire::error(Some(reference), "not_found"));
        }
    }
    Some(())
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

/// Sends what was missed and makes the socket live. Returns what is still to be sent, ahead of anything that is
/// published from here on: the end of the replay and what was held back. `None` if the member was expelled meanwhile.
async fn catch_up(shard: &Shard, socket: &Rc<Socket>, stream: Uuid, start: Start) -> Option<Vec<Bytes>> {
    let (last, upto) = match start {
        Start::Replay { changes, upto } => {
            for piece in pieces(changes) {
                wait_for_room(shard, socket, stream).await?;
                socket.send(&piece);
            }
            (Outgoing::Resumed { stream, position: upto }.payload(), upto)
        }
        Start::Reset { frame, position } => (frame, position),
    };
    wait_for_room(shard, socket, stream).await?;
    // Until the caller has sent these, nothing else runs on the shard: what was held back and what is published next
    // meet without a gap.
    let mut frames = vec![frame::text(&last)];
    frames.extend(shard.streams.borrow_mut().admit(stream, socket.id(), upto)?);
    Some(frames)
}

/// `None` if the socket closed or the member was expelled.
async fn wait_for_room(shard: &Shard, socket: &Socket, stream: Uuid) -> Option<()> {
    let open = socket.ease().await;
    (open && shard.streams.borrow().is_joining(stream, socket.id())).then_some(())
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

/// Counts the member as present in the group. Returns the frame that shows the socket who else is.
fn appear(shard: &Shard, socket: &Socket, stream: Uuid, group: Option<Uuid>) -> Option<Bytes> {
    let group = group?;
    let first = shard.streams.borrow_mut().mark_present(stream, socket.id());
    first.then(|| shard.commons.presence.arrive(stream, group, socket.identity.member))
}
