//! Who asks.

use crate::platform::ids::{AccountId, LoginId};

/// An account on one signed-in device. Proves who, not what is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    pub account: AccountId,
    pub login: LoginId,
}
