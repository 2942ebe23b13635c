//! Which terms of the dictionary a word may have been meant for.

use std::collections::BTreeSet;

use tantivy::Term;
use tantivy::query::FuzzyTermQuery;

use super::readable::Readable;
use crate::search::engine::matching;

const MAX_CANDIDATES: usize = 24;
/// A second typo is only forgiven to words that find less than this.
const FEW_DOCUMENTS: u64 = 20;

pub(super) struct Candidate {
    pub term: Term,
    pub typos: u8,
    /// In how many readable documents it is.
    pub count: u64,
}

/// Terms like the given one but not the same: fewer typos first, then the more frequent among readable documents.
///
/// `exact_count` is how often the term itself occurs there.
pub(super) fn similar(readable: &Readable<'_>, text: &str, exact_count: u64) -> tantivy::Result<Vec<Candidate>> {
    let forgiven = matching::forgiven_typos(text);
    if forgiven == 0 {
        return Ok(Vec::new());
    }
    let mut known = BTreeSet::from([text.to_owned()]);
    let mut candidates = within(readable, text, 1, &mut known)?;
    let found = exact_count + candidates.iter().map(|candidate| candidate.count).sum::<u64>();
    if forgiven > 1 && found < FEW_DOCUMENTS {
        candidates.extend(within(readable, text, 2, &mut known)?);
    }
    candidates.truncate(MAX_CANDIDATES);
    Ok(candidates)
}

/// The terms with at most so many typos that are not known yet, the most frequent first.
fn within(
    readable: &Readable<'_>,
    text: &str,
    typos: u8,
    known: &mut BTreeSet<String>,
) -> tantivy::Result<Vec<Candidate>> {
    let mut candidates = Vec::new();
    for other in dictionary_walk(readable, text, typos)?.difference(known) {
        let term = Term::from_field_text(readable.fields.words, other);
        let count = readable.count(&term)?;
        // A term that only unreadable documents have must not take the place of a readable one.
        if count > 0 {
            candidates.push(Candidate { term, typos, count });
        }
    }
    known.extend(candidates.iter().filter_map(|candidate| candidate.term.value().as_str().map(str::to_owned)));
    candidates.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.term.cmp(&b.term)));
    Ok(candidates)
}

fn dictionary_walk(readable: &Readable<'_>, text: &str, typos: u8) -> tantivy::Result<BTreeSet<String>> {
    let automaton = FuzzyTermQuery::new(Term::from_field_text(readable.fields.words, text), typos, true).automaton()?;
    let mut terms = BTreeSet::new();
    for segment in readable.searcher.segment_readers() {
        readable.look_up()?;
        let inverted = segment.inverted_index(readable.fields.words)?;
        let mut stream = inverted.terms().search(&automaton).into_stream()?;
        while stream.advance() {
            if let Ok(term) = std::str::from_utf8(stream.key()) {
                terms.insert(term.to_owned());
            }
        }
    }
    Ok(terms)
}
