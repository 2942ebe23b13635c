//! Refusals and faults: the two ways in which an act can end other than well, and their one conversion to a response.
//!
//! A refusal is something the person can act on; it has a stable code that the client translates. A fault is ours: it is
//! logged once, here, and the person gets an id to quote. Answers are problem details (RFC 9457) and never echo input.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// Every verb answers with this.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// Declares the refusal codes once: name, wire form, status, English title. (The wire form is a plain token, as the
/// description's derive reads no other.)
macro_rules! codes {
    ($($name:ident $wire:tt $status:ident $title:literal,)*) => {
        /// Stable code of a refusal, as the client sees it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
        pub enum Code { $(#[serde(rename = $wire)] $name,)* }

        impl Code {
            /// All codes, for the test that every one is translated.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];
            pub const fn as_str(self) -> &'static str { match self { $(Code::$name => $wire,)* } }
            pub const fn status(self) -> StatusCode { match self { $(Code::$name => StatusCode::$status,)* } }
            pub const fn title(self) -> &'static str { match self { $(Code::$name => $title,)* } }
        }
    };
}

codes! {
    AlreadyMember "already_member" CONFLICT "Already a member",
    AlreadySetUp "already_set_up" CONFLICT "This server is already set up",
    AlreadyVoted "already_voted" CONFLICT "The vote is cast already",
    Archived "archived" FORBIDDEN "The group is archived",
    BadFrame "bad_frame" BAD_REQUEST "The frame is not valid",
    BadJson "bad_json" BAD_REQUEST "The body is not valid JSON",
    BadOffer "bad_offer" BAD_REQUEST "The offer of a connection is not valid",
    BadOrigin "bad_origin" FORBIDDEN "The request comes from another site",
    BadQuery "bad_query" BAD_REQUEST "The query is not valid",
    BodyTooLarge "body_too_large" PAYLOAD_TOO_LARGE "The body is too large",
    CodeInvalid "code_invalid" UNPROCESSABLE_ENTITY "The code is wrong or has expired",
    ConsentRequired "consent_required" CONFLICT "Everybody has to be told of the recording first",
    EditWindowClosed "edit_window_closed" FORBIDDEN "The message is too old to be edited",
    Forbidden "forbidden" FORBIDDEN "Not allowed",
    HostsOnly "hosts_only" FORBIDDEN "Only hosts write here right now",
    IdempotencyConflict "idempotency_conflict" CONFLICT "The same key was used with other content",
    Internal "internal" INTERNAL_SERVER_ERROR "Something went wrong on our side",
    InvalidCredentials "invalid_credentials" UNAUTHORIZED "Address or password is wrong",
    InvalidText "invalid_text" UNPROCESSABLE_ENTITY "The text has characters that are not allowed",
    InviteEmailMismatch "invite_email_mismatch" FORBIDDEN "The invitation is for another address",
    InviteInvalid "invite_invalid" NOT_FOUND "The invitation is not valid",
    LastOwner "last_owner" CONFLICT "The last owner has to stay",
    LogInFirst "log_in_first" CONFLICT "This address has an account: log in first",
    MethodNotAllowed "method_not_allowed" METHOD_NOT_ALLOWED "The method is not allowed here",
    Muted "muted" FORBIDDEN "Muted in this group",
    NotAcceptable "not_acceptable" NOT_ACCEPTABLE "The answer has a type that was not asked for",
    NotFound "not_found" NOT_FOUND "Not found",
    NotOnStage "not_on_stage" FORBIDDEN "Only hosts and speakers can do this",
    NotRegistered "not_registered" FORBIDDEN "This webinar needs a registration",
    Overloaded "overloaded" SERVICE_UNAVAILABLE "The server is busy",
    PasswordPolicy "password_policy" UNPROCESSABLE_ENTITY "The password is too weak",
    PreconditionRequired "precondition_required" PRECONDITION_REQUIRED "The request has to say what it was made from",
    PollClosed "poll_closed" CONFLICT "The poll takes no votes",
    QuotaExceeded "quota_exceeded" PAYLOAD_TOO_LARGE "The storage quota is used up",
    RateLimited "rate_limited" TOO_MANY_REQUESTS "Too many requests",
    RoleTooHigh "role_too_high" FORBIDDEN "The role is above your own",
    SearchUnavailable "search_unavailable" SERVICE_UNAVAILABLE "Search is not available right now",
    SentOut "sent_out" FORBIDDEN "Sent out of this webinar by a host",
    SessionReused "session_reused" UNAUTHORIZED "The log-in was used from two places and has been ended",
    StageClosed "stage_closed" CONFLICT "The stage is not open",
    StageLocked "stage_locked" FORBIDDEN "The stage is locked",
    StageUnavailable "stage_unavailable" SERVICE_UNAVAILABLE "Sound and picture are not available right now",
    SlowMode "slow_mode" FORBIDDEN "The chat is in slow mode",
    Suspended "suspended" FORBIDDEN "The membership is suspended",
    ThreadClosed "thread_closed" FORBIDDEN "The thread is closed",
    TokenInvalid "token_invalid" NOT_FOUND "The link is not valid",
    TooLong "too_long" UNPROCESSABLE_ENTITY "The text is too long",
    TooManyStreams "too_many_streams" UNPROCESSABLE_ENTITY "Too many streams at once",
    TypeMismatch "type_mismatch" UNSUPPORTED_MEDIA_TYPE "The file is not what its name says",
    Unauthenticated "unauthenticated" UNAUTHORIZED "Log in first",
    UnknownField "unknown_field" BAD_REQUEST "The body has an unknown field",
    UnknownHost "unknown_host" MISDIRECTED_REQUEST "This server does not answer for that host",
    UnknownOp "unknown_op" BAD_REQUEST "The command is unknown",
    UnsupportedMediaType "unsupported_media_type" UNSUPPORTED_MEDIA_TYPE "The content type is not supported",
    UriTooLong "uri_too_long" URI_TOO_LONG "The address is too long",
    Validation "validation" UNPROCESSABLE_ENTITY "Some fields are not valid",
    VersionConflict "version_conflict" PRECONDITION_FAILED "Somebody else changed this in the meantime",
    WebinarFull "webinar_full" CONFLICT "All seats are taken",
    WebinarOver "webinar_over" CONFLICT "The webinar is over",
}

/// One field that was refused; `code` is translated by the client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldRefusal {
    pub field: String,
    pub code: &'static str,
}

/// What the person can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    pub fields: Vec<FieldRefusal>,
    pub retry_after_ms: Option<u64>,
    pub current_version: Option<i64>,
}

