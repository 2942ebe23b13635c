//! Tables for spreadsheets (RFC 4180).
//!
//! A cell that a spreadsheet would take for a formula gets an apostrophe in front: names come from people, and whoever
//! opens the table trusts it.

/// Writes rows of cells; the first one should name the columns.
pub fn write<'a>(rows: impl IntoIterator<Item = Vec<&'a str>>) -> String {
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> = row.into_iter().map(cell).collect();
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    out
}

fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_formula_is_text() {
        for (text, shown) in [
            ("=cmd()", "'=cmd()"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@x", "'@x"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("Anja", "Anja"),
            ("a=b", "a=b"),
        ] {
            assert_eq!(cell(text), shown);
        }
    }

    #[test]
    fn separators_and_quotes_are_quoted() {
        assert_eq!(
            write([vec!["a,b", "say \"x\"", "two\nlines", ""]]),
            "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\r\n"
        );
    }
}
