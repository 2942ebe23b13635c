//! How the index on Meilisearch is laid out: its settings, what is sent of a document, and how a query is asked.
//!
//! Texts are sent folded: Meilisearch never takes `ß` for `ss`, nor `ue` for `ü`. Nothing but ids, times and standing can be
//! read back.

use meilisearch_sdk::settings::{
    FilterFeatureModes, FilterFeatures, FilterableAttribute, FilterableAttributesSettings, MinWordSizeForTypos,
    PaginationSetting, Settings, TypoToleranceSettings,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::marks;
use crate::search::engine::fold::{self, Form, Word};
use crate::search::engine::query::{Care, Needle, SearchText};
use crate::search::engine::{Document, DocumentKind, EngineHit, matching};

pub(super) const KEY: &str = "key";
pub(super) const RETRIEVED: [&str; 5] = [KEY, "kind", "group", "standing", "at_ms"];
/// When the server gives up and answers with what it has. Never reached: we stop waiting before.
pub(super) const CUTOFF_MS: u64 = 5000;

/// Totals are true up to here; the server's own default is a thousand.
const MAX_COUNTED_HITS: usize = 1_000_000;

/// All that matters is set, also where it is the default today: what is left out keeps the value of an earlier version.
pub(super) fn settings() -> Settings {
    let by_equality =
        FilterFeatures { facet_search: false, filter: FilterFeatureModes { equality: true, comparison: false } };
    let filterable = FilterableAttributesSettings {
        attribute_patterns: vec!["group".to_owned(), "kind".to_owned()],
        features: by_equality,
    };
    let typos = TypoToleranceSettings {
        enabled: Some(true),
        disable_on_attributes: Some(vec!["marks".to_owned(), "tails".to_owned()]),
        disable_on_words: Some(Vec::new()),
        min_word_size_for_typos: Some(MinWordSizeForTypos { one_typo: Some(5), two_typos: Some(9) }),
        disable_on_numbers: Some(true),
    };
    let ranking = ["words", "typo", "attributeRank", "exactness", "standing:desc", "at_ms:desc"];
    Settings {
        filterable_attributes: Some(vec![FilterableAttribute::Settings(filterable)]),
        typo_tolerance: Some(typos),
        pagination: Some(PaginationSetting { max_total_hits: MAX_COUNTED_HITS }),
        search_cutoff_ms: Some(CUTOFF_MS),
        ..Settings::new()
            .with_searchable_attributes(["title", "body", "joined", "tails", "marks"])
            .with_displayed_attributes(RETRIEVED)
            .with_ranking_rules(ranking)
            .with_sortable_attributes([] as [&str; 0])
            .with_stop_words([] as [&str; 0])
            .with_proximity_precision("byAttribute")
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Sent {
    key: Uuid,
    kind: &'static str,
    group: Uuid,
    standing: u8,
    at_ms: i64,
    title: String,
    body: String,
    /// Words with their signs left out.
    joined: String,
    /// The ends of compounds.
    tails: String,
    marks: String,
}

impl Sent {
    pub fn new(source: &Document) -> Self {
        let title = fold::words(source.title.as_deref().unwrap_or_default());
        let tags: Vec<_> = source.tags.iter().map(|tag| fold::words(tag)).collect();
        let body = fold::words(source.searched_body());
        // Each text for itself: a phrase does not reach from one into the next.
        let texts: Vec<&[Word]> =
            [title.as_slice()].into_iter().chain(tags.iter().map(Vec::as_slice)).chain([body.as_slice()]).collect();
        let all = || texts.iter().flat_map(|words| words.iter());
        let tails: Vec<_> =
            terms(all(), Form::Part).chain(terms(all(), Form::Joined)).flat_map(matching::tails).collect();
        let marks: Vec<_> = texts.iter().flat_map(|words| marks::marks_of(words)).collect();
        Self {
            key: source.key,
            kind: source.kind.name(),
            group: source.group,
            standing: 1 + u8::from(source.accepted) - u8::from(source.superseded),
            at_ms: source.at_ms,
            title: joined(terms(title.iter(), Form::Part)),
            body: joined(terms(tags.iter().flatten().chain(&body), Form::Part)),
            joined: joined(terms(all(), Form::Joined)),
            tails: tails.join(" "),
            marks: marks.join(" "),
        }
    }
}

fn terms<'word>(words: impl Iterator<Item = &'word Word>, form: Form) -> impl Iterator<Item = &'word str> {
    words.flat_map(|word| &word.tokens).filter(move |token| token.form == form).map(|token| token.text.as_str())
}

fn joined<'term>(terms: impl Iterator<Item = &'term str>) -> String {
    terms.collect::<Vec<_>>().join(" ")
}

/// A hit as it comes back.
#[derive(Debug, Deserialize)]
pub(super) struct Found {
    key: Uuid,
    kind: String,
    group: Uuid,
    standing: u8,
    at_ms: i64,
}

