//! Words made safe for HTML.

use minijinja::{AutoEscape, Output, State, Value, escape_formatter};

/// Escapes for HTML as little as is safe; minijinja's own way turns every `/` of a link into `&#x2f;`.
pub(super) fn write_value(
    out: &mut Output,
    state: &mut State,
    value: &Value,
) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(word) if *state.auto_escape() == AutoEscape::Html && !value.is_safe() => {
            Ok(out.write_str(&escape(word))?)
        }
        _ => escape_formatter(out, state, value),
    }
}

/// The five characters that mean something in HTML, written so that they do not.
pub(super) fn escape(word: &str) -> String {
    let mut escaped = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            plain => escaped.push(plain),
        }
    }
    escaped
}
