//! Rules of the house that a compiler can't hold. Each message says how to comply.

mod descriptions;
mod shape;
mod source;
mod translations;
mod words;
