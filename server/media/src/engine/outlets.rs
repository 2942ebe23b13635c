//! The ways out: one UDP socket for everybody, and a TCP link for those who came over one.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use str0m::net::{Protocol, Transmit};

use super::links::Links;
use super::shared::Shared;

pub struct Outlets {
    shared: Arc<Shared>,
    /// The socket speaks IPv6, and knows IPv4 addresses as mapped ones.
    mapped: bool,
    pub links: Links,
}

impl Outlets {
    pub fn new(shared: Arc<Shared>, links: Links) -> Self {
        let mapped = shared.udp_address.is_ipv6();
        Self { shared, mapped, links }
    }

    /// Sends or drops. Media is perishable: what the system does not take at once is counted, and repaired by the receiver.
    pub fn send(&mut self, transmit: &Transmit) {
        let sent = match transmit.proto {
            Protocol::Udp => {
                self.shared.udp.send_to(&transmit.contents, self.as_the_socket_knows(transmit.destination)).is_ok()
            }
            _ => self.links.send(transmit.destination, &transmit.contents),
        };
        let counters = &self.shared.counters;
        if sent { counters.sent.one() } else { counters.send_failures.one() }
    }

    fn as_the_socket_knows(&self, address: SocketAddr) -> SocketAddr {
        match address.ip() {
            IpAddr::V4(ip) if self.mapped => SocketAddr::new(ip.to_ipv6_mapped().into(), address.port()),
            _ => address,
        }
    }
}

/// An address as the rest of us knows it: IPv4 is IPv4, also through an IPv6 socket.
pub fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
