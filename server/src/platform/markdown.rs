//! The one sanitiser: Markdown that people wrote becomes HTML that any reader's browser may show, or plain text.
//!
//! Raw HTML is shown as text, never passed on; what comrak makes goes through ammonia's short list all the same. Images
//! become links, so that reading a message tells no other server about the reader. Nesting is bounded before anything
//! that recurses sees the text.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use comrak::nodes::{NodeHtmlBlock, NodeValue};
use comrak::{Arena, Node, Options, format_html, parse_document};

/// Longer texts are refused at the door; this only bounds the work.
const SOURCE_BYTES_MAX: usize = 256 * 1024;
const DEPTH_MAX: usize = 24;
/// A message has its place below the headings of the page.
const HEADING_SHIFT: u8 = 2;
const HEADING_MAX: u8 = 6;
const LANGUAGE_CHARS_MAX: usize = 30;

/// Safe HTML.
pub fn html(source: &str) -> String {
    let arena = Arena::new();
    match document(&arena, source) {
        Some(root) => {
            soften(root);
            let mut html = String::new();
            match format_html(root, &options(), &mut html) {
                Ok(()) => SANITISER.clean(&html).to_string(),
                Err(_) => as_written(source),
            }
        }
        None => as_written(source),
    }
}

/// The words alone, for search, snippets and notices.
pub fn plain_text(source: &str) -> String {
    let arena = Arena::new();
    let Some(root) = document(&arena, source) else { return source.to_owned() };
    let mut text = String::new();
    for node in root.descendants() {
        match &node.data().value {
            NodeValue::Text(words) => text.push_str(words),
            NodeValue::Code(code) => text.push_str(&code.literal),
            NodeValue::CodeBlock(code) => push_block(&mut text, &code.literal),
            NodeValue::HtmlBlock(html) => push_block(&mut text, &html.literal),
            NodeValue::HtmlInline(html) => text.push_str(html),
            NodeValue::SoftBreak | NodeValue::LineBreak => text.push('\n'),
            NodeValue::TableCell => text.push(' '),
            value if value.block() => text.push('\n'),
            _ => {}
        }
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

fn push_block(text: &mut String, block: &str) {
    text.push('\n');
    text.push_str(block);
    text.push('\n');
}

/// The parsed text, or nothing where it is nested or grown beyond what anybody means.
fn document<'a>(arena: &'a Arena<'a>, source: &str) -> Option<Node<'a>> {
    if source.len() > SOURCE_BYTES_MAX || source.lines().any(|line| markers(line) > DEPTH_MAX) {
        return None;
    }
    let root = parse_document(arena, source, &options());
    (depth(root) <= 3 * DEPTH_MAX).then_some(root)
}

/// How many quotes and lists a line opens: each is a level, and each costs the parser a pass over what is open.
fn markers(line: &str) -> usize {
    let mut opened = 0;
    let mut last = ' ';
    for c in line.chars() {
        match c {
            '>' => opened += 1,
            ' ' | '\t' if "-+*.)".contains(last) => opened += 1,
            '-' | '+' | '*' | '.' | ')' | ' ' | '\t' | '0'..='9' => {}
            _ => break,
        }
        last = c;
    }
    opened
}

/// Walks without recursion, so that it can be asked about anything.
fn depth(root: Node<'_>) -> usize {
    let (mut deepest, mut level, mut node) = (0, 0, root);
    loop {
        deepest = deepest.max(level);
        if let Some(child) = node.first_child() {
            (node, level) = (child, level + 1);
            continue;
        }
        loop {
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            match node.parent() {
                Some(parent) if level > 0 => (node, level) = (parent, level - 1),
                _ => return deepest,
            }
        }
    }
}

/// Images to links, headings below those of the page, raw HTML to the text that it is.
fn soften(root: Node<'_>) {
    for node in root.descendants() {
        let value = &mut node.data_mut().value;
        match value {
            NodeValue::Image(link) => *value = NodeValue::Link(link.clone()),
            NodeValue::Heading(heading) => heading.level = (heading.level + HEADING_SHIFT).min(HEADING_MAX),
            NodeValue::HtmlInline(html) => *value = NodeValue::Text(Cow::Owned(std::mem::take(html))),
            NodeValue::HtmlBlock(NodeHtmlBlock { literal, .. }) => {
                *value = NodeValue::Raw(as_written(literal.trim_end()));
            }
            _ => {}
        }
    }
}

/// The text as it was typed, line by line.
fn as_written(source: &str) -> String {
    let lines: Vec<Cow<'_, str>> = source.lines().map(escaped).collect();
    format!("<p>{}</p>\n", lines.join("<br>\n"))
}

fn escaped(line: &str) -> Cow<'_, str> {
    if line.contains(['&', '<', '>', '"']) {
        let line = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        Cow::Owned(line)
    } else {
        Cow::Borrowed(line)
    }
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    // In a chat a line break is meant.
    options.render.hardbreaks = true;
    options.render.escape = true;
    options
}

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let tags = HashSet::from([
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "input",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]);
    let attributes = HashMap::from([
        ("a", HashSet::from(["href"])),
        ("code", HashSet::from(["class"])),
        ("input", HashSet::from(["type", "checked", "disabled"])),
        ("ol", HashSet::from(["start"])),
        ("td", HashSet::from(["align"])),
        ("th", HashSet::from(["align"])),
    ]);
    let mut builder = Builder::empty();
    builder
        .tags(tags)
        .tag_attributes(attributes)
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("nofollow noopener noreferrer"))
        .set_tag_attribute_value("a", "target", "_blank")
        .set_tag_attribute_value("input", "type", "checkbox")
        .set_tag_attribute_value("input", "disabled", "")
        .attribute_filter(|tag, name, value| match (tag, name) {
            ("code", "class") => is_language(value).then_some(Cow::Borrowed(value)),
            ("ol", "start") => value.parse::<u32>().is_ok().then_some(Cow::Borrowed(value)),
            (_, "align") => ["left", "right", "center"].contains(&value).then_some(Cow::Borrowed(value)),
            _ => Some(Cow::Borrowed(value)),
        });
    builder
});

