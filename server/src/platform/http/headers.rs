//! The headers that every answer carries, unless its handler knows better (user files bring a stricter policy).

use axum::response::Response;
use http::{HeaderValue, header};

const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    media-src 'self' blob:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
    form-action 'self'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html guildhall-html";

/// Camera, microphone and screen are for the stage; everything else of the machine is not ours to ask for.
const PERMISSIONS: &str = "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), autoplay=(self), \
    clipboard-write=(self), geolocation=(), payment=(), usb=(), serial=(), midi=(), accelerometer=(), \
    gyroscope=(), magnetometer=(), browsing-topics=()";

const ALWAYS: &[(&str, &str)] = &[
    ("content-security-policy", PAGE_POLICY),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "same-origin"),
    ("permissions-policy", PERMISSIONS),
    // Whatever may be kept says so itself: hashed assets, the public logo.
    ("cache-control", "no-store"),
];

const TWO_YEARS: &str = "max-age=63072000";

/// Adds what is missing; `secure` is whether people come in over TLS.
pub(super) fn complete(response: &mut Response, secure: bool) {
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(*name).or_insert(HeaderValue::from_static(value));
    }
    if secure {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HeaderValue::from_static(TWO_YEARS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gets_the_whole_policy() {
        let mut response = Response::default();
        complete(&mut response, true);
        let headers = response.headers();
        assert_eq!(
            headers["content-security-policy"],
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; \
             font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; \
             require-trusted-types-for 'script'; trusted-types svelte-trusted-html guildhall-html"
        );
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["strict-transport-security"], TWO_YEARS);
        assert_eq!(headers["x-content-type-options"], "nosniff");
    }

    #[test]
    fn a_handler_that_knows_better_is_left_alone_and_plain_http_gets_no_hsts() {
        let mut response = Response::default();
        let strict = HeaderValue::from_static("sandbox; default-src 'none'");
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, strict.clone());
        complete(&mut response, false);
        assert_eq!(response.headers()[header::CONTENT_SECURITY_POLICY], strict);
        assert!(!response.headers().contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
}
