//! Which source is in which slot. A viewer's slots are fixed by the offer; the node fills them, and moves as little as
//! possible, since a picture that jumps to another tile is worse than one in the wrong order.

use std::cmp::Reverse;
use std::time::Instant;

use str0m::media::MediaKind;

use super::programme::{Programme, Source, SourceKey};
use crate::words::{Kind, PeerId};

/// The sources of one medium in the order of their claim to a slot: screens, then the latest speakers, then who came first.
/// A viewer's own are not among them.
pub fn ranked(programme: &Programme, media: MediaKind, own: Option<PeerId>) -> Vec<SourceKey> {
    let mut sources: Vec<&Source> =
        programme.sources.iter().filter(|source| source.key.media == media && Some(source.key.peer) != own).collect();
    sources.sort_by_key(|source| claim(source, media));
    sources.into_iter().map(|source| source.key).collect()
}

/// Smaller is stronger. The sound of a screen claims a slot before all voices only while it is heard: most screens are silent.
fn claim(source: &Source, media: MediaKind) -> (Reverse<bool>, Reverse<Option<Instant>>, Instant) {
    let first = source.key.kind == Kind::Screen && (media == MediaKind::Video || source.spoke.is_some());
    (Reverse(first), Reverse(source.spoke), source.since)
}

/// Fills the slots with the strongest claims. Who is in a slot and still among them stays; a newcomer takes `preferred` if
/// that is free, else the first free one.
pub fn assign(
    slots: &[Option<SourceKey>],
    ranked: &[SourceKey],
    preferred: impl Fn(SourceKey) -> Option<usize>,
) -> Vec<Option<SourceKey>> {
    let chosen = &ranked[..ranked.len().min(slots.len())];
    let mut filled: Vec<Option<SourceKey>> = slots.iter().map(|slot| slot.filter(|key| chosen.contains(key))).collect();
    for key in chosen {
        if filled.contains(&Some(*key)) {
            continue;
        }
        let wished = preferred(*key).filter(|slot| filled.get(*slot) == Some(&None));
        if let Some(slot) = wished.or_else(|| filled.iter().position(Option::is_none)) {
            filled[slot] = Some(*key);
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;
    use uuid::Uuid;

    fn key(peer: u128, kind: Kind, media: MediaKind) -> SourceKey {
        SourceKey { peer: PeerId(Uuid::from_u128(peer)), kind, media }
    }

    fn camera(peer: u128) -> SourceKey {
        key(peer, Kind::Camera, MediaKind::Video)
    }

    fn source(key: SourceKey, since: Instant, spoke: Option<Instant>) -> Source {
        Source { key, publication: 1, spoke, since, layers: Vec::new(), kilobits: 0 }
    }

    #[test]
    fn screens_come_first_then_the_latest_speakers_then_who_came_first() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let screen = key(3, Kind::Screen, MediaKind::Video);
        let sources = vec![
            source(camera(1), at(0), None),
            source(camera(2), at(1), Some(at(10))),
            source(screen, at(5), None),
            source(camera(4), at(2), Some(at(20))),
            source(camera(5), at(0), Some(at(30))),
        ];
        let programme = Programme { sources, speaking: Vec::new() };
        let own = Some(PeerId(Uuid::from_u128(5)));
        assert_eq!(ranked(&programme, MediaKind::Video, own), [screen, camera(4), camera(2), camera(1)]);
    }

    #[test]
    fn a_silent_screen_does_not_take_the_only_sound_from_a_speaker() {
        let start = Instant::now();
        let (screen, voice) = (key(1, Kind::Screen, MediaKind::Audio), key(2, Kind::Camera, MediaKind::Audio));
        let mut programme = Programme {
            sources: vec![source(screen, start, None), source(voice, start, Some(start))],
            speaking: Vec::new(),
        };
        assert_eq!(ranked(&programme, MediaKind::Audio, None), [voice, screen]);
        programme.sources[0].spoke = Some(start);
        assert_eq!(ranked(&programme, MediaKind::Audio, None), [screen, voice]);
    }

    #[test]
    fn who_is_in_a_slot_stays_there_and_a_stronger_claim_takes_the_weakest_ones_place() {
        let slots = [Some(camera(1)), Some(camera(2)), Some(camera(3))];
        let now = assign(&slots, &[camera(4), camera(3), camera(1), camera(2)], |_| None);
        assert_eq!(now, [Some(camera(1)), Some(camera(4)), Some(camera(3))]);
    }

    #[test]
    fn sound_goes_beside_its_picture_where_it_can() {
        let now = assign(&[None, None, None], &[camera(1), camera(2)], |key| (key == camera(2)).then_some(2));
        assert_eq!(now, [Some(camera(1)), None, Some(camera(2))]);
    }

    proptest! {
        #[test]
        fn no_source_is_shown_twice_and_no_slot_is_left_empty(
            before in proptest::collection::vec(proptest::option::of(0_u128..9), 0..8),
            mut claims in proptest::collection::vec(0_u128..9, 0..12),
        ) {
            claims.sort_unstable();
            claims.dedup();
            let mut seen = Vec::new();
            let before: Vec<_> = before.into_iter().map(|peer| peer.filter(|peer| !seen.contains(peer) && { seen.push(*peer); true }).map(camera)).collect();
            let claims: Vec<_> = claims.into_iter().map(camera).collect();
            let after = assign(&before, &claims, |_| None);
            prop_assert_eq!(after.len(), before.len());
            prop_assert_eq!(after.iter().flatten().count(), claims.len().min(before.len()));
            for key in &claims[..claims.len().min(before.len())] {
                prop_assert_eq!(after.iter().flatten().filter(|shown| *shown == key).count(), 1);
            }
            for (was, is) in before.iter().zip(&after) {
                if was.is_some() && after.contains(was) {
                    prop_assert_eq!(was, is);
                }
            }
        }
    }
}
