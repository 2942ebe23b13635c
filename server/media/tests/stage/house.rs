//! A node with its clients, and the loop that lets them live until something is so.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use guildhall_media::{ConnectionId, Kind, Limits, Node, NodeConfig, Notice, Opened, PeerId, Publish, StageId, View};
use tokio::runtime::Runtime;
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::client::{Client, Wants};

/// Far beyond what anything here takes, also on a machine that does other things.
const DEADLINE: Duration = Duration::from_mins(3);

pub const STAGE: StageId = StageId(Uuid::from_u128(0x5a6e));

pub struct House {
    runtime: Runtime,
    pub node: Node,
    notices: broadcast::Receiver<Notice>,
    pub heard: Vec<Notice>,
    pub clients: Vec<Client>,
    pub connections: Vec<ConnectionId>,
}

pub fn unhurried() -> NodeConfig {
    let limits = Limits { handshake: DEADLINE, silence: DEADLINE, first_media: DEADLINE, ..Limits::default() };
    NodeConfig { limits, ..NodeConfig::loopback() }
}

pub fn peer(number: u128) -> PeerId {
    PeerId(Uuid::from_u128(number))
}

impl House {
    /// With deadlines that no busy machine meets; the walks about deadlines set their own.
    pub fn new() -> Self {
        Self::with(unhurried())
    }

    pub fn with(config: NodeConfig) -> Self {
        let node = Node::start(config).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let notices = node.notices();
        Self { runtime, node, notices, heard: Vec::new(), clients: Vec::new(), connections: Vec::new() }
    }

    pub fn ask<T>(&self, call: impl Future<Output = T>) -> T {
        self.runtime.block_on(call)
    }

    pub fn udp(&self) -> SocketAddr {
        self.node.udp_address()
    }

    /// Publishes with a camera; answers the client's number.
    pub fn publish(&mut self, number: u128, wants: Wants) -> usize {
        self.publish_as(Client::over_udp(), peer(number), Kind::Camera, wants)
    }

    pub fn publish_as(&mut self, mut client: Client, peer: PeerId, kind: Kind, wants: Wants) -> usize {
        let offer = client.offer(wants);
        let opened = self.ask(self.node.publish(Publish { stage: STAGE, peer, kind, offer, address: None })).unwrap();
        self.settle(client, &opened)
    }

    pub fn view(&mut self, wants: Wants) -> usize {
        self.view_as(Client::over_udp(), None, wants)
    }

    pub fn view_as(&mut self, mut client: Client, peer: Option<PeerId>, wants: Wants) -> usize {
        let offer = client.offer(wants);
        let opened = self.ask(self.node.view(View { stage: STAGE, peer, offer, address: None })).unwrap();
        self.settle(client, &opened)
    }

    fn settle(&mut self, mut client: Client, opened: &Opened) -> usize {
        client.accept(&opened.answer);
        self.clients.push(client);
        self.connections.push(opened.connection);
        self.clients.len() - 1
    }

    /// Lets everybody live until it is so.
    pub fn until(&mut self, what: &str, mut so: impl FnMut(&mut Self) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            self.clients.iter_mut().for_each(Client::turn);
            while let Ok(notice) = self.notices.try_recv() {
                self.heard.push(notice);
            }
            if so(self) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "waited in vain until {what}; heard {:?}, {:?}",
                self.heard,
                self.node.totals()
            );
            std::thread::park_timeout(Duration::from_millis(1));
        }
    }

    /// Lets so many frames of a publisher pass: a stretch of time that means something on any machine.
    pub fn frames(&mut self, client: usize, count: usize) {
        let before = self.node.totals().received;
        let frames = u64::try_from(count).unwrap();
        assert!(self.clients[client].camera.is_some());
        self.until("frames have passed", |house| house.node.totals().received >= before + frames * 3);
    }

    pub fn pictures(&self, client: usize) -> usize {
        self.clients[client].pictures().len()
    }
}

/// Sequence numbers without a hole: what a viewer is owed when nothing is lost, or all that was lost is repaired.
pub fn missing(sequences: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut sorted: Vec<u64> = sequences.collect();
    sorted.sort_unstable();
    sorted.dedup();
    let pairs = sorted.iter().zip(sorted.iter().skip(1));
    pairs.flat_map(|(before, after)| before + 1..*after).collect()
}
