//! Hand-offs: short signed notes by which one part of the house vouches for somebody before another part.
//!
//! Each purpose has its own type and audience, so a note for one thing opens nothing else. The verifier knows one
//! algorithm and its own keys; a note that brings a key, or the address of one, is refused unread.

use std::collections::HashMap;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::platform::clock::Millis;
use crate::platform::ids::{AccountId, BrandId, FileId, LoginId, MemberId, Secret, WebinarId};
use crate::platform::keys::SigningKey;
use crate::platform::refusal::{Code, Failure, Result};

const TOKEN_BYTES_MAX: usize = 2 * 1024;
const KEY_ID_BYTES: usize = 9;

/// What a hand-off is for.
pub trait Purpose: Serialize + DeserializeOwned {
    /// The `typ` of the header.
    const TYPE: &'static str;
    /// Which part of the house takes it.
    const AUDIENCE: &'static str;
    const VALID_SECONDS: i64;
}

/// Opens one socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SocketTicket {
    pub brand: BrandId,
    pub member: MemberId,
    pub login: LoginId,
}

impl Purpose for SocketTicket {
    const TYPE: &'static str = "socket-ticket+jwt";
    const AUDIENCE: &'static str = "live";
    const VALID_SECONDS: i64 = 30;
}

/// Fetches one file without a cookie; rights are still proven when it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileLink {
    pub file: FileId,
    /// Whose right it is, for as long as they are logged in.
    pub login: LoginId,
}

impl Purpose for FileLink {
    const TYPE: &'static str = "file-link+jwt";
    const AUDIENCE: &'static str = "files";
    const VALID_SECONDS: i64 = 60;
}

/// Opens one connection of sound and picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageTicket {
    pub webinar: WebinarId,
    pub login: LoginId,
    pub for_use: StageUse,
}

/// What a connection of the stage is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StageUse {
    Camera,
    Screen,
    View,
}

impl Purpose for StageTicket {
    const TYPE: &'static str = "stage-ticket+jwt";
    const AUDIENCE: &'static str = "stage";
    const VALID_SECONDS: i64 = 60;
}

/// Shows that a mail arrived: stands in the link to a new password. Whoever takes it also keeps that it is used once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailedConfirmation {
    pub account: AccountId,
    /// Where the mail went; an account that has another address by now is not meant any more.
    pub email: String,
}

impl Purpose for MailedConfirmation {
    const TYPE: &'static str = "mailed-confirmation+jwt";
    const AUDIENCE: &'static str = "accounts";
    const VALID_SECONDS: i64 = 2 * 60 * 60;
}

/// A hand-off as it is given away.
#[derive(Debug, Clone)]
pub struct Signed<P> {
    pub token: String,
    pub expires_at: Millis,
    purpose: PhantomData<P>,
}

/// A hand-off that has been found genuine. `id` names it where it may be used only once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<P> {
    pub id: String,
    pub expires_at: Millis,
    pub what: P,
}

/// Forged, expired or for something else; it is not said which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the hand-off is not valid")]
pub struct NotValid;

impl From<NotValid> for Failure {
    fn from(_: NotValid) -> Self {
        Code::Unauthenticated.into()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims<P> {
    iss: String,
    aud: String,
    exp: i64,
    jti: String,
    what: P,
}

/// Signs and verifies.
#[derive(Clone)]
pub struct Handoffs {
    issuer: String,
    key_id: String,
    signing: EncodingKey,
    known: HashMap<String, DecodingKey>,
}

impl Handoffs {
    /// `issuer` is the public address of this server.
    pub fn new(key: &SigningKey, issuer: &str) -> Self {
        let key_id = URL_SAFE_NO_PAD.encode(&Sha256::digest(&key.public)[..KEY_ID_BYTES]);
        Handoffs {
            issuer: issuer.to_owned(),
            signing: EncodingKey::from_ed_der(&key.pkcs8),
            known: HashMap::from([(key_id.clone(), DecodingKey::from_ed_der(&key.public))]),
            key_id,
        }
    }

    pub fn sign<P: Purpose>(&self, what: P, id: &Secret, now: Millis) -> Result<Signed<P>> {
        let exp = now.seconds() + P::VALID_SECONDS;
        let (iss, aud) = (self.issuer.clone(), P::AUDIENCE.to_owned());
        let claims = Claims { iss, aud, exp, jti: id.reveal().to_owned(), what };
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(P::TYPE.to_owned());
        header.kid = Some(self.key_id.clone());
        let token = jsonwebtoken::encode(&header, &claims, &self.signing);
        let token = token.map_err(|error| Failure::fault("signing a hand-off", error))?;
        Ok(Signed { token, expires_at: Millis(exp * 1_000), purpose: PhantomData })
    }

    pub fn verify<P: Purpose>(&self, token: &str, now: Millis) -> Result<Verified<P>, NotValid> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(NotValid);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| NotValid)?;
        let key = self.known.get(header.kid.as_deref().unwrap_or_default()).ok_or(NotValid)?;
        // Equal to the one header that `sign` writes: nothing else may stand in it, no key and no address of one.
        let mut ours = Header::new(Algorithm::EdDSA);
        ours.typ = Some(P::TYPE.to_owned());
        ours.kid.clone_from(&header.kid);
        if header != ours {
            return Err(NotValid);
        }
        let read = jsonwebtoken::decode::<Claims<P>>(token, key, &self.validation::<P>()).map_err(|_| NotValid)?;
        let expires_at = Millis(read.claims.exp.saturating_mul(1_000));
        if now >= expires_at {
            Err(NotValid)
        } else {
            Ok(Verified { id: read.claims.jti, expires_at, what: read.claims.what })
        }
    }