impl Refusal {
    pub fn new(code: Code) -> Self {
        Refusal { code, fields: Vec::new(), retry_after_ms: None, current_version: None }
    }

    /// A refusal of one field: 422 `validation`.
    pub fn field(field: &str, code: &'static str) -> Self {
        Refusal::new(Code::Validation).and_field(field, code)
    }

    #[must_use]
    pub fn and_field(mut self, field: &str, code: &'static str) -> Self {
        self.fields.push(FieldRefusal { field: field.to_owned(), code });
        self
    }

    #[must_use]
    pub fn retry_after_ms(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }
}

/// What is ours to mend. The chain is logged where it becomes an answer.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("database")]
    Database(#[from] sea_orm::DbErr),
    #[error("{what}")]
    Other {
        what: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("{0}")]
    Broken(&'static str),
}

/// Why a verb did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("refused: {}", .0.code.as_str())]
    Refusal(Box<Refusal>),
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Failure {
    /// The code that the client sees.
    pub fn code(&self) -> Code {
        match self {
            Failure::Refusal(refusal) => refusal.code,
            Failure::Fault(_) => Code::Internal,
        }
    }

    /// A fault with its cause, for errors of libraries.
    pub fn fault(what: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Failure::Fault(Fault::Other { what, source: source.into() })
    }

    /// A fault without a cause: something that must hold did not.
    pub fn broken(what: &'static str) -> Self {
        Failure::Fault(Fault::Broken(what))
    }

    /// The failure with its causes, for the operator.
    pub fn explain(&self) -> String {
        let mut chain = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            let words = cause.to_string();
            if !chain.ends_with(&words) {
                chain.push_str(": ");
                chain.push_str(&words);
            }
            source = cause.source();
        }
        chain
    }

    /// Logs a fault, once, with its chain; a refusal is no news.
    pub fn log(&self, request_id: &str) {
        if let Failure::Fault(_) = self {
            tracing::error!(request.id = request_id, fault = self.explain(), "fault");
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::Refusal(Box::new(refusal))
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Refusal::new(code).into()
    }
}

impl From<sea_orm::DbErr> for Failure {
    fn from(error: sea_orm::DbErr) -> Self {
        Failure::Fault(Fault::Database(error))
    }
}

/// The body of every refusal and fault (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `/problems/<code>`, a page that explains the code.
    pub r#type: String,
    pub title: &'static str,
    pub status: u16,
    pub code: Code,
    /// Filled in by the outermost layer, which knows it.
    pub request_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldRefusal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_version: Option<i64>,
}

tokio::task_local! {
    /// The id of the request that is being answered, set by the outermost layer.
    pub static REQUEST_ID: String;
}

/// The id of the running request, empty outside one.
pub fn request_id() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let request_id = request_id();
        self.log(&request_id);
        let refusal = match self {
            Failure::Refusal(refusal) => *refusal,
            Failure::Fault(_) => Refusal::new(Code::Internal),
        };
        problem_response(refusal, request_id)
    }
}

fn problem_response(refusal: Refusal, request_id: String) -> Response {
    let code = refusal.code;
    let retry_after_ms = refusal.retry_after_ms;
    let problem = Problem {
        r#type: format!("/problems/{}", code.as_str()),
        title: code.title(),
        status: code.status().as_u16(),
        code,
        request_id,
        fields: refusal.fields,
        retry_after_ms,
        current_version: refusal.current_version,
    };
    let mut response = (code.status(), Json(problem)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(ms) = retry_after_ms {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000).max(1)));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_tells_the_person_nothing_but_that_it_is_ours() {
        let response = Failure::broken("the stream has no counter").into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    }

    #[test]
    fn waiting_time_is_told_in_whole_seconds_rounded_up() {
        let response = Failure::from(Refusal::new(Code::RateLimited).retry_after_ms(1_001)).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
    }
}
