//! Rules of the house that a compiler can't hold. Each message says how to comply.

#![expect(clippy::unwrap_used, reason = "a check that cannot read the tree has failed")]

mod descriptions;
mod shape;
mod source;
mod translations;
mod words;
