//! The one builder of mail: headers, text, HTML and, where there is one, the calendar entry.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::{CalendarPart, Letter, NotPosted};
use crate::platform::refusal::Failure;

/// Machines that answer mail automatically leave these alone.
const TRANSACTIONAL: &[(&str, &str)] = &[("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")];

/// Whether the text is a sender such as `Talk <talk@example.com>`.
pub fn is_mailbox(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

/// The bare address of a sender such as `Talk <talk@example.com>`.
pub fn address_of(sender: &str) -> Result<String, Failure> {
    let mailbox = sender.parse::<Mailbox>().map_err(|error| Failure::fault("the sender of mails", error))?;
    Ok(mailbox.email.to_string())
}

/// The whole message. Fails for good where the address is none.
pub fn compose(letter: &Letter, from: &Mailbox) -> Result<Message, NotPosted> {
    let fail = |what: &str| NotPosted::Fail(what.to_owned());
    let to: Address = letter.to.parse().map_err(|_| fail("the address is not valid"))?;
    let domain = from.email.domain();
    let mut message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(one_line(&letter.subject))
        .date(system_time(letter))
        .message_id(Some(format!("<{}@{domain}>", only_id_characters(&letter.id))));
    for (name, value) in TRANSACTIONAL {
        let name = HeaderName::new_from_ascii_str(name);
        message = message.raw_header(HeaderValue::new(name, (*value).to_owned()));
    }
    message.multipart(body(letter)?).map_err(|_| fail("the message cannot be built"))
}

fn body(letter: &Letter) -> Result<MultiPart, NotPosted> {
    let id = only_id_characters(&letter.id);
    let texts = MultiPart::alternative()
        .boundary(format!("=_a_{id}"))
        .singlepart(SinglePart::plain(letter.text.clone()))
        .singlepart(SinglePart::html(letter.html.clone()));
    let Some(calendar) = &letter.calendar else { return Ok(texts) };
    let (entry, file) = calendar_parts(calendar)?;
    Ok(MultiPart::mixed().boundary(format!("=_m_{id}")).multipart(texts.singlepart(entry)).singlepart(file))
}

/// Twice the same: within the alternatives for programs that show an invitation, as a file for all others.
fn calendar_parts(calendar: &CalendarPart) -> Result<(SinglePart, SinglePart), NotPosted> {
    let method = calendar.method.as_str();
    let typed = |text: String| ContentType::parse(&text).map_err(|_| NotPosted::Fail("no calendar type".to_owned()));
    let entry = SinglePart::builder()
        .header(typed(format!("text/calendar; method={method}; charset=UTF-8"))?)
        .header(ContentTransferEncoding::Base64)
        .body(calendar.ics.clone());
    let file = Attachment::new("webinar.ics".to_owned())
        .body(calendar.ics.clone(), typed(format!("application/ics; method={method}; name=\"webinar.ics\""))?);
    Ok((entry, file))
}

fn system_time(letter: &Letter) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(letter.at.0).unwrap_or(0))
}

/// A subject is one line: what would start another header becomes a blank. What looks like an encoded word (RFC 2047) is
/// broken up, or the reader's program would decode whatever somebody has hidden in it.
fn one_line(subject: &str) -> String {
    let parts = subject.split(char::is_control).filter(|part| !part.trim().is_empty());
    parts.collect::<Vec<_>>().join(" ").replace("=?", "= ?")
}

fn only_id_characters(id: &str) -> String {
    id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::clock::Millis;
    use crate::platform::mail::Method;

    fn letter() -> Letter {
        Letter {
            id: "0190-a".into(),
            at: Millis(1_764_756_000_000),
            to: "anna@example.com".into(),
            subject: "Einladung".into(),
            text: "Guten Tag".into(),
            html: "<p>Guten Tag</p>".into(),
            calendar: None,
        }
    }

    fn written(letter: &Letter) -> String {
        let from = "Talk <talk@example.com>".parse().unwrap();
        String::from_utf8(compose(letter, &from).unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_letter_has_text_and_html_and_says_that_a_machine_wrote_it() {
        let mail = written(&letter());
        for part in [
            "From: Talk <talk@example.com>\r\n",
            "To: anna@example.com\r\n",
            "Message-ID: <0190-a@example.com>\r\n",
            "Date: Wed, 03 Dec 2025 10:00:00 +0000\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "multipart/alternative",
            "text/plain",
            "text/html",
        ] {
            assert!(mail.contains(part), "{part} is missing in\n{mail}");
        }
        assert_eq!(mail, written(&letter()), "the same letter is the same mail");
    }

    #[test]
    fn no_text_becomes_a_header() {
        let mut hostile = letter();
        hostile.subject = "Hello\r\nBcc: all@example.com\u{2028}\0x".into();
        hostile.id = "a@b>\r\nX-Evil: 1".into();
        let mail = written(&hostile);
        assert!(!mail.contains("\nBcc:") && !mail.contains("\nX-Evil"), "{mail}");
        for to in ["anna@example.com\r\nBcc: b@example.com", "a@example.com, b@example.com", "", "Anna <a@example.com>"]
        {
            let refused = compose(&Letter { to: to.into(), ..letter() }, &"t@example.com".parse().unwrap());
            assert!(matches!(refused, Err(NotPosted::Fail(_))), "{to}");
        }
    }

    #[test]
    fn a_calendar_entry_comes_as_an_alternative_and_as_a_file() {
        let calendar = CalendarPart { method: Method::Cancel, ics: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".into() };
        let mail = written(&Letter { calendar: Some(calendar), ..letter() });
        assert!(mail.contains("text/calendar; method=CANCEL; charset=utf-8"), "{mail}");
        assert!(mail.contains("attachment; filename=\"webinar.ics\""), "{mail}");
    }
}
