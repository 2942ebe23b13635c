//! Writes letters from the templates in `mails/`, in the reader's language.
//!
//! The first line of a text template is the subject. HTML is escaped by the template's name; a missing value is a fault,
//! never a gap in a letter.

use std::sync::LazyLock;

use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use crate::platform::language::Language;
use crate::platform::refusal::{Failure, Result};

/// What every letter shows around its content.
#[derive(Debug, Clone, Serialize)]
pub struct Frame {
    /// Who writes: the brand, or the product where no brand is concerned.
    pub brand: String,
    /// `#rrggbb`.
    pub colour: String,
}

const HOUSE_COLOUR: &str = "#006b55";

/// What a letter is about. Moments come as words, see [`Language::moment`].
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Content {
    Invitation {
        inviter: String,
        company: String,
        groups: Vec<String>,
        message: Option<String>,
        link: String,
        expires: String,
    },
    Code {
        code: String,
        minutes: u32,
    },
    Reset {
        link: String,
        hours: u32,
    },
    PasswordChanged {
        at: String,
    },
    LoginRevoked {
        at: String,
    },
    WebinarRegistered {
        webinar: Webinar,
    },
    WebinarLeft {
        webinar: Webinar,
    },
    WebinarChanged {
        webinar: Webinar,
    },
    WebinarCancelled {
        webinar: Webinar,
    },
    /// A seat is free for somebody who waits.
    WebinarOffered {
        webinar: Webinar,
        until: String,
    },
}

/// A webinar as letters tell of it.
#[derive(Debug, Clone, Serialize)]
pub struct Webinar {
    pub title: String,
    pub group: String,
    pub host: String,
    pub when: String,
    pub duration_minutes: u32,
    pub link: String,
}

/// A letter without its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub subject: String,
    pub text: String,
    pub html: String,
}

macro_rules! templates {
    ($($name:literal),*) => {
        &[("frame.html", include_str!("../../../mails/frame.html")), $(
            (concat!("de/", $name, ".txt"), include_str!(concat!("../../../mails/de/", $name, ".txt"))),
            (concat!("de/", $name, ".html"), include_str!(concat!("../../../mails/de/", $name, ".html"))),
            (concat!("en/", $name, ".txt"), include_str!(concat!("../../../mails/en/", $name, ".txt"))),
            (concat!("en/", $name, ".html"), include_str!(concat!("../../../mails/en/", $name, ".html"))),
        )*]
    };
}

const TEMPLATES: &[(&str, &str)] = templates!(
    "invitation",
    "code",
    "reset",
    "password_changed",
    "login_revoked",
    "webinar_registered",
    "webinar_left",
    "webinar_changed",
    "webinar_cancelled",
    "webinar_offered"
);

impl Content {
    const fn template(&self) -> &'static str {
        match self {
            Content::Invitation { .. } => "invitation",
            Content::Code { .. } => "code",
            Content::Reset { .. } => "reset",
            Content::PasswordChanged { .. } => "password_changed",
            Content::LoginRevoked { .. } => "login_revoked",
            Content::WebinarRegistered { .. } => "webinar_registered",
            Content::WebinarLeft { .. } => "webinar_left",
            Content::WebinarChanged { .. } => "webinar_changed",
            Content::WebinarCancelled { .. } => "webinar_cancelled",
            Content::WebinarOffered { .. } => "webinar_offered",
        }
    }
}

