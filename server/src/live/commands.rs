//! What a client asks for: judged when it arrives, carried out one after the other. Positions and acknowledgements so
//! stay in the order of the frames, and one socket never has more than one command in the house.

use std::{rc::Rc, sync::Arc, time::Duration};

use uuid::Uuid;

use super::{
    bucket::Verdict,
    close::CloseCode,
    follow, frame,
    parcel::Whisper,
    shard::Shard,
    socket::Socket,
    wire::{self, Incoming, Misread, Outgoing, Own},
};

/// Commands that may wait for one socket; beyond, it is not read from.
const WAITING_MAX: usize = 32;
/// So many frames that cannot be read within this time close the socket.
const BAD_FRAMES: usize = 5;
const BAD_FRAMES_SPAN: Duration = Duration::from_secs(10);

pub(super) fn are_piled_up(socket: &Socket) -> bool {
    socket.commands.borrow().len() >= WAITING_MAX
}

/// Judges one text frame and has it carried out in its turn.
pub(super) fn accept(shard: &Rc<Shard>, socket: &Rc<Socket>, text: &str) {
    match draw(shard, socket) {
        Verdict::Pass => {}
        Verdict::Refuse { retry_after } => return refuse(socket, text, retry_after),
        Verdict::Close => return close_flooding(socket),
    }
    match wire::read(text) {
        Ok(Incoming::Own(Own::Ping { reference })) => {
            socket.send_payload(&Outgoing::Pong { reference: &reference }.payload());
        }
        Ok(incoming) => enqueue(shard, socket, incoming),
        Err(Misread::UnknownField { reference }) => answer_error(socket, &reference, "unknown_field"),
        Err(Misread::WrongShape { reference }) => answer_error(socket, &reference, "bad_frame"),
        Err(Misread::BadFrame) => count_bad_frame(shard, socket),
    }
}

/// Pings and pongs draw on the allowance like any frame, but there is nothing to answer.
pub(super) fn count_control(shard: &Shard, socket: &Socket) {
    if draw(shard, socket) == Verdict::Close {
        close_flooding(socket);
    }
}

fn draw(shard: &Shard, socket: &Socket) -> Verdict {
    socket.allowance.borrow_mut().draw(&shard.ground.config, shard.now())
}

fn refuse(socket: &Socket, text: &str, retry_after: Duration) {
    let reference = wire::reference(text);
    let retry_after_ms = u64::try_from(retry_after.as_millis()).ok();
    let error = Outgoing::Error { reference: reference.as_deref(), code: "rate_limited", retry_after_ms };
    socket.send_payload(&error.payload());
}

fn close_flooding(socket: &Socket) {
    socket.close_saying(CloseCode::RateLimited, &wire::error(None, "rate_limited"));
}

fn answer_error(socket: &Socket, reference: &str, code: &str) {
    socket.send_payload(&wire::error(Some(reference), code));
}

fn count_bad_frame(shard: &Shard, socket: &Socket) {
    let now = shard.now();
    let mut bad_frames = socket.bad_frames.borrow_mut();
    bad_frames.retain(|at| now.saturating_sub(*at) < BAD_FRAMES_SPAN);
    bad_frames.push(now);
    let error = wire::error(None, "bad_frame");
    if bad_frames.len() >= BAD_FRAMES {
        socket.close_saying(CloseCode::BadFrames, &error);
    } else {
        socket.send_payload(&error);
    }
}

fn enqueue(shard: &Rc<Shard>, socket: &Rc<Socket>, incoming: Incoming) {
    socket.commands.borrow_mut().push_back(incoming);
    if !socket.busy.replace(true) {
        tokio::task::spawn_local(work_off(Rc::clone(shard), Rc::clone(socket)));
    }
}

async fn work_off(shard: Rc<Shard>, socket: Rc<Socket>) {
    while socket.is_open() {
        let Some(next) = socket.commands.borrow_mut().pop_front() else { break };
        if socket.stalled.get() {
            socket.nudge();
        }
        if carry_out(&shard, &socket, next).await.is_none() {
            // The house fell over this one: closing is better than an answer that never comes.
            socket.close(CloseCode::Overload);
        }
    }
    socket.busy.set(false);
}

/// `None` if the house gave no answer.
async fn carry_out(shard: &Rc<Shard>, socket: &Rc<Socket>, incoming: Incoming) -> Option<()> {
    match incoming {
        Incoming::Command(text) => {
            let (backstage, who) = (Arc::clone(&socket.backstage), socket.identity.clone());
            let answers = shard.commons.ask(async move { backstage.command(&who, text).await }).await?;
            for payload in answers {
                socket.send_payload(&payload);
            }
        }
        Incoming::Own(Own::Follow { reference, streams }) => {
            follow::follow(shard, socket, &reference, streams).await?;
        }
        Incoming::Own(Own::Unfollow { streams, .. }) => {
            for stream in streams {
                shard.leave_stream(stream, socket, false);
            }
        }
        Incoming::Own(Own::Typing { channel, thread_root, .. }) => {
            show_typing(shard, socket, channel, thread_root).await?;
        }
        // Answered on arrival.
        Incoming::Own(Own::Ping { .. }) => {}
    }
    Some(())
}

async fn show_typing(shard: &Shard, socket: &Socket, channel: Uuid, thread_root: Option<Uuid>) -> Option<()> {
    let member = socket.identity.member;
    if shard.commons.typing.pass(member, channel, shard.now()) {
        let (backstage, who) = (Arc::clone(&socket.backstage), socket.identity.clone());
        let asked = async move { backstage.typing(&who, channel, thread_root).await };
        if let Some(notice) = shard.commons.ask(asked).await? {
            let frames = frame::text(&notice.payload);
            shard.commons.whisper(Whisper { stream: notice.stream, frames, except: Some(member) });
        }
    }
    Some(())
}
