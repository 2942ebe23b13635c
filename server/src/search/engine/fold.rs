//! The one folding: how text becomes the terms that are indexed, searched and highlighted.
//!
//! Two writings that people take for the same word become the same term: `Müller`, `Mueller` and `Muller`; `Straße` and
//! `STRASSE`; `Ｗｅｂ` and `web`. There is no stemmer: one stemmer is wrong in a bilingual text, and prefix and typo rules cover
//! plurals. Digits are never changed.
//!
//! A *word* is what stands between spaces and brackets. A word with signs inside (`EN-6063`, `10.4.0.17`, a URL) yields its
//! parts, itself as a whole, and itself with the signs left out. Chinese, Japanese and Korean have no spaces to rely on, so
//! their runs yield overlapping pairs of characters, and the last character alone so that each one starts some term.

mod letters;
mod signs;

use std::ops::Range;

use self::letters::{join_digraphs, plain};
use self::signs::{Class, class_of};

/// Parts are cut here, so that a pasted key can't fill the dictionary; the query is cut at the same place.
const MAX_PART_CHARS: usize = 64;
/// Longer words (long URLs) are found by their parts only.
const MAX_WHOLE_BYTES: usize = 128;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A run of letters and digits.
    Part,
    /// A word of several parts with its signs: `aw-6063`.
    Whole,
    /// The same without them: `aw6063`.
    Joined,
    /// Two neighbouring characters of a script without spaces.
    Pair,
    /// The last character of such a run.
    Single,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub form: Form,
    /// Place in the text; a `Whole` and a `Joined` share the place of their first part.
    pub position: usize,
    /// Bytes of the original text.
    pub span: Range<usize>,
}

/// What stands between spaces: its tokens in the order of their positions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    pub tokens: Vec<Token>,
}

impl Word {
    /// The tokens that must follow each other for the word to be there as written.
    pub fn sequence(&self) -> impl Iterator<Item = &Token> {
        let alone = self.tokens.len() == 1;
        self.tokens.iter().filter(move |token| matches!(token.form, Form::Part | Form::Pair) || alone)
    }

    pub fn text_of(&self, form: Form) -> Option<&str> {
        self.tokens.iter().find(|token| token.form == form).map(|token| token.text.as_str())
    }
}

/// Whether a term is of a script that is written without spaces.
pub fn is_ideographic(term: &str) -> bool {
    term.chars().next().is_some_and(|sign| matches!(class_of(sign), Class::Ideograph))
}

pub fn tokens(text: &str) -> Vec<Token> {
    words(text).into_iter().flat_map(|word| word.tokens).collect()
}

pub fn words(text: &str) -> Vec<Word> {
    let mut reader = Reader { text, ..Reader::default() };
    for (at, sign) in text.char_indices() {
        reader.take(at, sign);
    }
    reader.end_word(text.len());
    reader.words
}

/// Walks over the text once and closes parts, runs and words as it meets their ends.
#[derive(Default)]
struct Reader<'text> {
    text: &'text str,
    words: Vec<Word>,
    /// Byte ranges of the parts of the word being read.
    parts: Vec<Range<usize>>,
    part_from: Option<usize>,
    /// The characters of the run being read, each with its first byte.
    run: Vec<(usize, char)>,
    position: usize,
}

impl Reader<'_> {
    fn take(&mut self, at: usize, sign: char) {
        match class_of(sign) {
            Class::Inner => {
                self.end_run(at);
                self.part_from.get_or_insert(at);
            }
            Class::Ideograph => {
                self.end_parts(at);
                self.run.push((at, sign));
            }
            Class::Connector => {
                self.end_run(at);
                self.end_part(at);
            }
            Class::Ignored => {}
            Class::Break => self.end_word(at),
        }
    }

    fn end_word(&mut self, at: usize) {
        self.end_run(at);
        self.end_parts(at);
    }

    fn end_part(&mut self, at: usize) {
        if let Some(from) = self.part_from.take() {
            self.parts.push(from..at);
        }
    }

    fn end_parts(&mut self, at: usize) {
        self.end_part(at);
        let parts = std::mem::take(&mut self.parts);
        let word = spelled_word(self.text, &parts, self.position);
        self.keep(word);
    }

    fn end_run(&mut self, at: usize) {
        let run = std::mem::take(&mut self.run);
        let word = run_word(&run, at, self.position);
        self.keep(word);
    }

    fn keep(&mut self, word: Word) {
        let Some(last) = word.tokens.iter().map(|token| token.position).max() else { return };
        self.position = last + 1;
        self.words.push(word);
    }
}

/// A word in a script with spaces: its parts, then its whole and joined forms where it has signs.
fn spelled_word(text: &str, parts: &[Range<usize>], position: usize) -> Word {
    let mut tokens: Vec<Token> = Vec::with_capacity(parts.len() + 2);
    for span in parts {
        let folded: String = join_digraphs(&plain(&text[span.clone()])).chars().take(MAX_PART_CHARS).collect();
        if !folded.is_empty() {
            let position = position + tokens.len();
            tokens.push(Token { text: folded, form: Form::Part, position, span: span.clone() });
        }
    }
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return Word::default() };
    let span = first.span.start..sign_suffix_end(text, last.span.end);
    let signed = tokens.len() > 1 || span.end > last.span.end;
    if signed && span.len() <= MAX_WHOLE_BYTES {
        let whole = whole_form(&text[span.clone()]);
        let joined = joined_form(text, parts);
        let signed_form = |text, form| Token { text, form, position, span: span.clone() };
        let forms = [Some(signed_form(whole, Form::Whole)), joined.map(|joined| signed_form(joined, Form::Joined))];
        tokens.splice(1..1, forms.into_iter().flatten());
    }
    Word { tokens }
}

