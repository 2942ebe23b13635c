//! Webinars: scheduled live items of a group, with a chat of their own.
//!
//! Invariants:
//! - Wall time and zone are stored as they were given; the instants follow from them by one rule ([`schedule`]).
//! - A draft is there for the hosts of its group and for nobody else; stream and chat open when it is published.
//! - Where seats are counted and none is free, people stand in a queue; a seat that becomes free is offered to the first
//!   of them, once, for a while. Nobody who comes later passes them by.
//! - A seat is a row, and `(webinar, seat)` is unique: nothing is ever counted along, so nothing can be oversold.
//! - A registration ends with the membership in the group, by the database's own rule as well.
//! - What people see changing raises `sequence`, is announced in the group, and is mailed to the registered.

mod cancel;
mod edit;
mod list;
mod mail;
mod occasion;
mod plan;
mod register;
mod request;
mod routes;
mod schedule;
mod store;
mod view;
mod waitlist;
mod webinar;

pub use list::{coming, entries_of, entry_of};
pub use occasion::{Occasion, occasion};
pub use plan::plan;
pub use register::{leave_all, register};
pub use request::PlanRequest;
pub use routes::routes;
pub use store::registered_among;
pub use view::{WebinarFrame, WebinarView, frames, my_registrations};
pub use waitlist::pass_on_all;
pub use webinar::{MyRegistration, Registered};