    /// The library would ask the machine's clock for the expiry; it is compared with the time passed in instead.
    fn validation<P: Purpose>(&self) -> Validation {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[P::AUDIENCE]);
        validation.validate_exp = false;
        validation.leeway = 0;
        validation
    }
}

impl std::fmt::Debug for Handoffs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handoffs")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::ids::{Ids, SystemChance};
    use serde_json::{Value, json};
    use std::sync::Arc;
    use uuid::Uuid;

    const NOW: Millis = Millis(1_800_000_000_000);

    fn handoffs() -> Handoffs {
        Handoffs::new(&SigningKey::from_seed(&[7; 32]).unwrap(), "https://talk.example")
    }

    fn id() -> Secret {
        Ids::new(Arc::new(SystemChance)).secret()
    }

    fn ticket() -> SocketTicket {
        let id = Uuid::from_u128(1);
        SocketTicket { brand: BrandId(id), member: MemberId(id), login: LoginId(id) }
    }

    fn part(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    fn refused(token: &str) {
        assert_eq!(handoffs().verify::<SocketTicket>(token, NOW), Err(NotValid), "{token}");
    }

    #[test]
    fn a_ticket_is_good_for_thirty_seconds() {
        let id = id();
        let signed = handoffs().sign(ticket(), &id, NOW).unwrap();
        let verified = handoffs().verify::<SocketTicket>(&signed.token, NOW.plus_ms(29_999)).unwrap();
        assert_eq!((verified.what, verified.id.as_str()), (ticket(), id.reveal()));
        assert_eq!(handoffs().verify::<SocketTicket>(&signed.token, NOW.plus_ms(30_000)), Err(NotValid));
    }

    #[test]
    fn a_note_for_one_thing_opens_nothing_else() {
        let file = FileLink { file: FileId(Uuid::from_u128(1)), login: LoginId(Uuid::from_u128(1)) };
        refused(&handoffs().sign(file, &id(), NOW).unwrap().token);
        let mail = MailedConfirmation { account: AccountId(Uuid::from_u128(1)), email: "a@b.example".into() };
        refused(&handoffs().sign(mail, &id(), NOW).unwrap().token);
        let of_other_house = Handoffs::new(&SigningKey::from_seed(&[7; 32]).unwrap(), "https://other.example");
        refused(&of_other_house.sign(ticket(), &id(), NOW).unwrap().token);
        let of_other_key = Handoffs::new(&SigningKey::from_seed(&[8; 32]).unwrap(), "https://talk.example");
        refused(&of_other_key.sign(ticket(), &id(), NOW).unwrap().token);
    }

    #[test]
    fn headers_that_are_not_ours_are_refused_whatever_the_signature() {
        let ours = handoffs();
        let token = ours.sign(ticket(), &id(), NOW).unwrap().token;
        let claims: Value = {
            let body = token.split('.').nth(1).unwrap();
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
        };
        let kid = ours.key_id.as_str();
        let none = json!({"alg": "none", "typ": SocketTicket::TYPE, "kid": kid});
        refused(&format!("{}.{}.", part(&none), part(&claims)));

        // The classic: the public key taken for a shared secret.
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(SocketTicket::TYPE.into());
        header.kid = Some(kid.into());
        let public = SigningKey::from_seed(&[7; 32]).unwrap().public;
        refused(&jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&public)).unwrap());

        let signed_with = |change: &dyn Fn(&mut Header)| {
            let mut header = Header::new(Algorithm::EdDSA);
            header.typ = Some(SocketTicket::TYPE.into());
            header.kid = Some(kid.into());
            change(&mut header);
            jsonwebtoken::encode(&header, &claims, &ours.signing).unwrap()
        };
        assert!(ours.verify::<SocketTicket>(&signed_with(&|_| {}), NOW).is_ok(), "the unchanged one is good");
        refused(&signed_with(&|header| header.kid = Some("unknown".into())));
        refused(&signed_with(&|header| header.kid = Some("../x".into())));
        refused(&signed_with(&|header| header.kid = None));
        refused(&signed_with(&|header| header.jku = Some("https://evil.example/keys".into())));
        refused(&signed_with(&|header| header.x5u = Some("https://evil.example/keys".into())));
        refused(&signed_with(&|header| header.crit = Some(vec!["b64".into()])));
        refused(&signed_with(&|header| header.typ = Some("JWT".into())));
        refused(&signed_with(&|header| header.extras.insert("k", "v")));
    }

    #[test]
    fn every_claim_is_required_and_none_may_be_added() {
        let ours = handoffs();
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(SocketTicket::TYPE.into());
        header.kid = Some(ours.key_id.clone());
        let whole = json!({
            "iss": "https://talk.example", "aud": "live", "exp": NOW.seconds() + 10, "jti": "x", "what": ticket(),
        });
        let signed = |claims: &Value| jsonwebtoken::encode(&header, claims, &ours.signing).unwrap();
        assert!(ours.verify::<SocketTicket>(&signed(&whole), NOW).is_ok());
        for name in ["iss", "aud", "exp", "jti", "what"] {
            let mut claims = whole.clone();
            claims.as_object_mut().unwrap().remove(name);
            refused(&signed(&claims));
        }
        let mut more = whole.clone();
        more["admin"] = json!(true);
        refused(&signed(&more));
    }

    #[test]
    fn rubbish_is_refused() {
        for token in ["", ".", "..", "a.b.c", "é", &"a".repeat(TOKEN_BYTES_MAX + 1)] {
            refused(token);
        }
        let token = handoffs().sign(ticket(), &id(), NOW).unwrap().token;
        refused(&format!("{token}A"));
        refused(&token[..token.len() - 2]);
    }
}
