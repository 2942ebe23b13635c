//! Groups: invite-only circles inside one brand, and their channels.
//!
//! Invariants: a group has a stream of its own under its own id; what is in a group is for its members and nobody else,
//! admins included; an archived group can be read and not written.

mod channel;
mod create;
mod edit;
mod group;
mod routes;
mod snapshot;
mod store;

pub use channel::{ChannelFrame, ChannelView};
pub use create::{ChannelRequest, NewGroup, create, create_channel};
pub use edit::{ChannelChange, edit_channel};
pub use group::{GroupFrame, GroupView};
pub use routes::routes;
pub use snapshot::{GroupSnapshot, snapshot, snapshots};
pub use store::{
    NewChannel, channel_frames, channel_view, channels_of, group_frames, insert_channel, insert_group, names,
    rename_webinar_channel,
};
