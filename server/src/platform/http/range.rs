//! Which part of a file is asked for (RFC 9110, section 14).

use std::ops::Range;

/// What a `Range` header asks of a file of some size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    Whole,
    Part(Range<u64>),
    /// Begins behind the end.
    Nothing,
}

/// Reads the header. What it does not understand, and several ranges at once, it may answer with the whole.
pub fn asked(header: Option<&str>, size: u64) -> Asked {
    let Some(spec) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else { return Asked::Whole };
    let Some((first, last)) = spec.trim().split_once('-') else { return Asked::Whole };
    match (number(first), number(last)) {
        (Bound::Number(first), Bound::Missing) => part(first, size, size),
        (Bound::Number(first), Bound::Number(last)) if first <= last => part(first, last.saturating_add(1), size),
        (Bound::Missing, Bound::Number(count)) if count > 0 => part(size.saturating_sub(count), size, size),
        (Bound::Missing, Bound::Number(_)) => Asked::Nothing,
        _ => Asked::Whole,
    }
}

enum Bound {
    Missing,
    Number(u64),
    Wrong,
}

fn number(text: &str) -> Bound {
    if text.is_empty() {
        Bound::Missing
    } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_or(Bound::Wrong, Bound::Number)
    } else {
        Bound::Wrong
    }
}

fn part(first: u64, end: u64, size: u64) -> Asked {
    if first < size { Asked::Part(first..end.min(size)) } else { Asked::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_cut_to_the_file() {
        for (header, range) in [
            ("bytes=0-0", 0..1),
            ("bytes=2-5", 2..6),
            ("bytes=7-", 7..10),
            ("bytes=7-99999999999999999", 7..10),
            ("bytes=-3", 7..10),
            ("bytes=-300", 0..10),
        ] {
            assert_eq!(asked(Some(header), 10), Asked::Part(range), "{header}");
        }
    }

    #[test]
    fn what_begins_behind_the_end_gets_nothing() {
        for header in ["bytes=10-", "bytes=10-20", "bytes=-0"] {
            assert_eq!(asked(Some(header), 10), Asked::Nothing, "{header}");
        }
        assert_eq!(asked(Some("bytes=0-"), 0), Asked::Nothing);
    }

    #[test]
    fn what_is_not_understood_gets_the_whole() {
        for header in
            ["", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,4-5", "lines=0-1", "bytes=a-b", "bytes=+1-2"]
        {
            assert_eq!(asked(Some(header), 10), Asked::Whole, "{header}");
        }
        assert_eq!(asked(None, 10), Asked::Whole);
    }
}
