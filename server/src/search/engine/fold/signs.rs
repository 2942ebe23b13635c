//! Which characters make words, hold them together, or part them.

use unicode_normalization::char::is_combining_mark;

/// How a character takes part in a word.
pub(super) enum Class {
    /// Letter, digit or the mark above one.
    Inner,
    /// A character of a script that is written without spaces.
    Ideograph,
    /// Holds two parts together.
    Connector,
    /// Invisible: soft hyphens, zero-width joiners.
    Ignored,
    Break,
}

pub(super) fn class_of(sign: char) -> Class {
    match sign {
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' => Class::Ignored,
        _ if is_ideograph(sign) => Class::Ideograph,
        _ if sign.is_alphanumeric() || is_combining_mark(sign) => Class::Inner,
        '-'
        | '\u{2010}'..='\u{2013}'
        | '_'
        | '.'
        | '\''
        | '’'
        | '/'
        | '\\'
        | ':'
        | '@'
        | '&'
        | '+'
        | '#'
        | '?'
        | '='
        | '%'
        | '~'
        | ','
        | '$' => Class::Connector,
        _ => Class::Break,
    }
}

fn is_ideograph(sign: char) -> bool {
    matches!(sign,
        '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}'
        | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}
