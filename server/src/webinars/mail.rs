//! What the registered are told by mail, with the entry for their calendar.

use super::schedule::ends_at;
use super::store::{self, WebinarRow};
use super::webinar::State;
use crate::app::App;
use crate::brands::{self, BrandView};
use crate::groups;
use crate::mails::{self, Draft};
use crate::members::{self, Addressee};
use crate::platform::ics::{self, Entry, Organizer, Purpose};
use crate::platform::ids::MemberId;
use crate::platform::mail::{CalendarPart, Content, Method, Webinar, address_of};
use crate::platform::markdown;
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Tx;

/// What there is to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    Registered,
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
    let brand = brands::view(tx, webinar.brand_id).await?;
    let host = members::person(tx, webinar.host_id).await?.ok_or(Code::NotFound)?;
    let group = groups::names(tx, &[webinar.group_id]).await?.remove(&webinar.group_id).unwrap_or_default();
    let entry = entry(app, &brand, webinar, &host.name)?;
    for addressee in addressees {
        let told = Webinar {
            title: webinar.title.clone(),
            group: group.clone(),
            host: host.name.clone(),
            when: addressee.language.moment(webinar.starts_at, &addressee.time_zone),
            duration_minutes: u32::try_from(webinar.duration_minutes).unwrap_or(0),
            link: entry.url.clone(),
        };
        let part = calendar_part(tx, news, &entry, &addressee)?;
        let draft = Draft {
            brand: Some(webinar.brand_id),
            to: &addressee.email,
            language: addressee.language,
            content: content(news, told),
        };
        mails::enqueue_with_calendar(tx, app, &draft, Some(&part)).await?;
    }
    Ok(())
}

fn calendar_part(tx: &Tx, news: News, entry: &Entry, addressee: &Addressee) -> Result<CalendarPart> {
    let attendee = addressee.email.as_str();
    let (method, purpose) = match news {
        News::Cancelled => (Method::Cancel, Purpose::Cancel { attendee }),
        News::Registered | News::Changed => (Method::Request, Purpose::Request { attendee }),
    };
    Ok(CalendarPart { method, ics: ics::write(purpose, std::slice::from_ref(entry), tx.now())? })
}

fn content(news: News, webinar: Webinar) -> Content {
    match news {
        News::Registered => Content::WebinarRegistered { webinar },
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
