//! Places: how many connections a stage and an address have. Taken when an offer is accepted, given back on drop.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::Limits;
use crate::offer::Way;
use crate::refusals::OfferRefused;
use crate::words::StageId;

#[derive(Clone)]
pub struct Registry {
    limits: Limits,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    publications: HashMap<StageId, usize>,
    viewers: HashMap<StageId, usize>,
    addresses: HashMap<IpAddr, usize>,
}

/// One connection's place on its stage and behind its address.
pub struct Place {
    registry: Registry,
    stage: StageId,
    way: Way,
    address: Option<IpAddr>,
}

impl Registry {
    pub fn new(limits: Limits) -> Self {
        Self { limits, taken: Arc::default() }
    }

    pub fn take(&self, stage: StageId, way: Way, address: Option<IpAddr>) -> Result<Place, OfferRefused> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(address) = address
            && count(&taken.addresses, &address) >= self.limits.connections_per_address
        {
            return Err(OfferRefused::AddressFull);
        }
        let (places, limit) = match way {
            // A reconnecting publisher holds two places for a moment.
            Way::In => (&mut taken.publications, self.limits.publications_per_stage),
            Way::Out => (&mut taken.viewers, self.limits.viewers_per_stage),
        };
        if count(places, &stage) >= limit {
            return Err(OfferRefused::StageFull);
        }
        *places.entry(stage).or_default() += 1;
        if let Some(address) = address {
            *taken.addresses.entry(address).or_default() += 1;
        }
        Ok(Place { registry: self.clone(), stage, way, address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.registry.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match self.way {
            Way::In => give_back(&mut taken.publications, self.stage),
            Way::Out => give_back(&mut taken.viewers, self.stage),
        }
        if let Some(address) = self.address {
            give_back(&mut taken.addresses, address);
        }
    }
}

fn count<K: Eq + Hash>(places: &HashMap<K, usize>, key: &K) -> usize {
    places.get(key).copied().unwrap_or(0)
}

fn give_back<K: Eq + Hash>(places: &mut HashMap<K, usize>, key: K) {
    if let std::collections::hash_map::Entry::Occupied(mut entry) = places.entry(key) {
        *entry.get_mut() -= 1;
        if *entry.get() == 0 {
            entry.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn registry() -> Registry {
        let limits =
            Limits { publications_per_stage: 1, viewers_per_stage: 2, connections_per_address: 2, ..Limits::default() };
        Registry::new(limits)
    }

    #[test]
    fn a_place_comes_back_when_its_holder_goes() {
        let (registry, stage) = (registry(), StageId(Uuid::nil()));
        let first = registry.take(stage, Way::In, None).unwrap();
        assert_eq!(registry.take(stage, Way::In, None).err(), Some(OfferRefused::StageFull));
        assert!(registry.take(StageId(Uuid::max()), Way::In, None).is_ok(), "another stage has its own places");
        drop(first);
        assert!(registry.take(stage, Way::In, None).is_ok());
    }

    #[test]
    fn an_address_has_so_many_places_on_all_stages() {
        let (registry, address) = (registry(), Some(IpAddr::from([192, 0, 2, 1])));
        let held: Vec<_> =
            (0..2).map(|n| registry.take(StageId(Uuid::from_u128(n)), Way::Out, address).unwrap()).collect();
        assert_eq!(registry.take(StageId(Uuid::nil()), Way::In, address).err(), Some(OfferRefused::AddressFull));
        drop(held);
        assert!(registry.taken.lock().unwrap().addresses.is_empty(), "nothing is kept about who is gone");
        assert!(registry.taken.lock().unwrap().viewers.is_empty());
    }
}
