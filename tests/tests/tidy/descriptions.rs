//! The two descriptions that other people's clients are built on, as they stand in the repository: the HTTP API and the
//! frames of the socket. Both come from the code.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Map, Value, json};

use crate::source::{none, read, root};

/// The types of the socket, from which everything that a frame can hold is reached.
const FRAMES: [&str; 2] = ["ServerFrame", "ClientCommand"];

fn document() -> Value {
    serde_json::to_value(guildhall::router::openapi()).unwrap()
}

/// Compares with what the repository has; `UPDATE=1` writes it anew.
fn keep(path: &str, now: &Value) {
    let text = format!("{}\n", serde_json::to_string_pretty(now).unwrap());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(root().join(path), text).unwrap();
        return;
    }
    let first = read(path).lines().zip(text.lines()).position(|(kept, new)| kept != new);
    assert!(
        read(path) == text,
        "{path} no longer says what the code does (first difference in line {}). Run `make types` and read the diff: a \
         change that breaks clients needs another version of the API.",
        first.map_or(0, |line| line + 1),
    );
}

#[test]
fn the_description_of_the_api_is_the_one_in_the_repository() {
    keep("server/openapi.json", &document());
}

#[test]
fn the_schema_of_the_socket_is_the_one_in_the_repository() {
    keep("server/realtime.schema.json", &socket_schema(&document()));
}

/// JSON Schema of both directions with everything they refer to.
fn socket_schema(document: &Value) -> Value {
    let all = document["components"]["schemas"].as_object().unwrap();
    let mut wanted: Vec<String> = FRAMES.map(str::to_owned).to_vec();
    let mut defs = Map::new();
    while let Some(name) = wanted.pop() {
        if defs.contains_key(&name) {
            continue;
        }
        let mut schema = all.get(&name).unwrap_or_else(|| panic!("no schema of {name}: name it in the router")).clone();
        move_references(&mut schema, &mut wanted);
        defs.insert(name, schema);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Frames of /api/v1/realtime",
        "description": "ServerFrame is what the server sends, ClientCommand what a client sends; each is one text frame.",
        "anyOf": FRAMES.map(|name| json!({ "$ref": format!("#/$defs/{name}") })),
        "$defs": defs,
    })
}

fn move_references(value: &mut Value, seen: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(target)) = fields.get_mut("$ref")
                && let Some(name) = target.strip_prefix("#/components/schemas/").map(str::to_owned)
            {
                *target = format!("#/$defs/{name}");
                seen.push(name);
            }
            fields.values_mut().for_each(|field| move_references(field, seen));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| move_references(value, seen)),
        _ => {}
    }
}

/// Every operation with its place in the description.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (path, verbs) in document["paths"].as_object().unwrap() {
        for (verb, operation) in verbs.as_object().unwrap() {
            found.push((format!("{} {path}", verb.to_uppercase()), operation));
        }
    }
    assert!(found.len() > 40, "only {} operations: the rules would hold for nothing", found.len());
    found
}

#[test]
fn every_operation_says_where_it_belongs_and_how_it_refuses() {
    let document = document();
    let mut complaints = Vec::new();
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        if operation["tags"].as_array().is_none_or(Vec::is_empty) {
            complaints.push(format!("{name}: no tag; name the room"));
        }
        if !responses.keys().any(|status| status.starts_with(['4', '5'])) {
            complaints.push(format!("{name}: no refusal; add `(status = 4.., body = Problem)`"));
        }
        if !responses.keys().any(|status| status.starts_with('2')) {
            complaints.push(format!("{name}: no success"));
        }
        if operation["summary"].as_str().is_none_or(str::is_empty) {
            complaints.push(format!("{name}: no summary; the first line of the handler's comment is it"));
        }
        if !ids.insert(operation["operationId"].to_string()) {
            complaints.push(format!("{name}: its operationId is another's too: {}", operation["operationId"]));
        }
    }
    none(&complaints, "Mend the #[utoipa::path] of the handler.");
}

#[test]
fn every_change_that_the_socket_tells_stands_on_the_protocol_page() {
    let page = read("server/REALTIME.md");
    let missing: Vec<_> = guildhall::changes::Change::KINDS
        .iter()
        .filter(|kind| !page.contains(**kind))
        .map(|kind| (*kind).to_owned())
        .collect();
    none(&missing, "server/REALTIME.md lists the kinds of change: say there who hears it and what it carries.");
}

#[test]
fn words_on_the_wire_are_lower_case() {
    let document = document();
    let mut complaints = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for word in schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if word != word.to_lowercase() {
                complaints.push(format!("{name}: {word}"));
            }
        }
    }
    none(
        &complaints,
        "The description does not see the serde rename: give the enum `rename_all`, or the macro a plain token.",
    );
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut named = Vec::new();
    move_references(&mut document.clone(), &mut named);
    named.retain(|name| document["components"]["schemas"].get(name).is_none());
    none(&named, "A parameter's type is not in the schemas: give it `#[param(inline)]`, or name it in the router.");
}
