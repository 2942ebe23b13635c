//! The table `stages`: state, lock, and the lease of the server that carries it.

use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use super::super::stage::StageState;
use crate::access::{Act, DirectStage, Permit};
use crate::changes::{Change, announce};
use crate::platform::clock::Millis;
use crate::platform::ids::WebinarId;
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::store::{Rows, Tx, placeholders};
use crate::values;

/// A stage as the table has it.
#[derive(Debug, Clone, FromQueryResult)]
pub struct StageRow {
    pub webinar_id: WebinarId,
    pub state: StageState,
    pub since: Millis,
    pub live_at: Option<Millis>,
    pub locked: bool,
    pub boot: Option<Uuid>,
    pub epoch: i64,
    pub lease_until: Option<Millis>,
    pub version: i64,
}

const STAGE: &str = "SELECT webinar_id, state, since, live_at, locked, boot, epoch, lease_until, version FROM stages";

/// A stage that nobody has touched yet has no row.
pub async fn row(rows: &impl Rows, webinar: WebinarId) -> Result<Option<StageRow>> {
    Ok(stage_rows(rows, &[webinar]).await?.pop())
}

pub async fn stage_rows(rows: &impl Rows, ids: &[WebinarId]) -> Result<Vec<StageRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{STAGE} WHERE webinar_id IN ({})", placeholders(1, ids.len()));
    rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await
}

pub async fn state(rows: &impl Rows, webinar: WebinarId) -> Result<StageState> {
    Ok(row(rows, webinar).await?.map_or(StageState::Closed, |row| row.state))
}

/// Holds the stage until the end of the transaction; the first who does makes its row.
pub async fn hold<A: Act>(permit: &Permit<'_, A>, webinar: WebinarId) -> Result<StageRow> {
    let tx = permit.tx();
    tx.run(
        "INSERT INTO stages (webinar_id, brand_id, group_id, state, since, locked, epoch, version)
         VALUES ($1, $2, $3, $4, $5, $6, 0, 0) ON CONFLICT (webinar_id) DO NOTHING",
        values![webinar, permit.brand(), permit.group()?, StageState::Closed, tx.now(), false],
    )
    .await?;
    tx.run("UPDATE stages SET version = version WHERE webinar_id = $1", values![webinar]).await?;
    row(tx, webinar).await?.ok_or_else(|| Code::NotFound.into())
}

/// Tells everybody that something about the stage is different.
pub async fn announce_stage(tx: &Tx, webinar: WebinarId) -> Result<()> {
    tx.run("UPDATE stages SET version = version + 1 WHERE webinar_id = $1", values![webinar]).await?;
    announce(tx, webinar, Change::StageChanged(webinar)).await?;
    Ok(())
}

/// Writes state and lock of a stage that is held.
pub async fn save(permit: &Permit<'_, DirectStage>, before: &StageRow, state: StageState, locked: bool) -> Result<()> {
    let (tx, webinar) = (permit.tx(), permit.target());
    let since = if state == before.state { before.since } else { tx.now() };
    let live_at = before.live_at.or((state == StageState::Live).then(|| tx.now()));
    tx.run(
        "UPDATE stages SET state = $2, since = $3, live_at = $4, locked = $5 WHERE webinar_id = $1",
        values![webinar, state, since, live_at, locked],
    )
    .await?;
    if state == StageState::Ended && before.state != StageState::Ended {
        end_what_runs(tx, webinar).await?;
    }
    announce_stage(tx, webinar).await
}

/// Ends the stage together with its webinar. Whoever calls may cancel that.
pub async fn end_with_webinar(tx: &Tx, webinar: WebinarId) -> Result<()> {
    let ended = tx
        .run(
            "UPDATE stages SET state = $2, since = $3 WHERE webinar_id = $1 AND state <> $2",
            values![webinar, StageState::Ended, tx.now()],
        )
        .await?;
    if ended == 1 {
        end_what_runs(tx, webinar).await?;
        announce_stage(tx, webinar).await?;
    }
    Ok(())
}

