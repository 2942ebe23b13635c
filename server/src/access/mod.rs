//! The gate: the one place that decides who may do what.
//!
//! - A write demands a [`Permit`] of its act. Only [`permit`] makes one, inside the transaction, for one target; the id
//!   acted upon comes out of it.
//! - Who comes in has no standing yet: members and groups are joined with an [`Admission`].
//! - A read starts from a [`Scope`] (a brand) or from [`Seen`] (one thing).
//! - What the actor may not know of answers `not_found`; what is seen but not allowed answers its reason.
//! - The policy is one table in [`policy`], printed as a matrix and kept as a snapshot.
//!
//! Invariant: nothing outside this folder constructs a `Permit`, an `Admission`, a `Scope` or a `Seen`.
//! Absent on purpose: roles as proofs. Having read a role an instant ago allows nothing.

mod act;
mod actor;
mod admission;
mod permit;
pub mod policy;
mod roles;
mod scope;
mod standing;
mod targets;
mod turn;

pub use act::*;
pub use actor::Actor;
pub use admission::{
    Admission, Invited, admit, admit_by_operator, admit_colleague, admit_founder, admit_host, invited,
};
pub use permit::{Permit, permit, permits};
pub use policy::{may_grant, runs};
pub(crate) use roles::words;
pub use roles::{BrandRole, ChannelKind, GroupRole, MemberState, StageRole};
pub use scope::{Scope, Seen, scope, scope_of_bearer, see, see_for, who_may};
pub use standing::{ChatMode, Place, Standing, Subject, Target};
pub use turn::{Turn, turn};
