//! `/brands/{brand}/mails`, `/mails/{mail}`.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{self, MailRow, MailState};
use crate::access::{Actor, ReadMails, RetryMail, permit, see_for};
use crate::app::App;
use crate::platform::clock::Millis;
use crate::platform::http::{Id, Query};
use crate::platform::ids::{BrandId, MailId};
use crate::platform::paging::{Page, PageQuery};
use crate::platform::refusal::{Code, Problem, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_mails)).routes(routes!(get_mail)).routes(routes!(retry_mail))
}

/// A mail in the outbox.
#[derive(Debug, Serialize, ToSchema)]
struct MailView {
    id: MailId,
    to: String,
    subject: String,
    state: MailState,
    created_at: Millis,
    last_error: Option<String>,
}

/// A mail with its text.
#[derive(Debug, Serialize, ToSchema)]
struct WholeMail {
    #[serde(flatten)]
    mail: MailView,
    text: String,
    html: String,
    attachments: Vec<Attachment>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Attachment {
    name: &'static str,
    mime: &'static str,
    size: usize,
}

impl From<MailRow> for WholeMail {
    fn from(row: MailRow) -> Self {
        let attachments = row
            .calendar
            .iter()
            .map(|ics| Attachment { name: "webinar.ics", mime: "text/calendar", size: ics.len() })
            .collect();
        WholeMail {
            mail: MailView {
                id: row.id,
                to: row.recipient,
                subject: row.subject,
                state: row.state,
                created_at: row.created_at,
                last_error: row.last_error,
            },
            text: row.text_body,
            html: row.html_body,
            attachments,
        }
    }
}

/// The mails of a brand, newest first; for the owner, since they hold links and codes
#[utoipa::path(get, path = "/brands/{brand}/mails", tag = "mails", params(("brand" = BrandId, Path), PageQuery),
    responses((status = 200, body = Page<MailView>), (status = 403, body = Problem)))]
async fn list_mails(
    State(app): State<App>,
    actor: Actor,
    Id(brand): Id<BrandId>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<MailView>>> {
    let limit = page.limit()?;
    let reader = app.store.read().await?;
    let seen = see_for::<ReadMails>(&reader, &actor, brand).await?;
    let rows = store::page(&reader, seen.target(), page.after()?, limit + 1).await?;
    Ok(axum::Json(Page::cut(rows, limit, |row| row.id).map(|row| WholeMail::from(row).mail)))
}

/// A mail with its text
#[utoipa::path(get, path = "/mails/{mail}", tag = "mails", params(("mail" = MailId, Path)),
    responses((status = 200, body = WholeMail), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_mail(State(app): State<App>, actor: Actor, Id(mail): Id<MailId>) -> Result<axum::Json<WholeMail>> {
    let reader = app.store.read().await?;
    let seen = see_for::<RetryMail>(&reader, &actor, mail).await?;
    let row = store::one(&reader, seen.target()).await?.ok_or(Code::NotFound)?;
    Ok(axum::Json(row.into()))
}

/// Try to send a mail again that failed or was kept
#[utoipa::path(post, path = "/mails/{mail}/retry", tag = "mails", params(("mail" = MailId, Path)),
    responses((status = 202), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn retry_mail(State(app): State<App>, actor: Actor, Id(mail): Id<MailId>) -> Result<StatusCode> {
    let tx = app.store.begin().await?;
    let permit = permit::<RetryMail>(&tx, &actor, mail).await?;
    store::requeue(&permit).await?;
    tx.commit().await?;
    app.post_soon();
    Ok(StatusCode::ACCEPTED)
}
