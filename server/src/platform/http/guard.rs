//! The guard that every request passes before it reaches a room, and every answer before it leaves.

use std::net::{IpAddr, Ipv4Addr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::front::Peer;
use super::headers;
use super::proxy::{self, Network};

use crate::platform::ids::Chance;
use crate::platform::refusal::{Code, Failure, REQUEST_ID};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

const TARGET_BYTES_MAX: usize = 8 * 1024;

/// Asked by probes under whatever address they know; they answer the same to everybody and change nothing.
const PROBES: &[&str] = &["/livez", "/readyz", "/metrics"];

/// The id of a request, for logs and for the person to quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

/// Whom this server answers for and whom it believes.
#[derive(Clone)]
pub struct Guard {
    /// Host names without port, lower case.
    pub hosts: Vec<String>,
    /// `scheme://host[:port]`, lower case, as browsers send it.
    pub origins: Vec<String>,
    pub trusted_proxies: Vec<Network>,
    /// Beginnings of paths that pages of other sites may ask as well, with a bearer and without a cookie.
    pub for_bearers: &'static [&'static str],
    /// People come in over TLS.
    pub secure: bool,
    pub chance: Arc<dyn Chance>,
}

impl Guard {
    /// Puts the guard before all routes of the router, its fallback included.
    pub fn stand_before(self, router: Router) -> Router {
        router.layer(from_fn_with_state(Arc::new(self), pass))
    }

    fn request_id(&self) -> String {
        let mut bytes = [0; 16];
        self.chance.fill(&mut bytes);
        format!("{:032x}", u128::from_be_bytes(bytes))
    }

    fn answers_for(&self, authority: &str) -> bool {
        let name = host_name(authority).to_ascii_lowercase();
        self.hosts.contains(&name)
    }

    /// Whether a page of this origin may write here; for the upgrade of a socket as well.
    pub fn trusts_origin(&self, origin: &HeaderValue) -> bool {
        origin.to_str().is_ok_and(|origin| self.origins.iter().any(|ours| ours == origin))
    }
}

async fn pass(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    let id = guard.request_id();
    let peer = request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let forwarded = proxy::take_forwarded(request.headers_mut(), peer, &guard.trusted_proxies);
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(forwarded.client);
    let verdict = judge(&guard, &request, forwarded.host.as_deref());
    let answer = async {
        let response = match verdict {
            Ok(()) => run(request, next).await,
            Err(code) => Failure::from(code).into_response(),
        };
        explain(response)
    };
    let mut response = REQUEST_ID.scope(id.clone(), answer).await;
    headers::complete(&mut response, guard.secure);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

/// A panic is a fault and an answer, never a lost connection.
async fn run(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        // What the panic says may quote a body, so it goes nowhere; the panic hook has told the place.
        Err(_panic) => Failure::broken("a handler panicked").into_response(),
    }
}

/// Pure: whether the request may go in.
fn judge(guard: &Guard, request: &Request, forwarded_host: Option<&str>) -> Result<(), Code> {
    if matches!(*request.method(), Method::TRACE | Method::CONNECT) {
        return Err(Code::MethodNotAllowed);
    }
    if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > TARGET_BYTES_MAX) {
        return Err(Code::UriTooLong);
    }
    if !PROBES.contains(&request.uri().path()) {
        check_host(guard, request, forwarded_host)?;
    }
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_by_bearer(guard, request) { Ok(()) } else { check_site(guard, request.headers()) }
}

/// No browser adds a bearer by itself, so nobody can be made to send one.
fn is_by_bearer(guard: &Guard, request: &Request) -> bool {
    let headers = request.headers();
    let path = request.uri().path();
    guard.for_bearers.iter().any(|beginning| path.starts_with(beginning))
        && headers.contains_key(header::AUTHORIZATION)
        && !headers.contains_key(header::COOKIE)
}

fn check_host(guard: &Guard, request: &Request, forwarded_host: Option<&str>) -> Result<(), Code> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return Err(Code::UnknownHost) };
    let host = forwarded_host.or(host.to_str().ok()).ok_or(Code::UnknownHost)?;
    let target = request.uri().authority().map_or(host, http::uri::Authority::as_str);
    if guard.answers_for(host) && guard.answers_for(target) { Ok(()) } else { Err(Code::UnknownHost) }
}