impl Found {
    /// For joining the answers of several queries: as the ranking rules have it.
    pub fn rank(&self) -> (u8, i64) {
        (self.standing, self.at_ms)
    }

    pub fn into_hit(self, score: f64) -> Option<EngineHit> {
        #[expect(clippy::cast_possible_truncation, reason = "a score between 0 and 1 is only compared")]
        let score = score as f32;
        Some(EngineHit { key: self.key, kind: DocumentKind::named(&self.kind)?, group: self.group, score })
    }
}

/// The query as Meilisearch reads it. What is unwanted comes first, since it stops reading after its tenth wanted word; the
/// last wanted word comes last, since that one may be a beginning.
pub(super) fn question(text: &SearchText) -> String {
    let unwanted = text.unwanted.iter().map(|needle| format!("-{}", asked(needle)));
    unwanted.chain(text.wanted.iter().map(asked)).collect::<Vec<_>>().join(" ")
}

fn asked(needle: &Needle) -> String {
    let marks = marks::marks_for(needle);
    if !marks.is_empty() {
        return format!("\"{}\"", marks.join(" "));
    }
    let term = needle.single().unwrap_or_default();
    // Quoted, a word is taken exactly.
    let exact = needle.care == Care::Exact || term.chars().any(char::is_numeric);
    if exact { format!("\"{term}\"") } else { term.to_owned() }
}

pub(super) fn filter(groups: &[Uuid], kinds: &[DocumentKind]) -> String {
    let groups: Vec<_> = groups.iter().map(|group| format!("\"{group}\"")).collect();
    let kinds: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
    format!("group IN [{}] AND kind IN [{}]", groups.join(", "), kinds.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_for(query: &str) -> String {
        let marked = question(&SearchText::parse(query).unwrap());
        // Marks are long; their beginning tells enough here.
        marked.split_inclusive([' ', '"']).map(|word| if word.starts_with("zq") { &word[16..] } else { word }).collect()
    }

    #[test]
    fn words_are_loose_and_digits_are_quoted() {
        assert_eq!(asked_for("Müller Getr"), "muller getr");
        assert_eq!(asked_for("DIN 6063 aw6063"), "din \"6063\" \"aw6063\"");
        assert_eq!(asked_for("\"Motor\""), "\"motor\"");
    }

    #[test]
    fn sequences_are_asked_for_by_marks_and_exclusions_come_first() {
        let query = SearchText::parse("motor -alt -\"sehr neu\" AW-6063").unwrap();
        let marks = |at: &[(usize, String)]| {
            marks::marks_for(&Needle { sequence: at.to_vec(), ..query.wanted[1].clone() }).join(" ")
        };
        let neighbours = |first: &str, second: &str| marks(&[(0, first.to_owned()), (1, second.to_owned())]);
        let expected = format!("-\"alt\" -\"{}\" motor \"{}\"", neighbours("sehr", "neu"), neighbours("aw", "6063"));
        assert_eq!(question(&query), expected);
    }

    #[test]
    fn nothing_of_the_query_is_left_unquoted_that_could_be_syntax() {
        for query in ["a\" OR \"b", "-\"x", "a:b -c:d", "group = x", "東京 -京都"] {
            let Ok(text) = SearchText::parse(query) else { continue };
            let asked = question(&text);
            assert_eq!(asked.matches('"').count() % 2, 0, "{asked}");
            assert!(asked.chars().all(|sign| sign.is_ascii_alphanumeric() || " \"-".contains(sign)), "{asked}");
        }
    }

    #[test]
    fn the_filter_names_groups_and_kinds() {
        let group = Uuid::from_u128(1);
        let expected = r#"group IN ["00000000-0000-0000-0000-000000000001"] AND kind IN [thread, reply]"#;
        assert_eq!(filter(&[group], &[DocumentKind::Thread, DocumentKind::Reply]), expected);
    }

    #[test]
    fn texts_are_sent_folded() {
        let document = Document {
            key: Uuid::from_u128(1),
            kind: DocumentKind::Thread,
            group: Uuid::from_u128(2),
            parent: None,
            at_ms: 5,
            title: Some("Über Straßen".to_owned()),
            body: "Die Teambesprechung: AW-6063".to_owned(),
            tags: vec!["Öl".to_owned()],
            accepted: true,
            superseded: false,
        };
        let sent = Sent::new(&document);
        assert_eq!((sent.title.as_str(), sent.body.as_str()), ("uber strassen", "ol die teambesprechung aw 6063"));
        assert_eq!((sent.joined.as_str(), sent.standing), ("aw6063", 2));
        assert!(sent.tails.split(' ').any(|tail| tail == "besprechung"));
        assert!(sent.marks.split(' ').all(|mark| mark.len() == 18));
    }
}
