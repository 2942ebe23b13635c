//! Cheers: emoji over the screens of those who watch. They are kept nowhere and cost one read each; who watches hears one
//! frame in half a second, whatever the number of those who send.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use crate::access::{Actor, Cheer, see_for};
use crate::app::App;
use crate::messages;
use crate::platform::ids::WebinarId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Refusal, Result};

/// The most different emoji of one webinar between two frames.
const EMOJI_MAX: usize = 32;

/// How often each emoji was sent.
pub type Counts = BTreeMap<String, u32>;

/// What was sent since the last frame.
#[derive(Debug, Default)]
pub struct Cheers(Mutex<HashMap<WebinarId, Counts>>);

impl Cheers {
    fn add(&self, webinar: WebinarId, emoji: &str) -> Result<(), Refusal> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = waiting.entry(webinar).or_default();
        if let Some(count) = counts.get_mut(emoji) {
            *count = count.saturating_add(1);
        } else if counts.len() < EMOJI_MAX {
            counts.insert(emoji.to_owned(), 1);
        } else {
            return Err(Refusal::field("emoji", "too_many"));
        }
        Ok(())
    }

    /// Everything since the last call, for showing it.
    pub fn take(&self) -> HashMap<WebinarId, Counts> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Sends an emoji over the screens.
pub async fn cheer(app: &App, actor: &Actor, webinar: WebinarId, emoji: &str) -> Result<()> {
    let emoji = messages::emoji(emoji)?;
    app.limits.check(Limit::Cheer, Key::of(&[&actor.account]))?;
    let reader = app.store.read().await?;
    let seen = see_for::<Cheer>(&reader, actor, webinar).await?;
    app.cheers.add(seen.target(), emoji)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn whatever_is_sent_between_two_frames_is_told_once_and_by_webinar() {
        let cheers = Cheers::default();
        let [one, two] = [1, 2].map(|n| WebinarId(Uuid::from_u128(n)));
        for _ in 0..500 {
            cheers.add(one, "👏").unwrap();
        }
        cheers.add(one, "❤️").unwrap();
        cheers.add(two, "👏").unwrap();
        let told = cheers.take();
        assert_eq!(told[&one], Counts::from([("👏".to_owned(), 500), ("❤️".to_owned(), 1)]));
        assert_eq!(told[&two], Counts::from([("👏".to_owned(), 1)]));
        assert!(cheers.take().is_empty());
    }

    #[test]
    fn the_number_of_different_emoji_is_bounded() {
        let (cheers, webinar) = (Cheers::default(), WebinarId(Uuid::nil()));
        for n in 0..EMOJI_MAX {
            cheers.add(webinar, &format!("👏{n}")).unwrap();
        }
        assert!(cheers.add(webinar, "🎉").is_err());
        assert!(cheers.add(webinar, "👏0").is_ok());
    }
}
