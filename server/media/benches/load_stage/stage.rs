//! A node with one publisher and its viewers, all on loopback. Viewers decrypt what they get and send feedback.

use std::time::{Duration, Instant};

use guildhall_media::{Kind, Limits, Node, NodeConfig, PeerId, Publish, StageId, View};
use uuid::Uuid;

use crate::client::{Client, Wants};
use crate::{Cost, thread_time};

const STAGE: StageId = StageId(Uuid::nil());
const NODE_THREAD: &str = "media-0";
const ALL_STAND_WITHIN: Duration = Duration::from_mins(1);

pub struct Stage {
    node: Node,
    publisher: Client,
    viewers: Vec<Client>,
}

impl Stage {
    pub fn open(viewers: usize, bytes: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let limits = Limits { viewers_per_stage: viewers, ..Limits::default() };
        let node = Node::start(NodeConfig { limits, ..NodeConfig::loopback() }).unwrap();
        let mut publisher = Client::over_udp();
        let offer = publisher.offer(Wants::PUBLISHER);
        let publish = Publish { stage: STAGE, peer: PeerId(Uuid::nil()), kind: Kind::Camera, offer, address: None };
        publisher.accept(&runtime.block_on(node.publish(publish)).unwrap().answer);
        publisher.camera.as_mut().unwrap().best_bytes = bytes;
        let mut stage = Self { node, publisher, viewers: Vec::new() };
        for _ in 0..viewers {
            let mut viewer = Client::over_udp();
            viewer.keeps = false;
            let offer = viewer.offer(Wants::VIEWER);
            let view = View { stage: STAGE, peer: None, offer, address: None };
            viewer.accept(&runtime.block_on(stage.node.view(view)).unwrap().answer);
            stage.viewers.push(viewer);
            stage.turn();
        }
        let deadline = Instant::now() + ALL_STAND_WITHIN;
        while !stage.viewers.iter().all(|viewer| viewer.counted > 100) {
            assert!(Instant::now() < deadline, "not all viewers see: {:?}", stage.node.totals());
            stage.turn();
        }
        stage
    }

    pub fn measure(&mut self, span: Duration) -> Cost {
        let (packets, seconds) = (self.node.totals().forwarded, thread_time::of(NODE_THREAD).unwrap());
        let end = Instant::now() + span;
        while Instant::now() < end {
            self.turn();
        }
        let forwarded = self.node.totals().forwarded - packets;
        Cost { packets: forwarded, seconds: thread_time::of(NODE_THREAD).unwrap() - seconds }
    }

    /// Packets that were forwarded and never came: the load was more than this machine takes.
    pub fn lost(&self) -> u64 {
        let counted: u64 = self.viewers.iter().map(|viewer| viewer.counted).sum();
        self.node.totals().forwarded.saturating_sub(counted)
    }

    fn turn(&mut self) {
        self.publisher.turn();
        for viewer in &mut self.viewers {
            viewer.turn();
        }
        std::thread::park_timeout(Duration::from_micros(200));
    }
}
