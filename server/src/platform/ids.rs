//! Ids as types of their own, and where new ids and secrets come from.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::platform::clock::Millis;

/// Declares an id: a UUID version 7 that can't be mistaken for the id of something else.
#[macro_export]
macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
            sea_orm::DeriveValueType, utoipa::ToSchema,
        )]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            pub const fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                // One spelling only: two spellings of one id would be two cache keys, two log lines, two truths.
                if text.len() == 36 { uuid::Uuid::try_parse(text).map($name) } else { uuid::Uuid::try_parse("").map($name) }
            }
        }

        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    };
}

id!(/// What signs in.
    AccountId);
id!(/// One signed-in device.
    LoginId);
id!(/// The tenant.
    BrandId);
id!(/// An account's place in a brand.
    MemberId);
id!(GroupId);
id!(ChannelId);
id!(MessageId);
id!(ThreadId);
id!(ReplyId);
id!(WebinarId);
id!(/// A key with which a studio publishes or a screen in a lobby watches.
    StageKeyId);
id!(RecordingId);
id!(/// One file of a recording.
    RecordingPartId);
id!(QuestionId);
id!(PollId);
id!(/// One of a poll's answers.
    PollOptionId);
id!(InvitationId);
id!(FileId);
id!(MailId);
id!(/// A counter of positions; the id of what owns it: a group, a webinar, a member's inbox.
    StreamId);

impl From<GroupId> for StreamId {
    fn from(id: GroupId) -> Self {
        StreamId(id.0)
    }
}
impl From<WebinarId> for StreamId {
    fn from(id: WebinarId) -> Self {
        StreamId(id.0)
    }
}
impl From<MemberId> for StreamId {
    fn from(id: MemberId) -> Self {
        StreamId(id.0)
    }
}

/// Where chance comes from; passed in, so that a test can repeat a run.
pub trait Chance: Send + Sync + 'static {
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness no secret can be made; going on would hand out guessable ones.
        if getrandom::fill(bytes).is_err() {
            std::process::abort();
        }
    }
}

/// Makes ids and secrets.
#[derive(Clone)]
pub struct Ids {
    chance: std::sync::Arc<dyn Chance>,
}

impl Ids {
    pub fn new(chance: std::sync::Arc<dyn Chance>) -> Self {
        Ids { chance }
    }

    /// A UUID version 7 (RFC 9562) of this instant.
    pub fn uuid(&self, now: Millis) -> Uuid {
        let mut random = [0; 10];
        self.chance.fill(&mut random);
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(now.0).unwrap_or(0), &random).into_uuid()
    }

    /// A bearer secret of 256 bits, in 43 URL-safe characters.
    pub fn secret(&self) -> Secret {
        let mut bytes = [0; 32];
        self.chance.fill(&mut bytes);
        Secret(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// A six-digit code for reading off a mail.
    pub fn code(&self) -> String {
        let mut bytes = [0; 8];
        self.chance.fill(&mut bytes);
        format!("{:06}", u64::from_le_bytes(bytes) % 1_000_000)
    }
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids")
    }
}

/// A secret in the clear: shown once, stored only as its hash.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn reveal(&self) -> &str {
        &self.0
    }
    pub fn hash(&self) -> Vec<u8> {
        hash_secret(&self.0)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 of a bearer secret. The secret has 256 random bits, so no salt and no slow hash is needed.
pub fn hash_secret(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let id = GroupId(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse::<GroupId>().ok(), Some(id));
        assert!(id.0.simple().to_string().parse::<GroupId>().is_err());
        assert!(id.0.urn().to_string().parse::<GroupId>().is_err());
    }

    #[test]
    fn ids_of_later_instants_sort_behind() {
        let ids = Ids::new(std::sync::Arc::new(SystemChance));
        assert!(ids.uuid(Millis(1_000)) < ids.uuid(Millis(1_001)));
    }
}
