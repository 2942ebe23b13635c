//! Running a query: every readable match is counted, the best are kept.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tantivy::columnar::Column;
use tantivy::query::{EnableScoring, Query, Scorer, Weight};
use tantivy::schema::Value;
use tantivy::{DocAddress, DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyDocument, TantivyError};
use uuid::Uuid;

use super::compose::compose;
use super::readable::Readable;
use super::{StopSign, View, schema};
use crate::search::engine::{DocumentKind, EngineFault, EngineHit, EngineHits, EngineQuery};

const ACCEPTED_BOOST: Score = 1.25;
const SUPERSEDED_BOOST: Score = 0.5;
/// Scores that differ by less than about an eighth are equally good, and the later document comes first.
const SCORE_STEPS_PER_FOLD: Score = 8.0;
const DOCUMENTS_BETWEEN_LOOKS: u64 = 1024;

pub(super) fn search(view: &View, query: &EngineQuery, stop: &StopSign) -> Result<EngineHits, EngineFault> {
    let fault =
        |error: TantivyError| if stop.is_raised() { EngineFault::Late } else { EngineFault::unavailable(error) };
    run(view, query, stop).map_err(fault)
}

fn run(view: &View, query: &EngineQuery, stop: &StopSign) -> tantivy::Result<EngineHits> {
    let searcher = view.reader.searcher();
    let readable = Readable::new(&searcher, view.fields, &query.groups, stop)?;
    if readable.is_empty() {
        return Ok(EngineHits::default());
    }
    let composed = compose(&query.text, &readable)?;
    let scoring = EnableScoring::enabled_from_statistics_provider(&readable, &searcher);
    let wanted = composed.wanted.weight(scoring)?;
    let unscored = EnableScoring::disabled_from_searcher(&searcher);
    let unwanted = composed.unwanted.map(|unwanted| unwanted.weight(unscored)).transpose()?;
    let mut best = Best { kept: BinaryHeap::new(), capacity: query.reach(), total: 0 };
    for (ordinal, segment) in searcher.segment_readers().iter().enumerate() {
        SegmentSearch::new(&readable, query, ordinal, segment)?.collect(
            wanted.as_ref(),
            unwanted.as_deref(),
            &mut best,
        )?;
    }
    let total = best.total;
    let ranked = best.into_ranked().into_iter().skip(query.offset);
    let hits = ranked.map(|ranked| ranked.into_hit(&readable)).collect::<tantivy::Result<_>>()?;
    Ok(EngineHits { hits, total })
}

/// One segment with the columns that a match is judged by.
struct SegmentSearch<'search> {
    readable: &'search Readable<'search>,
    segment: &'search SegmentReader,
    ordinal: usize,
    kinds: Vec<(u64, DocumentKind)>,
    kind: Column<u64>,
    standing: Column<u64>,
    at_ms: Column<i64>,
}

impl<'search> SegmentSearch<'search> {
    fn new(
        readable: &'search Readable<'search>,
        query: &EngineQuery,
        ordinal: usize,
        segment: &'search SegmentReader,
    ) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        Ok(Self {
            readable,
            segment,
            ordinal,
            kinds: query.kinds.iter().map(|kind| (schema::kind_number(*kind), *kind)).collect(),
            kind: columns.u64(schema::KIND)?,
            standing: columns.u64(schema::STANDING)?,
            at_ms: columns.i64(schema::AT_MS)?,
        })
    }

    fn collect(&self, wanted: &dyn Weight, unwanted: Option<&dyn Weight>, best: &mut Best) -> tantivy::Result<()> {
        let mut scorer = wanted.scorer(self.segment, 1.0)?;
        let mut unwanted = unwanted.map(|unwanted| unwanted.scorer(self.segment, 1.0)).transpose()?;
        let mut seen = 0_u64;
        while scorer.doc() != TERMINATED {
            if seen.is_multiple_of(DOCUMENTS_BETWEEN_LOOKS) {
                self.readable.look_up()?;
            }
            seen += 1;
            let document = scorer.doc();
            if let Some((group, kind)) = self.judge(document)
                && !unwanted.as_mut().is_some_and(|unwanted| stands_at(unwanted.as_mut(), document))
            {
                best.add(self.rank(document, scorer.score(), group, kind));
            }
            scorer.advance();
        }
        Ok(())
    }

    /// Group and kind of a document that exists, may be read and is of a wanted kind.
    fn judge(&self, document: DocId) -> Option<(Uuid, DocumentKind)> {
        let group = self.readable.group_of(self.ordinal, document)?;
        let number = self.kind.first(document)?;
        let (_, kind) = self.kinds.iter().find(|(wanted, _)| *wanted == number)?;
        (!self.segment.is_deleted(document)).then_some((group, *kind))
    }

    fn rank(&self, document: DocId, score: Score, group: Uuid, kind: DocumentKind) -> Ranked {
        let standing = self.standing.first(document).unwrap_or_default();
        let lifted = if standing & schema::ACCEPTED > 0 { score * ACCEPTED_BOOST } else { score };
        let score = if standing & schema::SUPERSEDED > 0 { lifted * SUPERSEDED_BOOST } else { lifted };
        #[expect(clippy::cast_possible_truncation, reason = "a logarithm of a score is small")]
        let step = (score.max(Score::MIN_POSITIVE).ln() * SCORE_STEPS_PER_FOLD).floor() as i32;
        #[expect(clippy::cast_possible_truncation, reason = "segments are counted by u32 in the index")]
        let address = DocAddress::new(self.ordinal as u32, document);
        Ranked { place: (step, self.at_ms.first(document).unwrap_or_default(), Reverse(address)), score, group, kind }
    }
}

/// Steps a set of documents, in order, to the given one, and tells whether it has it.
fn stands_at(set: &mut dyn Scorer, document: DocId) -> bool {
    let at = if set.doc() < document { set.seek(document) } else { set.doc() };
    at == document
}

struct Ranked {
    /// Step of the score, time, and the address so that equals keep their order from page to page.
    place: (i32, i64, Reverse<DocAddress>),
    score: Score,
    group: Uuid,
    kind: DocumentKind,
}

impl Ranked {
    fn into_hit(self, readable: &Readable<'_>) -> tantivy::Result<EngineHit> {
        let document: TantivyDocument = readable.searcher.doc(self.place.2.0)?;
        let bytes = document.get_first(readable.fields.key).and_then(|value| value.as_bytes());
        let key = bytes.and_then(|bytes| Uuid::from_slice(bytes).ok());
        let key = key.ok_or_else(|| TantivyError::InternalError("a document in the index has no key".to_owned()))?;
        Ok(EngineHit { key, kind: self.kind, group: self.group, score: self.score })
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.place.cmp(&other.place)
    }
}

/// The best hits so far: the worst of them on top, to be pushed out.
struct Best {
    kept: BinaryHeap<Reverse<Ranked>>,
    capacity: usize,
    total: u64,
}

impl Best {
    fn add(&mut self, ranked: Ranked) {
        self.total += 1;
        self.kept.push(Reverse(ranked));
        if self.kept.len() > self.capacity {
            self.kept.pop();
        }
    }

    fn into_ranked(self) -> Vec<Ranked> {
        self.kept.into_sorted_vec().into_iter().map(|Reverse(ranked)| ranked).collect()
    }
}