/// `C++`, `g++` and `C#` are names of their own: the signs after the last letter belong to the whole.
fn sign_suffix_end(text: &str, end: usize) -> usize {
    ["++", "+", "#"].into_iter().find(|suffix| text[end..].starts_with(suffix)).map_or(end, |suffix| end + suffix.len())
}

fn whole_form(written: &str) -> String {
    let mut whole = String::with_capacity(written.len());
    let mut part = String::new();
    for sign in written.chars() {
        match class_of(sign) {
            Class::Ignored => {}
            Class::Inner => part.push(sign),
            _ => {
                whole.push_str(&join_digraphs(&plain(&std::mem::take(&mut part))));
                whole.push(match sign {
                    '\u{2010}'..='\u{2013}' => '-',
                    '’' => '\'',
                    other => other,
                });
            }
        }
    }
    whole.push_str(&join_digraphs(&plain(&part)));
    whole
}

/// `aw6063` for `AW-6063`. Not where only digits would be left (`10.4.0.17` is not `104017`), and not across the signs of URLs.
fn joined_form(text: &str, parts: &[Range<usize>]) -> Option<String> {
    let joinable = |pair: &[Range<usize>]| {
        let between: String = text[pair[0].end..pair[1].start]
            .chars()
            .filter(|sign| !matches!(class_of(*sign), Class::Ignored))
            .collect();
        matches!(between.as_str(), "-" | "‐" | "‑" | "–" | "_" | "." | "'" | "’" | "&" | "/")
    };
    if parts.len() < 2 || !parts.windows(2).all(joinable) {
        return None;
    }
    let letters: String = parts.iter().map(|span| plain(&text[span.clone()])).collect();
    let joined = join_digraphs(&letters);
    (joined.chars().any(char::is_alphabetic) && joined.chars().count() <= MAX_PART_CHARS).then_some(joined)
}

fn run_word(run: &[(usize, char)], end: usize, position: usize) -> Word {
    let span_end = |index: usize| run.get(index).map_or(end, |(at, _)| *at);
    let tokens = run.iter().enumerate().map(|(index, (at, sign))| {
        let next = run.get(index + 1);
        let (form, reach) = if next.is_some() { (Form::Pair, 2) } else { (Form::Single, 1) };
        let text = std::iter::once(*sign).chain(next.map(|(_, sign)| *sign)).collect();
        Token { text, form, position: position + index, span: *at..span_end(index + reach) }
    });
    Word { tokens: tokens.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    fn same(writings: &[&str]) {
        for writing in writings {
            assert_eq!(texts(writing), texts(writings[0]), "{writing} folds like {}", writings[0]);
        }
    }

    #[test]
    fn writings_of_one_word_meet() {
        same(&["Müller", "Mueller", "Muller", "MÜLLER", "Mu\u{308}ller", "Mül\u{ad}ler"]);
        same(&["Straße", "Strasse", "STRASSE", "STRAẞE"]);
        same(&["Größenwahn", "Groessenwahn", "Grössenwahn"]);
        same(&["Häuser", "Haeuser", "Hauser"]);
        same(&["Ｗｅｂ", "web"]);
        same(&["Café", "cafe", "Cafe\u{301}"]);
        same(&["Ångström", "Angstrom"]);
    }

    #[test]
    fn words_with_signs_yield_parts_whole_and_joined() {
        assert_eq!(texts("EN AW-6063"), ["en", "aw", "aw-6063", "aw6063", "6063"]);
        assert_eq!(texts("10.4.0.17"), ["10", "10.4.0.17", "4", "0", "17"]);
        assert_eq!(texts("Node.js"), ["node", "node.js", "nodejs", "js"]);
        assert_eq!(
            texts("(https://example.org/a-b?c=1)."),
            ["https", "https://example.org/a-b?c=1", "example", "org", "a", "b", "c", "1"]
        );
        assert_eq!(texts("C++ und C#."), ["c", "c++", "und", "c", "c#"]);
        assert_eq!(texts("co-existenz")[2], texts("coexistenz")[0]);
        assert_eq!(texts("Non\u{2011}Breaking")[1], "non-breaking");
    }

    #[test]
    fn positions_count_parts_and_spans_name_the_original_bytes() {
        let text = "Über AW-6063, ja";
        let places: Vec<_> = tokens(text).into_iter().map(|t| (t.position, text[t.span].to_owned())).collect();
        let expected = [(0, "Über"), (1, "AW"), (1, "AW-6063"), (1, "AW-6063"), (2, "6063"), (3, "ja")]
            .map(|(p, s)| (p, s.to_owned()));
        assert_eq!(places, expected);
    }

    #[test]
    fn scripts_without_spaces_yield_pairs_and_a_last_character() {
        assert_eq!(texts("東京都へ"), ["東京", "京都", "都へ", "へ"]);
        assert_eq!(texts("iPhone修理"), ["iphone", "修理", "理"]);
        let runs = words("修理 車");
        assert_eq!(runs[0].sequence().map(|t| t.text.as_str()).collect::<Vec<_>>(), ["修理"]);
        assert_eq!(runs[1].sequence().map(|t| t.text.as_str()).collect::<Vec<_>>(), ["車"]);
    }

    #[test]
    fn signs_alone_are_no_words() {
        assert!(texts(" -- … 🎉 *** \u{200b} ").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_yields_ordered_tokens_within_its_bounds(text in "\\PC{0,80}|[a-zäöüß漢字ー\\-./+ \u{308}\u{200b}]{0,60}") {
            let mut before = 0;
            for token in tokens(&text) {
                prop_assert!(text.get(token.span.clone()).is_some_and(|covered| !covered.is_empty()));
                prop_assert!(token.position >= before && !token.text.is_empty());
                before = token.position;
            }
        }
    }
}
