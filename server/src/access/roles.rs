//! Roles and states, as they stand in the tables and on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Declares an enum that is one lower-case word in the tables and on the wire. Order is rank: later is higher.
/// (The word is a plain token, as the description's derive reads no other.)
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident $word:tt,)* }) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sea_orm::DeriveValueType, ToSchema,
        )]
        #[sea_orm(value_type = "String")]
        pub enum $name { $(#[serde(rename = $word)] $variant,)* }

        impl $name {
            pub const fn as_str(self) -> &'static str { match self { $($name::$variant => $word,)* } }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }

        impl std::str::FromStr for $name {
            type Err = sea_orm::DbErr;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok($name::$variant),)*
                    _ => Err(sea_orm::DbErr::Type(concat!("unknown word for ", stringify!($name)).into())),
                }
            }
        }
    };
}

pub(crate) use words;

words!(/// What a member is in the brand.
    BrandRole { Member "member", Admin "admin", Owner "owner", });
words!(/// What a member is in a group.
    GroupRole { Member "member", Moderator "moderator", Host "host", });
words!(/// What a member is on the stage of a webinar.
    StageRole { Attendee "attendee", Speaker "speaker", Host "host", });
words!(/// Whether a membership counts.
    MemberState { Active "active", Suspended "suspended", Removed "removed", });
words!(/// What a channel is for.
    ChannelKind { Chat "chat", Announcements "announcements", Webinar "webinar", });
