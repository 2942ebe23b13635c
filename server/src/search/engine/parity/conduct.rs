//! How an engine behaves while documents come, change and go, and what it may not let through.

use uuid::Uuid;

use super::{Trial, asked, group, message};
use crate::search::engine::{Document, DocumentKind, EngineHits, EngineQuery, IndexOp};

pub(super) async fn all(trial: &mut Trial<'_>) {
    a_put_replaces_and_a_delete_removes(trial).await;
    a_group_is_deleted_whole(trial).await;
    later_operations_of_a_batch_win(trial).await;
    repeating_a_batch_changes_nothing(trial).await;
    nothing_depends_on_unreadable_documents(trial).await;
    many_groups_are_searched_as_few(trial).await;
    kinds_are_filtered(trial).await;
    titles_and_tags_are_searched(trial).await;
    standing_and_time_order_equals(trial).await;
    pages_join_without_gap(trial).await;
    a_reset_empties_and_stamps(trial).await;
}

async fn a_put_replaces_and_a_delete_removes(trial: &mut Trial<'_>) {
    trial.begin().await;
    trial.put([message(1, "Motor"), message(2, "Motor")]).await;
    trial.put([message(1, "Bremse")]).await;
    let found = (trial.found("motor", &[group(1)]).await, trial.found("bremse", &[group(1)]).await);
    trial.expect("a put replaces", &found, &(vec![2], vec![1]));
    trial.engine.apply(vec![IndexOp::Delete(Uuid::from_u128(2)), IndexOp::Delete(Uuid::from_u128(99))]).await.unwrap();
    let found = trial.found("motor", &[group(1)]).await;
    trial.expect("a delete removes", &found, &vec![]);
}

async fn a_group_is_deleted_whole(trial: &mut Trial<'_>) {
    trial.begin().await;
    let elsewhere = Document { group: group(2), ..message(3, "Motor") };
    trial.put([message(1, "Motor"), message(2, "Motor"), elsewhere]).await;
    trial.engine.apply(vec![IndexOp::DeleteGroup(group(1))]).await.unwrap();
    let found = trial.found("motor", &[group(1), group(2)]).await;
    trial.expect("a deleted group is gone and others stay", &found, &vec![3]);
}

async fn later_operations_of_a_batch_win(trial: &mut Trial<'_>) {
    trial.begin().await;
    let put = |document| IndexOp::Put(Box::new(document));
    let batch = vec![
        put(message(1, "Motor")),
        put(message(1, "Motor Bremse")),
        put(message(2, "Motor")),
        IndexOp::Delete(Uuid::from_u128(2)),
        IndexOp::Delete(Uuid::from_u128(3)),
        put(message(3, "Motor")),
        put(Document { group: group(2), ..message(4, "Motor") }),
        IndexOp::DeleteGroup(group(2)),
        put(Document { group: group(2), ..message(5, "Motor") }),
    ];
    trial.engine.apply(batch).await.unwrap();
    let mut found = trial.found("motor", &[group(1), group(2)]).await;
    found.sort_unstable();
    trial.expect("the latest operation on a key wins", &found, &vec![1, 3, 5]);
    let found = trial.found("motor bremse", &[group(1)]).await;
    trial.expect("the latest text is searched", &found, &vec![1]);
}

async fn repeating_a_batch_changes_nothing(trial: &mut Trial<'_>) {
    trial.begin().await;
    for _ in 0..3 {
        trial.put([message(1, "Motor"), message(2, "Motor")]).await;
    }
    let hits = trial.hits("motor", &[group(1)]).await;
    trial.expect("a repeated batch doubles nothing", &(hits.hits.len(), hits.total), &(2, 2));
}

/// Asks the same before and after strangers have written; the answers must be the same to the last digit.
async fn nothing_depends_on_unreadable_documents(trial: &mut Trial<'_>) {
    const QUERIES: [&str; 7] =
        ["getriebe", "getreibe", "motor getriebe", "mot", "besprechung", "\"motor läuft\"", "bunker"];
    trial.begin().await;
    trial
        .put([
            message(1, "Motor läuft, Getriebe nicht"),
            message(2, "Das Getriebe, das Getriebe, und die Teambesprechung"),
            message(3, "Getriebee mit Tippfehler, Motor gut und lang beschrieben"),
        ])
        .await;
    let mut before: Vec<EngineHits> = Vec::new();
    for query in QUERIES {
        before.push(trial.hits(query, &[group(1)]).await);
    }
    // More look-alikes than an engine would try, each more frequent than the readable ones, and a text that only strangers have.
    let letters = ('a'..='z').map(|letter| format!("Getrieb{letter} Motor Motorr{letter} bunker Teambesprechung"));
    let strange = letters
        .cycle()
        .take(120)
        .zip(100..)
        .map(|(body, number)| Document { group: group(7), ..message(number, &body) });
    trial.put(strange).await;
    for (query, before) in QUERIES.into_iter().zip(before) {
        let after = trial.hits(query, &[group(1)]).await;
        trial.expect(&format!("strangers change nothing: {query}"), &after, &before);
    }
    let nobody = trial.hits("motor", &[]).await;
    trial.expect("who may read no group finds nothing", &nobody, &EngineHits::default());
    let unknown = trial.hits("motor", &[group(50)]).await;
    trial.expect("an unknown group holds nothing", &unknown, &EngineHits::default());
}

