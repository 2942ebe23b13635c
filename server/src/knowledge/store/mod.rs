//! The tables `threads` and `replies`.

mod index;
mod replies;
mod threads;

pub use index::{ReplyIndexRow, ThreadIndexRow, reply_index_rows, thread_index_rows};
pub(super) use replies::{
    ReplyRow, blank_reply, insert_reply, replies_by_ids, replies_of_thread, reply_by_client_key, reply_counts, set_body,
};
pub(super) use threads::{
    ThreadFilter, ThreadRow, blank_thread, insert_thread, set_accepted, set_closed, set_text, thread_by_client_key,
    threads_by_ids, threads_of_group,
};
