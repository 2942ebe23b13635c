//! How a node is set up, and its bounds. Every bound has a name and a refusal or a counter.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct NodeConfig {
    /// Where media comes in over UDP. Port 0 takes any.
    pub udp: SocketAddr,
    /// Where media comes in over TCP (RFC 6544, passive), for networks that let no UDP through.
    pub tcp: Option<SocketAddr>,
    /// The addresses that answers name; needed behind a NAT. Empty: the bound address, or the one the system would send from.
    pub announced: Vec<IpAddr>,
    /// Media threads. The first also reads the socket for the others.
    pub threads: usize,
    pub limits: Limits,
}

impl NodeConfig {
    /// On this machine only, on ports that are free.
    pub fn loopback() -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self { udp: any, tcp: Some(any), announced: Vec::new(), threads: 1, limits: Limits::default() }
    }
}

#[derive(Clone, Debug)]
pub struct Limits {
    pub offer_bytes: usize,
    pub fragment_bytes: usize,
    pub media_lines: usize,
    pub publications_per_stage: usize,
    pub viewers_per_stage: usize,
    /// Whole companies sit behind one address: generous, yet bounded.
    pub connections_per_address: usize,
    /// From the answer to a standing connection.
    pub handshake: Duration,
    /// From a standing publication to its first media packet.
    pub first_media: Duration,
    /// Without a sign of life, and after a lost path.
    pub silence: Duration,
    pub publisher_packets_per_second: u32,
    pub viewer_packets_per_second: u32,
    /// TCP connections that have not yet said who they are.
    pub tcp_strangers: usize,
    /// What may wait for one slow TCP connection before packets are dropped.
    pub tcp_backlog_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            offer_bytes: 64 * 1024,
            fragment_bytes: 16 * 1024,
            media_lines: 32,
            publications_per_stage: 32,
            viewers_per_stage: 2_000,
            connections_per_address: 500,
            handshake: Duration::from_secs(15),
            first_media: Duration::from_secs(30),
            silence: Duration::from_secs(15),
            publisher_packets_per_second: 4_000,
            viewer_packets_per_second: 1_000,
            tcp_strangers: 256,
            tcp_backlog_bytes: 512 * 1024,
        }
    }
}
