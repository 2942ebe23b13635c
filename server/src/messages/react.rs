//! Reactions.

use super::store;
use crate::access::{Actor, React, permit};
use crate::app::App;
use crate::platform::ids::MessageId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Refusal, Result};

/// The most bytes of an emoji: a family of four with skin tones fits.
const EMOJI_BYTES_MAX: usize = 64;
/// The most different emoji on one message.
const EMOJI_PER_MESSAGE_MAX: i64 = 20;

/// Adds a reaction; a second time it stays as it is.
pub async fn react(app: &App, actor: &Actor, message: MessageId, emoji: &str) -> Result<()> {
    let emoji = self::emoji(emoji)?;
    let tx = app.store.begin().await?;
    let permit = permit::<React>(&tx, actor, message).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    if store::distinct_emoji_besides(&tx, message, emoji).await? >= EMOJI_PER_MESSAGE_MAX {
        return Err(Refusal::field("emoji", "too_many").into());
    }
    store::add_reaction(&permit, emoji).await?;
    tx.commit().await
}

/// Takes a reaction back.
pub async fn unreact(app: &App, actor: &Actor, message: MessageId, emoji: &str) -> Result<()> {
    let emoji = self::emoji(emoji)?;
    let tx = app.store.begin().await?;
    let permit = permit::<React>(&tx, actor, message).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    store::remove_reaction(&permit, emoji).await?;
    tx.commit().await
}

/// An emoji is short and has nothing of a word, of markup or of white space in it.
pub fn emoji(emoji: &str) -> Result<&str> {
    let is_emoji = !emoji.is_empty()
        && emoji.len() <= EMOJI_BYTES_MAX
        && !emoji.is_ascii()
        && !emoji.chars().any(|c| c.is_alphabetic() || c.is_whitespace() || c.is_control() || "<>&\"'/\\".contains(c));
    if is_emoji { Ok(emoji) } else { Err(Refusal::field("emoji", "invalid_emoji").into()) }
}

#[cfg(test)]
mod tests {
    use super::emoji;

    #[test]
    fn emoji_pass_and_words_do_not() {
        for shown in ["👍", "❤️", "👨‍👩‍👧‍👦", "1️⃣", "🇩🇪", "✅"] {
            assert!(emoji(shown).is_ok(), "{shown}");
        }
        for word in ["", "ok", "<b>", "👍 👍", "1", "é", "\u{202e}👍x"] {
            assert!(emoji(word).is_err(), "{word}");
        }
    }
}
