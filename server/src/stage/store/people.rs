//! The table `stage_people`: roles that were given, who was silenced, who was sent out.

use sea_orm::{FromQueryResult, Value};

use super::arrivals::leave;
use super::stages::announce_stage;
use crate::access::{Act, MuteOnStage, Permit, RemoveFromStage, SetStageRole, StageRole, WebinarMember};
use crate::platform::clock::Millis;
use crate::platform::ids::{MemberId, WebinarId};
use crate::platform::media::Silenced;
use crate::platform::refusal::Result;
use crate::platform::store::{Rows, placeholders};
use crate::values;

/// What was given to somebody or taken from them.
#[derive(Debug, Clone, FromQueryResult)]
pub struct PlaceRow {
    pub member_id: MemberId,
    pub role: StageRole,
    pub audio_muted: bool,
    pub video_muted: bool,
}

impl PlaceRow {
    pub fn silenced(&self) -> Silenced {
        Silenced { audio: self.audio_muted, video: self.video_muted }
    }
}

/// All places of a stage that were given or taken.
pub async fn places(rows: &impl Rows, webinar: WebinarId) -> Result<Vec<PlaceRow>> {
    rows.all(
        "SELECT member_id, role, audio_muted, video_muted FROM stage_people WHERE webinar_id = $1",
        values![webinar],
    )
    .await
}

pub async fn place(rows: &impl Rows, at: WebinarMember) -> Result<Option<PlaceRow>> {
    rows.first(
        "SELECT member_id, role, audio_muted, video_muted FROM stage_people WHERE webinar_id = $1 AND member_id = $2",
        values![at.webinar, at.member],
    )
    .await
}

async fn hold_place<A: Act<Target = WebinarMember>>(permit: &Permit<'_, A>) -> Result<()> {
    let (tx, at) = (permit.tx(), permit.target());
    tx.run(
        "INSERT INTO stage_people (webinar_id, member_id, brand_id, group_id, role, audio_muted, video_muted)
         VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (webinar_id, member_id) DO NOTHING",
        values![at.webinar, at.member, permit.brand(), permit.group()?, StageRole::Attendee, false],
    )
    .await?;
    Ok(())
}

/// Gives a role on the stage, which also lets in again who was sent out. Who loses it stops sending.
pub async fn set_role(permit: &Permit<'_, SetStageRole>, role: StageRole) -> Result<()> {
    hold_place(permit).await?;
    let (tx, at) = (permit.tx(), permit.target());
    tx.run(
        "UPDATE stage_people SET role = $3, sent_out_at = NULL, audio_muted = $4, video_muted = $4
         WHERE webinar_id = $1 AND member_id = $2",
        values![at.webinar, at.member, role, false],
    )
    .await?;
    if role == StageRole::Attendee {
        end_publications(permit).await?;
    }
    announce_stage(tx, at.webinar).await
}

pub async fn set_silenced(permit: &Permit<'_, MuteOnStage>, silenced: Silenced) -> Result<()> {
    hold_place(permit).await?;
    let (tx, at) = (permit.tx(), permit.target());
    tx.run(
        "UPDATE stage_people SET audio_muted = $3, video_muted = $4 WHERE webinar_id = $1 AND member_id = $2",
        values![at.webinar, at.member, silenced.audio, silenced.video],
    )
    .await?;
    announce_stage(tx, at.webinar).await
}

/// Sends somebody out: they lose their role, stop sending, and count as gone from now on.
pub async fn send_out(permit: &Permit<'_, RemoveFromStage>) -> Result<()> {
    hold_place(permit).await?;
    let (tx, at) = (permit.tx(), permit.target());
    tx.run(
        "UPDATE stage_people SET role = $3, sent_out_at = $4 WHERE webinar_id = $1 AND member_id = $2",
        values![at.webinar, at.member, StageRole::Attendee, tx.now()],
    )
    .await?;
    end_publications(permit).await?;
    leave(tx, at.webinar, at.member, None).await?;
    announce_stage(tx, at.webinar).await
}

async fn end_publications<A: Act<Target = WebinarMember>>(permit: &Permit<'_, A>) -> Result<()> {
    let (tx, at) = (permit.tx(), permit.target());
    tx.run("DELETE FROM stage_publications WHERE webinar_id = $1 AND member_id = $2", values![at.webinar, at.member])
        .await?;
    Ok(())
}

/// Somebody who is on the stage now.
#[derive(Debug, Clone, FromQueryResult)]
pub struct PerformerRow {
    pub webinar_id: WebinarId,
    pub member_id: MemberId,
    pub host: bool,
    pub audio_muted: Option<bool>,
    pub video_muted: Option<bool>,
}

/// Hosts and speakers who are there, in the order of their arrival.
pub async fn performers(rows: &impl Rows, now: Millis, ids: &[WebinarId]) -> Result<Vec<PerformerRow>> {
    let sql = format!(
        "SELECT a.webinar_id, a.member_id, (g.role = 'host') AS host, p.audio_muted, p.video_muted
         FROM (SELECT webinar_id, group_id, member_id, MIN(arrived_at) AS arrived_at FROM stage_arrivals
               WHERE present AND expires_at > $1 AND webinar_id IN ({}) GROUP BY webinar_id, group_id, member_id) a
         JOIN group_members g ON g.group_id = a.group_id AND g.member_id = a.member_id
         LEFT JOIN stage_people p ON p.webinar_id = a.webinar_id AND p.member_id = a.member_id
         WHERE g.role = 'host' OR p.role = 'speaker' ORDER BY a.arrived_at, a.member_id",
        placeholders(2, ids.len())
    );
    rows.all(&sql, std::iter::once(Value::from(now)).chain(ids.iter().map(|id| Value::from(*id))).collect()).await
}
