//! What the registered are told by mail, with the entry for their calendar.

use std::collections::HashMap;

use super::schedule::ends_at;
use super::store::{self, WebinarRow};
use super::webinar::State;
use crate::app::App;
use crate::brands::{self, BrandView};
use crate::groups;
use crate::mails::{self, Draft, Invited};
use crate::members::{self, Addressee};
use crate::platform::clock::Millis;
use crate::platform::ics::{self, Entry, Organizer, Purpose};
use crate::platform::ids::{BrandId, MemberId};
use crate::platform::language::Language;
use crate::platform::mail::{CalendarPart, Content, Method, Webinar, address_of};
use crate::platform::markdown;
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Tx;

/// What there is to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    Registered,
    /// The seat was given back: the entry leaves their calendar.
    Left,
    Changed,
    Cancelled,
}

/// Tells everybody who holds a seat.
pub(super) async fn tell_registered(tx: &Tx, app: &App, webinar: &WebinarRow, news: News) -> Result<()> {
    let registered = store::registered(tx, webinar.id).await?;
    tell(tx, app, webinar, news, &registered).await
}

/// Tells these members; those who are suspended or gone hear nothing.
pub(super) async fn tell(tx: &Tx, app: &App, webinar: &WebinarRow, news: News, to: &[MemberId]) -> Result<()> {
    let addressees = members::addressees(tx, to).await?;
    if addressees.is_empty() {
        return Ok(());
    }
    let (about, mut entry) = about(tx, app, webinar).await?;
    entry.cancelled |= news == News::Left;
    for ((language, time_zone), readers) in by_words(addressees) {
        let told = about.told(webinar, language, &time_zone);
        let people = readers.into_iter().map(|to| invited(tx, news, &entry, to)).collect::<Result<Vec<_>>>()?;
        mails::enqueue_to_each(tx, app, webinar.brand_id, (language, &content(news, told)), &people).await?;
    }
    Ok(())
}

/// Tells those who wait that a seat is kept for them. It is no entry for the calendar before they take it.
pub(super) async fn tell_offered(
    tx: &Tx,
    app: &App,
    webinar: &WebinarRow,
    until: Millis,
    to: &[MemberId],
) -> Result<()> {
    let addressees = members::addressees(tx, to).await?;
    if addressees.is_empty() {
        return Ok(());
    }
    let (about, _) = about(tx, app, webinar).await?;
    for Addressee { email, language, time_zone, .. } in addressees {
        let webinar = about.told(webinar, language, &time_zone);
        let content = Content::WebinarOffered { webinar, until: language.moment(until, &time_zone) };
        mails::enqueue(tx, app, &Draft { brand: Some(about.brand), to: &email, language, content }).await?;
    }
    Ok(())
}

/// What letters tell of a webinar beside what stands in its row.
struct About {
    brand: BrandId,
    group: String,
    host: String,
    link: String,
}

async fn about(tx: &Tx, app: &App, webinar: &WebinarRow) -> Result<(About, Entry)> {
    let brand = brands::view(tx, webinar.brand_id).await?;
    let host = members::person(tx, webinar.host_id).await?.ok_or(Code::NotFound)?;
    let group = groups::names(tx, &[webinar.group_id]).await?.remove(&webinar.group_id).unwrap_or_default();
    let entry = entry(app, &brand, webinar, &host.name)?;
    Ok((About { brand: webinar.brand_id, group, host: host.name, link: entry.url.clone() }, entry))
}

impl About {
    fn told(&self, webinar: &WebinarRow, language: Language, time_zone: &str) -> Webinar {
        Webinar {
            title: webinar.title.clone(),
            group: self.group.clone(),
            host: self.host.clone(),
            when: language.moment(webinar.starts_at, time_zone),
            duration_minutes: u32::try_from(webinar.duration_minutes).unwrap_or(0),
            link: self.link.clone(),
        }
    }
}

/// The addresses of those who read the same words: of one language and one clock.
fn by_words(addressees: Vec<Addressee>) -> HashMap<(Language, String), Vec<String>> {
    let mut readers: HashMap<_, Vec<String>> = HashMap::new();
    for Addressee { email, language, time_zone, .. } in addressees {
        readers.entry((language, time_zone)).or_default().push(email);
    }
    readers
}

fn invited(tx: &Tx, news: News, entry: &Entry, to: String) -> Result<Invited> {
    let attendee = to.as_str();
    let (method, purpose) = match news {
        News::Cancelled | News::Left => (Method::Cancel, Purpose::Cancel { attendee }),
        News::Registered | News::Changed => (Method::Request, Purpose::Request { attendee }),
    };
    let ics = ics::write(purpose, std::slice::from_ref(entry), tx.now())?;
    Ok(Invited { to, calendar: CalendarPart { method, ics } })
}

fn content(news: News, webinar: Webinar) -> Content {
    match news {
        News::Registered => Content::WebinarRegistered { webinar },
        News::Left => Content::WebinarLeft { webinar },
        News::Changed => Content::WebinarChanged { webinar },
        News::Cancelled => Content::WebinarCancelled { webinar },
    }
}

/// The entry of a webinar, the same for everybody: its link leads to the page, which asks who one is.
pub(super) fn entry(app: &App, brand: &BrandView, webinar: &WebinarRow, host: &str) -> Result<Entry> {
    Ok(Entry {
        uid: webinar.id.to_string(),
        sequence: webinar.sequence,
        title: webinar.title.clone(),
        description: markdown::plain_text(&webinar.description),
        url: app.link(&format!("/b/{}/webinars/{}", brand.slug, webinar.id)),
        starts_at: webinar.starts_at,
        ends_at: ends_at(webinar.starts_at, webinar.duration_minutes),
        time_zone: webinar.time_zone.clone(),
        organizer: Organizer { name: host.to_owned(), address: address_of(&app.config.mail.from)? },
        cancelled: webinar.state == State::Cancelled,
    })
}
