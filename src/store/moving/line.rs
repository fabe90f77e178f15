//! Rows as lines of PostgreSQL's COPY text format: what travels, what is compared.
//!
//! Fields are parted by tabs; `\N` is null; bytes are `\\x` and hex; within a text, what parts lines and fields,
//! and the backslash itself, stand behind a backslash. Both databases write a row in exactly one way, so that
//! equal rows are equal lines.

use std::borrow::Cow;

use crate::error::Fault;

/// How null is written.
pub const NULL: &str = "\\N";

/// The characters that stand behind a backslash, and by which letter.
pub const ESCAPED: [(char, char); 7] = [
    ('\\', '\\'),
    ('\u{8}', 'b'),
    ('\u{c}', 'f'),
    ('\n', 'n'),
    ('\r', 'r'),
    ('\t', 't'),
    ('\u{b}', 'v'),
];

/// The fields of a line, as written.
pub fn fields(line: &str) -> std::str::Split<'_, char> {
    line.split('\t')
}

/// What a field says; `None` for null.
pub fn said(field: &str) -> Result<Option<Cow<'_, str>>, Fault> {
    if field == NULL {
        return Ok(None);
    }
    if !field.contains('\\') {
        return Ok(Some(Cow::Borrowed(field)));
    }
    let mut text = String::with_capacity(field.len());
    let mut letters = field.chars();
    while let Some(letter) = letters.next() {
        let letter = if letter == '\\' { escaped(letters.next())? } else { letter };
        text.push(letter);
    }
    Ok(Some(Cow::Owned(text)))
}

/// The hex digits of a field of bytes.
pub fn hex(text: &str) -> Result<&str, Fault> {
    let digits = text.strip_prefix("\\x").ok_or_else(|| bad("bytes"))?;
    if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        Ok(digits)
    } else {
        Err(bad("bytes"))
    }
}

/// A whole number of a field.
pub fn number(text: &str) -> Result<i64, Fault> {
    text.parse().map_err(|_digits| bad("number"))
}

/// A text as it stands in a statement.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A field of a key, which is never null.
pub fn present(field: &str) -> Result<Cow<'_, str>, Fault> {
    said(field)?.ok_or_else(|| bad("key"))
}

fn escaped(letter: Option<char>) -> Result<char, Fault> {
    let known = ESCAPED.iter().find(|(_, by)| Some(*by) == letter);
    known.map(|(letter, _)| *letter).ok_or_else(|| bad("text"))
}

fn bad(what: &str) -> Fault {
    Fault::internal(format!("a row that travels holds a {what} that cannot be read"))
}

#[cfg(test)]
mod tests {
    use super::{fields, said};

    #[test]
    fn a_field_says_what_was_written_into_it() {
        let line = "a\\tb\\\\\\n\\b\\f\\r\\v\t\\N\t\t\\\\x0aff";
        let said: Vec<_> = fields(line).map(|field| said(field).expect("a field")).collect();
        let said: Vec<Option<&str>> = said.iter().map(Option::as_deref).collect();
        let first = "a\tb\\\n\u{8}\u{c}\r\u{b}";
        assert_eq!(said, [Some(first), None, Some(""), Some("\\x0aff")]);
    }

    #[test]
    fn what_nobody_writes_is_not_guessed_at() {
        assert!(said("\\q").is_err());
        assert!(said("a\\").is_err());
    }
}
