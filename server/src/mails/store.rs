//! The table `mails`.

use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Permit, RetryMail, words};
use crate::platform::clock::Millis;
use crate::platform::ids::{BrandId, MailId};
use crate::platform::mail::{CalendarPart, Written};
use crate::platform::refusal::Result;
use crate::platform::store::{Rows, Tx};
use crate::values;

/// Rows of one statement.
const ROWS_MAX: usize = 200;

/// Whom a mail goes to, with an entry for their calendar.
pub(super) struct NewMail<'a> {
    pub id: MailId,
    pub to: &'a str,
    pub calendar: Option<&'a CalendarPart>,
}

/// Puts the same words into the queue for each of these.
pub(super) async fn insert(tx: &Tx, brand: Option<BrandId>, written: &Written, mails: &[NewMail<'_>]) -> Result<()> {
    for some in mails.chunks(ROWS_MAX) {
        let mut values =
            values![brand, written.subject.as_str(), written.text.as_str(), written.html.as_str(), tx.now()];
        let mut rows = Vec::new();
        for NewMail { id, to, calendar } in some {
            let n = values.len();
            rows.push(format!("(${}, $1, ${}, $2, $3, $4, ${}, ${}, 'queued', 0, $5, $5)", n + 1, n + 2, n + 3, n + 4));
            let (ics, method) = (calendar.map(|part| part.ics.as_str()), calendar.map(|part| part.method.as_str()));
            values.extend(values![*id, *to, ics, method]);
        }
        let sql = format!(
            "INSERT INTO mails (id, brand_id, recipient, subject, text_body, html_body, calendar, calendar_method, state,
                                attempts, next_attempt_at, created_at) VALUES {}",
            rows.join(", ")
        );
        tx.run(&sql, values).await?;
    }
    Ok(())
}

words!(/// How far a mail has come; `kept` where no mail server is configured.
    MailState { Queued "queued", Sent "sent", Kept "kept", Failed "failed", });

/// A mail as the table has it.
#[derive(Debug, FromQueryResult)]
pub(super) struct MailRow {
    pub id: MailId,
    pub recipient: String,
    pub subject: String,
    pub text_body: String,
    pub html_body: String,
    pub calendar: Option<String>,
    pub calendar_method: Option<String>,
    pub state: MailState,
    pub attempts: i64,
    pub last_error: Option<String>,
    pub created_at: Millis,
}

const MAIL: &str =
    "SELECT id, recipient, subject, text_body, html_body, calendar, calendar_method, state, attempts, last_error,
                           created_at FROM mails";

/// Mails that are due.
pub(super) async fn due(rows: &impl Rows, now: Millis, limit: i64) -> Result<Vec<MailRow>> {
    let sql = format!("{MAIL} WHERE state = 'queued' AND next_attempt_at <= $1 ORDER BY next_attempt_at, id LIMIT $2");
    rows.all(&sql, values![now, limit]).await
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

pub(super) async fn failed(rows: &impl Rows) -> Result<i64> {
    let counted: Option<Count> =
        rows.first("SELECT COUNT(*) AS count FROM mails WHERE state = 'failed'", values![]).await?;
    Ok(counted.map_or(0, |row| row.count))
}

/// Takes a mail for sending, for as long as the lease lasts; false when somebody else has it.
pub(super) async fn lease(tx: &Tx, mail: &MailRow, until: Millis) -> Result<bool> {
    let taken = tx
        .run(
            "UPDATE mails SET attempts = attempts + 1, next_attempt_at = $3 WHERE id = $1 AND attempts = $2 AND state = 'queued'",
            values![mail.id, mail.attempts, until],
        )
        .await?;
    Ok(taken == 1)
}

/// What became of a mail.
pub(super) async fn settle(tx: &Tx, id: MailId, state: &str, error: Option<&str>, next: Millis) -> Result<()> {
    tx.run(
        "UPDATE mails SET state = $2, last_error = $3, next_attempt_at = $4,
                          sent_at = CASE WHEN $2 = 'sent' THEN $5 ELSE sent_at END WHERE id = $1",
        values![id, state, error, next, tx.now()],
    )
    .await?;
    Ok(())
}

/// A page of a brand's mails, newest first. Mails in the product's own name (codes for a new password) are not the
/// brand's to read.
pub(super) async fn page(rows: &impl Rows, brand: BrandId, before: Option<MailId>, limit: u64) -> Result<Vec<MailRow>> {
    let sql = format!("{MAIL} WHERE brand_id = $1 AND ($2 IS NULL OR id < $2) ORDER BY id DESC LIMIT $3");
    rows.all(&sql, values![brand, before, i64::try_from(limit).unwrap_or(i64::MAX)]).await
}

pub(super) async fn one(rows: &impl Rows, id: MailId) -> Result<Option<MailRow>> {
    rows.first(&format!("{MAIL} WHERE id = $1"), values![id]).await
}

/// Puts a mail that failed or was kept back into the queue.
pub(super) async fn requeue(permit: &Permit<'_, RetryMail>) -> Result<()> {
    let tx = permit.tx();
    tx.run(
        "UPDATE mails SET state = 'queued', attempts = 0, next_attempt_at = $2 WHERE id = $1 AND state IN ('failed', 'kept')",
        values![permit.target(), tx.now()],
    )
    .await?;
    Ok(())
}
