//! A question: its states, and how it is shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::words;
use crate::changes::Position;
use crate::members::Person;
use crate::platform::clock::Millis;
use crate::platform::ids::{QuestionId, WebinarId};

words!(/// How far a question has come.
QuestionState {
    Waiting "waiting",
    Open "open",
    Live "live",
    Answered "answered",
    Dismissed "dismissed",
});

impl QuestionState {
    /// Shown to its author and to those who run the webinar only.
    pub const fn is_held(self) -> bool {
        matches!(self, QuestionState::Waiting | QuestionState::Dismissed)
    }
}

/// An answer in writing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Answer {
    /// Plain text.
    pub body: String,
    pub by: Person,
}

/// What is the same for everybody who sees the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuestionFrame {
    pub id: QuestionId,
    pub webinar_id: WebinarId,
    /// Plain text.
    pub body: String,
    /// Absent where the question was asked anonymously, also for those who run the webinar.
    pub author: Option<Person>,
    pub anonymous: bool,
    pub state: QuestionState,
    pub answer: Option<Answer>,
    pub votes: i64,
    pub pinned: bool,
    pub asked_at: Millis,
    /// When it was last taken up live: where a recording tells of it.
    pub live_at: Option<Millis>,
    pub answered_at: Option<Millis>,
    pub revision: i64,
}

/// A question with one's own part in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuestionView {
    #[serde(flatten)]
    pub frame: QuestionFrame,
    pub my_vote: bool,
    pub mine: bool,
}

/// What everybody may learn of a question.
#[derive(Debug, Clone)]
pub enum QuestionNews {
    Shown(Box<QuestionFrame>),
    /// It waits, or was dismissed.
    Held,
    Deleted,
}

/// Where a question stands in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuestionKey {
    pub votes: i64,
    pub position: Position,
}

impl std::fmt::Display for QuestionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.votes, self.position)
    }
}

impl std::str::FromStr for QuestionKey {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (votes, position) = text.split_once('.').ok_or(())?;
        Ok(QuestionKey { votes: votes.parse().map_err(|_| ())?, position: position.parse().map_err(|_| ())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_or_was_dismissed_is_held_back() {
        use QuestionState as Q;
        let held = [Q::Waiting, Q::Open, Q::Live, Q::Answered, Q::Dismissed].map(Q::is_held);
        assert_eq!(held, [true, false, false, false, true]);
    }

    #[test]
    fn a_place_in_the_list_survives_its_cursor() {
        let key = QuestionKey { votes: 12, position: Position(7) };
        assert_eq!(key.to_string().parse(), Ok(key));
        for wrong in ["", ".", "1", "1.x", "x.1"] {
            assert_eq!(wrong.parse::<QuestionKey>(), Err(()), "{wrong}");
        }
    }
}
