//! The media port: who carries sound and picture of a stage. Narrow on purpose, so that other media servers can take it.
//!
//! A stage, a peer and a connection are ids that mean nothing to whoever carries them. A command holds when its call
//! answers: a peer that was silenced or cut off is not heard any more, whatever its client does.

mod node;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

pub use node::OwnNode;

/// One connection of a publisher or a viewer. Can't be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub Uuid);

/// What a publication shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Medium {
    Camera,
    Screen,
}

/// What a peer is not to be heard or seen with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Silenced {
    pub audio: bool,
    pub video: bool,
}

/// A wish to send. A newer publication of the same peer and medium takes the place of the older.
#[derive(Debug, Clone)]
pub struct Publish {
    pub stage: Uuid,
    pub peer: Uuid,
    pub medium: Medium,
    /// SDP.
    pub offer: String,
    pub address: IpAddr,
}

/// A wish to receive.
#[derive(Debug, Clone)]
pub struct View {
    pub stage: Uuid,
    /// Whose own publications are left out.
    pub peer: Option<Uuid>,
    /// SDP.
    pub offer: String,
    pub address: IpAddr,
}

/// A connection that has been agreed upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub connection: ConnectionId,
    /// SDP.
    pub answer: String,
    /// Names the state of the path; another after each restart of it.
    pub tag: String,
}

/// What became of a change of the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patched {
    Unchanged,
    /// The path starts anew with this SDP fragment.
    Restarted {
        fragment: String,
        tag: String,
    },
}

/// Why a wish was not granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the offer is too large")]
    TooLarge,
    #[error("the offer is not understood or of no use here")]
    NotUsable,
    #[error("there is no place left")]
    Full,
    #[error("there is no such connection")]
    Unknown,
    #[error("the media server cannot do it now")]
    Unavailable,
}

/// Where and since when a stage is recorded.
#[derive(Debug, Clone)]
pub struct Recording {
    /// Is there and is empty, or holds earlier parts of the same recording.
    pub folder: PathBuf,
    /// How long ago the recording's clock began.
    pub elapsed: Duration,
}

/// One file of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub peer: Uuid,
    pub medium: Medium,
    pub file: PathBuf,
    /// When it begins on the recording's clock.
    pub offset: Duration,
    /// Known when it is complete.
    pub duration: Option<Duration>,
}

/// What whoever carries the stage tells without being asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A connection has ended, for whatever reason.
    Gone {
        stage: Uuid,
        connection: ConnectionId,
        was_publication: bool,
    },
    /// Some were lost: compare.
    Missed,
    PartStarted {
        stage: Uuid,
        part: Part,
    },
    PartFinished {
        stage: Uuid,
        part: Part,
    },
}

/// What is told, in order. The number that may wait is bounded; whoever is too slow hears [`Notice::Missed`].
#[async_trait]
pub trait Notices: Send {
    /// The next notice; none when nobody is left who could tell.
    async fn next(&mut self) -> Option<Notice>;
    /// The next one that has been told already.
    fn waiting(&mut self) -> Option<Notice>;
}

/// Carries sound and picture.
#[async_trait]
pub trait Media: Send + Sync + 'static {
    async fn publish(&self, wish: Publish) -> Result<Opened, Refused>;
    async fn view(&self, wish: View) -> Result<Opened, Refused>;
    /// Takes an SDP fragment: candidates, or a new path for the same connection.
    async fn patch(&self, connection: ConnectionId, fragment: String) -> Result<Patched, Refused>;
    async fn close(&self, connection: ConnectionId);
    async fn silence(&self, stage: Uuid, peer: Uuid, what: Silenced);
    /// Ends all connections of a stage and its recording.
    async fn end(&self, stage: Uuid);
    /// Doing it twice is as good as once.
    async fn record(&self, stage: Uuid, recording: Recording) -> Result<(), Refused>;
    async fn stop_recording(&self, stage: Uuid);
    /// The publications of a stage that are there now.
    async fn publications(&self, stage: Uuid) -> Vec<ConnectionId>;
    /// What is told from now on.
    fn notices(&self) -> Box<dyn Notices>;
    /// Ends everything and finishes the files of recordings; what there is to tell of it has been told when it answers.
    async fn stop(&self);
}
