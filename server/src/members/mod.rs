//! Members: an account's place in a brand, and in its groups.
//!
//! Invariants:
//! - Leaving a group, being removed or suspended is announced in the group's own stream, so that nothing said later can
//!   reach the one who left.
//! - Who shares no group with a person cannot find them, admins excepted.
//! - A brand keeps at least one owner.

mod add;
mod edit_own;
mod leave;
mod list;
mod manage;
mod moderate;
mod person;
mod profile;
mod routes;
mod store;
mod view;

pub use person::{Person, avatar_colour};
pub use profile::Profile;
pub use routes::routes;
pub use store::{
    Addressee, Departed, NewMember, Own, account_of, addressees, group_member, group_members_by_ids, groups_of,
    groups_of_address, hold_in_group, hold_membership, insert_member, join_groups, latest_profile, member_in_brand,
    memberships_of, person, persons,
};
pub use view::{MemberRow, MemberView};
