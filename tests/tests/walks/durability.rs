//! What is acknowledged is there: after kill -9, after a restart, under the same key, and only once it was flushed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use guildhall::access::GroupRole;
use guildhall_tests::program::Program;
use guildhall_tests::{Group, House, Person, fresh_key, id_of};
use reqwest::Method;
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use serde_json::json;

const KILLS: usize = 20;
const WRITERS: usize = 12;

/// A house whose people are known, ready to be run by the program.
async fn furnished() -> (House, Group, Vec<Person>) {
    let mut house = House::embedded().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let mut people = Vec::new();
    for n in 0..WRITERS {
        people.push(house.member(&brand, &format!("Writer{n}"), &[(&group, GroupRole::Member)]).await);
    }
    house.stop().await;
    (house, group, people)
}

/// What the server has promised: the message's id and position by its key.
type Promises = BTreeMap<String, (String, i64)>;

/// Posts until the server is gone, and returns what was acknowledged and what was not.
async fn flood(person: Person, channel: String, stop: Arc<AtomicBool>) -> (Promises, Vec<String>) {
    let (mut promised, mut open) = (Promises::new(), Vec::new());
    while !stop.load(Ordering::Relaxed) {
        let key = fresh_key();
        let body = json!({ "client_key": key, "body": format!("flood {key}") });
        let request = person.request(Method::POST, &format!("/channels/{channel}/messages")).json(&body);
        let Ok(response) = request.send().await else {
            open.push(key);
            break;
        };
        if response.status() == 429 {
            break;
        }
        match response.json::<serde_json::Value>().await {
            Ok(answer) => {
                promised.insert(key, (id_of(&answer["message"]), answer["position"].as_i64().unwrap()));
            }
            Err(_) => open.push(key),
        }
    }
    (promised, open)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_twenty_times_in_a_flood_nothing_acknowledged_is_lost_and_positions_have_no_hole_and_no_double() {
    let (house, group, people) = furnished().await;
    let mut promised = Promises::new();
    let mut unanswered: Vec<(usize, String)> = Vec::new();
    for round in 0..KILLS {
        let stored = wait_for_messages(&house, 0).await;
        let program = Program::serve(&house.folder()).await;
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = people
            .iter()
            .map(|person| tokio::spawn(flood(person.at(&program.url), group.chat.clone(), stop.clone())))
            .collect();
        // Each round is cut at another place: after as many more messages as its number says.
        let more = 20 + i64::try_from(round).unwrap() * 3;
        assert!(wait_for_messages(&house, stored + more).await >= stored + more, "the flood is under way");
        program.kill().await;
        stop.store(true, Ordering::Relaxed);
        for (n, writer) in writers.into_iter().enumerate() {
            let (kept, open) = writer.await.unwrap();
            promised.extend(kept);
            unanswered.extend(open.into_iter().map(|key| (n, key)));
        }
        assert_kept(&house, &group, &promised).await;
    }
    assert!(promised.len() > KILLS * 5, "there was a flood: {} acknowledged", promised.len());
    resend_the_unanswered(&house, &group, &people, &unanswered).await;
}

/// Waits until so many messages are in the database. Reads it from outside, as another process may.
async fn wait_for_messages(house: &House, at_least: i64) -> i64 {
    let database = Database::connect(database_url(house)).await.unwrap();
    let mut count = 0;
    for _ in 0..4_000 {
        count = number(&database, "SELECT COUNT(*) AS n FROM messages").await;
        if count >= at_least {
            break;
        }
        // Another process works; there is nothing of ours to wait for.
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    database.close().await.unwrap();
    count
}

fn database_url(house: &House) -> String {
    format!("sqlite://{}/guildhall.db?mode=ro", house.folder().display())
}

async fn number(database: &sea_orm::DatabaseConnection, sql: &str) -> i64 {
    let row = database.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

/// Looks into the files that the killed process left.
async fn assert_kept(house: &House, group: &Group, promised: &Promises) {
    let database = Database::connect(database_url(house).replace("mode=ro", "mode=rw")).await.unwrap();
    let stream = uuid::Uuid::parse_str(&group.id).unwrap();
    let sql = "SELECT position FROM changes WHERE stream_id = $1 ORDER BY position";
    let rows = database.query_all_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, [stream.into()])).await;
    let positions: Vec<i64> = rows.unwrap().iter().map(|row| row.try_get("", "position").unwrap()).collect();
    assert_eq!(positions, (1..=i64::try_from(positions.len()).unwrap()).collect::<Vec<_>>(), "no hole, no double");
    let sql = "SELECT id, client_key, position FROM messages";
    let rows = database.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
    let kept: Promises = rows
        .iter()
        .map(|row| {
            let id: uuid::Uuid = row.try_get("", "id").unwrap();
            (row.try_get("", "client_key").unwrap(), (id.to_string(), row.try_get("", "position").unwrap()))
        })
        .collect();
    let distinct: BTreeSet<i64> = kept.values().map(|(_, position)| *position).collect();
    assert_eq!((kept.len(), distinct.len()), (rows.len(), rows.len()), "no message twice");
    for (key, promise) in promised {
        assert_eq!(kept.get(key), Some(promise), "an acknowledged message");
    }
    database.close().await.unwrap();
}

/// What got no answer is sent again: it is either there already, under the same id, or written now, in any case once.
async fn resend_the_unanswered(house: &House, group: &Group, people: &[Person], unanswered: &[(usize, String)]) {
    let program = Program::serve(&house.folder()).await;
    for (n, key) in unanswered.iter().take(5) {
        let person = people[*n].at(&program.url);
        let body = json!({ "client_key": key, "body": format!("flood {key}") });
        let path = format!("/channels/{}/messages", group.chat);
        let first = person.post(&path, &body).await.ok();
        let again = person.post(&path, &body).await.ok();
        assert_eq!(first["message"]["id"], again["message"]["id"]);
    }
    assert_eq!(program.terminate().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_is_sent_only_after_the_data_was_flushed() {
    let (house, group, people) = furnished().await;
    let trace = house.folder().join("trace");
    let tracer = ["strace", "-f", "-s", "8192", "-e", "trace=fdatasync,fsync,pwrite64,write,writev,sendto", "-o"];
    let tracer: Vec<&str> = tracer.into_iter().chain([trace.to_str().unwrap()]).collect();
    let program = Program::serve_traced(&tracer, &house.folder()).await;
    let key = "flushed-before-told";
    let body = json!({ "client_key": key, "body": "Ist das sicher?" });
    let path = format!("/channels/{}/messages", group.chat);
    people[0].at(&program.url).post(&path, &body).await.ok();
    program.kill().await;

    let lines = std::fs::read_to_string(&trace).unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    // The write-ahead log holds the row as text; the answer quotes the key.
    let written =
        lines.iter().rposition(|line| line.contains("pwrite64(") && line.contains(key)).expect("the row is written");
    let told = lines
        .iter()
        .position(|line| !line.contains("pwrite64(") && line.contains("HTTP/1.1 201"))
        .expect("the answer is sent");
    let flushed = lines[written..told].iter().any(|line| line.contains("fdatasync(") || line.contains("fsync("));
    assert!(written < told && flushed, "written at {written}, told at {told}");
}
