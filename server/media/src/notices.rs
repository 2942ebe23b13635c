//! What the node tells without being asked. Notices travel through a bounded broadcast: who lags learns so
//! (`RecvError::Lagged`), and then reads a snapshot.

use crate::words::{ConnectionId, Kind, Part, PeerId, StageId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The publication's connection stands; its media is forwarded from now on.
    Published { stage: StageId, peer: PeerId, kind: Kind, connection: ConnectionId },
    /// The publication is gone, whether or not it ever stood.
    Unpublished { stage: StageId, peer: PeerId, kind: Kind, connection: ConnectionId, why: Why },
    /// A viewer's connection stands.
    ViewerArrived { stage: StageId, peer: Option<PeerId>, connection: ConnectionId },
    /// A viewer is gone, whether or not the connection ever stood.
    ViewerGone { stage: StageId, peer: Option<PeerId>, connection: ConnectionId, why: Why },
    /// Who speaks now, the latest first. At most a few times a second, and only when it differs.
    Speaking { stage: StageId, peers: Vec<PeerId> },
    /// A file of the recording has been begun: `duration` is not known yet.
    PartStarted { stage: StageId, part: Part },
    /// A file of the recording is complete and seekable.
    PartFinished { stage: StageId, part: Part },
    /// The recording of this publication ended early, because the disk refuses or can't follow.
    PartFailed { stage: StageId, part: Part },
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// `Node::close`, or the other side said goodbye.
    Closed,
    /// `Node::cut`.
    Cut,
    /// `Node::end` or `Node::stop`.
    Ended,
    /// A newer publication of the same peer and kind has taken its place.
    Replaced,
    /// The handshake was not finished in time.
    NoHandshake,
    /// The path is dead: nothing was heard for the time allowed.
    Lost,
    /// A publication that never sent media.
    NoMedia,
    /// The engine refused what it received.
    Fault,
}
