//! Strict JSON: what two parsers could read differently is not read at all.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// How deep lists and objects may nest.
const DEPTH: usize = 32;

/// Reads one JSON text that fills the bytes; `None` when it is not valid UTF-8 and JSON, names a
/// member twice in one object (RFC 8259 §4 leaves open which one counts), or nests deeper than 32.
pub fn parse(bytes: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict { left: DEPTH }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(value)
}

/// Reads one JSON object, strictly as [`parse`] does.
pub fn parse_object(bytes: &[u8]) -> Option<Map<String, Value>> {
    match parse(bytes)? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

#[derive(Clone, Copy)]
struct Strict {
    left: usize,
}

impl Strict {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        let left = self.left.checked_sub(1).ok_or_else(|| E::custom("nested too deep"))?;
        Ok(Self { left })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("strict JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if object.insert(name, value).is_some() {
                return Err(Error::custom("a member named twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, parse_object};
    use proptest::prelude::*;

    #[test]
    fn plain_json_is_read() {
        let value = parse(br#" {"a":[1,-2,2.5,true,null,"x"]} "#).expect("JSON");
        assert_eq!(value, serde_json::json!({"a": [1, -2, 2.5, true, null, "x"]}));
    }

    #[test]
    fn what_two_parsers_read_differently_is_refused() {
        for text in [
            &br#"{"a":1,"a":1}"#[..],
            br#"{"b":{"a":1,"\u0061":2}}"#,
            b"{} {}",
            b"\xEF\xBB\xBF{}",
            b"\"\xFF\"",
            b"NaN",
            b"1e400",
            b"{\"a\":1,}",
            b"",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn nesting_ends_at_32() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(32).as_bytes()).is_some());
        assert!(parse(nested(33).as_bytes()).is_none());
        assert!(parse("[".repeat(10_000).as_bytes()).is_none());
    }

    #[test]
    fn a_list_is_not_an_object() {
        assert!(parse_object(b"[]").is_none());
        assert!(parse_object(b"{}").is_some());
    }

    proptest! {
        #[test]
        fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }
    }
}
