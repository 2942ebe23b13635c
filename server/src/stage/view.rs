//! A stage as it is shown, and as it goes over the wire.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::stage::{PublicationKind, Recorded, StageState};
use super::store::{self, PerformerRow, PublicationRow, StageRow};
use crate::access::{GroupRole, StageRole, Standing};
use crate::members::{self, Person};
use crate::platform::clock::Millis;
use crate::platform::ids::{MemberId, StageKeyId, WebinarId};
use crate::platform::refusal::{Failure, Result};
use crate::platform::store::Rows;

/// What is the same for everybody who sees the stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StageFrame {
    pub webinar_id: WebinarId,
    pub state: StageState,
    /// When it came into this state; nobody has opened it yet where it is missing.
    pub since: Option<Millis>,
    /// When it was live for the first time: the zero of its clock.
    pub live_at: Option<Millis>,
    /// Nobody comes in any more who was not there before.
    pub locked: bool,
    pub recording: Recorded,
    /// Hosts and speakers who are there.
    pub people: Vec<Performer>,
    /// What is sent with a key.
    pub studios: Vec<Studio>,
    /// How many more are there.
    pub attending: i64,
    /// Rises when another server carries the stage, or the same one after a restart: connections of before are gone.
    pub epoch: i64,
    pub version: i64,
}

/// Somebody on the stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Performer {
    pub person: Person,
    pub role: StageRole,
    pub camera: bool,
    pub screen: bool,
    pub muted_by_host: MutedByHost,
}

/// What a host has silenced; only a host can end it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MutedByHost {
    pub audio: bool,
    pub video: bool,
}

/// A programme that sends with a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Studio {
    /// Of the key; its sound and picture come under this id.
    pub id: StageKeyId,
    pub name: String,
    pub camera: bool,
    pub screen: bool,
}

/// A stage with one's own place on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StageView {
    #[serde(flatten)]
    pub frame: StageFrame,
    pub my_role: StageRole,
    pub can: StageRights,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct StageRights {
    /// Send camera, microphone and screen, as soon as it is open.
    pub publish: bool,
    pub manage: bool,
}

/// The stage as one member sees it.
pub(super) async fn view(rows: &impl Rows, now: Millis, webinar: WebinarId, standing: &Standing) -> Result<StageView> {
    let frame = frames(rows, now, &[webinar]).await?.remove(&webinar);
    let frame = frame.ok_or_else(|| Failure::broken("a stage without a frame"))?;
    let my_role = standing.stage_role();
    let silent = standing.muted_until.is_some_and(|until| until > now) || standing.sent_out_at.is_some();
    let can = StageRights {
        publish: my_role >= StageRole::Speaker && !silent,
        manage: standing.group_role >= Some(GroupRole::Host),
    };
    Ok(StageView { frame, my_role, can })
}

/// Stages as everybody in their groups may see them now, by webinar: six reads, whatever their number.
pub async fn frames(rows: &impl Rows, now: Millis, ids: &[WebinarId]) -> Result<HashMap<WebinarId, StageFrame>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let stages = store::stage_rows(rows, ids).await?;
    let performers = store::performers(rows, now, ids).await?;
    let publications = store::publications(rows, ids).await?;
    let recorded = store::recorded_among(rows, ids).await?;
    let attending = store::attending(rows, now, ids).await?;
    let members: Vec<MemberId> = performers.iter().map(|row| row.member_id).collect();
    let persons = members::persons(rows, &members).await?;
    let frame = |id: WebinarId| {
        let mut frame = bare(id, stages.iter().find(|row| row.webinar_id == id));
        frame.recording = if recorded.contains(&id) { Recorded::On } else { Recorded::Off };
        frame.attending = attending.iter().find(|row| row.webinar_id == id).map_or(0, |row| row.number);
        let sent: Vec<&PublicationRow> = publications.iter().filter(|row| row.webinar_id == id).collect();
        let here = performers.iter().filter(|row| row.webinar_id == id);
        frame.people =
            here.filter_map(|row| Some(performer(row, persons.get(&row.member_id)?.clone(), &sent))).collect();
        frame.studios = studios(&sent);
        (id, frame)
    };
    Ok(ids.iter().copied().map(frame).collect())
}

fn bare(webinar: WebinarId, row: Option<&StageRow>) -> StageFrame {
    StageFrame {
        webinar_id: webinar,
        state: row.map_or(StageState::Closed, |row| row.state),
        since: row.map(|row| row.since),
        live_at: row.and_then(|row| row.live_at),
        locked: row.is_some_and(|row| row.locked),
        recording: Recorded::Off,
        people: Vec::new(),
        studios: Vec::new(),
        attending: 0,
        epoch: row.map_or(0, |row| row.epoch),
        version: row.map_or(0, |row| row.version),
    }
}

fn performer(row: &PerformerRow, person: Person, sent: &[&PublicationRow]) -> Performer {
    let sends = |kind| sent.iter().any(|publication| publication.peer == row.member_id.0 && publication.kind == kind);
    Performer {
        person,
        role: if row.host { StageRole::Host } else { StageRole::Speaker },
        camera: sends(PublicationKind::Camera),
        screen: sends(PublicationKind::Screen),
        muted_by_host: MutedByHost { audio: row.audio_muted.unwrap_or(false), video: row.video_muted.unwrap_or(false) },
    }
}

fn studios(sent: &[&PublicationRow]) -> Vec<Studio> {
    let mut studios: Vec<Studio> = Vec::new();
    for row in sent {
        let Some(id) = row.key_id else { continue };
        if !studios.iter().any(|studio| studio.id == id) {
            let sends = |kind| sent.iter().any(|other| other.key_id == Some(id) && other.kind == kind);
            let (camera, screen) = (sends(PublicationKind::Camera), sends(PublicationKind::Screen));
            studios.push(Studio { id, name: row.name.clone().unwrap_or_default(), camera, screen });
        }
    }
    studios
}
