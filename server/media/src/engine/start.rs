//! From a configuration to running threads.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc;

use mio::net::{TcpListener, UdpSocket};
use mio::{Interest, Poll, Waker};
use str0m::config::DtlsCert;
use str0m::crypto::from_feature_flags;
use tokio::sync::broadcast;

use super::front::{Front, bind_udp};
use super::mail::{Mail, Mailbox};
use super::registry::Registry;
use super::shared::{NOTICES_KEPT, SeenAs, Shared, recording_wishes};
use super::worker::{LISTENER, UDP, WAKE, Worker};
use crate::config::NodeConfig;
use crate::offer::{Candidates, announce};
use crate::recording::Recorder;
use crate::snapshot::Counters;

/// One thread per core is all that helps; the number must fit two hexadecimal digits.
const MOST_THREADS: usize = 64;

struct Sockets {
    udp: std::net::UdpSocket,
    udp_address: SocketAddr,
    listener: Option<TcpListener>,
    tcp_address: Option<SocketAddr>,
}

pub fn start(config: NodeConfig) -> io::Result<Arc<Shared>> {
    let sockets = bind(&config)?;
    let threads = config.threads.clamp(1, MOST_THREADS);
    let (mut polls, mut letters, mut mailboxes) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..threads {
        let poll = Poll::new()?;
        let (sender, receiver) = mpsc::channel::<Mail>();
        mailboxes.push(Mailbox::new(sender, Waker::new(poll.registry(), WAKE)?));
        polls.push(poll);
        letters.push(receiver);
    }
    let shared = share(config, &sockets, mailboxes)?;
    let mut front = Some(front(sockets, &polls[0])?);
    for (index, (poll, mail)) in polls.into_iter().zip(letters).enumerate() {
        let worker = Worker::new(index, Arc::clone(&shared), poll, mail, front.take())?;
        std::thread::Builder::new().name(format!("media-{index}")).spawn(move || worker.run())?;
    }
    Ok(shared)
}

fn bind(config: &NodeConfig) -> io::Result<Sockets> {
    let udp = bind_udp(config.udp)?;
    let listener = config.tcp.map(TcpListener::bind).transpose()?;
    let tcp_address = listener.as_ref().map(TcpListener::local_addr).transpose()?;
    Ok(Sockets { udp_address: udp.local_addr()?, udp, listener, tcp_address })
}

fn share(config: NodeConfig, sockets: &Sockets, mailboxes: Vec<Mailbox>) -> io::Result<Arc<Shared>> {
    let seen_as = SeenAs {
        udp: announce(sockets.udp_address, &config.announced),
        tcp: sockets.tcp_address.map(|bound| announce(bound, &config.announced)).unwrap_or_default(),
    };
    let mailboxes = Arc::new(mailboxes);
    let (notices, _) = broadcast::channel(NOTICES_KEPT);
    let counters = Arc::new(Counters::default());
    let threads = mailboxes.len();
    let boxes = Arc::clone(&mailboxes);
    let wish = move |stage, publication| {
        recording_wishes(&boxes, super::shared::home_among(threads, stage), stage, publication);
    };
    let recorder = Recorder::start(notices.clone(), Arc::clone(&counters), Box::new(wish))?;
    Ok(Arc::new(Shared {
        registry: Registry::new(config.limits.clone()),
        limits: config.limits,
        candidates: Candidates::of(&seen_as.udp, &seen_as.tcp),
        certificate: certificate()?,
        counters,
        notices,
        mailboxes,
        recorder,
        udp: UdpSocket::from_std(sockets.udp.try_clone()?),
        udp_address: sockets.udp_address,
        tcp_address: sockets.tcp_address,
        seen_as,
    }))
}

fn front(sockets: Sockets, poll: &Poll) -> io::Result<Front> {
    let mut udp = UdpSocket::from_std(sockets.udp);
    poll.registry().register(&mut udp, UDP, Interest::READABLE)?;
    let mut listener = sockets.listener;
    if let Some(listener) = &mut listener {
        poll.registry().register(listener, LISTENER, Interest::READABLE)?;
    }
    Ok(Front { udp, listener, elsewhere: std::collections::HashMap::new(), more: false })
}

/// One certificate for all connections of a node: making one takes longer than answering an offer.
fn certificate() -> io::Result<DtlsCert> {
    let provider = from_feature_flags();
    provider.install_process_default();
    from_feature_flags().dtls_provider.generate_certificate().ok_or_else(|| io::Error::other("no certificate for DTLS"))
}
