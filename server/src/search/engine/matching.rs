//! The match rules: when a term of a text answers a word of a query. Engine and highlighting both go by them.
//!
//! Words with a digit are exact: part numbers that differ in one digit are different parts.

use std::sync::LazyLock;

use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder};

const ONE_TYPO_FROM_LETTERS: usize = 5;
const TWO_TYPOS_FROM_LETTERS: usize = 9;
const PREFIX_FROM_LETTERS: usize = 2;
const COMPOUND_FROM_LETTERS: usize = 9;
const TAIL_FROM_LETTERS: usize = 5;
/// A head is found in a compound in its inflected forms too: `Besprechung` in `Teambesprechungen`.
const ENDINGS: [&str; 8] = ["", "e", "en", "er", "ern", "es", "n", "s"];

/// How many typos are forgiven in a term. A swap of two neighbours counts as one.
pub fn forgiven_typos(term: &str) -> u8 {
    if !is_alphabetic(term) {
        return 0;
    }
    match term.chars().count() {
        TWO_TYPOS_FROM_LETTERS.. => 2,
        ONE_TYPO_FROM_LETTERS.. => 1,
        _ => 0,
    }
}

/// Whether a word that is still being typed may stand for all words that begin like it.
pub fn may_begin(term: &str) -> bool {
    term.chars().count() >= PREFIX_FROM_LETTERS && !term.chars().any(char::is_numeric)
}

/// The ends of a long word, under which it is found as a compound.
pub fn tails(term: &str) -> impl Iterator<Item = &str> {
    let letters = if is_alphabetic(term) { term.chars().count() } else { 0 };
    let count = if letters >= COMPOUND_FROM_LETTERS { letters - TAIL_FROM_LETTERS } else { 0 };
    term.char_indices().skip(1).take(count).map(|(at, _)| &term[at..])
}

/// The tails that a query word may stand for; empty where it is too short to be told from chance.
pub fn tail_forms(term: &str) -> Vec<String> {
    if !is_alphabetic(term) || term.chars().count() < TAIL_FROM_LETTERS {
        return Vec::new();
    }
    ENDINGS.iter().map(|ending| format!("{term}{ending}")).collect()
}

fn is_alphabetic(term: &str) -> bool {
    term.chars().all(char::is_alphabetic)
}

/// Tells how many typos lie between a query term and other terms.
pub struct Likeness {
    automaton: DFA,
}

impl std::fmt::Debug for Likeness {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Likeness").field("states", &self.automaton.num_states()).finish()
    }
}

impl Likeness {
    /// `None` where no typo is forgiven.
    pub fn to(term: &str) -> Option<Self> {
        static ONE: LazyLock<LevenshteinAutomatonBuilder> = LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
        static TWO: LazyLock<LevenshteinAutomatonBuilder> = LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));
        match forgiven_typos(term) {
            0 => None,
            1 => Some(Self { automaton: ONE.build_dfa(term) }),
            _ => Some(Self { automaton: TWO.build_dfa(term) }),
        }
    }

    /// `None` beyond what is forgiven.
    pub fn typos(&self, other: &str) -> Option<u8> {
        match self.automaton.eval(other) {
            Distance::Exact(typos) => Some(typos),
            Distance::AtLeast(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_are_forgiven_by_length_and_never_in_digits() {
        assert_eq!(
            ["haus", "motor", "getriebe", "getrieben", "aw6063", "606360636063"].map(forgiven_typos),
            [0, 1, 1, 2, 0, 0]
        );
    }

    #[test]
    fn a_swap_is_one_typo() {
        let likeness = Likeness::to("getriebe").unwrap();
        assert_eq!(likeness.typos("getriebe"), Some(0));
        assert_eq!(likeness.typos("gertiebe"), Some(1));
        assert_eq!(likeness.typos("getreibe"), Some(1));
        assert_eq!(likeness.typos("gtreibe"), None);
        assert_eq!(Likeness::to("buchhaltung").unwrap().typos("buchhatlnug"), Some(2));
    }

    #[test]
    fn only_longer_words_have_tails_and_only_longer_heads_look_for_them() {
        assert_eq!(tails("teamabend").collect::<Vec<_>>(), ["eamabend", "amabend", "mabend", "abend"]);
        assert_eq!(tails("abendrot").count(), 0);
        assert_eq!(tails("typ6063aluminium").count(), 0);
        assert!(tail_forms("haus").is_empty());
        assert!(tail_forms("abend").contains(&"abende".to_owned()));
    }

    #[test]
    fn beginnings_have_two_letters_and_no_digit() {
        assert_eq!(["k", "ka", "606", "aw-6"].map(may_begin), [false, true, false, false]);
    }
}
