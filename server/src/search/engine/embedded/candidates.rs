//! Which terms of the dictionary a word may have been meant for.

use std::collections::BTreeSet;

use tantivy::Term;
use tantivy::query::FuzzyTermQuery;

use super::readable::Readable;
use crate::search::engine::matching::{self, Likeness};

const MAX_CANDIDATES: usize = 24;
/// A second typo is only forgiven to words that find less than this.
const FEW_DOCUMENTS: u64 = 20;

pub(super) struct Candidate {
    pub term: Term,
    pub typos: u8,
    /// In how many readable documents it is.
    pub count: u64,
}

/// Terms like the given one but not the same, the most frequent among readable documents first.
///
/// `exact_count` is how often the term itself occurs there.
pub(super) fn similar(readable: &Readable<'_>, text: &str, exact_count: u64) -> tantivy::Result<Vec<Candidate>> {
    let Some(likeness) = Likeness::to(text) else { return Ok(Vec::new()) };
    let mut candidates = within(readable, &likeness, text, 1)?;
    let found = exact_count + candidates.iter().map(|candidate| candidate.count).sum::<u64>();
    if matching::forgiven_typos(text) > 1 && found < FEW_DOCUMENTS {
        candidates = within(readable, &likeness, text, 2)?;
    }
    candidates.sort_by(|a, b| a.typos.cmp(&b.typos).then(b.count.cmp(&a.count)).then_with(|| a.term.cmp(&b.term)));
    candidates.truncate(MAX_CANDIDATES);
    Ok(candidates)
}

fn within(readable: &Readable<'_>, likeness: &Likeness, text: &str, typos: u8) -> tantivy::Result<Vec<Candidate>> {
    let mut candidates = Vec::new();
    for other in dictionary_walk(readable, text, typos)? {
        let Some(typos) = likeness.typos(&other).filter(|typos| *typos > 0) else { continue };
        let term = Term::from_field_text(readable.fields.words, &other);
        let count = readable.count(&term)?;
        // A term that only unreadable documents have must not take the place of a readable one.
        if count > 0 {
            candidates.push(Candidate { term, typos, count });
        }
    }
    Ok(candidates)
}

fn dictionary_walk(readable: &Readable<'_>, text: &str, typos: u8) -> tantivy::Result<BTreeSet<String>> {
    let fuzzy = FuzzyTermQuery::new(Term::from_field_text(readable.fields.words, text), typos, true);
    let mut terms = BTreeSet::new();
    for segment in readable.searcher.segment_readers() {
        readable.look_up()?;
        let inverted = segment.inverted_index(readable.fields.words)?;
        let mut stream = inverted.terms().search(fuzzy.automaton()?).into_stream()?;
        while stream.advance() {
            if let Ok(term) = std::str::from_utf8(stream.key()) {
                terms.insert(term.to_owned());
            }
        }
    }
    Ok(terms)
}
