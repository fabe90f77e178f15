//! Text into HTML: escaped always, and the little Markdown that descriptions use.

use std::fmt::Write as _;

/// A piece of HTML in the making.
#[derive(Debug, Default)]
pub struct Html(String);

impl Html {
    /// Markup of ours, as it is.
    pub fn raw(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// A text, escaped.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        self
    }

    /// A text in an element without attributes.
    pub fn element(&mut self, name: &str, text: &str) -> &mut Self {
        // Writing to a string does not fail.
        let _ = write!(self.0, "<{name}>");
        self.text(text);
        let _ = write!(self.0, "</{name}>");
        self
    }

    /// A line with `code` in it.
    pub fn line(&mut self, text: &str) -> &mut Self {
        for (at, part) in text.split('`').enumerate() {
            if at % 2 == 0 {
                self.text(part)
            } else {
                self.element("code", part)
            };
        }
        self
    }

    /// A description: a paragraph, and perhaps a list of lines that begin with a star.
    pub fn paragraphs(&mut self, text: &str) -> &mut Self {
        let (points, lines): (Vec<&str>, Vec<&str>) =
            text.lines().filter(|line| !line.is_empty()).partition(|line| line.starts_with("* "));
        for line in lines {
            self.raw("<p>").line(line).raw("</p>");
        }
        if points.is_empty() {
            return self;
        }
        self.raw("<ul>");
        for point in points {
            self.raw("<li>").line(point.trim_start_matches("* ")).raw("</li>");
        }
        self.raw("</ul>")
    }

    /// The whole.
    pub fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Html;

    #[test]
    fn nothing_in_a_text_is_markup() {
        let mut html = Html::default();
        html.text("<a href=\"'&\">").line("`<b>` & c");
        assert_eq!(
            html.finish(),
            "&lt;a href=&quot;&#39;&amp;&quot;&gt;<code>&lt;b&gt;</code> &amp; c"
        );
    }

    #[test]
    fn lines_with_a_star_are_a_list() {
        let mut html = Html::default();
        html.paragraphs("One.\n\n* two\n* `three`");
        assert_eq!(html.finish(), "<p>One.</p><ul><li>two</li><li><code>three</code></li></ul>");
    }
}
