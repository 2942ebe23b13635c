//! What a client asks for: judged when it arrives, carried out one after the other. Positions and acknowledgements so
//! stay in the order of the frames, and one socket never has more than one command in the house.

use std::{rc::Rc, time::Duration};

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
        tokio::task::spawn_local(work_off(Rc::clone(shard), Turn(Rc::clone(socket))));
    }
}

/// Held by the one task that works for a socket. A panic in the house ends that task; the socket is then closed rather
/// than left waiting for an answer that never comes.
struct Turn(Rc<Socket>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.busy.set(false);
        if std::thread::panicking() {
            self.0.close(CloseCode::Overload);
        }
    }
}

async fn work_off(shard: Rc<Shard>, turn: Turn) {
    let socket = &turn.0;
    while socket.is_open() {
        let Some(next) = socket.commands.borrow_mut().pop_front() else { return };
        if socket.stalled.get() {
            socket.nudge();
        }
        carry_out(&shard, socket, next).await;
    }
}

async fn carry_out(shard: &Rc<Shard>, socket: &Rc<Socket>, incoming: Incoming) {
    match incoming {
        Incoming::Command(text) => {
            for payload in socket.backstage.command(&socket.identity, text).await {
                socket.send_payload(&payload);
            }
        }
        Incoming::Own(Own::Follow { reference, streams }) => follow::follow(shard, socket, &reference, streams).await,
        Incoming::Own(Own::Unfollow { streams, .. }) => {
            for stream in streams {
                shard.leave_stream(stream, socket, false);
            }
        }
        Incoming::Own(Own::Typing { channel, thread_root, .. }) => {
            if shard.commons.typing.pass(socket.identity.member, channel, shard.now())
                && let Some(notice) = socket.backstage.typing(&socket.identity, channel, thread_root).await
            {
                let frames = frame::text(&notice.payload);
                let except = Some(socket.identity.member);
                shard.commons.whisper(Whisper { stream: notice.stream, frames, except });
            }
        }
        // Answered on arrival.
        Incoming::Own(Own::Ping { .. }) => {}
    }
}
