//! Sizes, doors, directions, and where SQL lives.

use crate::source::{Source, everything, none, read, server};

const LINES_PER_FILE: usize = 400;

#[test]
fn a_file_has_one_subject_and_is_short() {
    let long = |source: &Source| {
        let lines = source.text.lines().count();
        (lines > LINES_PER_FILE).then(|| format!("{}: {lines} lines", source.path))
    };
    let complaints: Vec<_> = everything().iter().filter_map(long).collect();
    none(
        &complaints,
        "A file ends at 400 lines, and about 250 are better. Split it by subject: one verb a file, pure rules apart.",
    );
}

#[test]
fn every_folder_opens_with_what_it_is_for() {
    let silent = |source: &Source| {
        let door =
            source.path.ends_with("/mod.rs") || source.path.ends_with("/lib.rs") || source.path.ends_with("/main.rs");
        (door && !source.text.starts_with("//! ")).then(|| source.path.clone())
    };
    let complaints: Vec<_> = everything().iter().filter_map(silent).collect();
    none(
        &complaints,
        "Open the file with `//!`: its purpose, its invariants, its verbs, and what is absent on purpose.",
    );
}

/// What stands above the rooms: they may not know it.
const ROOF: [&str; 5] = ["router", "commands", "followers", "serve", "demo"];
/// Exceptions, each with its reason.
const DOORS: [(&str, &str); 1] = [
    // The socket's door hands what comes in to the table of commands, as HTTP's front hands it to the router.
    ("realtime", "commands"),
];

#[test]
fn imports_go_one_way() {
    let mut complaints = Vec::new();
    for source in server().iter().filter(|source| !source.is_test()) {
        for (number, line) in source.code() {
            for named in crate_paths(line) {
                if !may_import(source.room(), named) {
                    complaints.push(format!("{}:{number}: {} imports {named}", source.path, source.room()));
                }
            }
        }
    }
    none(
        &complaints,
        "platform <- changes <- access <- rooms <- router, commands, followers, serve; live is an engine that knows only itself.\n\
         Turn the dependency round: pass what is needed as an argument or a trait of the lower layer.",
    );
}

/// The first names behind `crate::` in a line, grouped ones included.
fn crate_paths(line: &str) -> Vec<&str> {
    let mut named = Vec::new();
    for rest in line.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => named.extend(group.split('}').next().unwrap_or(group).split(',').map(first_word)),
            None => named.push(first_word(rest)),
        }
    }
    named.retain(|name| name.starts_with(char::is_lowercase));
    named
}

fn first_word(text: &str) -> &str {
    let text = text.trim_start();
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(text)
}

fn may_import(room: &str, named: &str) -> bool {
    if room == named || named == "values" || DOORS.contains(&(room, named)) {
        return true;
    }
    match room {
        "platform" | "live" => false,
        "changes" => named == "platform",
        "access" => ["platform", "changes"].contains(&named),
        "main" | "lib" | "app" => true,
        roof if ROOF.contains(&roof) => true,
        _room => !ROOF.contains(&named),
    }
}

#[test]
fn the_direction_is_seen_in_grouped_imports_too() {
    assert_eq!(crate_paths("use crate::{accounts, router::router};"), ["accounts", "router"]);
    assert_eq!(crate_paths("    crate::commands::dispatch(app)"), ["commands"]);
    assert!(!may_import("messages", "router") && !may_import("platform", "access") && may_import("messages", "groups"));
}

/// Beside the rooms' own `store.rs`: the gate's narrow read over members, groups and bans, and the proofs for those
/// who stand outside.
const MAY_NAME_TABLES: [&str; 5] = [
    "server/src/access/standing.rs",
    "server/src/access/targets.rs",
    "server/src/access/turn.rs",
    "server/src/access/scope.rs",
    "server/src/access/admission.rs",
];
const SQL: [&str; 5] = ["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM ", "\"WITH "];

#[test]
fn tables_stay_home() {
    let mut complaints = Vec::new();
    for source in server().iter().filter(|source| !source.is_test() && !at_home(&source.path)) {
        for (number, line) in source.code().filter(|(_, line)| SQL.iter().any(|word| line.contains(word))) {
            complaints.push(format!("{}:{number}: {}", source.path, line.trim()));
        }
    }
    none(
        &complaints,
        "Only a room's store.rs (or its store/ folder) speaks SQL. Move the statement there and give it a name.",
    );
}

fn at_home(path: &str) -> bool {
    path.ends_with("/store.rs")
        || path.contains("/store/")
        || path.starts_with("server/src/changes/")
        || MAY_NAME_TABLES.contains(&path)
}

#[test]
fn only_stores_are_given_a_connection() {
    let mut complaints = Vec::new();
    for source in server().iter().filter(|source| !source.path.contains("platform/store") && !source.is_test()) {
        for (number, line) in source.code() {
            if line.contains("DatabaseConnection") || line.contains("execute_unprepared") {
                complaints.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    none(&complaints, "A connection is reached through a Tx or a Reader of platform/store only.");
}

#[test]
fn a_request_with_an_unknown_field_is_refused() {
    let mut complaints = Vec::new();
    for source in server().iter().filter(|source| !source.is_test() && takes_requests(source)) {
        complaints.extend(lenient_requests(&source.text).into_iter().map(|name| format!("{}: {name}", source.path)));
    }
    none(
        &complaints,
        "Add `#[serde(deny_unknown_fields)]` to the request: a misspelt or smuggled field is refused with `unknown_field`.",
    );
}

/// Rooms and commands; the pipes read files and answers of other servers, which may grow fields.
fn takes_requests(source: &Source) -> bool {
    !["platform", "changes", "access", "live"].contains(&source.room()) && !source.path.contains("search/engine/")
}

/// Structs with named fields that can be read from JSON and let unknown fields pass.
fn lenient_requests(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for part in text.split("#[derive(").skip(1) {
        let Some((derives, rest)) = part.split_once(")]") else { continue };
        let Some((attributes, after)) = rest.split_once("struct ") else { continue };
        let name = first_word(after);
        let named_fields =
            after[name.len()..].trim_start_matches(|c: char| c != '{' && c != '(' && c != ';').starts_with('{');
        let direct = !attributes.contains("fn ") && !attributes.contains("enum ");
        let read = derives.split(',').any(|derive| derive.trim().ends_with("Deserialize"));
        if direct && read && named_fields && !attributes.contains("deny_unknown_fields") {
            found.push(name);
        }
    }
    // It reads which command a frame is; the command's own type then refuses what it does not know.
    found.retain(|name| *name != "Head");
    found
}

#[test]
fn a_lenient_request_is_noticed() {
    assert_eq!(lenient_requests("#[derive(Debug, Deserialize)]\nstruct Open {\n}"), ["Open"]);
    assert!(lenient_requests("#[derive(Deserialize)]\n#[serde(deny_unknown_fields)]\nstruct Shut {\n}").is_empty());
    assert!(lenient_requests("#[derive(Serialize)]\nstruct Out {\n}").is_empty());
}

#[test]
fn the_page_about_the_house_names_every_room() {
    let page = read("server/ARCHITECTURE.md");
    let mut rooms: Vec<String> = server().iter().map(|source| source.room().to_owned()).collect();
    rooms.sort();
    rooms.dedup();
    let missing: Vec<_> = rooms.into_iter().filter(|room| !page.contains(&format!("`{room}"))).collect();
    none(&missing, "server/ARCHITECTURE.md has a map of the house: say there in one line what the new room is for.");
}
