//! Credentials for TURN servers, as coturn's `use-auth-secret` takes them: a name that says until when it is good, and
//! the same signed with the shared secret.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

use crate::platform::clock::Millis;
use crate::platform::config::Stage;

/// Longer than any webinar: an allocation is renewed under the name it was made with.
const VALID_SECONDS: i64 = 6 * 60 * 60;

/// A server that helps a browser to be reached, as `RTCPeerConnection` takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IceServer {
    pub urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// The configured servers with credentials for one person.
pub fn ice_servers(stage: &Stage, person: &impl std::fmt::Display, now: Millis) -> Vec<IceServer> {
    let Some(secret) = stage.turn_secret.as_ref().filter(|_| !stage.turn_urls.is_empty()) else { return Vec::new() };
    let username = format!("{}:{person}", now.seconds() + VALID_SECONDS);
    let credential = credential(secret.reveal(), &username);
    vec![IceServer { urls: stage.turn_urls.clone(), username: Some(username), credential: Some(credential) }]
}

/// The scheme prescribes SHA-1; within an HMAC it is sound.
fn credential(secret: &str, username: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    STANDARD.encode(hmac::sign(&key, username.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::config::Hidden;

    #[test]
    fn a_credential_is_what_coturn_works_out_itself() {
        // printf %s 1800021600:me | openssl dgst -sha1 -hmac north -binary | base64
        assert_eq!(credential("north", "1800021600:me"), "DayDqKaDyzaY6VhBeajAH5QfPR8=");
    }

    #[test]
    fn without_servers_there_is_nothing_to_hand_out() {
        assert!(ice_servers(&Stage::default(), &"me", Millis(0)).is_empty());
        let secret = Some(Hidden::new("north".into()));
        let urls = vec!["turn:turn.example".to_owned()];
        let stage = Stage { turn_urls: urls.clone(), turn_secret: secret, ..Stage::default() };
        let servers = ice_servers(&stage, &"me", Millis(1_800_000_000_000));
        assert_eq!((&servers[0].urls, servers[0].username.as_deref()), (&urls, Some("1800021600:me")));
    }
}
