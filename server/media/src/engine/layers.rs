//! Which layer of each picture a viewer gets: as large as the tile, as good as the path allows, sound before pictures.

use str0m::media::Rid;

use super::programme::LayerFact;

/// What a slot shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// Nothing: no source, a tile out of sight, or no room on the path.
    #[default]
    Off,
    Layer(Option<Rid>),
}

/// One picture that asks for its share.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    pub now: Target,
    /// The tile's height in device pixels, if the viewer has said it. 0: out of sight.
    pub height: Option<u32>,
    /// The best first.
    pub layers: &'a [LayerFact],
}

/// Room that must be left above a layer's rate before it is begun, in percent. To stay, the rate itself must fit.
const HEADROOM_PERCENT: u64 = 25;
/// Rates waver: what is shown stays until it is clearly too much.
const STAYS_PERCENT: u64 = 5;

/// Gives out what the path carries: `kilobits` is the estimate, `None` as long as there is none, `sound` is taken off first.
/// Wishes come in the order of their importance: all get their smallest layer before any gets a larger one.
pub fn share(kilobits: Option<u64>, sound: u64, wishes: &[Wish<'_>]) -> Vec<Target> {
    let mut left = kilobits.map_or(u64::MAX, |all| all.saturating_sub(sound));
    let mut given: Vec<Option<usize>> = vec![None; wishes.len()];
    for (wish, place) in wishes.iter().zip(&mut given) {
        let Some(smallest) = wish.layers.len().checked_sub(1).filter(|_| wish.height != Some(0)) else { continue };
        if fits(wish, smallest, left) {
            *place = Some(smallest);
            left = left.saturating_sub(wish.layers[smallest].kilobits);
        }
    }
    for (wish, place) in wishes.iter().zip(&mut given) {
        let Some(smallest) = *place else { continue };
        let with_own = left.saturating_add(wish.layers[smallest].kilobits);
        let best = (largest_wanted(wish)..smallest).find(|layer| fits(wish, *layer, with_own)).unwrap_or(smallest);
        left = with_own.saturating_sub(wish.layers[best].kilobits);
        *place = Some(best);
    }
    wishes
        .iter()
        .zip(given)
        .map(|(wish, place)| place.map_or(Target::Off, |at| Target::Layer(wish.layers[at].rid)))
        .collect()
}

fn fits(wish: &Wish<'_>, layer: usize, left: u64) -> bool {
    let fact = &wish.layers[layer];
    // A smaller layer than the one shown is a retreat, and needs no headroom either.
    let shown = wish.layers.iter().position(|fact| wish.now == Target::Layer(fact.rid));
    if shown.is_some_and(|shown| shown <= layer) {
        fact.kilobits.saturating_mul(100 - STAYS_PERCENT) / 100 <= left
    } else {
        fact.kilobits.saturating_mul(100 + HEADROOM_PERCENT) / 100 <= left
    }
}

/// The smallest layer that fills the tile; the best one if nothing is known.
fn largest_wanted(wish: &Wish<'_>) -> usize {
    let Some(height) = wish.height else { return 0 };
    wish.layers.iter().rposition(|layer| layer.height.is_some_and(|own| own >= height)).unwrap_or(0)
}

/// What to let the estimator try for: `(minimum, desired)` in kilobits. The minimum is filled up with padding, so there is
/// one only where a picture waits for room to begin.
pub fn ambition(sound: u64, wishes: &[Wish<'_>], given: &[Target]) -> (u64, u64) {
    let visible = || wishes.iter().zip(given).filter(|(wish, _)| wish.height != Some(0) && !wish.layers.is_empty());
    let wanted: u64 = visible().map(|(wish, _)| wish.layers[largest_wanted(wish)].kilobits).sum();
    let waiting = visible().find(|(_, target)| **target == Target::Off).and_then(|(wish, _)| wish.layers.last());
    let desired = (sound + wanted) * (100 + HEADROOM_PERCENT) / 100;
    let minimum = waiting.map_or(0, |layer| (sound + layer.kilobits) * (100 + HEADROOM_PERCENT) / 100);
    (minimum.min(desired), desired)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn layer(rid: &str, kilobits: u64, height: u32) -> LayerFact {
        LayerFact { rid: Some(rid.into()), kilobits, height: Some(height) }
    }

    fn three() -> Vec<LayerFact> {
        vec![layer("h", 1_200, 720), layer("m", 400, 360), layer("l", 120, 180)]
    }

    fn on(rid: &str) -> Target {
        Target::Layer(Some(rid.into()))
    }

    fn one(kilobits: Option<u64>, now: Target, height: Option<u32>) -> Target {
        share(kilobits, 40, &[Wish { now, height, layers: &three() }])[0]
    }

    #[test]
    fn the_layer_follows_the_path() {
        assert_eq!(one(None, Target::Off, None), on("h"));
        assert_eq!(one(Some(2_000), Target::Off, None), on("h"));
        assert_eq!(one(Some(1_000), Target::Off, None), on("m"));
        assert_eq!(one(Some(300), Target::Off, None), on("l"));
        assert_eq!(
            one(Some(150), Target::Off, None),
            Target::Off,
            "sound goes first, and below the lowest layer there is only sound"
        );
    }

    #[test]
    fn a_path_that_wavers_around_a_rate_does_not_make_the_picture_waver() {
        assert_eq!(one(Some(1_300), on("m"), None), on("m"), "not enough headroom to go up");
        assert_eq!(one(Some(1_300), on("h"), None), on("h"), "enough to stay");
        assert_eq!(one(Some(1_100), on("h"), None), on("m"));
        assert_eq!(one(Some(165), on("l"), None), on("l"));
        assert_eq!(one(Some(165), Target::Off, None), Target::Off);
    }

    #[test]
    fn a_small_tile_gets_a_small_picture_and_a_hidden_one_none() {
        assert_eq!(one(Some(9_000), Target::Off, Some(180)), on("l"));
        assert_eq!(one(Some(9_000), Target::Off, Some(200)), on("m"));
        assert_eq!(one(Some(9_000), Target::Off, Some(2_000)), on("h"));
        assert_eq!(one(Some(9_000), on("h"), Some(0)), Target::Off);
    }

    #[test]
    fn everybody_is_seen_before_anybody_is_seen_well() {
        let layers = three();
        let wishes: Vec<_> = (0..3).map(|_| Wish { now: Target::Off, height: None, layers: &layers }).collect();
        assert_eq!(share(Some(1_000), 40, &wishes), [on("m"), on("l"), on("l")]);
        assert_eq!(share(Some(250), 40, &wishes), [on("l"), Target::Off, Target::Off]);
    }

    #[test]
    fn a_picture_that_waits_is_what_the_path_is_tried_for() {
        let layers = three();
        let wishes = [Wish { now: Target::Off, height: None, layers: &layers }];
        assert_eq!(ambition(40, &wishes, &[Target::Off]), (200, 1_550));
        assert_eq!(ambition(40, &wishes, &[on("l")]), (0, 1_550));
    }

    proptest! {
        #[test]
        fn what_is_begun_fits(kilobits in 0_u64..5_000, rates in proptest::collection::vec((1_u64..2_000, 1_u64..2_000, 1_u64..2_000), 0..7)) {
            let layers: Vec<Vec<LayerFact>> = rates.iter().map(|(a, b, c)| {
                let mut sorted = [*a, *b, *c];
                sorted.sort_unstable();
                vec![layer("h", sorted[2], 720), layer("m", sorted[1], 360), layer("l", sorted[0], 180)]
            }).collect();
            let wishes: Vec<_> = layers.iter().map(|layers| Wish { now: Target::Off, height: None, layers }).collect();
            let used: u64 = share(Some(kilobits), 0, &wishes).iter().zip(&layers).map(|(target, layers)| {
                layers.iter().find(|layer| *target == Target::Layer(layer.rid)).map_or(0, |layer| layer.kilobits)
            }).sum();
            prop_assert!(used <= kilobits);
        }
    }
}
