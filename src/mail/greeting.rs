//! Whom a letter greets.

/// The name to greet with, empty when it had better not be said.
///
/// Whoever registers a stranger's address chooses this text and we carry it to the stranger; a name that could
/// be read as an address of a web page or that hides its direction would make us the sender of a bait.
pub(super) fn name(name: &str) -> &str {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let foul = |c: char| hidden(c) || matches!(c, '/' | '\\' | ':' | '@');
    let mut pairs = name.chars().zip(name.chars().skip(1));
    let domain = pairs.any(|(a, b)| a == '.' && b.is_alphanumeric());
    let name = name.trim();
    if name.chars().count() > 60 || domain || name.chars().any(foul) { "" } else { name }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_are_said_and_baits_are_not() {
        for typed in ["Ada Lovelace", "J. R. R. Tolkien", "Łukasz O'Neil-Żółć", "김철수"] {
            assert_eq!(name(typed), typed);
        }
        for typed in
            ["win.example", "https:x", "a/b", "a@b", "a\r\nBcc: x", "evil\u{202e}", &"x".repeat(61)]
        {
            assert_eq!(name(typed), "", "{typed:?}");
        }
    }
}
