//! The life of one socket: its task reads, writes what waits, and says farewell. An idle socket is this task and
//! nothing else.

use std::{io, net::Shutdown, rc::Rc, time::Duration};

use bytes::Bytes;
use socket2::SockRef;
use tokio::time::timeout;

use super::{close::CloseCode, commands, intake::Arrival, shard::Shard, socket::Socket};

/// How long a closed socket may take to read its last frames and close in turn.
pub(super) const LINGER: Duration = Duration::from_secs(2);

pub(super) async fn live(shard: Rc<Shard>, socket: Rc<Socket>) {
    if attend(&shard, &socket).await.is_err() {
        socket.fail();
    }
    shard.forget(&socket);
    if socket.closing().is_some() {
        // Too late or broken: either way the connection is dropped now.
        timeout(LINGER, farewell(&shard, &socket)).await.ok();
    }
    shard.count_out();
}

async fn attend(shard: &Rc<Shard>, socket: &Rc<Socket>) -> io::Result<()> {
    take_in(shard, socket, &[]);
    while socket.is_open() {
        if socket.stir().await? {
            read(shard, socket)?;
        }
        socket.drain()?;
        if socket.stalled.get() && !commands::are_piled_up(socket) {
            socket.stalled.set(false);
            take_in(shard, socket, &[]);
        }
    }
    Ok(())
}

fn read(shard: &Rc<Shard>, socket: &Rc<Socket>) -> io::Result<()> {
    let mut buffer = shard.read_buffer.borrow_mut();
    match socket.stream.try_read(&mut buffer) {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(count) => {
            socket.heard.set(shard.now());
            take_in(shard, socket, &buffer[..count]);
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
        Err(error) => Err(error),
    }
}

/// Takes in what was kept and then `bytes`, message by message, until there is nothing left or enough has piled up.
fn take_in(shard: &Rc<Shard>, socket: &Rc<Socket>, bytes: &[u8]) {
    let mut intake = socket.intake.borrow_mut();
    // Nothing is read while something is kept, so one of the two is empty.
    let kept = intake.take_unread();
    let mut input = if kept.is_empty() { bytes } else { &kept };
    let mut answers = Vec::new();
    while socket.is_open() {
        if commands::are_piled_up(socket) {
            intake.keep(input);
            socket.stalled.set(true);
            break;
        }
        match intake.next(&mut input, &mut answers) {
            Arrival::Text(text) => commands::accept(shard, socket, &text),
            Arrival::Control => commands::count_control(shard, socket),
            Arrival::Dry => break,
            Arrival::Broken(CloseCode::Normal) => {
                socket.finish(CloseCode::Normal, &Bytes::from(std::mem::take(&mut answers)));
            }
            Arrival::Broken(code) => socket.close(code),
        }
    }
    if !answers.is_empty() {
        socket.send(&Bytes::from(answers));
    }
}

/// Writes the last frames, ends our half, and reads on until the other side has closed too: closing with unread bytes
/// would reset the connection, and the close code would be lost with it.
async fn farewell(shard: &Rc<Shard>, socket: &Rc<Socket>) -> io::Result<()> {
    socket.drain()?;
    while socket.has_backlog() {
        socket.stream.writable().await?;
        socket.drain()?;
    }
    SockRef::from(&socket.stream).shutdown(Shutdown::Write)?;
    loop {
        socket.stream.readable().await?;
        match socket.stream.try_read(&mut shard.read_buffer.borrow_mut()) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}
