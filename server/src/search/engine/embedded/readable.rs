//! The readable part of the index: which documents count, and how often terms occur among them.

use std::cell::RefCell;
use std::collections::HashMap;

use tantivy::columnar::Column;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, Searcher, SegmentReader, TERMINATED, TantivyError, Term};
use uuid::Uuid;

use super::StopSign;
use super::schema::{self, Fields};

/// What a text is taken to be long; a fixed number, since the true one would tell of unreadable texts.
const USUAL_TOKENS: u64 = 40;
const DOCUMENTS_BETWEEN_LOOKS: u32 = 4096;

pub(super) struct Readable<'search> {
    pub searcher: &'search Searcher,
    pub fields: Fields,
    stop: &'search StopSign,
    groups: HashMap<u64, Uuid>,
    /// The group of each document, by segment.
    columns: Vec<Column<u64>>,
    documents: u64,
    /// How many documents a term is taken to be in.
    weighed_as: RefCell<HashMap<Term, u64>>,
}

impl<'search> Readable<'search> {
    pub fn new(
        searcher: &'search Searcher,
        fields: Fields,
        groups: &[Uuid],
        stop: &'search StopSign,
    ) -> tantivy::Result<Self> {
        let column = |segment: &SegmentReader| segment.fast_fields().u64(schema::GROUP);
        let columns = searcher.segment_readers().iter().map(column).collect::<tantivy::Result<_>>()?;
        let groups: HashMap<u64, Uuid> = groups.iter().map(|group| (schema::group_number(*group), *group)).collect();
        let mut documents = 0;
        for group in groups.values() {
            documents += searcher.doc_freq(&fields.group_term(*group))?;
        }
        Ok(Self { searcher, fields, stop, groups, columns, documents, weighed_as: RefCell::default() })
    }

    pub fn is_empty(&self) -> bool {
        self.documents == 0
    }

    /// The group of a document, if it may be read.
    pub fn group_of(&self, segment: usize, document: DocId) -> Option<Uuid> {
        self.groups.get(&self.columns.get(segment)?.first(document)?).copied()
    }

    /// How many readable documents have the term.
    pub fn count(&self, term: &Term) -> tantivy::Result<u64> {
        let mut count = 0;
        for (ordinal, segment) in self.searcher.segment_readers().iter().enumerate() {
            self.look_up()?;
            let Some(mut postings) =
                segment.inverted_index(term.field())?.read_postings(term, IndexRecordOption::Basic)?
            else {
                continue;
            };
            let mut seen = 0_u32;
            while postings.doc() != TERMINATED {
                let document = postings.doc();
                count += u64::from(!segment.is_deleted(document) && self.group_of(ordinal, document).is_some());
                seen += 1;
                if seen.is_multiple_of(DOCUMENTS_BETWEEN_LOOKS) {
                    self.look_up()?;
                }
                postings.advance();
            }
        }
        Ok(count)
    }

    /// Lets all terms that stand for one word of the query weigh like that word, so that a rare misspelling doesn't outrank it.
    pub fn weigh_alike(&self, terms: impl IntoIterator<Item = Term>, count: u64) {
        let mut weighed_as = self.weighed_as.borrow_mut();
        for term in terms {
            weighed_as.insert(term, count.min(self.documents));
        }
    }

    /// The weight of a word that is in so many documents, as BM25 has it.
    #[expect(clippy::cast_precision_loss, reason = "a weight needs no more than the leading digits")]
    pub fn rarity(&self, count: u64) -> f32 {
        let count = count.min(self.documents);
        (1.0 + ((self.documents - count) as f32 + 0.5) / (count as f32 + 0.5)).ln()
    }

    /// Fails when nobody waits for the answer any more.
    pub fn look_up(&self) -> tantivy::Result<()> {
        if self.stop.is_raised() {
            Err(TantivyError::InternalError("the search was stopped".to_owned()))
        } else {
            Ok(())
        }
    }
}

impl Bm25StatisticsProvider for Readable<'_> {
    fn total_num_tokens(&self, _field: Field) -> tantivy::Result<u64> {
        Ok(self.documents * USUAL_TOKENS)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.documents)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        if let Some(count) = self.weighed_as.borrow().get(term) {
            return Ok(*count);
        }
        let count = self.count(term)?.min(self.documents);
        self.weigh_alike([term.clone()], count);
        Ok(count)
    }
}
