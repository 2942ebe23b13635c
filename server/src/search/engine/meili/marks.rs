//! What Meilisearch can't be asked for is asked for by marks.
//!
//! With word distances left out of its index (they would triple its size) a phrase only asks for words of one attribute. And
//! it splits words at their signs and scripts in its own ways. So neighbouring terms, signed words and single ideographs are
//! each written as one opaque word, and phrases, part numbers, addresses and CJK words are asked for by these words, quoted,
//! which Meilisearch takes exactly.

use crate::search::engine::fold::{Form, Token, Word};
use crate::search::engine::query::Needle;

/// The marks of a text: its neighbouring terms, its signed words, its ideographs.
pub(super) fn marks_of(words: &[Word]) -> Vec<String> {
    let sequence: Vec<&Token> = words.iter().flat_map(Word::sequence).collect();
    let neighbours = sequence.windows(2).map(|pair| mark(&[&pair[0].text, &pair[1].text]));
    let alone = words.iter().flat_map(|word| &word.tokens).filter_map(|token| match token.form {
        Form::Whole | Form::Single | Form::Pair => Some(mark(&[&token.text])),
        Form::Part | Form::Joined => None,
    });
    let heads = words.iter().flat_map(|word| &word.tokens).filter(|token| token.form == Form::Pair);
    let heads = heads.map(|token| mark(&[&token.text.chars().take(1).collect::<String>()]));
    neighbours.chain(alone).chain(heads).collect()
}

/// The marks that a text must have for the needle to be in it. Empty where the needle is a plain term.
pub(super) fn marks_for(needle: &Needle) -> Vec<String> {
    let terms: Vec<&str> = needle.sequence.iter().map(|(_, term)| term.as_str()).collect();
    match terms.as_slice() {
        [] => Vec::new(),
        [term] => match &needle.whole {
            Some(whole) => vec![mark(&[whole])],
            None if needle.ideographic() => vec![mark(&[term])],
            None => Vec::new(),
        },
        terms => terms.windows(2).map(|pair| mark(&[pair[0], pair[1]])).collect(),
    }
}

/// One word of letters: two that begin no word in any language, so that nobody's beginning of a word meets it, and a digest.
fn mark(terms: &[&str]) -> String {
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    for byte in terms.iter().flat_map(|term| term.bytes().chain([0])) {
        digest = (digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    let letters = digest.to_be_bytes().into_iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    ['z', 'q'].into_iter().chain(letters.map(|nibble| char::from(b'a' + nibble))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::engine::fold;
    use crate::search::engine::query::SearchText;

    fn has(text: &str, query: &str) -> bool {
        let marks = marks_of(&fold::words(text));
        let query = SearchText::parse(query).unwrap();
        query.wanted.iter().flat_map(marks_for).all(|wanted| marks.contains(&wanted))
    }

    #[test]
    fn sequences_are_known_by_their_neighbours() {
        assert!(has("Die neue Regelung gilt", "\"neue Regelung\""));
        assert!(!has("Die Regelung ist neue Pflicht", "\"neue Regelung\""));
        assert!(has("ping 10.4.0.17/24", "10.4.0.17") && !has("ping 10.4.0.170", "10.4.0.17"));
        assert!(has("aus EN AW-6063 T66", "AW-6063") && has("EN AW 6063", "AW-6063"));
        assert!(has("in C++ geschrieben", "C++") && !has("in C geschrieben", "C++"));
        assert!(has("私は東京都へ行く", "東京都") && has("私は東京都へ行く", "京"));
        assert!(!has("私は東京へ行く", "東京都"));
    }

    #[test]
    fn a_mark_is_one_word_of_letters() {
        let mark = mark(&["aw", "6063"]);
        assert!(mark.starts_with("zq") && mark.len() == 18 && mark.chars().all(|sign| sign.is_ascii_lowercase()));
        assert_ne!(mark, super::mark(&["aw6063"]));
    }
}
