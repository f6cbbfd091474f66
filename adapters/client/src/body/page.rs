//! What a page for a browser says, in a few words.

/// How much of a page's text is given.
const GIST: usize = 200;
/// Elements whose text is not shown.
const HIDDEN: [&str; 3] = ["script", "style", "head"];

/// The title of an HTML (or XML) page, or else its first words; `None` when it has none, or when `text` is no page.
///
/// Not a parser of HTML: tags are what stands between `<` and `>`. Linear in the text.
pub(crate) fn gist(text: &str) -> Option<String> {
    let text = text.trim_start();
    if !text.starts_with('<') {
        return None;
    }
    words(between(text, "title").into_iter()).or_else(|| words(visible(text)))
}

/// Whether `tag`, which follows on a `<`, opens an element of this name.
fn opens(tag: &str, name: &str) -> bool {
    let Some((start, rest)) = tag.split_at_checked(name.len()) else { return false };
    start.eq_ignore_ascii_case(name)
        && rest.starts_with(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/'))
}

/// The text up to the next tag after the first opening one of this name.
fn between<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let tag = text.split('<').skip(1).find(|tag| opens(tag, name))?;
    tag.split_once('>').map(|(_, inner)| inner)
}

/// The texts outside of tags, but for those that a browser does not show.
fn visible(text: &str) -> impl Iterator<Item = &str> {
    let mut hidden = None;
    text.split('<').skip(1).filter_map(move |tag| {
        match hidden {
            Some(name) if !tag.strip_prefix('/').is_some_and(|tag| opens(tag, name)) => return None,
            Some(_) => hidden = None,
            None => hidden = HIDDEN.into_iter().find(|name| opens(tag, name)),
        }
        tag.split_once('>').map(|(_, inner)| inner).filter(|_| hidden.is_none())
    })
}

/// The words of the texts in one line, up to the limit.
fn words<'t>(texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let mut line = String::new();
    for word in texts.flat_map(str::split_whitespace) {
        if !line.is_empty() {
            line.push(' ');
        }
        push_unescaped(&mut line, word);
        if line.len() > GIST {
            let end = (0..=GIST).rev().find(|&end| line.is_char_boundary(end)).unwrap_or(0);
            line.truncate(end);
            line.push_str(" ...");
            break;
        }
    }
    (!line.is_empty()).then_some(line)
}

/// Appends a word, with the character references that every page has.
fn push_unescaped(line: &mut String, word: &str) {
    const REFERENCES: [(&str, &str); 7] = [
        ("amp;", "&"),
        ("lt;", "<"),
        ("gt;", ">"),
        ("quot;", "\""),
        ("#39;", "'"),
        ("#x27;", "'"),
        ("nbsp;", " "),
    ];
    let mut parts = word.split('&');
    line.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match REFERENCES.iter().find_map(|(name, text)| Some((text, part.strip_prefix(name)?))) {
            Some((text, rest)) => line.extend([text, rest]),
            None => line.extend(["&", part]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gists() {
        for (text, expected) in [
            ("", None),
            ("plain text", None),
            ("{\"a\": \"<title>x</title>\"}", None),
            ("<html></html>", None),
            ("<", None),
            ("<html>502</html>", Some("502")),
            (
                "\r\n<!DOCTYPE html><html><head><TITLE lang=en>\n 502 Bad\tGateway </TITLE></head><body>x</body>",
                Some("502 Bad Gateway"),
            ),
            ("<title>A &amp; B &lt;3 &#39;q&#39; &unknown; &</title>", Some("A & B <3 'q' &unknown; &")),
            (
                "<html><head><style>p { }</style><title></title></head><script>if (a<b) {}</script><h1>No</h1> <p>way</p>",
                Some("No way"),
            ),
            (
                "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
                Some("AccessDenied Access Denied"),
            ),
            ("<titles>first</titles>", Some("first")),
            ("<p>cut in the midd", Some("cut in the midd")),
            ("<p>cut in a tag</p", Some("cut in a tag")),
        ] {
            assert_eq!(gist(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_long_page_has_a_short_gist() {
        let page = format!("<p>{}</p>", "ü".repeat(1 << 20));
        assert_eq!(gist(&page).unwrap(), format!("{} ...", "ü".repeat(GIST / 2)));
        // Linear: this would take minutes otherwise.
        assert_eq!(gist(&"<".repeat(1 << 20)), None);
        assert_eq!(gist(&"<script>".repeat(1 << 17)), None);
    }
}