/// Stops writes that another site makes a browser send. Clients that are no browsers send neither header and no cookie.
fn check_site(guard: &Guard, headers: &HeaderMap) -> Result<(), Code> {
    let origin = headers.get(header::ORIGIN);
    let site = headers.get(SEC_FETCH_SITE);
    let foreign_origin = origin.is_some_and(|origin| !guard.trusts_origin(origin));
    let foreign_site = site.is_some_and(|site| site != "same-origin" && site != "none");
    let unexplained = headers.contains_key(header::COOKIE) && origin.is_none() && site.is_none();
    if foreign_origin || foreign_site || unexplained { Err(Code::BadOrigin) } else { Ok(()) }
}

/// The host of `host[:port]`, brackets of IPv6 included.
fn host_name(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => authority,
    }
}

/// Turns the bare refusals of the router into problem documents, and closes after a body that was not read.
fn explain(response: Response) -> Response {
    let status = response.status();
    let bare = !response.headers().contains_key(header::CONTENT_TYPE);
    let code = match status {
        StatusCode::NOT_FOUND if bare => Some(Code::NotFound),
        StatusCode::METHOD_NOT_ALLOWED if bare => Some(Code::MethodNotAllowed),
        _ => None,
    };
    let mut response = match code {
        Some(code) => {
            let allow = response.headers().get(header::ALLOW).cloned();
            let mut problem = Failure::from(code).into_response();
            problem.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
            problem
        }
        None => response,
    };
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::ids::SystemChance;
    use axum::body::Body;
    use axum::routing::{delete, get, post};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    fn guarded() -> Router {
        let router = Router::new()
            .route("/", get(async || "page"))
            .route("/livez", get(async || "ok"))
            .route("/write", post(async || "written"))
            .route("/bearer/write", post(async || "written"))
            .route("/kept", get(async || "kept").merge(delete(async || "gone")))
            .route("/panic", get(async || -> &'static str { panic!("secret of a body") }));
        let guard = Guard {
            hosts: vec!["talk.example".into(), "[::1]".into()],
            origins: vec!["https://talk.example".into()],
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            for_bearers: &["/bearer/"],
            secure: true,
            chance: Arc::new(SystemChance),
        };
        guard.stand_before(router)
    }

    async fn ask(method: &str, path: &str, headers: &[(&str, &str)]) -> (Response<()>, String) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = guarded().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (Response::from_parts(parts, ()), String::from_utf8(body.to_vec()).unwrap())
    }

    async fn write(headers: &[(&str, &str)]) -> u16 {
        let mut all = vec![("host", "talk.example")];
        all.extend_from_slice(headers);
        ask("POST", "/write", &all).await.0.status().as_u16()
    }

    #[tokio::test]
    async fn only_known_hosts_are_answered_for() {
        for host in ["talk.example", "TALK.example:8443", "[::1]:8080"] {
            assert_eq!(ask("GET", "/", &[("host", host)]).await.0.status(), 200, "{host}");
        }
        for host in ["evil.example", "talk.example.evil", "", "talk.example@evil"] {
            let (response, body) = ask("GET", "/", &[("host", host)]).await;
            assert_eq!(response.status(), 421, "{host}");
            assert!(body.contains("unknown_host") && !body.contains("evil"), "{body}");
        }
        assert_eq!(ask("GET", "/", &[]).await.0.status(), 421);
        assert_eq!(ask("GET", "http://evil.example/", &[("host", "talk.example")]).await.0.status(), 421);
        let twice = [("host", "talk.example"), ("host", "talk.example")];
        assert_eq!(ask("GET", "/", &twice).await.0.status(), 421);
        assert_eq!(ask("GET", "/livez", &[("host", "192.0.2.7:8080")]).await.0.status(), 200);
    }

    #[tokio::test]
    async fn a_forwarded_host_of_an_untrusted_peer_is_ignored() {
        let headers = [("host", "evil.example"), ("x-forwarded-host", "talk.example")];
        assert_eq!(ask("GET", "/", &headers).await.0.status(), 421);
    }

    #[tokio::test]
    async fn another_site_cannot_write_with_our_cookie() {
        let cookie = ("cookie", "guildhall=x");
        assert_eq!(write(&[cookie, ("origin", "https://talk.example")]).await, 200);
        assert_eq!(write(&[cookie, ("sec-fetch-site", "same-origin")]).await, 200);
        assert_eq!(write(&[]).await, 200, "a client without cookie is no browser");
        assert_eq!(write(&[cookie]).await, 403);
        for origin in ["https://evil.example", "null", "https://talk.example.evil", "http://talk.example"] {
            assert_eq!(write(&[cookie, ("origin", origin)]).await, 403, "{origin}");
            assert_eq!(write(&[("origin", origin)]).await, 403, "log-in from another site: {origin}");
        }
        for site in ["cross-site", "same-site", "what"] {
            let headers = [cookie, ("origin", "https://talk.example"), ("sec-fetch-site", site)];
            assert_eq!(write(&headers).await, 403, "{site}");
        }
    }

    #[tokio::test]
    async fn another_site_writes_with_a_bearer_where_that_is_asked_for_and_never_with_a_cookie() {
        let write = async |path: &str, more: &[(&str, &str)]| {
            let mut all = vec![("host", "talk.example"), ("origin", "https://player.example")];
            all.extend_from_slice(more);
            ask("POST", path, &all).await.0.status().as_u16()
        };
        let bearer = ("authorization", "Bearer x");
        assert_eq!(write("/bearer/write", &[bearer]).await, 200);
        assert_eq!(write("/bearer/write", &[]).await, 403);
        assert_eq!(write("/bearer/write", &[bearer, ("cookie", "guildhall=x")]).await, 403);
        assert_eq!(write("/write", &[bearer]).await, 403);
    }

    #[tokio::test]
    async fn a_preflight_of_another_site_gets_no_permission() {
        let headers = [("host", "talk.example"), ("origin", "https://evil.example")];
        let (response, _) = ask("OPTIONS", "/write", &headers).await;
        assert!(!response.headers().contains_key("access-control-allow-origin"));
    }

    #[tokio::test]
    async fn methods_are_what_they_say() {
        let host = ("host", "talk.example");
        let (response, body) = ask("GET", "/kept", &[host, ("x-http-method-override", "DELETE")]).await;
        assert_eq!((response.status().as_u16(), body.as_str()), (200, "kept"));
        for method in ["TRACE", "CONNECT", "PUT", "BREW"] {
            let (response, body) = ask(method, "/kept", &[host]).await;
            assert_eq!(response.status(), 405, "{method}");
            assert!(body.contains("\"code\":\"method_not_allowed\""), "{body}");
        }
    }

    #[tokio::test]
    async fn an_address_is_not_a_novel() {
        let path = |bytes: usize| format!("/?q={}", "a".repeat(bytes - 4));
        assert_eq!(ask("GET", &path(TARGET_BYTES_MAX), &[("host", "talk.example")]).await.0.status(), 200);
        assert_eq!(ask("GET", &path(TARGET_BYTES_MAX + 1), &[("host", "talk.example")]).await.0.status(), 414);
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_that_tells_nothing_but_its_id() {
        let (response, body) = ask("GET", "/panic", &[("host", "talk.example")]).await;
        assert_eq!(response.status(), 500);
        let id = response.headers()["x-request-id"].to_str().unwrap();
        assert_eq!(id.len(), 32);
        assert!(body.contains(id) && body.contains("\"code\":\"internal\"") && !body.contains("secret"), "{body}");
    }

    #[tokio::test]
    async fn every_answer_has_the_headers_of_the_house() {
        for (host, path) in [("talk.example", "/"), ("talk.example", "/missing"), ("evil.example", "/")] {
            let (response, _) = ask("GET", path, &[("host", host)]).await;
            for name in ["content-security-policy", "x-request-id", "strict-transport-security", "permissions-policy"] {
                assert!(response.headers().contains_key(name), "{path} {name}");
            }
        }
    }
}
