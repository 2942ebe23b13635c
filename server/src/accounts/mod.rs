//! Accounts: what signs in.
//!
//! Invariants:
//! - A browser's log-in is an opaque secret of 256 bits in a cookie; the table holds its hash. It is rotated daily, and
//!   an old one that comes back ends the log-in ([`authenticate`]).
//! - Wrong password and unknown address answer the same bytes after the same work ([`log_in`]).
//! - Changing or resetting the password ends all other log-ins and sends a mail.
//!
//! Absent on purpose: sign-up. An account comes from an invitation or from setting up the server.

mod account;
pub mod authenticate;
mod change_password;
pub mod cookie;
mod log_in;
mod log_out;
mod me;
mod reset_password;
mod routes;
mod store;

pub use account::{AccountView, Email, Me, MembershipView, NewAccount, TimeZoneName};
pub use log_in::{Device, begin_login};
pub use me::me;
pub use routes::{routes, signed_in};
pub use store::{
    account_by_email, account_for_mail, account_of_login, any, create_account, end_logins_of_account, standing_logins,
};