/// More groups than an engine may be asked for at once.
async fn many_groups_are_searched_as_few(trial: &mut Trial<'_>) {
    trial.begin().await;
    let places = [1, 700, 1300];
    trial.put(places.map(|number| Document { group: group(number), ..message(number, "Motor") })).await;
    // One is named twice, far from itself, and counts once.
    let groups: Vec<_> = (1..=1200).chain([1]).map(group).collect();
    let hits = trial.hits("motor", &groups).await;
    let found: Vec<_> = hits.hits.iter().map(|hit| (hit.key.as_u128(), hit.group)).collect();
    trial.expect("all named groups are searched and no other", &found, &vec![(700, group(700)), (1, group(1))]);
    trial.expect("totals of many groups add up", &hits.total, &2);
}

async fn kinds_are_filtered(trial: &mut Trial<'_>) {
    trial.begin().await;
    let thread = Document { kind: DocumentKind::Thread, ..message(2, "Motor") };
    let reply = Document { kind: DocumentKind::Reply, parent: Some(thread.key), ..message(3, "Motor") };
    trial.put([message(1, "Motor"), thread, reply]).await;
    for (kinds, expected) in [
        (vec![DocumentKind::Thread, DocumentKind::Reply], vec![(3, DocumentKind::Reply), (2, DocumentKind::Thread)]),
        (vec![DocumentKind::Message], vec![(1, DocumentKind::Message)]),
        (vec![], vec![]),
    ] {
        let query = EngineQuery { kinds: kinds.clone(), ..asked("motor", &[group(1)]) };
        let hits = trial.engine.search(&query).await.unwrap();
        let found: Vec<_> = hits.hits.iter().map(|hit| (hit.key.as_u128(), hit.kind)).collect();
        trial.expect(&format!("only {kinds:?} are found"), &found, &expected);
        trial.expect(&format!("only {kinds:?} are counted"), &hits.total, &(expected.len() as u64));
    }
}

async fn titles_and_tags_are_searched(trial: &mut Trial<'_>) {
    trial.begin().await;
    let thread = |number, title: &str| Document {
        kind: DocumentKind::Thread,
        title: Some(title.to_owned()),
        tags: vec!["Schmierung".to_owned()],
        ..message(number, "Was tun, wenn es klemmt?")
    };
    trial.put([thread(1, "Motorlager heiß"), message(2, "Das Motorlager ist bestellt, die Lieferung kommt")]).await;
    let found = trial.found("motorlager", &[group(1)]).await;
    trial.expect("a title ranks above a text", &found, &vec![1, 2]);
    for query in ["schmierung", "motorlager schmierung klemmt", "shcmierung", "lager"] {
        let found = trial.found(query, &[group(1)]).await;
        trial.expect(&format!("title, tags and text are one: {query}"), &found.contains(&1), &true);
    }
    let found = trial.found("\"heiß schmierung\"", &[group(1)]).await;
    trial.expect("a phrase does not reach from title to tag", &found, &vec![]);
}

async fn standing_and_time_order_equals(trial: &mut Trial<'_>) {
    trial.begin().await;
    let accepted = Document { accepted: true, ..message(1, "Motor klemmt") };
    let superseded = Document { superseded: true, ..message(4, "Motor klemmt") };
    trial.put([accepted, message(2, "Motor klemmt"), message(3, "Motor klemmt"), superseded]).await;
    let found = trial.found("motor", &[group(1)]).await;
    trial.expect("accepted first, superseded last, later before earlier", &found, &vec![1, 3, 2, 4]);
    trial.put([message(1, "Motor klemmt")]).await;
    let found = trial.found("motor", &[group(1)]).await;
    trial.expect("no longer accepted, it is one of its like", &found, &vec![3, 2, 1, 4]);
}

async fn pages_join_without_gap(trial: &mut Trial<'_>) {
    trial.begin().await;
    trial.put((1..=25).map(|number| message(number, "Motor"))).await;
    let mut found = Vec::new();
    for offset in [0, 10, 20, 30, 5000] {
        let query = EngineQuery { limit: 10, offset, ..asked("motor", &[group(1)]) };
        let hits = trial.engine.search(&query).await.unwrap();
        trial.expect(&format!("the total is the same at {offset}"), &hits.total, &25);
        found.extend(hits.hits.iter().map(|hit| hit.key.as_u128()));
    }
    trial.expect("pages join", &found, &(1..=25).rev().collect());
}

async fn a_reset_empties_and_stamps(trial: &mut Trial<'_>) {
    trial.begin().await;
    trial.put([message(1, "Motor")]).await;
    let before = trial.engine.identity().await.unwrap();
    trial.expect("an identity outlasts changes", &before.as_deref(), &Some("parity"));
    trial.engine.reset("another").await.unwrap();
    let identity = trial.engine.identity().await.unwrap();
    trial.expect("a reset stamps", &identity.as_deref(), &Some("another"));
    let found = trial.found("motor", &[group(1)]).await;
    trial.expect("a reset empties", &found, &vec![]);
    trial.put([message(1, "Motor")]).await;
    let found = trial.found("motor", &[group(1)]).await;
    trial.expect("an index goes on after a reset", &found, &vec![1]);
    let healthy = trial.engine.healthy().await;
    trial.expect("an engine that works says so", &healthy, &true);
}