/// Writes the letter.
pub fn write(language: Language, frame: &Frame, content: &Content) -> Result<Written> {
    let fault = |error: minijinja::Error| Failure::fault("a mail template", error);
    let environment = ENVIRONMENT.as_ref().map_err(|error| Failure::fault("a mail template", error.to_string()))?;
    let name = format!("{}/{}", language.as_str(), content.template());
    let colour = if is_colour(&frame.colour) { &frame.colour } else { HOUSE_COLOUR };
    let context = minijinja::context! {
        language => language.as_str(), brand => frame.brand.as_str(), colour => colour, ..minijinja::Value::from(minijinja::value::Serde(content))
    };
    let render = |kind: &str| environment.get_template(&format!("{name}.{kind}"))?.render(&context);
    let text = render("txt").map_err(fault)?;
    let html = render("html").map_err(fault)?;
    let (subject, text) = text.split_once('\n').ok_or_else(|| Failure::broken("a mail template without subject"))?;
    Ok(Written { subject: subject.trim().to_owned(), text: text.trim().to_owned() + "\n", html })
}

/// Parsed once: a mail to a thousand people must not read all templates a thousand times.
static ENVIRONMENT: LazyLock<std::result::Result<Environment<'static>, minijinja::Error>> = LazyLock::new(environment);

fn environment() -> std::result::Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

/// It stands within a style attribute, so it is held to its form here as well.
fn is_colour(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Frame {
        Frame { brand: "Helvion".into(), colour: "#123456".into() }
    }

    fn all(text: &str) -> Vec<Content> {
        let webinar = || Webinar {
            title: text.into(),
            group: text.into(),
            host: text.into(),
            when: "then".into(),
            duration_minutes: 45,
            link: "https://talk.example/w".into(),
        };
        vec![
            Content::Invitation {
                inviter: text.into(),
                company: text.into(),
                groups: vec![text.into(), "Antriebe".into()],
                message: Some(text.into()),
                link: "https://talk.example/join#t".into(),
                expires: "then".into(),
            },
            Content::Code { code: "123456".into(), minutes: 10 },
            Content::Reset { link: "https://talk.example/reset#t".into(), hours: 24 },
            Content::PasswordChanged { at: "then".into() },
            Content::LoginRevoked { at: "then".into() },
            Content::WebinarRegistered { webinar: webinar() },
            Content::WebinarLeft { webinar: webinar() },
            Content::WebinarChanged { webinar: webinar() },
            Content::WebinarCancelled { webinar: webinar() },
            Content::WebinarOffered { webinar: webinar(), until: "then".into() },
        ]
    }

    #[test]
    fn every_letter_can_be_written_in_both_languages() {
        for language in Language::ALL {
            for content in all("Anna & Söhne") {
                let written = write(language, &frame(), &content).unwrap();
                let name = content.template();
                assert!((5..=100).contains(&written.subject.chars().count()), "{name}: {}", written.subject);
                assert!(written.text.contains("Helvion") && written.html.contains("Helvion"), "{name}");
                assert!(written.html.contains("#123456"), "{name} has the bar in the brand's colour");
                assert!(!written.text.contains("&amp;"), "{name}: text is not HTML\n{}", written.text);
                assert!(!written.text.contains("\n\n\n"), "{name} has holes\n{}", written.text);
            }
        }
    }

    #[test]
    fn nothing_that_a_person_typed_becomes_markup() {
        for content in all("<script>alert(1)</script>\"'") {
            let written = write(Language::De, &frame(), &content).unwrap();
            assert!(!written.html.contains("<script"), "{}", written.html);
        }
        let hostile = Frame { brand: "<b>".into(), colour: "red;background:url(//x)".into() };
        let written = write(Language::En, &hostile, &all("x")[1]).unwrap();
        assert!(!written.html.contains("<b>") && !written.html.contains("url("), "{}", written.html);
    }

    #[test]
    fn an_invitation_without_a_word_has_no_empty_quotation() {
        let Content::Invitation { inviter, company, groups, link, expires, .. } = all("Anna").remove(0) else {
            panic!("the first is the invitation")
        };
        let content = Content::Invitation { inviter, company, groups, message: None, link, expires };
        let written = write(Language::De, &frame(), &content).unwrap();
        assert!(!written.text.contains('„') && !written.html.contains("blockquote"), "{}", written.text);
    }
}
