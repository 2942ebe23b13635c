//! The post: sends what is due, each mail under a lease, and tries again with growing pauses.

use super::store::{self, MailRow};
use crate::app::App;
use crate::platform::mail::{CalendarPart, Letter, Method, NotPosted, Posted};
use crate::platform::refusal::Result;

/// How many mails one round takes.
const ROUND_MAX: i64 = 50;
/// How long a sender may hold a mail; then another takes it over.
const LEASE_MS: i64 = 2 * 60_000;
/// After so many failures the mail is given up, visibly.
const ATTEMPTS_MAX: i64 = 10;

/// Sends everything that is due and returns how many mails it settled.
pub async fn post_due(app: &App) -> Result<usize> {
    let reader = app.store.read().await?;
    let due = store::due(&reader, reader.now(), ROUND_MAX).await?;
    drop(reader);
    let mut settled = 0;
    for mail in due {
        let tx = app.store.begin().await?;
        let taken = store::lease(&tx, &mail, tx.now().plus_ms(LEASE_MS)).await?;
        tx.commit().await?;
        if taken {
            post(app, mail).await?;
            settled += 1;
        }
    }
    Ok(settled)
}

async fn post(app: &App, mail: MailRow) -> Result<()> {
    let (id, attempts) = (mail.id, mail.attempts + 1);
    let outcome = app.mailer.post(&letter(mail)).await;
    let tx = app.store.begin().await?;
    match outcome {
        Ok(Posted::Sent) => store::settle(&tx, id, "sent", None, tx.now()).await?,
        Ok(Posted::Kept) => store::settle(&tx, id, "kept", None, tx.now()).await?,
        Err(NotPosted::Retry(why)) if attempts < ATTEMPTS_MAX => {
            store::settle(&tx, id, "queued", Some(&why), tx.now().plus_ms(pause_ms(attempts))).await?;
        }
        Err(NotPosted::Retry(why) | NotPosted::Fail(why)) => {
            tracing::warn!(mail.id = %id, error = why, "a mail was given up");
            store::settle(&tx, id, "failed", Some(&why), tx.now()).await?;
        }
    }
    tx.commit().await
}

/// Half a minute, doubling, to about four hours.
fn pause_ms(attempts: i64) -> i64 {
    30_000 << attempts.clamp(0, 9)
}

fn letter(mail: MailRow) -> Letter {
    let method = match mail.calendar_method.as_deref() {
        Some("CANCEL") => Method::Cancel,
        _ => Method::Request,
    };
    Letter {
        id: mail.id.to_string(),
        at: mail.created_at,
        to: mail.recipient,
        subject: mail.subject,
        text: mail.text_body,
        html: mail.html_body,
        calendar: mail.calendar.map(|ics| CalendarPart { method, ics }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        assert_eq!(pause_ms(0), 30_000);
        assert!(pause_ms(3) > pause_ms(2));
        assert_eq!(pause_ms(9), pause_ms(50));
    }
}
