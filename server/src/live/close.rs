//! Why a socket is closed, and which sockets.

use uuid::Uuid;

use super::backstage::SocketIdentity;

/// The close codes a client can meet; 4000 and above are our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseCode {
    /// The other side began to close; answered in kind.
    Normal,
    Idle,
    Protocol,
    BinaryFrame,
    InvalidUtf8,
    TooBig,
    /// The server restarts: resume at once.
    Restart,
    Overload,
    BadFrames,
    LoginEnded,
    NotAllowed,
    /// What waited for this socket was dropped: resume from the last position it saw.
    SlowReader,
    TooManySockets,
    RateLimited,
}

impl CloseCode {
    pub const fn number(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::Idle => 1001,
            Self::Protocol => 1002,
            Self::BinaryFrame => 1003,
            Self::InvalidUtf8 => 1007,
            Self::TooBig => 1009,
            Self::Restart => 1012,
            Self::Overload => 1013,
            Self::BadFrames => 4400,
            Self::LoginEnded => 4401,
            Self::NotAllowed => 4403,
            Self::SlowReader => 4408,
            Self::TooManySockets => 4409,
            Self::RateLimited => 4429,
        }
    }

    /// The reason sent along, for people who read a network log.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Normal => "",
            Self::Idle => "idle",
            Self::Protocol => "protocol error",
            Self::BinaryFrame => "text only",
            Self::InvalidUtf8 => "invalid utf-8",
            Self::TooBig => "too big",
            Self::Restart => "restart",
            Self::Overload => "overload",
            Self::BadFrames => "bad frames",
            Self::LoginEnded => "login ended",
            Self::NotAllowed => "not allowed",
            Self::SlowReader => "slow reader",
            Self::TooManySockets => "too many sockets",
            Self::RateLimited => "rate limited",
        }
    }
}

/// Which sockets an order means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selector {
    Socket(u64),
    Login(Uuid),
    Account(Uuid),
    Member(Uuid),
    Brand(Uuid),
    All,
}

impl Selector {
    pub(super) fn matches(self, who: &SocketIdentity) -> bool {
        match self {
            Self::Socket(id) => who.socket == id,
            Self::Login(id) => who.login == id,
            Self::Account(id) => who.account == id,
            Self::Member(id) => who.member == id,
            Self::Brand(id) => who.brand == id,
            Self::All => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_meets_only_its_own_kind_of_id() {
        let [account, login, brand, member] = [1u128, 2, 3, 4].map(Uuid::from_u128);
        let who = SocketIdentity { socket: 0, account, login, brand, member };
        let met = |id| {
            [Selector::Login(id), Selector::Account(id), Selector::Member(id), Selector::Brand(id)]
                .map(|selector| selector.matches(&who))
        };
        assert_eq!(met(account), [false, true, false, false]);
        assert_eq!(met(login), [true, false, false, false]);
        assert_eq!(met(brand), [false, false, false, true]);
        assert_eq!(met(member), [false, false, true, false]);
        assert!(Selector::All.matches(&who) && Selector::Socket(0).matches(&who));
        assert!(!Selector::Socket(1).matches(&who));
    }
}
