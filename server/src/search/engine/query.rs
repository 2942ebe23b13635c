//! What a person may type into the search box, and what it means.
//!
//! Words are joined by AND. `"two words"` must stand side by side; `-word` and `-"two words"` must be absent. Nothing else is
//! syntax, so no input is an error of form: a query can only be too long, have too many terms, or hold nothing to look for.

use super::fold::{self, Form, Word};
use super::matching;

pub const MAX_QUERY_BYTES: usize = 1024;
pub const MAX_QUERY_TERMS: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryRefusal {
    #[error("a query has at most {MAX_QUERY_BYTES} bytes")]
    TooLong,
    #[error("a query has at most {MAX_QUERY_TERMS} words")]
    TooManyTerms,
    #[error("there is no word to look for")]
    Empty,
}

/// A query as the engines understand it: folded, bounded, with at least one needle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchText {
    pub wanted: Vec<Needle>,
    pub unwanted: Vec<Needle>,
}

/// One thing to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    /// Terms with their distance from the first; never empty.
    pub sequence: Vec<(usize, String)>,
    pub whole: Option<String>,
    pub joined: Option<String>,
    pub care: Care,
    /// One character of a script without spaces: it may stand anywhere in a run, so it begins some term.
    pub lone_ideograph: bool,
}

/// How closely a needle is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// As written: quoted or excluded.
    Exact,
    /// Typos are forgiven, compounds searched.
    Word,
    /// As a word, and it may be the beginning of a longer one: the last word, while it is typed.
    Beginning,
}

impl Needle {
    /// The term of a needle that is one plain word. `C++` is none: it does not stand for `C`.
    pub fn single(&self) -> Option<&str> {
        match self.sequence.as_slice() {
            [(_, term)] if self.whole.is_none() => Some(term),
            _ => None,
        }
    }

    /// Whether it is of a script without spaces.
    pub fn ideographic(&self) -> bool {
        self.lone_ideograph || self.sequence.iter().any(|(_, term)| fold::is_ideographic(term))
    }

    /// The term that typos are forgiven in.
    pub fn forgiving(&self) -> Option<&str> {
        let term = self.joined.as_deref().or_else(|| self.single())?;
        (self.care != Care::Exact && matching::forgiven_typos(term) > 0).then_some(term)
    }

    /// What words may begin with to answer this needle.
    pub fn beginnings(&self) -> impl Iterator<Item = &str> {
        let forms = [self.single(), self.whole.as_deref(), self.joined.as_deref()];
        let open = self.care == Care::Beginning;
        forms.into_iter().flatten().filter(move |form| self.lone_ideograph || (open && matching::may_begin(form)))
    }

    /// Ends of compounds that answer this needle.
    pub fn tails(&self) -> Vec<String> {
        if self.care == Care::Exact {
            return Vec::new();
        }
        self.single().map(matching::tail_forms).unwrap_or_default()
    }

    fn from_words(words: &[Word], care: Care) -> Option<Self> {
        let tokens: Vec<_> = words.iter().flat_map(Word::sequence).collect();
        let first = tokens.first()?.position;
        let lone_ideograph = matches!(tokens.as_slice(), [token] if token.form == Form::Single);
        let sequence = tokens.iter().map(|token| (token.position - first, token.text.clone())).collect();
        let form = |form| match words {
            [word] => word.text_of(form).map(str::to_owned),
            _ => None,
        };
        Some(Self { sequence, whole: form(Form::Whole), joined: form(Form::Joined), care, lone_ideograph })
    }
}

impl SearchText {
    pub fn parse(input: &str) -> Result<Self, QueryRefusal> {
        if input.len() > MAX_QUERY_BYTES {
            return Err(QueryRefusal::TooLong);
        }
        let clean: String = input
            .chars()
            .map(|sign| if sign.is_whitespace() { ' ' } else { sign })
            .filter(|sign| !sign.is_control())
            .collect();
        let mut text = Self { wanted: Vec::new(), unwanted: Vec::new() };
        let mut rest = clean.as_str();
        while let Some((clause, after)) = next_clause(rest) {
            rest = after;
            text.add(&clause);
            if text.wanted.len() + text.unwanted.len() > MAX_QUERY_TERMS {
                return Err(QueryRefusal::TooManyTerms);
            }
        }
        text.open_last_word();
        if text.wanted.is_empty() { Err(QueryRefusal::Empty) } else { Ok(text) }
    }

    fn add(&mut self, clause: &Clause<'_>) {
        let words = fold::words(clause.text);
        let exact = clause.quoted || clause.excluded;
        // A phrase is one needle; loose words stand for themselves, also where no space parts them: `foo(bar)`.
        let needles: Vec<Needle> = if exact {
            Needle::from_words(&words, Care::Exact).into_iter().collect()
        } else {
            words.chunks(1).filter_map(|word| Needle::from_words(word, Care::Word)).collect()
        };
        if clause.excluded {
            self.unwanted.extend(needles);
        } else {
            self.wanted.extend(needles);
        }
    }

