//! Coming in, staying, and leaving.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::stage::LEASE_SECONDS;
use super::store::{self, Arrival, StageRow};
use super::view::{StageView, view};
use crate::access::{Actor, JoinStage, Permit, StageRole, permit, see};
use crate::app::App;
use crate::changes::{Position, stream_position};
use crate::floor::{self, FloorView};
use crate::platform::ids::WebinarId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::turn::{IceServer, ice_servers};
use crate::webinars;

/// A device that comes in, or is still there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArrivalRequest {
    /// Chosen by the client, the same for as long as it is open: 8 to 64 letters, digits, `_` and `-`.
    pub device: String,
}

/// Everything that somebody needs who has come in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Arrived {
    pub stage: StageView,
    /// Hands, questions, polls and slides; missing where the device was there before and follows them already.
    pub floor: Option<FloorView>,
    /// Of the webinar's own stream, of which this is the state.
    pub position: Position,
    /// Come again before it is over; three times as often is right.
    pub lease_seconds: i64,
    pub ice_servers: Vec<IceServer>,
}

/// Comes in, or renews. A reconnect of the same device renews, so it neither doubles nor throws itself out.
pub(super) async fn arrive(app: &App, actor: &Actor, webinar: WebinarId, request: &ArrivalRequest) -> Result<Arrived> {
    let device = device(&request.device)?;
    let id = app.ids.uuid(app.clock.now());
    let tx = app.store.begin().await?;
    let permit = permit::<JoinStage>(&tx, actor, webinar).await?;
    app.limits.check(Limit::Arrive, Key::of(&[&permit.by(), &webinar]))?;
    check_entry(&permit).await?;
    if permit.standing().stage_role() > StageRole::Attendee {
        store::hold(&permit, webinar).await?;
    }
    let arrival = store::arrive(&permit, id, device).await?;
    tx.commit().await?;

    let reader = app.store.read().await?;
    let seen = see(&reader, actor, webinar).await?;
    let floor = match arrival {
        Arrival::New => Some(floor::snapshot(&seen).await?.floor),
        Arrival::Renewed => None,
    };
    Ok(Arrived {
        stage: view(&reader, reader.now(), webinar, seen.standing()).await?,
        floor,
        position: stream_position(&reader, webinar).await?,
        lease_seconds: LEASE_SECONDS,
        ice_servers: ice_servers(&app.config.stage, &seen.member(), reader.now()),
    })
}

/// Whether the stage takes somebody in at this moment: they are no draft's guests, it is open to their role, not locked
/// before them, and they have a seat where seats are counted.
pub(super) async fn check_entry(permit: &Permit<'_, JoinStage>) -> Result<Option<StageRow>> {
    let (tx, webinar, role) = (permit.tx(), permit.target(), permit.standing().stage_role());
    let occasion = webinars::occasion(tx, webinar).await?.ok_or(Code::NotFound)?;
    if occasion.cancelled {
        return Err(Code::WebinarOver.into());
    }
    let row = store::row(tx, webinar).await?;
    row.as_ref().map_or(super::stage::StageState::Closed, |row| row.state).lets_in(role)?;
    if role > StageRole::Attendee {
        return Ok(row);
    }
    let locked = row.as_ref().is_some_and(|row| row.locked);
    if locked && !store::was_there(tx, webinar, permit.by()).await? {
        return Err(Code::StageLocked.into());
    }
    if occasion.limited && webinars::registered_among(tx, permit.by(), &[webinar]).await?.is_empty() {
        return Err(Code::NotRegistered.into());
    }
    Ok(row)
}

/// Leaves with one device; leaving twice is as good as once.
pub(super) async fn leave(app: &App, actor: &Actor, webinar: WebinarId, device: &str) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<JoinStage>(&tx, actor, webinar).await?;
    let left = store::leave(&tx, webinar, permit.by(), Some(device)).await?;
    if left && permit.standing().stage_role() > StageRole::Attendee {
        store::announce_stage(&tx, webinar).await?;
    }
    tx.commit().await
}

fn device(text: &str) -> Result<&str, Refusal> {
    let right = (8..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    if right { Ok(text) } else { Err(Refusal::field("device", "invalid")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_has_its_length_and_letters() {
        assert!(device("0190-abc_Z").is_ok());
        for text in ["", "short12", &"x".repeat(65), "with blank", "ümlaut-dev", "a;b;c;d;e"] {
            assert!(device(text).is_err(), "{text}");
        }
    }
}
