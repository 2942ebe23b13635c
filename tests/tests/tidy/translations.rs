//! What the server refuses, the client can say.

use std::collections::BTreeSet;

use guildhall::platform::refusal::Code;
use serde_json::{Map, Value};

use crate::source::{none, read};

const FOLDER: &str = "web/src/platform/i18n/messages";

fn texts(language: &str) -> Map<String, Value> {
    serde_json::from_str(&read(&format!("{FOLDER}/problems.{language}.json"))).unwrap()
}

#[test]
fn every_refusal_has_words_in_every_language() {
    let mut complaints = Vec::new();
    for language in ["de", "en"] {
        let texts = texts(language);
        let silent = Code::ALL.iter().filter(|code| !texts.contains_key(code.as_str()));
        complaints.extend(silent.map(|code| format!("{language}: {} ({})", code.as_str(), code.title())));
    }
    none(
        &complaints,
        "Add the code to problems.de.json and problems.en.json: what happened, why, and what to do next.",
    );
}

#[test]
fn both_languages_say_the_same_things() {
    let keys = |language| texts(language).keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys("de"), keys("en"), "problems.de.json and problems.en.json have the same keys");
}
