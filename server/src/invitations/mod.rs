//! Invitations: the only way in.
//!
//! Invariants:
//! - A token is shown once and kept as its hash. Used, expired, revoked, void and unknown ones answer the same bytes.
//! - The gate reads an invitation ([`crate::access::invited`]) and asks, each time, whether its inviter may still give what
//!   it gives. Its [`crate::access::Admission`] is what members and groups are joined with.
//! - Reading never uses an invitation up. Redeeming takes a log-in under the right address, or a code mailed to it.
//! - A seat is a row under a unique key: of many who want the last one, the database lets one in.
//! - One address has one pending invitation in a brand; inviting again renews it, so that revoking ends all copies.
//!
//! Verbs: `create`, `list`, `revoke`, `resend` for members; `preview`, `mail_code`, `redeem` for who holds a token.

mod code;
mod create;
mod guess;
mod invitation;
mod letter;
mod list;
mod preview;
mod redeem;
mod renew;
mod revoke;
mod routes;
mod store;

pub use guess::Doors;
pub use routes::routes;
pub use store::void_invitations_of;
