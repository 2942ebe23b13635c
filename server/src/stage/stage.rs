//! What a stage is, without any I/O.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{StageRole, words};
use crate::platform::refusal::Code;

/// How many devices of one member may be there at once.
pub const DEVICES_MAX: i64 = 10;
/// How long somebody counts as present without a sign of life.
pub const LEASE_SECONDS: i64 = 45;
/// Keys that a webinar may have at once.
pub const KEYS_MAX: i64 = 20;
pub const KEY_NAME_MAX: usize = 60;

words!(/// How far a stage is in its life.
    StageState { Closed "closed", Practice "practice", Lobby "lobby", Live "live", Ended "ended", });
words!(/// What a publication shows.
    PublicationKind { Camera "camera", Screen "screen", });
words!(/// What a key is for.
    StageKeyUse { Publish "publish", View "view", });
words!(/// Whether it is being recorded.
    Recorded { Off "off", On "on", });

impl StageState {
    /// Whether anything can be sent.
    pub fn is_open(self) -> bool {
        matches!(self, StageState::Practice | StageState::Lobby | StageState::Live)
    }

    /// Whether somebody may come in and wait for what is to come. Backstage is for those who perform.
    pub fn lets_in(self, role: StageRole) -> Result<(), Code> {
        match self {
            StageState::Ended => Err(Code::StageClosed),
            StageState::Closed | StageState::Practice if role == StageRole::Attendee => Err(Code::StageClosed),
            _ => Ok(()),
        }
    }

    /// Whether somebody may see and hear what is sent.
    pub fn shows_to(self, role: StageRole) -> Result<(), Code> {
        match self {
            StageState::Live => Ok(()),
            StageState::Practice | StageState::Lobby if role > StageRole::Attendee => Ok(()),
            _ => Err(Code::StageClosed),
        }
    }

    pub fn takes_publications(self) -> Result<(), Code> {
        if self.is_open() { Ok(()) } else { Err(Code::StageClosed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attendees_wait_in_the_lobby_and_watch_what_is_live() {
        use StageRole::{Attendee, Host, Speaker};
        for (state, waits, watches) in [
            (StageState::Closed, vec![Speaker, Host], vec![]),
            (StageState::Practice, vec![Speaker, Host], vec![Speaker, Host]),
            (StageState::Lobby, vec![Attendee, Speaker, Host], vec![Speaker, Host]),
            (StageState::Live, vec![Attendee, Speaker, Host], vec![Attendee, Speaker, Host]),
            (StageState::Ended, vec![], vec![]),
        ] {
            let all = [Attendee, Speaker, Host];
            let let_in: Vec<_> = all.into_iter().filter(|role| state.lets_in(*role).is_ok()).collect();
            let shown: Vec<_> = all.into_iter().filter(|role| state.shows_to(*role).is_ok()).collect();
            assert_eq!((let_in, shown), (waits, watches), "{state}");
        }
    }

    #[test]
    fn nothing_is_sent_to_a_stage_that_is_not_open() {
        let open = [StageState::Closed, StageState::Practice, StageState::Lobby, StageState::Live, StageState::Ended]
            .map(StageState::is_open);
        assert_eq!(open, [false, true, true, true, false]);
    }
}