    fn open_last_word(&mut self) {
        if let Some(last) = self.wanted.last_mut()
            && last.care == Care::Word
        {
            last.care = Care::Beginning;
        }
    }
}

struct Clause<'text> {
    text: &'text str,
    quoted: bool,
    excluded: bool,
}

const QUOTES: [char; 5] = ['"', '“', '”', '„', '‟'];

fn next_clause(rest: &str) -> Option<(Clause<'_>, &str)> {
    let rest = rest.trim_start();
    let (excluded, body) = match rest.strip_prefix('-') {
        Some(body) if !body.starts_with([' ', '-']) && !body.is_empty() => (true, body),
        _ => (false, rest),
    };
    let (quoted, body) = body.strip_prefix(QUOTES).map_or((false, body), |inner| (true, inner));
    if rest.is_empty() {
        return None;
    }
    // A quote that is never closed reaches to the end.
    let end = if quoted { body.find(QUOTES) } else { body.find(|sign| sign == ' ' || QUOTES.contains(&sign)) };
    let (text, after) = body.split_at(end.unwrap_or(body.len()));
    let after = if quoted { after.strip_prefix(QUOTES).unwrap_or(after) } else { after };
    Some((Clause { text, quoted, excluded }, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Readable form: terms joined by their distance, `!` exact, `*` open.
    fn shape(input: &str) -> Vec<String> {
        let text = SearchText::parse(input).unwrap();
        let show = |sign: &str, needle: &Needle| {
            let terms: Vec<_> = needle.sequence.iter().map(|(_, term)| term.as_str()).collect();
            let care = match needle.care {
                Care::Exact => "!",
                Care::Word => "",
                Care::Beginning => "*",
            };
            format!("{sign}{}{care}", terms.join("+"))
        };
        let wanted = text.wanted.iter().map(|needle| show("", needle));
        wanted.chain(text.unwanted.iter().map(|needle| show("-", needle))).collect()
    }

    #[test]
    fn words_phrases_and_exclusions_are_told_apart() {
        assert_eq!(shape("Müller Getr"), ["muller", "getr*"]);
        assert_eq!(shape("\"neue Straße\" bald"), ["neue+strasse!", "bald*"]);
        assert_eq!(shape("„neue Straße“ -alt -\"sehr alt\""), ["neue+strasse!", "-alt!", "-sehr+alt!"]);
        assert_eq!(shape("motor -alt"), ["motor*", "-alt!"]);
    }

    #[test]
    fn signs_inside_a_word_are_no_syntax() {
        assert_eq!(shape("EN AW-6063"), ["en", "aw+6063*"]);
        assert_eq!(shape("https://example.org/a-b?c=1"), ["https+example+org+a+b+c+1*"]);
        assert_eq!(shape("AND OR NOT title:x* (a) [b TO c]"), ["and", "or", "not", "title+x", "a", "b", "to", "c*"]);
        assert_eq!(shape("a - b -- c -"), ["a", "b", "c*"]);
    }

    #[test]
    fn control_characters_vanish_and_lines_are_spaces() {
        assert_eq!(shape("mo\u{0}tor\nalt\u{7f}"), ["motor", "alt*"]);
    }

    #[test]
    fn an_unclosed_quote_reaches_to_the_end() {
        assert_eq!(shape("a \"b c"), ["a", "b+c!"]);
    }

    #[test]
    fn a_script_without_spaces_becomes_a_sequence_of_pairs() {
        assert_eq!(shape("東京都"), ["東京+京都*"]);
    }

    #[test]
    fn bounds_refuse() {
        assert_eq!(SearchText::parse(&"a".repeat(1025)), Err(QueryRefusal::TooLong));
        assert_eq!(SearchText::parse(&"ab ".repeat(33)), Err(QueryRefusal::TooManyTerms));
        assert!(SearchText::parse(&"ab ".repeat(32)).is_ok());
        for nothing in ["", "  ", "\"\"", "-alt", "!?", "🎉", "\u{0}"] {
            assert_eq!(SearchText::parse(nothing), Err(QueryRefusal::Empty), "{nothing:?}");
        }
    }

    proptest! {
        #[test]
        fn any_input_is_parsed_or_refused(input in "\\PC{0,60}|[a-z0-9äß東京 \"„“\\-\u{0}]{0,60}") {
            if let Ok(text) = SearchText::parse(&input) {
                prop_assert!(text.wanted.iter().chain(&text.unwanted).all(|needle| !needle.sequence.is_empty()));
            }
        }
    }
}
