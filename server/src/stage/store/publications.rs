//! The table `stage_publications`: what is sent now. One row for each peer and kind, so nobody is there twice.

use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use super::super::bearer::Proof;
use super::super::stage::PublicationKind;
use super::stages::{Carrier, announce_stage};
use crate::platform::ids::{StageKeyId, WebinarId};
use crate::platform::media::ConnectionId;
use crate::platform::refusal::Result;
use crate::platform::store::{Rows, Tx, placeholders};
use crate::values;

/// Notes what is sent from now on; it takes the place of what the same peer sent before.
pub async fn put_publication(
    proof: &Proof<'_>,
    carrier: &Carrier,
    kind: PublicationKind,
    connection: ConnectionId,
) -> Result<()> {
    let (tx, webinar) = (proof.tx(), proof.webinar());
    tx.run(
        "INSERT INTO stage_publications (webinar_id, peer, kind, brand_id, member_id, key_id, connection, boot, since)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (webinar_id, peer, kind)
         DO UPDATE SET connection = excluded.connection, boot = excluded.boot, since = excluded.since",
        values![
            webinar,
            proof.peer(),
            kind,
            proof.brand(),
            proof.member(),
            proof.key(),
            connection.0,
            carrier.boot,
            tx.now()
        ],
    )
    .await?;
    announce_stage(tx, webinar).await
}

/// Notes that a connection has ended; nothing happens when another has taken its place.
pub async fn end_publication(tx: &Tx, webinar: WebinarId, connection: ConnectionId) -> Result<()> {
    let ended = tx
        .run("DELETE FROM stage_publications WHERE webinar_id = $1 AND connection = $2", values![webinar, connection.0])
        .await?;
    if ended == 1 { announce_stage(tx, webinar).await } else { Ok(()) }
}

#[derive(Debug, Clone, FromQueryResult)]
pub struct PublicationRow {
    pub webinar_id: WebinarId,
    pub peer: Uuid,
    pub kind: PublicationKind,
    pub key_id: Option<StageKeyId>,
    /// Of the key.
    pub name: Option<String>,
}

/// What is sent on these stages.
pub async fn publications(rows: &impl Rows, ids: &[WebinarId]) -> Result<Vec<PublicationRow>> {
    let sql = format!(
        "SELECT s.webinar_id, s.peer, s.kind, s.key_id, k.name FROM stage_publications s
         LEFT JOIN stage_keys k ON k.id = s.key_id WHERE s.webinar_id IN ({}) ORDER BY s.since, s.peer, s.kind",
        placeholders(1, ids.len())
    );
    rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await
}
