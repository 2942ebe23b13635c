//! From needles to a query of the index: one required clause per needle, the best of its alternatives counts.

use tantivy::Term;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, PhraseQuery, Query,
    TermQuery,
};
use tantivy::schema::IndexRecordOption;

use super::candidates::{self, Candidate};
use super::readable::Readable;
use crate::search::engine::query::{Needle, SearchText};

const EXACT: f32 = 3.0;
const PHRASE: f32 = 2.0;
const TAIL: f32 = 0.8;
const BEGINNING: f32 = 0.9;
const ONE_TYPO: f32 = 0.7;
const TWO_TYPOS: f32 = 0.4;
const TITLE: f32 = 2.0;

/// Kept apart, since an index of this version mishandles an excluded phrase: the collector steps over what is unwanted.
pub(super) struct Composed {
    pub wanted: BooleanQuery,
    pub unwanted: Option<BooleanQuery>,
}

pub(super) fn compose(text: &SearchText, readable: &Readable<'_>) -> tantivy::Result<Composed> {
    let mut wanted: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    for needle in &text.wanted {
        let alternatives = Alternatives::of(needle, readable)?;
        wanted.push((Occur::Must, Box::new(alternatives.answers())));
        wanted.extend(alternatives.in_title().map(|title| (Occur::Should, title)));
    }
    let mut unwanted: Vec<Box<dyn Query>> = Vec::new();
    for needle in &text.unwanted {
        unwanted.push(Box::new(Alternatives::literal(needle, readable)?.answers()));
    }
    let unwanted = (!unwanted.is_empty()).then(|| BooleanQuery::union(unwanted));
    Ok(Composed { wanted: BooleanQuery::new(wanted), unwanted })
}

/// All that answers one needle.
struct Alternatives<'needle> {
    readable: &'needle Readable<'needle>,
    needle: &'needle Needle,
    /// Terms that are the needle itself.
    literal: Vec<Term>,
    similar: Vec<Candidate>,
    tails: Vec<Term>,
    rarity: f32,
}

impl<'needle> Alternatives<'needle> {
    fn of(needle: &'needle Needle, readable: &'needle Readable<'needle>) -> tantivy::Result<Self> {
        let mut alternatives = Self::literal(needle, readable)?;
        let mut count = alternatives.literal_count()?;
        if let Some(text) = needle.forgiving() {
            alternatives.similar = candidates::similar(readable, text, count)?;
        }
        let tail = |tail: String| Term::from_field_text(readable.fields.tails, &tail);
        for term in needle.tails().into_iter().map(tail) {
            let in_documents = readable.count(&term)?;
            if in_documents > 0 {
                count += in_documents;
                alternatives.tails.push(term);
            }
        }
        count += alternatives.similar.iter().map(|candidate| candidate.count).sum::<u64>();
        readable.weigh_alike(alternatives.terms(), count);
        alternatives.rarity = readable.rarity(count);
        Ok(alternatives)
    }

    fn literal(needle: &'needle Needle, readable: &'needle Readable<'needle>) -> tantivy::Result<Self> {
        readable.look_up()?;
        let term = |text: &str| Term::from_field_text(readable.fields.words, text);
        let forms = [needle.whole.as_deref(), needle.joined.as_deref(), needle.single()];
        let literal = forms.into_iter().flatten().map(term).collect();
        Ok(Self { readable, needle, literal, similar: Vec::new(), tails: Vec::new(), rarity: 1.0 })
    }

    fn literal_count(&self) -> tantivy::Result<u64> {
        self.literal.iter().map(|term| self.readable.count(term)).sum()
    }

    fn terms(&self) -> impl Iterator<Item = Term> {
        let similar = self.similar.iter().map(|candidate| &candidate.term);
        self.literal.iter().chain(similar).chain(&self.tails).cloned()
    }

    fn answers(&self) -> DisjunctionMaxQuery {
        let literal = self.literal.iter().map(|word| boosted(scored(word), EXACT));
        let phrase = self.phrase().map(|phrase| boosted(Box::new(phrase), PHRASE));
        let similar = self
            .similar
            .iter()
            .map(|candidate| boosted(scored(&candidate.term), if candidate.typos == 1 { ONE_TYPO } else { TWO_TYPOS }));
        let tails = self.tails.iter().map(|tail| boosted(scored(tail), TAIL));
        let beginnings = self.needle.beginnings().map(|beginning| {
            let term = Term::from_field_text(self.readable.fields.words, beginning);
            boosted(Box::new(FuzzyTermQuery::new_prefix(term, 0, true)), BEGINNING * self.rarity)
        });
        DisjunctionMaxQuery::new(literal.chain(phrase).chain(similar).chain(tails).chain(beginnings).collect())
    }

    fn phrase(&self) -> Option<PhraseQuery> {
        if self.needle.sequence.len() < 2 {
            return None;
        }
        let term = |text: &str| Term::from_field_text(self.readable.fields.words, text);
        let sequence = self.needle.sequence.iter().map(|(distance, text)| (*distance, term(text)));
        Some(PhraseQuery::new_with_offset(sequence.collect()))
    }

    /// What lifts documents that have the needle in their title.
    fn in_title(&self) -> Option<Box<dyn Query>> {
        let texts = [self.needle.single(), self.needle.whole.as_deref(), self.needle.joined.as_deref()];
        let title = |text: &str| -> Box<dyn Query> {
            let term = Term::from_field_text(self.readable.fields.title, text);
            Box::new(TermQuery::new(term, IndexRecordOption::Basic))
        };
        let any: Vec<_> = texts.into_iter().flatten().map(title).collect();
        let weight = TITLE * self.rarity;
        (!any.is_empty())
            .then(|| Box::new(ConstScoreQuery::new(Box::new(BooleanQuery::union(any)), weight)) as Box<dyn Query>)
    }
}

fn scored(term: &Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term.clone(), IndexRecordOption::WithFreqs))
}

fn boosted(query: Box<dyn Query>, boost: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, boost))
}
