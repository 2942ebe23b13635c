//! A poll: its kinds and states, and how it is shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::words;
use crate::platform::ids::{PollId, PollOptionId, WebinarId};

words!(/// How one answers.
PollKind {
    Single "single",
    Multiple "multiple",
    Scale "scale",
    Word "word",
    Quiz "quiz",
});
words!(/// Whether votes are taken.
    PollState { Draft "draft", Open "open", Closed "closed", });
words!(/// Whether anybody sees how the votes fell.
    Results { Hidden "hidden", Shown "shown", });

impl PollKind {
    /// Answered by choosing among what is offered.
    pub const fn has_options(self) -> bool {
        matches!(self, PollKind::Single | PollKind::Multiple | PollKind::Quiz)
    }
}

/// One of the answers that are offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PollOption {
    pub id: PollOptionId,
    pub text: String,
    /// Of a quiz, as soon as the results are shown; those who run the webinar see it always.
    pub correct: Option<bool>,
    /// As soon as the results are shown.
    pub votes: Option<i64>,
}

/// Whole numbers from one to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Scale {
    pub min: i64,
    pub max: i64,
    /// As soon as the results are shown; numbers that nobody chose are left out.
    pub values: Option<Vec<ScaleValue>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScaleValue {
    pub value: i64,
    pub votes: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PollWord {
    pub text: String,
    pub votes: i64,
}

/// What is the same for everybody who sees the poll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PollFrame {
    pub id: PollId,
    pub webinar_id: WebinarId,
    pub kind: PollKind,
    pub title: String,
    /// Empty for a scale and for words.
    pub options: Vec<PollOption>,
    pub scale: Option<Scale>,
    /// Of a poll for words as soon as the results are shown: the most frequent 100.
    pub words: Option<Vec<PollWord>>,
    /// Nobody can find out who chose what, the operator of the server included; so nobody can change their vote either.
    pub anonymous: bool,
    pub state: PollState,
    pub results: Results,
    /// How many have voted.
    pub voters: i64,
    pub revision: i64,
}

/// What one has chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MyVote {
    pub options: Vec<PollOptionId>,
    pub value: Option<i64>,
    pub text: Option<String>,
}

/// A poll with one's own part in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PollView {
    #[serde(flatten)]
    pub frame: PollFrame,
    /// Always absent in an anonymous poll: it is kept nowhere.
    pub my_vote: Option<MyVote>,
    pub voted: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_are_not_chosen_from_a_list() {
        use PollKind as K;
        let offered = [K::Single, K::Multiple, K::Scale, K::Word, K::Quiz].map(K::has_options);
        assert_eq!(offered, [true, true, false, false, true]);
    }
}
