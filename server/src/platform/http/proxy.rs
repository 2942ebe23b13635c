//! Who is really asking: the peer, or what a trusted proxy says about it.

use std::net::IpAddr;
use std::str::FromStr;

use http::HeaderMap;
use serde::{Deserialize, Serialize};

/// The address that limits and log-ins count by. Never logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// A network in prefix notation, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    address: IpAddr,
    prefix_bits: u32,
}

#[derive(Debug, thiserror::Error)]
#[error("not an address or network such as 10.0.0.0/8 or ::1")]
pub struct NotANetwork;

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let width_bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = match prefix {
            Some(prefix) => prefix.parse().map_err(|_| NotANetwork)?,
            None => width_bits,
        };
        if prefix_bits > width_bits { Err(NotANetwork) } else { Ok(Network { address, prefix_bits }) }
    }
}

impl TryFrom<String> for Network {
    type Error = NotANetwork;

    fn try_from(text: String) -> Result<Self, NotANetwork> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> String {
        format!("{}/{}", network.address, network.prefix_bits)
    }
}

impl Network {
    pub fn contains(&self, other: IpAddr) -> bool {
        match (self.address, other.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(other)) => {
                let mask = u32::MAX.checked_shl(32 - self.prefix_bits).unwrap_or(0);
                ours.to_bits() & mask == other.to_bits() & mask
            }
            (IpAddr::V6(ours), IpAddr::V6(other)) => {
                let mask = u128::MAX.checked_shl(128 - self.prefix_bits).unwrap_or(0);
                ours.to_bits() & mask == other.to_bits() & mask
            }
            _ => false,
        }
    }
}

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_HOST: &str = "x-forwarded-host";
const FORWARDING: &[&str] =
    &[FORWARDED_FOR, FORWARDED_HOST, "x-forwarded-proto", "x-forwarded-port", "x-real-ip", "forwarded"];

/// What is left of the forwarding headers once the peer has been looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Forwarded {
    pub client: ClientAddress,
    /// The host that a trusted proxy was asked for.
    pub host: Option<String>,
}

/// Reads and removes the forwarding headers, so that nothing further in can trust them by mistake.
pub(super) fn take_forwarded(headers: &mut HeaderMap, peer: IpAddr, trusted: &[Network]) -> Forwarded {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut forwarded = Forwarded { client: ClientAddress(peer.to_canonical()), host: None };
    if is_trusted(peer) {
        forwarded.client = ClientAddress(client_behind(headers, peer, is_trusted).to_canonical());
        forwarded.host = headers.get(FORWARDED_HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    }
    for name in FORWARDING {
        headers.remove(*name);
    }
    forwarded
}

/// The last address in the list that is not one of our proxies: everything left of it could have been made up.
fn client_behind(headers: &HeaderMap, peer: IpAddr, is_trusted: impl Fn(IpAddr) -> bool) -> IpAddr {
    let mut client = peer;
    for line in headers.get_all(FORWARDED_FOR).iter().rev() {
        for entry in line.to_str().unwrap_or_default().rsplit(',') {
            let Ok(address) = entry.trim().parse::<IpAddr>() else { return client };
            client = address;
            if !is_trusted(address) {
                return client;
            }
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forwarded(list: &str, peer: &str, trusted: &[&str]) -> Forwarded {
        let mut headers = HeaderMap::new();
        headers.insert(FORWARDED_FOR, list.parse().unwrap());
        headers.insert(FORWARDED_HOST, "talk.example".parse().unwrap());
        let trusted: Vec<Network> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        let forwarded = take_forwarded(&mut headers, peer.parse().unwrap(), &trusted);
        assert!(headers.is_empty(), "nothing further in may see them");
        forwarded
    }

    #[test]
    fn an_untrusted_peer_cannot_name_another_client_or_host() {
        let forwarded = forwarded("198.51.100.7", "203.0.113.9", &["10.0.0.0/8"]);
        assert_eq!(forwarded, Forwarded { client: ClientAddress("203.0.113.9".parse().unwrap()), host: None });
    }

    #[test]
    fn behind_proxies_the_last_foreign_address_counts() {
        let forwarded = forwarded("1.1.1.1, 198.51.100.7, 10.0.0.2", "::ffff:10.0.0.1", &["10.0.0.0/8"]);
        assert_eq!(forwarded.client, ClientAddress("198.51.100.7".parse().unwrap()));
        assert_eq!(forwarded.host.as_deref(), Some("talk.example"));
    }

    #[test]
    fn rubbish_in_the_list_ends_the_search() {
        let forwarded = forwarded("198.51.100.7, what, 10.0.0.2", "10.0.0.1", &["10.0.0.0/8"]);
        assert_eq!(forwarded.client, ClientAddress("10.0.0.2".parse().unwrap()));
    }

    #[test]
    fn networks_are_read_strictly() {
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("10.0.0/8".parse::<Network>().is_err());
        assert!("::/0".parse::<Network>().unwrap().contains("2001:db8::1".parse().unwrap()));
        assert!(!"10.0.0.0/9".parse::<Network>().unwrap().contains("10.128.0.1".parse().unwrap()));
        assert!("0.0.0.0/0".parse::<Network>().unwrap().contains("9.9.9.9".parse().unwrap()));
    }
}
