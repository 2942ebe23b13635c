//! The floor of a webinar: what its audience says and does beside the chat. Hands, questions, polls, slides, cheers, and how
//! they run.
//!
//! Invariants:
//! - The queue of hands is in the order of the positions at which they went up.
//! - A question that waits or was dismissed is there for its author and for those who run the webinar; the socket tells
//!   nothing of it but its id.
//! - Who asked anonymously is told to nobody, those who run the webinar included.
//! - One vote of a person for a question, one pinned question and one live question of a webinar: by constraint.
//! - Votes are counted from their rows. An anonymous poll keeps who has voted and how often something was chosen, apart
//!   from each other, and nobody can make it another kind of poll.
//! - How the votes of a poll fell stands in no answer and no frame before its results are shown.
//! - One vote of a person in a poll, by the key of its voters.
//! - Cheers are kept nowhere; whatever their number, a webinar hears one frame in half a second.
//! - Whatever the floor shows is told in the webinar's own stream, so a snapshot and the changes behind it make a fresh
//!   snapshot.
//!
//! Absent on purpose: a floor of a draft, which has no stream yet.

mod cheers;
mod hands;
mod modes;
mod on;
mod polls;
mod questions;
mod routes;
mod slides;
mod snapshot;
mod store;

pub use cheers::{Cheers, cheer};
pub use hands::{Hand, hands_of, lower_all};
pub use modes::{ModesView, modes_of};
pub use polls::{PollFrame, PollView, poll_frames};
pub use questions::{QuestionFrame, QuestionNews, QuestionView, question_news};
pub use routes::routes;
pub use slides::{SlidesView, slides_of};
pub use snapshot::{FloorPage, FloorView, snapshot};
