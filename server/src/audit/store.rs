//! The table `audit`.

use sea_orm::FromQueryResult;
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::access::{Act, Admission, Permit};
use crate::platform::clock::Millis;
use crate::platform::ids::{BrandId, MemberId};
use crate::platform::refusal::{Failure, Result};
use crate::platform::store::{Rows, Tx};
use crate::values;

/// What is put on record about an act.
#[derive(Debug)]
pub struct Entry {
    target_kind: &'static str,
    target: Uuid,
    before: serde_json::Value,
    after: serde_json::Value,
}

impl Entry {
    /// Something that was one thing and is another now.
    pub fn changed(kind: &'static str, target: Uuid, before: &impl Serialize, after: &impl Serialize) -> Entry {
        Entry { target_kind: kind, target, before: json(before), after: json(after) }
    }
    /// Something that is new.
    pub fn made(kind: &'static str, target: Uuid, after: &impl Serialize) -> Entry {
        Entry { target_kind: kind, target, before: serde_json::Value::Null, after: json(after) }
    }
    /// Something that is gone.
    pub fn ended(kind: &'static str, target: Uuid, before: &impl Serialize) -> Entry {
        Entry { target_kind: kind, target, before: json(before), after: serde_json::Value::Null }
    }
}

fn json(value: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or(serde_json::Value::Null)
}

#[derive(FromQueryResult)]
struct Last {
    number: i64,
    hash: Vec<u8>,
}

/// Puts an act on record, in its own transaction. The act's name comes from its permit.
pub async fn record<A: Act>(permit: &Permit<'_, A>, entry: Entry) -> Result<()> {
    write(permit.tx(), permit.brand(), Some(permit.by()), &act_word(A::NAME), entry).await
}

/// Puts on record that somebody came in by an invitation, for which nobody has a permit.
pub async fn record_admission(admission: &Admission<'_>, member: MemberId, entry: Entry) -> Result<()> {
    write(admission.tx(), admission.brand(), Some(member), "redeem_invitation", entry).await
}

/// Puts on record what the house did by itself.
pub async fn record_by_house(tx: &Tx, brand: BrandId, act: &str, entry: Entry) -> Result<()> {
    write(tx, brand, None, act, entry).await
}

async fn write(tx: &Tx, brand: BrandId, by: Option<MemberId>, act: &str, entry: Entry) -> Result<()> {
    // The brand's row is the lock: two acts of one brand take their numbers one after the other.
    tx.run("UPDATE brands SET version = version WHERE id = $1", values![brand]).await?;
    let last: Option<Last> = tx
        .first("SELECT number, hash FROM audit WHERE brand_id = $1 ORDER BY number DESC LIMIT 1", values![brand])
        .await?;
    let (number, previous) = last.map_or((1, Vec::new()), |last| (last.number + 1, last.hash));
    let (before, after) = (entry.before.to_string(), entry.after.to_string());
    let (target, actor) = (entry.target.to_string(), by.map(|member| member.to_string()).unwrap_or_default());
    let hash = chain(&previous, &[act, entry.target_kind, &target, &before, &after, &actor]);
    tx.run(
        "INSERT INTO audit (brand_id, number, at, actor_id, act, target_kind, target_id, before, after, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        values![brand, number, tx.now(), by, act, entry.target_kind, entry.target, before, after, hash],
    )
    .await?;
    Ok(())
}

/// `RemoveFromGroup` becomes `remove_from_group`.
fn act_word(act: crate::access::ActName) -> String {
    let mut word = String::new();
    for c in format!("{act:?}").chars() {
        if c.is_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(c.to_ascii_lowercase());
    }
    word
}

fn chain(previous: &[u8], parts: &[&str]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(previous);
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().to_vec()
}

#[derive(FromQueryResult)]
pub(super) struct AuditRow {
    pub number: i64,
    pub at: Millis,
    pub actor_id: Option<MemberId>,
    pub act: String,
    pub target_kind: String,
    pub target_id: Uuid,
    pub before: String,
    pub after: String,
}

impl AuditRow {
    pub fn json(text: &str) -> Result<serde_json::Value> {
        serde_json::from_str(text).map_err(|error| Failure::fault("an audit row holds no JSON", error))
    }
}

/// A page of the log, newest first.
pub(super) async fn page(rows: &impl Rows, brand: BrandId, before: Option<i64>, limit: u64) -> Result<Vec<AuditRow>> {
    rows.all(
        "SELECT number, at, actor_id, act, target_kind, target_id, before, after FROM audit
         WHERE brand_id = $1 AND ($2 IS NULL OR number < $2) ORDER BY number DESC LIMIT $3",
        values![brand, before, i64::try_from(limit).unwrap_or(i64::MAX)],
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_boundary_changes_the_hash() {
        assert_ne!(chain(&[], &["ab", "c"]), chain(&[], &["a", "bc"]));
        assert_ne!(chain(&[1], &["a"]), chain(&[2], &["a"]));
    }

    #[test]
    fn an_act_has_a_word() {
        assert_eq!(act_word(crate::access::ActName::RemoveFromGroup), "remove_from_group");
    }
}
