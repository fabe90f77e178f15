//! Form bodies (`application/x-www-form-urlencoded`), read strictly: UTF-8, no name twice but `resource`.

use percent_encoding::percent_decode;

use super::body::{BadBody, Word, Words};

/// Reads a form.
pub fn read(bytes: &[u8]) -> Result<Words, BadBody> {
    let mut words = Words::default();
    for pair in bytes.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
        let mut halves = pair.splitn(2, |b| *b == b'=');
        let name = decode(halves.next().unwrap_or_default())?;
        let value = decode(halves.next().unwrap_or_default())?;
        if !words.add_one_of(name, Word::Text(value)) {
            return Err(BadBody::Malformed("a name occurs twice"));
        }
    }
    Ok(words)
}

/// One half of a pair: `+` is a space, `%xx` a byte, and the bytes must be UTF-8.
pub fn decode(raw: &[u8]) -> Result<String, BadBody> {
    let spaced: Vec<u8> = raw.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    percent_decode(&spaced)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_utf8| BadBody::Malformed("it is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::{BadBody, Word, read};

    #[test]
    fn pairs_are_decoded() {
        let words = read(b"a=1+2&b=%D0%B0&c&&d=").expect("a form");
        assert_eq!(words.get("a"), Some(&Word::Text("1 2".into())));
        assert_eq!(words.get("b"), Some(&Word::Text("а".into())));
        assert_eq!(words.get("c"), Some(&Word::Text(String::new())));
        assert_eq!(words.get("d"), Some(&Word::Text(String::new())));
    }

    #[test]
    fn bad_bytes_and_repeated_names_are_refused() {
        for body in [&b"a=%ff%fe"[..], b"a=\xff", b"a=%c0%af", b"a=1&a=2", b"%61=1&a=2"] {
            assert!(matches!(read(body), Err(BadBody::Malformed(_))));
        }
    }
}
