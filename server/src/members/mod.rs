//! Members: an account's place in a brand, and in its groups.
//!
//! Invariants:
//! - Leaving a group, being removed or suspended is announced in the group's own stream, so that nothing said later can
//!   reach the one who left.
//! - Who shares no group with a person cannot find them, admins excepted.
//! - A brand keeps at least one owner.

mod person;
mod profile;
mod store;
mod view;

pub use person::{Person, avatar_colour};
pub use profile::{Profile, ProfileChange};
pub use store::{
    Joining, NewMember, Own, group_member, group_members_by_ids, insert_member, join_group, leave_group, member_in_brand,
    memberships_of, open_inbox, person, persons, save_profile,
};
pub use view::{MemberRow, MemberView};
