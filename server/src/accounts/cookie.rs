//! The log-in cookie.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::platform::ids::Secret;

/// How a browser keeps the log-in. Where TLS is, the `__Host-` prefix pins it to this origin and path.
#[derive(Debug, Clone, Copy)]
pub struct CookieStyle {
    pub secure: bool,
}

/// Days after which an unused log-in ends.
pub const LOGIN_DAYS: i64 = 60;

impl CookieStyle {
    const fn name(self) -> &'static str {
        if self.secure { "__Host-guildhall" } else { "guildhall" }
    }

    /// The secret that the browser sent.
    pub fn read(self, headers: &HeaderMap) -> Option<&str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == self.name())
            .map(|(_, secret)| secret)
    }

    pub fn set(self, secret: &Secret) -> Option<HeaderValue> {
        self.header(secret.reveal(), LOGIN_DAYS * 86_400)
    }

    pub fn clear(self) -> Option<HeaderValue> {
        self.header("", 0)
    }

    fn header(self, value: &str, max_age_s: i64) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.name();
        HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}"))
            .ok()
    }
}
