//! Mails: what the server writes to people.
//!
//! Invariants: a mail is written in the transaction of the act it tells of ([`enqueue`]) and leaves by a job ([`follow`]),
//! so none is sent for what did not happen and none is lost; where no mail server is configured it is kept, and the
//! owner of the brand can read it.

pub mod follow;
mod routes;
mod store;

use crate::app::App;
use crate::brands;
use crate::platform::ids::{BrandId, MailId};
use crate::platform::language::Language;
use crate::platform::mail::{CalendarPart, Content, Frame, write};
use crate::platform::refusal::Result;
use crate::platform::store::Tx;

pub use routes::routes;

/// A mail to be written.
#[derive(Debug)]
pub struct Draft<'a> {
    /// In whose name; the product's where no brand is concerned.
    pub brand: Option<BrandId>,
    pub to: &'a str,
    pub language: Language,
    pub content: Content,
}

const HOUSE: &str = "Guildhall";
const HOUSE_COLOUR: &str = "#006b55";

/// How many mails were given up, over all brands.
pub async fn failed(app: &App) -> Result<i64> {
    store::failed(&app.store.read().await?).await
}

/// Writes a mail in the transaction of the act that it tells of.
pub async fn enqueue(tx: &Tx, app: &App, draft: &Draft<'_>) -> Result<()> {
    enqueue_with_calendar(tx, app, draft, None).await
}

/// The same, with an entry for the calendar.
pub async fn enqueue_with_calendar(
    tx: &Tx,
    app: &App,
    draft: &Draft<'_>,
    calendar: Option<&CalendarPart>,
) -> Result<()> {
    let frame = match draft.brand {
        Some(brand) => {
            let brand = brands::view(tx, brand).await?;
            Frame { brand: brand.name, colour: brand.colour }
        }
        None => Frame { brand: HOUSE.to_owned(), colour: HOUSE_COLOUR.to_owned() },
    };
    let written = write(draft.language, &frame, &draft.content)?;
    let id = MailId(app.ids.uuid(tx.now()));
    store::insert(tx, id, draft, &written, calendar).await?;
    tx.wakes(&app.post);
    Ok(())
}