/// `language-` and a name, which is all that a highlighter needs.
fn is_language(class: &str) -> bool {
    class.strip_prefix("language-").is_some_and(|name| {
        name.len() <= LANGUAGE_CHARS_MAX
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-#_".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_usual_markdown_comes_out_as_html() {
        for (source, wanted) in [
            (
                "**bold** _it_ ~~old~~ `code`",
                "<p><strong>bold</strong> <em>it</em> <del>old</del> <code>code</code></p>\n",
            ),
            ("a\nb", "<p>a<br>\nb</p>\n"),
            ("# Title", "<h3>Title</h3>\n"),
            ("```rust\nlet x = 1 < 2;\n```", "<pre><code class=\"language-rust\">let x = 1 &lt; 2;\n</code></pre>\n"),
            ("> quote", "<blockquote>\n<p>quote</p>\n</blockquote>\n"),
            ("3. three", "<ol start=\"3\">\n<li>three</li>\n</ol>\n"),
        ] {
            assert_eq!(html(source), wanted);
        }
        let table = html("| a | b |\n|---|--:|\n| 1 | 2 |");
        assert!(table.contains("<th align=\"right\">b</th>") && table.contains("<td>1</td>"), "{table}");
        let tasks = html("- [x] done\n- [ ] open");
        assert_eq!(tasks.matches("type=\"checkbox\"").count(), 2, "{tasks}");
        assert_eq!(tasks.matches("checked=\"\"").count(), 1, "{tasks}");
        assert_eq!(tasks.matches("disabled=\"\"").count(), 2, "{tasks}");
    }

    #[test]
    fn links_open_elsewhere_and_tell_nothing() {
        let link = html("[x](https://a.example/?q=1&r=2) and https://b.example");
        assert_eq!(link.matches("rel=\"nofollow noopener noreferrer\"").count(), 2, "{link}");
        assert_eq!(link.matches("target=\"_blank\"").count(), 2, "{link}");
        let image = html("![alt](https://tracker.example/p.gif)");
        assert!(!image.contains("<img") && image.contains(">alt</a>"), "{image}");
    }

    #[test]
    fn hostile_markdown_comes_out_harmless() {
        for source in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<svg/onload=alert(1)>",
            "text <b onclick=alert(1)>bold</b>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](&#106;avascript:alert(1))",
            "[x](java\nscript:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "[x](vbscript:x)",
            "[x](/logout)",
            "[x](//evil.example)",
            "<javascript:alert(1)>",
            "![x](javascript:alert(1))",
            "[x](https://a.example \"title\" onclick=alert(1))",
            "```\"><script>alert(1)</script>\nx\n```",
            "```language\" onload=\"alert(1)\nx\n```",
            "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
            "<style>*{display:none}</style>",
            "<a href=\"https://a.example\" style=\"position:fixed\">x</a>",
            "<math><mi//xlink:href=\"data:x,<script>alert(4)</script>\">",
            "<!--><script>alert(1)</script>-->",
            "| <script> |\n|---|\n| <img onerror=x> |",
        ] {
            harmless(source);
        }
    }

    /// Every tag that is left is one of ours, with attributes of ours only.
    fn harmless(source: &str) {
        let made = html(source);
        for tag in made.split('<').skip(1).filter(|tag| !tag.starts_with('/')) {
            let tag = tag.split('>').next().unwrap();
            let name = tag.split([' ', '/']).next().unwrap();
            assert!(SANITISER.clone_tags().contains(name), "{source}\n{made}");
            for attribute in tag.split(' ').skip(1).filter_map(|part| part.split_once("=\"")) {
                let known = ["href", "class", "type", "checked", "disabled", "start", "align", "rel", "target"];
                assert!(known.contains(&attribute.0), "{source}\n{made}");
                let followable =
                    ["http://", "https://", "mailto:"].iter().any(|scheme| attribute.1.starts_with(scheme));
                assert!(attribute.0 != "href" || followable, "{source}\n{made}");
            }
        }
    }

    #[test]
    fn deep_nesting_is_shown_as_it_was_written() {
        for source in [">".repeat(9_000), "- ".repeat(4_000), "1. ".repeat(3_000), "* > ".repeat(2_000)] {
            let made = html(&source);
            assert!(made.starts_with("<p>") && !made.contains("<blockquote") && !made.contains("<ul"), "{made}");
        }
        for source in
            ["[".repeat(9_000), "*a ".repeat(3_000), "**a".repeat(3_000), "`".repeat(9_000), "![".repeat(4_000)]
        {
            harmless(&source);
        }
        let staircase: String = (0..100).map(|level| "  ".repeat(level) + "- x\n").collect();
        harmless(&staircase);
    }

    #[test]
    fn plain_text_is_the_words() {
        let source = "# Titel\n**fett** und `code`\n\n- eins\n- [zwei](https://a.example)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nlet x;\n```\n![bild](https://x.example/a.png) <b>roh</b>";
        assert_eq!(plain_text(source), "Titel\nfett und code\neins\nzwei\na b\n1 2\nlet x;\nbild <b>roh</b>");
        assert_eq!(plain_text(""), "");
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_harmless(source in "[<>\\[\\]()!*_`~|#\\-+0-9. \\n\"'=:/&;a-z]{0,200}") {
            harmless(&source);
            plain_text(&source);
        }
    }
}
