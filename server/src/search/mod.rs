//! Search: finding messages and knowledge threads again.
//!
//! `engine` knows how to find text and nothing of accounts, brands or tables; the rest of this room keeps it up to date and
//! re-reads every hit through the reader's scope.

pub mod engine;
