//! The tables of the floor.

mod ballots;
mod floors;
mod hands;
mod polls;
mod questions;
mod votes;

pub(super) use ballots::{KeptRow, TallyRow, count_vote, entered, keep_vote, kept, tallies};
pub(super) use floors::{hold_floor, modes, move_page, set_modes, set_slides, slides};
pub(super) use hands::{HandRow, hands, lower, lower_all, raise};
pub(super) use polls::{
    OptionRow, PollRow, delete_draft, hold_poll, insert_poll, option_ids, options, polls_by_ids, polls_of_webinar,
    set_poll,
};
pub(super) use questions::{
    Curation, QuestionFilter, QuestionRow, Sort, blank_question, curate, insert_question, question_by_client_key,
    questions_by_ids, questions_for_snapshot, questions_of_webinar,
};
pub(super) use votes::{unvote, vote, voted_among};
