//! The tables of the floor.

mod floors;
mod hands;
mod questions;
mod votes;

pub(super) use floors::{hold_floor, modes, set_modes};
pub(super) use hands::{HandRow, hands, lower, lower_all, raise};
pub(super) use questions::{
    Curation, QuestionFilter, QuestionRow, Sort, blank_question, curate, insert_question, question_by_client_key,
    questions_by_ids, questions_for_snapshot, questions_of_webinar,
};
pub(super) use votes::{unvote, vote, voted_among};
