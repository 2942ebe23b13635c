//! Everything that a client needs for its first screen, from one read.

use serde::Serialize;
use utoipa::ToSchema;

use super::brand::BrandView;
use super::store;
use crate::access::{Actor, BrandRole, GroupRole, scope};
use crate::app::App;
use crate::changes::{Position, stream_position};
use crate::groups::{self, GroupSnapshot};
use crate::members::{self, MemberView};
use crate::platform::ids::{BrandId, StreamId};
use crate::platform::refusal::{Code, Result};
use crate::webinars::{self, WebinarView};

/// The first screen: state and positions of one instant; what comes later comes over the socket.
#[derive(Debug, Serialize, ToSchema)]
pub struct Start {
    pub brand: BrandView,
    pub me: MemberView,
    pub groups: Vec<GroupSnapshot>,
    pub inbox: Inbox,
    /// To come or under way in one's groups, soonest first.
    pub webinars: Vec<WebinarView>,
    pub can: Can,
}

/// The stream of what concerns the member alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct Inbox {
    pub stream: StreamId,
    pub position: Position,
}

/// Which parts of the administration to show. Only a hint: the gate decides.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "a list of independent hints")]
pub struct Can {
    pub create_group: bool,
    pub invite: bool,
    pub edit_brand: bool,
    pub read_mails: bool,
    pub manage_members: bool,
}

pub async fn start(app: &App, actor: &Actor, brand: BrandId) -> Result<Start> {
    let reader = app.store.read().await?;
    let scope = scope(&reader, actor, brand).await?;
    let me = members::member_in_brand(&reader, scope.member()).await?.ok_or(Code::NotFound)?;
    let admin = scope.brand_role() >= BrandRole::Admin;
    let hosts = scope.groups().iter().any(|(_, role)| *role >= GroupRole::Host);
    Ok(Start {
        brand: store::view(&reader, brand).await?,
        me,
        groups: groups::snapshots(&scope).await?,
        inbox: Inbox { stream: scope.member().into(), position: stream_position(&reader, scope.member()).await? },
        webinars: webinars::coming(&scope).await?,
        can: Can {
            create_group: admin,
            invite: admin || hosts,
            edit_brand: admin,
            read_mails: scope.brand_role() == BrandRole::Owner,
            manage_members: admin,
        },
    })
}
