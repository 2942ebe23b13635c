//! Choosing what to show of a long text, and counting as browsers count.

use std::ops::Range;

use super::{Found, Snippet};
use crate::search::engine::query::MAX_QUERY_TERMS;

const ELLIPSIS: char = '…';
/// A text full of one word needs no further look to choose from.
const MAX_CONSIDERED: usize = 1000;

pub(super) fn cut(text: &str, found: &[Found], max_chars: usize) -> Snippet {
    let window = choose_window(text, found, max_chars);
    let room = max_chars - usize::from(window.start > 0) - usize::from(window.end < text.len());
    let mut page = Page::default();
    if window.start > 0 {
        page.write(ELLIPSIS);
    }
    page.copy(text, &window, room);
    let highlights = page.highlights(found, &window);
    if window.end < text.len() {
        page.write(ELLIPSIS);
    }
    Snippet { text: page.text, highlights }
}

/// The bytes to show. Leaves room for an ellipsis at each end that is cut.
fn choose_window(text: &str, found: &[Found], max_chars: usize) -> Range<usize> {
    if forward(text, 0, max_chars) == text.len() {
        return 0..text.len();
    }
    let room = max_chars.saturating_sub(2);
    let best = densest(text, found, room * 3 / 4).unwrap_or(0);
    // Some words before the first match tell what it is about.
    let lead = backward(text, best, room / 4);
    let mut start = if lead == 0 { 0 } else { next_word(&text[..best], lead).unwrap_or(lead) };
    if max_chars < 2 {
        start = 0;
    }
    let end = forward(text, start, room);
    if end == text.len() { backward(text, end, room)..end } else { start..end }
}

/// Where the window should begin to show as many different needles as it can, and then as many matches.
fn densest(text: &str, found: &[Found], room: usize) -> Option<usize> {
    let considered = &found[..found.len().min(MAX_CONSIDERED)];
    let mut shown = [0_usize; MAX_QUERY_TERMS + 1];
    let mut next = 0;
    let mut best: Option<((usize, usize), usize)> = None;
    for (index, first) in considered.iter().enumerate() {
        let limit = forward(text, first.span.start, room);
        while let Some(found) = considered.get(next).filter(|found| found.span.end <= limit) {
            shown[found.needle.min(MAX_QUERY_TERMS)] += 1;
            next += 1;
        }
        let worth = (shown.iter().filter(|count| **count > 0).count(), next.saturating_sub(index));
        if best.is_none_or(|(most, _)| worth > most) {
            best = Some((worth, first.span.start));
        }
        if next > index {
            shown[first.needle.min(MAX_QUERY_TERMS)] -= 1;
        } else {
            next = index + 1;
        }
    }
    best.map(|(_, start)| start)
}

fn forward(text: &str, from: usize, chars: usize) -> usize {
    text[from..].char_indices().nth(chars).map_or(text.len(), |(at, _)| from + at)
}

fn backward(text: &str, from: usize, chars: usize) -> usize {
    if chars == 0 { from } else { text[..from].char_indices().rev().nth(chars - 1).map_or(0, |(at, _)| at) }
}

/// The beginning of the next word after a place, so that no word is shown without its head.
fn next_word(text: &str, from: usize) -> Option<usize> {
    let space = from + text[from..].find(char::is_whitespace)?;
    text[space..].find(|sign: char| !sign.is_whitespace()).map(|at| space + at)
}

/// The excerpt as it is written, remembering where each byte of the original went.
#[derive(Default)]
struct Page {
    text: String,
    units: usize,
    /// Byte of the original, UTF-16 unit of the excerpt.
    places: Vec<(usize, usize)>,
}

impl Page {
    fn write(&mut self, sign: char) {
        self.text.push(sign);
        self.units += sign.len_utf16();
    }

    /// Copies the window with every run of spaces, lines and control characters as one space.
    fn copy(&mut self, text: &str, window: &Range<usize>, room: usize) {
        let mut pending_space = false;
        let mut written = 0;
        let head = self.text.len();
        for (at, sign) in text[window.clone()].char_indices() {
            if sign.is_whitespace() || sign.is_control() {
                pending_space = self.text.len() > head;
                self.places.push((window.start + at, self.units));
                continue;
            }
            if written + usize::from(pending_space) >= room {
                break;
            }
            if std::mem::take(&mut pending_space) {
                self.write(' ');
                written += 1;
            }
            self.places.push((window.start + at, self.units));
            self.write(sign);
            written += 1;
        }
        self.places.push((window.end, self.units));
    }

    fn highlights(&self, found: &[Found], window: &Range<usize>) -> Vec<(usize, usize)> {
        let mut highlights: Vec<(usize, usize)> = Vec::new();
        for found in found {
            let from = self.unit_of(found.span.start.max(window.start));
            let to = self.unit_of(found.span.end.min(window.end));
            match highlights.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ if from < to => highlights.push((from, to)),
                _ => {}
            }
        }
        highlights
    }

    fn unit_of(&self, byte: usize) -> usize {
        let place = self.places.partition_point(|(at, _)| *at < byte);
        self.places.get(place).map_or(self.units, |(_, unit)| *unit)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Highlighter, Snippet};
    use crate::search::engine::query::SearchText;

    fn snippet(query: &str, text: &str, max_chars: usize) -> Snippet {
        Highlighter::new(&SearchText::parse(query).unwrap()).snippet(text, max_chars)
    }

    #[test]
    fn a_short_text_is_shown_whole_on_one_line() {
        let snippet = snippet("zwei", " eins\n\tzwei\u{0} drei ", 40);
        assert_eq!(snippet.text, "eins zwei drei");
        assert_eq!(snippet.highlights, [(5, 9)]);
    }

    #[test]
    fn ranges_count_utf16_units() {
        assert_eq!(snippet("motor", "🎉🎉 Motor", 40).highlights, [(5, 10)]);
    }

    #[test]
    fn a_long_text_is_shown_where_most_of_the_query_is() {
        let text = format!("motor {} ein motor mit getriebe {}", "lorem ipsum ".repeat(40), "dolor sit ".repeat(40));
        let snippet = snippet("motor getriebe", &text, 60);
        assert!(snippet.text.starts_with('…') && snippet.text.ends_with('…'), "{}", snippet.text);
        assert!(snippet.text.contains("motor mit getriebe"));
        assert_eq!(snippet.highlights.len(), 2);
        assert!(snippet.text.chars().count() <= 60);
    }

    #[test]
    fn a_text_without_a_match_shows_its_beginning() {
        let snippet = snippet("motor", &"lorem ipsum ".repeat(40), 20);
        assert_eq!(snippet.text, "lorem ipsum lorem…");
        assert!(snippet.highlights.is_empty());
    }

    #[test]
    fn a_match_at_the_very_end_is_shown() {
        let snippet = snippet("motor", &format!("{}motor", "lorem ipsum ".repeat(40)), 30);
        assert!(snippet.text.starts_with('…') && snippet.text.ends_with("motor"), "{}", snippet.text);
        assert_eq!(snippet.highlights.len(), 1);
    }
}
