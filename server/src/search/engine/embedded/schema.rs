//! What the index holds of a document.
//!
//! All text is in one field, `words`: title, tags and body one after the other. A field of its own per kind of text would be
//! weighed by its average length over all documents, most of which have none. `title` only lifts those whose title matches.

use std::collections::BTreeMap;

use tantivy::schema::{
    BytesOptions, FAST, Field, INDEXED, IndexRecordOption, NumericOptions, OwnedValue, Schema, TextFieldIndexing,
    TextOptions,
};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{TantivyError, Term};
use uuid::Uuid;

use crate::search::engine::fold;
use crate::search::engine::{Document, DocumentKind, matching};

const KEY: &str = "key";
pub(super) const GROUP: &str = "group";
pub(super) const KIND: &str = "kind";
pub(super) const STANDING: &str = "standing";
pub(super) const AT_MS: &str = "at_ms";
const WORDS: &str = "words";
const TITLE: &str = "title";
const TAILS: &str = "tails";

pub(super) const ACCEPTED: u64 = 1;
pub(super) const SUPERSEDED: u64 = 2;

#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub key: Field,
    pub group: Field,
    pub words: Field,
    pub title: Field,
    pub tails: Field,
    kind: Field,
    standing: Field,
    at_ms: Field,
}

/// A change here makes every index on disk one of another schema, which is emptied and rebuilt at the next start.
pub(super) fn build() -> Schema {
    let mut schema = Schema::builder();
    schema.add_bytes_field(KEY, BytesOptions::default().set_indexed().set_stored());
    schema.add_u64_field(GROUP, NumericOptions::from(FAST | INDEXED));
    schema.add_u64_field(KIND, FAST);
    schema.add_u64_field(STANDING, FAST);
    schema.add_i64_field(AT_MS, FAST);
    schema.add_text_field(WORDS, text(IndexRecordOption::WithFreqsAndPositions, true));
    schema.add_text_field(TITLE, text(IndexRecordOption::Basic, false));
    schema.add_text_field(TAILS, text(IndexRecordOption::Basic, false));
    schema.build()
}

/// The tokenizer named here is never run: fields are given their tokens.
fn text(option: IndexRecordOption, fieldnorms: bool) -> TextOptions {
    let indexing =
        TextFieldIndexing::default().set_tokenizer("raw").set_index_option(option).set_fieldnorms(fieldnorms);
    TextOptions::default().set_indexing_options(indexing)
}

/// A document on its way into the index. Not the library's own kind, which would turn the tokens into JSON and back.
pub(super) type Written = BTreeMap<Field, OwnedValue>;

impl Fields {
    pub fn of(schema: &Schema) -> Result<Self, TantivyError> {
        Ok(Self {
            key: schema.get_field(KEY)?,
            group: schema.get_field(GROUP)?,
            kind: schema.get_field(KIND)?,
            standing: schema.get_field(STANDING)?,
            at_ms: schema.get_field(AT_MS)?,
            words: schema.get_field(WORDS)?,
            title: schema.get_field(TITLE)?,
            tails: schema.get_field(TAILS)?,
        })
    }

    pub fn key_term(&self, key: Uuid) -> Term {
        Term::from_field_bytes(self.key, key.as_bytes())
    }

    pub fn group_term(&self, group: Uuid) -> Term {
        Term::from_field_u64(self.group, group_number(group))
    }

    pub fn document(&self, source: &Document) -> Written {
        let title = source.title.as_deref().unwrap_or_default();
        let mut words = Tokens::default();
        words.add(title);
        let title_tokens = words.clone();
        for tag in &source.tags {
            words.add(tag);
        }
        words.add(source.searched_body());
        BTreeMap::from([
            (self.key, OwnedValue::Bytes(source.key.as_bytes().to_vec())),
            (self.group, OwnedValue::U64(group_number(source.group))),
            (self.kind, OwnedValue::U64(kind_number(source.kind))),
            (self.standing, OwnedValue::U64(standing_number(source))),
            (self.at_ms, OwnedValue::I64(source.at_ms)),
            (self.tails, OwnedValue::PreTokStr(words.tails().into())),
            (self.title, OwnedValue::PreTokStr(title_tokens.into())),
            (self.words, OwnedValue::PreTokStr(words.into())),
        ])
    }
}

/// The random half of the id: numbers are filtered by far faster than ids are.
pub(super) fn group_number(group: Uuid) -> u64 {
    group.as_u64_pair().1
}

pub(super) fn kind_number(kind: DocumentKind) -> u64 {
    match kind {
        DocumentKind::Message => 0,
        DocumentKind::Thread => 1,
        DocumentKind::Reply => 2,
    }
}

fn standing_number(source: &Document) -> u64 {
    u64::from(source.accepted) * ACCEPTED + u64::from(source.superseded) * SUPERSEDED
}

/// Texts one after the other, with a gap that no phrase reaches over.
#[derive(Debug, Clone, Default)]
struct Tokens {
    tokens: Vec<Token>,
    next_position: usize,
}

impl Tokens {
    fn add(&mut self, text: &str) {
        for token in fold::tokens(text) {
            self.push(token.text, self.next_position + token.position);
        }
        self.next_position = self.tokens.last().map_or(0, |token| token.position + 2);
    }

    /// The ends of the compounds among the tokens.
    fn tails(&self) -> Self {
        let mut tails = Self::default();
        for token in &self.tokens {
            for tail in matching::tails(&token.text) {
                tails.push(tail.to_owned(), token.position);
            }
        }
        tails
    }

    fn push(&mut self, text: String, position: usize) {
        self.tokens.push(Token { text, position, offset_from: 0, offset_to: 0, position_length: 1 });
    }
}

impl From<Tokens> for PreTokenizedString {
    fn from(tokens: Tokens) -> Self {
        Self { text: String::new(), tokens: tokens.tokens }
    }
}
