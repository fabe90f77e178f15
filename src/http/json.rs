//! JSON bodies, read strictly: no name twice, nothing after the end.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::body::{BadBody, Word, Words};

/// Reads a JSON object.
pub fn read(bytes: &[u8]) -> Result<Words, BadBody> {
    let text = std::str::from_utf8(bytes).map_err(|_utf8| BadBody::Malformed("it is not UTF-8"))?;
    match serde_json::from_str::<Top>(text) {
        Ok(Top::Object(Some(words))) => Ok(words),
        Ok(Top::Object(None)) => Err(BadBody::Malformed("a name occurs twice")),
        Ok(Top::Other) => Err(BadBody::NotAnObject),
        Err(_syntax) => Err(BadBody::Malformed("it is not JSON")),
    }
}

/// Reads any JSON value, as deep as the parser lets it be.
pub fn read_value(bytes: &[u8]) -> Result<Value, BadBody> {
    let text = std::str::from_utf8(bytes).map_err(|_utf8| BadBody::Malformed("it is not UTF-8"))?;
    let strict: Strict = serde_json::from_str(text)
        .map_err(|_syntax| BadBody::Malformed("it is not JSON, or a name occurs twice"))?;
    Ok(strict.0)
}

/// A value none of whose objects has a name twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = map.next_entry::<String, Strict>()? {
            if object.insert(name, value).is_some() {
                return Err(de::Error::custom("a name occurs twice"));
            }
        }
        Ok(Value::Object(object))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(value)) = seq.next_element()? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

/// What stands at the top; an object is `None` when a name occurs twice.
enum Top {
    Object(Option<Words>),
    Other,
}

impl<'de> Deserialize<'de> for Top {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TopVisitor)
    }
}

struct TopVisitor;

impl<'de> Visitor<'de> for TopVisitor {
    type Value = Top;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top, A::Error> {
        let mut words = Words::default();
        let mut distinct = true;
        while let Some((name, word)) = map.next_entry::<String, Word>()? {
            distinct &= words.add(name, word);
        }
        Ok(Top::Object(distinct.then_some(words)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Top, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Top::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Top, E> {
        Ok(Top::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Top, E> {
        Ok(Top::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Top, E> {
        Ok(Top::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Top, E> {
        Ok(Top::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Top, E> {
        Ok(Top::Other)
    }

    fn visit_unit<E>(self) -> Result<Top, E> {
        Ok(Top::Other)
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordVisitor)
    }
}

struct WordVisitor;

impl<'de> Visitor<'de> for WordVisitor {
    type Value = Word;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Word, E> {
        Ok(Word::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Word, E> {
        Ok(Word::Text(text))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Word, E> {
        Ok(Word::Number(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Word, E> {
        Ok(Word::Number(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Word, E> {
        Ok(Word::Number(number.to_string()))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Word, E> {
        Ok(Word::Bool(truth))
    }

    fn visit_unit<E>(self) -> Result<Word, E> {
        Ok(Word::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Word, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Word::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Word, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Word::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::{BadBody, Word, read, read_value};

    #[test]
    fn every_kind_of_value_is_told_apart() {
        let words = read(br#"{"s":"x","n":5,"f":1.5,"b":true,"z":null,"l":[1],"o":{"a":1}}"#)
            .expect("an object");
        assert_eq!(words.get("s"), Some(&Word::Text("x".into())));
        assert_eq!(words.get("n"), Some(&Word::Number("5".into())));
        assert_eq!(words.get("f"), Some(&Word::Number("1.5".into())));
        assert_eq!(words.get("b"), Some(&Word::Bool(true)));
        assert_eq!(words.get("z"), Some(&Word::Null));
        assert_eq!(words.get("l"), Some(&Word::Other));
        assert_eq!(words.get("o"), Some(&Word::Other));
        assert_eq!(words.get("absent"), None);
    }

    #[test]
    fn what_is_not_one_plain_object_is_refused() {
        for text in ["[1]", "\"x\"", "1", "null", "true", "-1", "1.5"] {
            assert_eq!(read(text.as_bytes()), Err(BadBody::NotAnObject), "{text}");
        }
        for text in
            ["{", "{\"a\":1}x", "{\"a\":1,\"a\":2}", "\u{feff}{}", "{\"a\":\"\\ud800\"}", "NaN"]
        {
            assert!(matches!(read(text.as_bytes()), Err(BadBody::Malformed(_))), "{text}");
        }
        assert!(matches!(read(b"{\"a\":\"\xff\"}"), Err(BadBody::Malformed(_))));
    }

    #[test]
    fn a_value_is_read_whole_and_no_name_in_it_stands_twice() {
        let text = br#"{"a":[1,-2,1.5,"x",true,null,{"b":{}}]}"#;
        assert_eq!(read_value(text).expect("a value").to_string().as_bytes(), text);
        for text in [&br#"{"a":{"b":1,"b":2}}"#[..], b"{", b"", b"\xff", b"[1] x"] {
            assert!(matches!(read_value(text), Err(BadBody::Malformed(_))));
        }
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert!(matches!(read_value(deep.as_bytes()), Err(BadBody::Malformed(_))));
    }

    #[test]
    fn a_value_of_any_depth_is_passed_over_without_a_stack() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(200_000), "]".repeat(200_000));
        let words = read(deep.as_bytes()).expect("an object");
        assert_eq!(words.get("a"), Some(&Word::Other));
    }
}
