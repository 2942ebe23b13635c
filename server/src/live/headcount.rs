//! How many sockets an account and an address have open. Touched when a socket comes or goes, never for a message.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;

use super::config::LiveConfig;

#[derive(Debug, Default)]
pub(super) struct Headcount(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    accounts: HashMap<Uuid, usize>,
    addresses: HashMap<IpAddr, usize>,
}

/// One socket's place in the count, given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    headcount: Arc<Headcount>,
    account: Uuid,
    address: IpAddr,
}

impl Headcount {
    /// A place for one more socket, if neither account nor address has its fill.
    pub(super) fn admit(self: &Arc<Self>, config: &LiveConfig, account: Uuid, address: IpAddr) -> Option<Place> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_account = counts.accounts.get(&account).copied().unwrap_or_default();
        let of_address = counts.addresses.get(&address).copied().unwrap_or_default();
        if of_account >= config.sockets_per_account || of_address >= config.sockets_per_address {
            return None;
        }
        *counts.accounts.entry(account).or_default() += 1;
        *counts.addresses.entry(address).or_default() += 1;
        Some(Place { headcount: Arc::clone(self), account, address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.headcount.0.lock().unwrap_or_else(PoisonError::into_inner);
        give_back(&mut counts.accounts, &self.account);
        give_back(&mut counts.addresses, &self.address);
    }
}

fn give_back<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn both_bounds_hold_and_a_place_given_back_is_free_again() {
        let config = LiveConfig { sockets_per_account: 2, sockets_per_address: 3, ..LiveConfig::default() };
        let headcount = Arc::new(Headcount::default());
        let address = |last| IpAddr::from(Ipv4Addr::new(127, 0, 0, last));
        let admit = |account, last| headcount.admit(&config, Uuid::from_u128(account), address(last));
        let first = admit(1, 1);
        let (_second, _other) = (admit(1, 1), admit(2, 1));
        assert!(first.is_some());
        assert!(admit(1, 2).is_none(), "the account has its fill");
        assert!(admit(3, 1).is_none(), "the address has its fill");
        drop(first);
        assert!(admit(1, 1).is_some());
    }

    #[test]
    fn nothing_is_remembered_of_those_who_left() {
        let headcount = Arc::new(Headcount::default());
        drop(headcount.admit(&LiveConfig::default(), Uuid::nil(), Ipv4Addr::LOCALHOST.into()));
        let counts = headcount.0.lock().unwrap();
        assert!(counts.accounts.is_empty() && counts.addresses.is_empty());
    }
}
