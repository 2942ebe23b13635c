//! The keys by which clients make a repeat recognisable: the header `Idempotency-Key` of what is created by POST.
//!
//! The key belongs to the account that sent it. The same key with the same request finds what the first one made; with
//! another request it is refused. Messages, threads and replies have keys of their own in their rows.

use axum::extract::FromRequestParts;
use http::request::Parts;
use sea_orm::FromQueryResult;
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::platform::ids::AccountId;
use crate::platform::refusal::{Code, Failure, Result};
use crate::platform::store::{Rows, Tx};
use crate::values;

const HEADER: &str = "idempotency-key";

/// The key that came with a request, if one did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientKey(Option<String>);

impl ClientKey {
    /// 8 to 64 letters, digits, `_` and `-`.
    pub fn parse(text: &str) -> Result<ClientKey> {
        let right =
            (8..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
        if right { Ok(ClientKey(Some(text.to_owned()))) } else { Err(Code::BadQuery.into()) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientKey {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        let Some(value) = parts.headers.get(HEADER) else { return Ok(ClientKey(None)) };
        ClientKey::parse(value.to_str().map_err(|_| Code::BadQuery)?)
    }
}

impl utoipa::IntoParams for ClientKey {
    fn into_params(
        _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
    ) -> Vec<utoipa::openapi::path::Parameter> {
        use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(8)).max_length(Some(64)).build();
        let parameter = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .description(Some("Makes a repeat of this request find what the first one made"))
            .schema(Some(text));
        vec![parameter.build()]
    }
}

/// What a request with a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Nobody came with this key before: go on.
    First,
    /// A repeat; this is what the first one made.
    Repeat(Uuid),
}

#[derive(FromQueryResult)]
struct Kept {
    request_hash: Vec<u8>,
    subject: Uuid,
}

/// Notes that the request makes `subject`, or finds what it made before. `request` names everything that has to be the
/// same in a repeat. To be called when the act is permitted, so that a key can't show what its owner may no longer do.
pub async fn claim(
    tx: &Tx,
    account: AccountId,
    key: &ClientKey,
    request: &impl Serialize,
    subject: Uuid,
) -> Result<Claim> {
    let Some(key) = key.0.as_deref() else { return Ok(Claim::First) };
    let request_hash = hash_of(request)?;
    let noted = tx
        .run(
            "INSERT INTO client_keys (actor, key, request_hash, subject, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (actor, key) DO NOTHING",
            values![account, key, request_hash.clone(), subject, tx.now()],
        )
        .await?;
    if noted == 1 {
        return Ok(Claim::First);
    }
    let kept: Option<Kept> = tx
        .first("SELECT request_hash, subject FROM client_keys WHERE actor = $1 AND key = $2", values![account, key])
        .await?;
    match kept {
        Some(kept) if kept.request_hash == request_hash => Ok(Claim::Repeat(kept.subject)),
        _ => Err(Code::IdempotencyConflict.into()),
    }
}

/// Corrects what the request made, where that turned out to be there already.
pub async fn settle(tx: &Tx, account: AccountId, key: &ClientKey, subject: Uuid) -> Result<()> {
    let Some(key) = key.0.as_deref() else { return Ok(()) };
    tx.run("UPDATE client_keys SET subject = $3 WHERE actor = $1 AND key = $2", values![account, key, subject]).await?;
    Ok(())
}

fn hash_of(request: &impl Serialize) -> Result<Vec<u8>> {
    let text = serde_json::to_vec(request).map_err(|error| Failure::fault("a request without JSON", error))?;
    Ok(Sha256::digest(text).to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_length_and_letters() {
        assert!(ClientKey::parse("0190-abc_Z").is_ok());
        for text in ["", "short12", &"x".repeat(65), "with blank", "ümlaut-key", "a;b;c;d;e"] {
            assert_eq!(ClientKey::parse(text).unwrap_err().code(), Code::BadQuery, "{text}");
        }
    }

    #[test]
    fn another_target_is_another_request() {
        assert_eq!(hash_of(&("group", 1, "x")).unwrap(), hash_of(&("group", 1, "x")).unwrap());
        assert_ne!(hash_of(&("group", 1, "x")).unwrap(), hash_of(&("group", 2, "x")).unwrap());
    }
}
