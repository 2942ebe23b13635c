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

/// One of several people who get the same words, with an entry for their own calendar.
#[derive(Debug)]
pub struct Invited {
    pub to: String,
    pub calendar: CalendarPart,
}

const HOUSE: &str = "Guildhall";
const HOUSE_COLOUR: &str = "#006b55";

/// How many mails were given up, over all brands.
pub async fn failed(app: &App) -> Result<i64> {
    store::failed(&app.store.read().await?).await
}

/// Writes a mail in the transaction of the act that it tells of.
pub async fn enqueue(tx: &Tx, app: &App, draft: &Draft<'_>) -> Result<()> {
    let written = write(draft.language, &frame(tx, draft.brand).await?, &draft.content)?;
    let mail = store::NewMail { id: MailId(app.ids.uuid(tx.now())), to: draft.to, calendar: None };
    store::insert(tx, draft.brand, &written, &[mail]).await?;
    tx.wakes(&app.post);
    Ok(())
}

/// The same to everybody who reads one language and one clock. The words are written once however many they are, because
/// others wait for the transaction.
pub async fn enqueue_to_each<'a>(
    tx: &Tx,
    app: &App,
    brand: BrandId,
    (language, content): (Language, &Content),
    people: &'a [Invited],
) -> Result<()> {
    let written = write(language, &frame(tx, Some(brand)).await?, content)?;
    let mail = |person: &'a Invited| store::NewMail {
        id: MailId(app.ids.uuid(tx.now())),
        to: &person.to,
        calendar: Some(&person.calendar),
    };
    let mails: Vec<_> = people.iter().map(mail).collect();
    store::insert(tx, Some(brand), &written, &mails).await?;
    tx.wakes(&app.post);
    Ok(())
}

async fn frame(tx: &Tx, brand: Option<BrandId>) -> Result<Frame> {
    let Some(brand) = brand else { return Ok(Frame { brand: HOUSE.to_owned(), colour: HOUSE_COLOUR.to_owned() }) };
    let brand = brands::view(tx, brand).await?;
    Ok(Frame { brand: brand.name, colour: brand.colour })
}
