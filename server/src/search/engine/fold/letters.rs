//! How single letters fold.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::signs::{Class, class_of};

/// Lower case, without marks, in plain letters; `ß` becomes `ss`.
pub(super) fn plain(written: &str) -> String {
    if written.is_ascii() {
        return written.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(written.len());
    let lower = written.chars().filter(|sign| !matches!(class_of(*sign), Class::Ignored)).flat_map(char::to_lowercase);
    for sign in lower.nfkd().flat_map(char::to_lowercase) {
        match sign {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'þ' => folded.push_str("th"),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            _ if sign.is_alphanumeric() && !is_combining_mark(sign) => folded.push(sign),
            _ => {}
        }
    }
    folded
}

/// `ae`, `oe` and `ue` become `a`, `o` and `u`, as the umlauts do. An `u` after a vowel or a `q` is no umlaut (`neue`, `Quelle`).
pub(super) fn join_digraphs(plain: &str) -> String {
    let mut joined = String::with_capacity(plain.len());
    let mut before = ' ';
    let mut umlaut = false;
    for sign in plain.chars() {
        if !(sign == 'e' && umlaut) {
            joined.push(sign);
        }
        umlaut = match sign {
            'a' | 'o' => true,
            'u' => !matches!(before, 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'q'),
            _ => false,
        };
        before = sign;
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_e_that_is_no_umlaut_stays() {
        let folded = ["neue", "quelle", "feuer", "bauen", "muell"].map(join_digraphs);
        assert_eq!(folded, ["neue", "quelle", "feuer", "bauen", "mull"]);
    }

    proptest! {
        #[test]
        fn folding_letters_again_changes_nothing(text in "[a-zA-ZÄÖÜäöüßéñ0-9]{1,30}") {
            let once = plain(&text);
            prop_assert_eq!(plain(&once), once);
        }
    }
}
