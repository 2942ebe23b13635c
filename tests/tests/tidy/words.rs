//! One word for one thing: names that mean anything mean nothing.

use crate::source::{everything, none};

/// As words of a name, singular and plural. ("commons" is what the shards of the live engine share: another word.)
const AVOID: [&str; 18] = [
    "event",
    "events",
    "session",
    "sessions",
    "room",
    "rooms",
    "item",
    "items",
    "data",
    "manager",
    "managers",
    "helper",
    "helpers",
    "util",
    "utils",
    "common",
    "process",
    "processes",
];
const BEFORE_A_NAME: [&str; 6] = ["mod ", "struct ", "enum ", "trait ", "type ", "union "];

#[test]
fn modules_and_types_have_names_of_the_glossary() {
    let mut complaints = Vec::new();
    for source in everything() {
        for (number, line) in source.code() {
            if let Some(name) = declared(line)
                && words_of(name).iter().any(|word| AVOID.contains(&word.as_str()))
            {
                complaints.push(format!("{}:{number}: {name}", source.path));
            }
        }
    }
    none(
        &complaints,
        "Avoided as module or type name: event, session, room, item, data, manager, helper, util, common, process. \
         The glossary of server/ARCHITECTURE.md has the word that is meant (change, login, group, channel, ...).",
    );
}

/// The module or type that a line declares.
fn declared(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(") ")?.1,
        Some(rest) => rest.trim_start(),
        None => line,
    };
    let rest = BEFORE_A_NAME.iter().find_map(|keyword| line.strip_prefix(keyword))?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().filter(|name| !name.is_empty())
}

/// `SocketTicket` and `socket_ticket` are both "socket", "ticket".
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        if c == '_' || c.is_uppercase() {
            words.push(String::new());
        }
        if c != '_'
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn a_name_is_taken_apart_into_its_words() {
    assert_eq!(words_of("SocketTicket"), ["socket", "ticket"]);
    assert_eq!(words_of("client_keys"), ["client", "keys"]);
    assert_eq!(declared("pub(super) struct Commons {"), Some("Commons"));
    assert_eq!(declared("    let session = 1;"), None);
}
