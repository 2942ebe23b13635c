//! Excerpts with highlights, made from the text as it was re-read, never from what an engine returned.
//!
//! A pure function of text and query. It goes by the same folding and the same match rules as the engines, so a hit found by a
//! typo, an umlaut, a beginning or a compound shows why it was found. The excerpt is plain text; ranges count UTF-16 units, as
//! browsers do. No markup is made here.

mod excerpt;

use std::collections::HashMap;
use std::ops::Range;

use super::fold::{self, Token};
use super::matching::{self, Likeness};
use super::query::{Needle, SearchText};

/// What is looked at for highlights; beyond it the excerpt shows the beginning.
const MAX_EXAMINED_BYTES: usize = super::MAX_BODY_BYTES;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    pub text: String,
    /// Start and end in UTF-16 units of `text`, ordered, not overlapping.
    pub highlights: Vec<(usize, usize)>,
}

/// A query made ready to be shown in many texts.
#[derive(Debug)]
pub struct Highlighter {
    needles: Vec<Prepared>,
}

#[derive(Debug)]
struct Prepared {
    needle: Needle,
    likeness: Option<Likeness>,
    tails: Vec<String>,
}

/// A place in the text and the needle that it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    span: Range<usize>,
    needle: usize,
}

impl Highlighter {
    pub fn new(query: &SearchText) -> Self {
        let prepare = |needle: &Needle| Prepared {
            likeness: needle.forgiving().and_then(Likeness::to),
            tails: needle.tails(),
            needle: needle.clone(),
        };
        Self { needles: query.wanted.iter().map(prepare).collect() }
    }

    /// The part of the text that shows most of the query, in at most `max_chars` characters.
    pub fn snippet(&self, text: &str, max_chars: usize) -> Snippet {
        let found = self.find(&text[..text.floor_char_boundary(MAX_EXAMINED_BYTES)]);
        excerpt::cut(text, &found, max_chars)
    }

    /// Whether every needle is in the text: what an engine should find, said a second way.
    #[cfg(test)]
    pub(in crate::search::engine) fn finds_all(&self, text: &str) -> bool {
        let found = self.find(text);
        (0..self.needles.len()).all(|needle| found.iter().any(|found| found.needle == needle))
    }

    fn find(&self, text: &str) -> Vec<Found> {
        let tokens = fold::tokens(text);
        let mut by_place: HashMap<(usize, &str), &Token> = HashMap::new();
        for token in &tokens {
            by_place.insert((token.position, token.text.as_str()), token);
        }
        let mut found = Vec::new();
        for (index, prepared) in self.needles.iter().enumerate() {
            let spans = prepared.spans(&tokens, &by_place);
            found.extend(spans.into_iter().map(|span| Found { span, needle: index }));
        }
        found.sort_by_key(|found| (found.span.start, found.span.end));
        found
    }
}

impl Prepared {
    fn spans(&self, tokens: &[Token], by_place: &HashMap<(usize, &str), &Token>) -> Vec<Range<usize>> {
        let sure: Vec<_> = tokens.iter().filter_map(|token| self.sequence_at(token, by_place)).collect();
        let near =
            |most: u8| tokens.iter().filter(move |token| self.answers(token, most)).map(|token| self.shown(token));
        let mut spans: Vec<_> = sure.into_iter().chain(near(1)).collect();
        // As in the engine: a second typo is only forgiven where nothing closer is there.
        if spans.is_empty() {
            spans.extend(near(2));
        }
        spans
    }

    fn sequence_at(&self, first: &Token, by_place: &HashMap<(usize, &str), &Token>) -> Option<Range<usize>> {
        if self.needle.sequence.len() < 2 && self.needle.single().is_none() {
            return None;
        }
        let mut span = first.span.clone();
        for (distance, term) in &self.needle.sequence {
            let token = by_place.get(&(first.position + distance, term.as_str()))?;
            span = span.start.min(token.span.start)..span.end.max(token.span.end);
        }
        let opens = self.needle.sequence.first().is_some_and(|(_, term)| *term == first.text);
        opens.then_some(span)
    }

