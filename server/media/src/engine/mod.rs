//! The media threads. Each owns its connections outright and nobody else touches them; threads speak by letters.
//!
//! A stage lives in two halves. Its *home*, on one thread, has the publications, decides what is muted and who speaks, and
//! feeds the recording. Its *audience*, one on each thread with viewers of the stage, has slots and forwards. The home
//! tells the audiences the programme and every packet; audiences ask the home for keyframes. With one thread both halves
//! are called directly; with several the same calls travel as letters.
//!
//! Absent on purpose: locks around media. The only shared state is counters and places (`registry`).

mod audience;
mod clock;
mod commands;
mod drive;
mod front;
mod home;
mod inbound;
mod keyframes;
mod layers;
mod links;
mod mail;
mod notes;
mod outlets;
mod peer;
mod programme;
mod publication;
mod rate;
mod registry;
mod rewrite;
mod shared;
mod slots;
mod start;
mod timers;
mod upkeep;
mod viewer;
mod voice;
mod worker;

pub use inbound::Inbound;
pub use mail::{Key, Mail, Opening, Patch};
pub use shared::Shared;
pub use start::start;
