//! The bounds of the engine that an operator may move. Bounds that are part of the protocol are constants beside the
//! code that keeps them.

use std::time::Duration;

/// Bounds of one hub. [`LiveConfig::default`] holds the values that are promised to clients.
#[derive(Debug, Clone)]
pub struct LiveConfig {
    /// Threads that own sockets; one per core.
    pub shards: usize,
    pub sockets_per_account: usize,
    pub sockets_per_address: usize,
    /// Frames a socket may send, of whatever kind: the rate at which its allowance refills, and the allowance.
    pub frames_per_second: u32,
    pub frame_burst: u32,
    /// Bytes that may wait for one socket beyond what its kernel buffer takes.
    pub backlog_bytes: usize,
    /// How long the oldest of them may wait.
    pub backlog_age: Duration,
    /// A socket that was silent for this long, our pings included, is gone.
    pub silence: Duration,
    /// Kernel send buffer of a socket; `None` leaves it to the kernel, which may grow it to several MiB.
    pub send_buffer: Option<usize>,
    /// How long a member stays online after the last socket left, so that a reconnect does not flicker.
    pub presence_grace: Duration,
}

impl Default for LiveConfig {
    fn default() -> Self {
        Self {
            shards: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            sockets_per_account: 10,
            sockets_per_address: 200,
            frames_per_second: 50,
            frame_burst: 100,
            backlog_bytes: 256 * 1024,
            backlog_age: Duration::from_secs(10),
            silence: Duration::from_mins(1),
            send_buffer: None,
            presence_grace: Duration::from_secs(5),
        }
    }
}