/// Nobody is there any more, nothing is sent, nothing is recorded. Those whose lease had run out left at a time that
/// nobody knows.
async fn end_what_runs(tx: &Tx, webinar: WebinarId) -> Result<()> {
    tx.run(
        "UPDATE stage_arrivals SET present = $3, left_at = $2 WHERE webinar_id = $1 AND present AND expires_at > $2",
        values![webinar, tx.now(), false],
    )
    .await?;
    tx.run("DELETE FROM stage_publications WHERE webinar_id = $1", values![webinar]).await?;
    tx.run(
        "UPDATE recordings SET ended_at = $2 WHERE webinar_id = $1 AND ended_at IS NULL",
        values![webinar, tx.now()],
    )
    .await?;
    Ok(())
}

/// A server that carries stages: its name among those that share the database, and which start of it this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    pub name: String,
    pub boot: Uuid,
}

/// How long a stage stays with a server that does not renew.
const CARRIED_MS: i64 = 20_000;

#[derive(FromQueryResult)]
struct Taken {
    epoch: i64,
}

/// Takes the lease of a stage, or keeps it. The epoch rises with each new carrier, a restarted one included: what was
/// connected under an earlier one is gone.
pub async fn take_lease(tx: &Tx, row: &StageRow, carrier: &Carrier) -> Result<()> {
    let fresh = |until: Millis| until.0 - tx.now().0 > CARRIED_MS / 2;
    if row.boot == Some(carrier.boot) && row.lease_until.is_some_and(fresh) {
        return Ok(());
    }
    let taken: Option<Taken> = tx
        .first(
            "UPDATE stages SET epoch = CASE WHEN boot = $3 THEN epoch ELSE epoch + 1 END, node = $2, boot = $3, lease_until = $4
             WHERE webinar_id = $1 AND (node IS NULL OR node = $2 OR lease_until <= $5) RETURNING epoch",
            values![row.webinar_id, carrier.name.as_str(), carrier.boot, tx.now().plus_ms(CARRIED_MS), tx.now()],
        )
        .await?;
    let Some(taken) = taken else {
        return Err(Refusal::new(Code::StageUnavailable).retry_after_ms(u64::try_from(CARRIED_MS).unwrap_or(0)).into());
    };
    if taken.epoch != row.epoch {
        tx.run(
            "DELETE FROM stage_publications WHERE webinar_id = $1 AND boot <> $2",
            values![row.webinar_id, carrier.boot],
        )
        .await?;
        announce_stage(tx, row.webinar_id).await?;
    }
    Ok(())
}

/// Renews the lease of a stage that is carried; false when another server has taken it.
pub async fn renew_lease(tx: &Tx, webinar: WebinarId, carrier: &Carrier) -> Result<bool> {
    let renewed = tx
        .run(
            "UPDATE stages SET lease_until = $3 WHERE webinar_id = $1 AND boot = $2",
            values![webinar, carrier.boot, tx.now().plus_ms(CARRIED_MS)],
        )
        .await?;
    Ok(renewed == 1)
}

#[derive(FromQueryResult)]
struct Orphan {
    webinar_id: WebinarId,
}

/// The stages that an earlier start of this server carried, with what was sent on them forgotten: it ended with it.
pub async fn inherit(tx: &Tx, carrier: &Carrier) -> Result<Vec<WebinarId>> {
    let orphans: Vec<Orphan> = tx
        .all(
            "UPDATE stages SET boot = $2, epoch = epoch + 1, lease_until = $3
             WHERE node = $1 AND boot <> $2 AND state IN ('practice', 'lobby', 'live') RETURNING webinar_id",
            values![carrier.name.as_str(), carrier.boot, tx.now().plus_ms(CARRIED_MS)],
        )
        .await?;
    for orphan in &orphans {
        tx.run("DELETE FROM stage_publications WHERE webinar_id = $1", values![orphan.webinar_id]).await?;
        announce_stage(tx, orphan.webinar_id).await?;
    }
    Ok(orphans.into_iter().map(|orphan| orphan.webinar_id).collect())
}