    fn shown(&self, token: &Token) -> Range<usize> {
        match self.needle.single() {
            Some(term) if self.needle.lone_ideograph => token.span.start..token.span.start + term.len(),
            _ => token.span.clone(),
        }
    }

    fn answers(&self, token: &Token, most_typos: u8) -> bool {
        let text = token.text.as_str();
        let forms = [self.needle.whole.as_deref(), self.needle.joined.as_deref()];
        forms.contains(&Some(text))
            || self.needle.beginnings().any(|beginning| text.starts_with(beginning))
            || self.likeness.as_ref().and_then(|likeness| likeness.typos(text)).is_some_and(|typos| typos <= most_typos)
            || matching::tails(text).any(|tail| self.tails.iter().any(|wanted| wanted == tail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(query: &str, text: &str) -> Vec<String> {
        let snippet = Highlighter::new(&SearchText::parse(query).unwrap()).snippet(text, 200);
        let units: Vec<u16> = snippet.text.encode_utf16().collect();
        snippet.highlights.iter().map(|(from, to)| String::from_utf16(&units[*from..*to]).unwrap()).collect()
    }

    #[test]
    fn every_way_to_match_is_shown() {
        assert_eq!(marked("mueller", "Frau Müller 🎉 und Herr Muller"), ["Müller", "Muller"]);
        assert_eq!(marked("getreibe", "Das Getriebe läuft"), ["Getriebe"]);
        assert_eq!(marked("buchhatlnug", "Die Buchhaltung"), ["Buchhaltung"]);
        assert_eq!(
            marked("besprechung", "Zur Teambesprechung, alle Besprechungen"),
            ["Teambesprechung", "Besprechungen"]
        );
        assert_eq!(marked("getr", "Getriebemotor"), ["Getriebemotor"]);
        assert_eq!(marked("strasse", "Lange Straße 5"), ["Straße"]);
    }

    #[test]
    fn part_numbers_and_phrases_are_shown_whole() {
        assert_eq!(marked("EN AW-6063", "aus EN AW-6063 T66"), ["EN", "AW-6063"]);
        assert_eq!(marked("AW-6063", "AW6063 und AW 6063, nicht AW-6060"), ["AW6063", "AW 6063"]);
        assert_eq!(marked("10.4.0.17", "ping 10.4.0.17/24, 10.4.0.170"), ["10.4.0.17"]);
        assert_eq!(
            marked("\"neue Straße\"", "Straße neu, neue Strasse, neue, Straße"),
            ["neue Strasse", "neue, Straße"]
        );
        assert_eq!(marked("C++", "C und C++ und c"), ["C++"]);
    }

    #[test]
    fn digits_are_not_similar_and_exclusions_are_not_shown() {
        assert!(marked("60630", "60631 606300").is_empty());
        assert_eq!(marked("motor -alt", "motor alt"), ["motor"]);
    }

    #[test]
    fn scripts_without_spaces_are_shown_inside_their_run() {
        assert_eq!(marked("京都", "私は東京都へ行く"), ["京都"]);
        assert_eq!(marked("車", "電車です。車"), ["車", "車"]);
    }

    #[test]
    fn touching_highlights_become_one() {
        assert_eq!(marked("\"a b\" \"b c\"", "a b c"), ["a b c"]);
    }

    proptest! {
        #[test]
        fn highlights_lie_in_the_text_whatever_comes(
            query in "[a-zäß0-9\" \\-京都]{1,20}",
            text in "\\PC{0,300}|[a-zäöüß0-9 \n京都🎉.\\-]{0,300}",
            max_chars in 1_usize..80,
        ) {
            if let Ok(query) = SearchText::parse(&query) {
                let snippet = Highlighter::new(&query).snippet(&text, max_chars);
                prop_assert!(snippet.text.chars().count() <= max_chars);
                let units: Vec<u16> = snippet.text.encode_utf16().collect();
                let mut before = 0;
                for (from, to) in snippet.highlights {
                    prop_assert!(before <= from && from < to && to <= units.len());
                    prop_assert!(String::from_utf16(&units[from..to]).is_ok());
                    before = to;
                }
            }
        }
    }
}
