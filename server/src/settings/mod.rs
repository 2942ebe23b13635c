//! What the server remembers about itself.

mod pepper;
mod store;

pub use pepper::{open_keys, renew as renew_pepper};
pub use store::{check_setup_token, close_setup, new_setup_token, reopen_setup, setup_is_open, use_setup_token};
