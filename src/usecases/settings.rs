//! Seed 0's settings: one JSON document per account, which only its person understands.

use serde_json::{Map, Value};

use super::{Ctx, profile};
use crate::{
    crypto::fingerprint,
    domain::credential::Principal,
    error::{Fault, FieldCode, FieldError, Outcome, Refusal},
    store::documents,
};

/// Most bytes of a document.
pub const MOST_BYTES: usize = 64 * 1024;
/// Most objects and lists within one another, the document itself among them.
pub const MOST_LEVELS: usize = 16;

/// A document, and the name of exactly this state of it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The document in JSON.
    pub text: String,
    /// Differs from that of any other state.
    pub tag: String,
}

impl Settings {
    fn new(text: String) -> Self {
        let tag = fingerprint::sha256_hex(&text);
        Self { text, tag }
    }
}

/// What is to become of the document.
#[derive(Debug, Clone)]
pub enum Edit {
    /// This takes its place.
    Replace(Map<String, Value>),
    /// This is merged into it (RFC 7396).
    Merge(Map<String, Value>),
}

/// Which states of the document may be changed.
#[derive(Debug, Clone)]
pub enum Expected {
    /// Any.
    Any,
    /// Those of one of these tags.
    OneOf(Vec<String>),
}

/// The document; an empty object at first.
pub fn show(ctx: &mut Ctx<'_>, me: &Principal) -> Outcome<Settings> {
    let stored = documents::find_settings(ctx.conn, profile::of(me)?.id)?;
    Ok(Settings::new(stored.unwrap_or_else(|| EMPTY.to_owned())))
}

const EMPTY: &str = "{}";

/// Changes the document and tells how it is then. Refuses with [`Refusal::Changed`] when it is not in a
/// state that was expected: another device was faster.
pub fn edit(
    ctx: &mut Ctx<'_>,
    me: &Principal,
    edit: &Edit,
    expected: &Expected,
) -> Outcome<Settings> {
    let id = profile::of(me)?.id;
    let stored = documents::find_settings(ctx.conn, id)?;
    let old = Settings::new(stored.clone().unwrap_or_else(|| EMPTY.to_owned()));
    if let Expected::OneOf(tags) = expected
        && !tags.contains(&old.tag)
    {
        return Err(Refusal::Changed.into());
    }
    let new = match edit {
        Edit::Replace(document) => Value::Object(document.clone()),
        Edit::Merge(patch) => merged(read(&old.text)?, patch),
    };
    let text = new.to_string();
    if text.len() > MOST_BYTES {
        return Err(Refusal::TooLarge.into());
    }
    if levels(&new) > MOST_LEVELS {
        let code = FieldCode::TooDeep(MOST_LEVELS);
        return Err(Refusal::Fields(vec![FieldError::new(FieldError::OBJECT, code)]).into());
    }
    if !documents::replace_settings(ctx.conn, id, (stored.as_deref(), &text))? {
        // Another one was first: the whole deed is tried again.
        return Err(Fault::Conflict { what: "settings changed meanwhile".to_owned() }.into());
    }
    Ok(Settings::new(text))
}

fn read(text: &str) -> Outcome<Value> {
    let read = serde_json::from_str(text);
    Ok(read.map_err(|cause| Fault::because("the store holds unreadable settings", cause))?)
}

/// A JSON merge patch (RFC 7396 §2): `null` takes away, an object goes deeper, all else replaces.
fn merged(target: Value, patch: &Map<String, Value>) -> Value {
    let mut whole = match target {
        Value::Object(whole) => whole,
        _ => Map::new(),
    };
    for (name, change) in patch {
        match change {
            Value::Null => drop(whole.remove(name)),
            Value::Object(deeper) => {
                let below = whole.remove(name).unwrap_or_default();
                whole.insert(name.clone(), merged(below, deeper));
            }
            other => drop(whole.insert(name.clone(), other.clone())),
        }
    }
    Value::Object(whole)
}

/// How many objects and lists are within one another. The reader of bodies refuses what is too deep for
/// the stack.
fn levels(value: &Value) -> usize {
    match value {
        Value::Object(object) => 1 + object.values().map(levels).max().unwrap_or(0),
        Value::Array(list) => 1 + list.iter().map(levels).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{levels, merged};

    fn merge(target: Value, patch: Value) -> Value {
        let Value::Object(patch) = patch else { panic!("no object") };
        merged(target, &patch)
    }

    #[test]
    fn the_examples_of_rfc_7396_hold() {
        for (target, patch, result) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!([1, 2]), json!({"a":"b","c":null}), json!({"a":"b"})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ] {
            assert_eq!(merge(target, patch), result);
        }
    }

    #[test]
    fn objects_and_lists_are_counted() {
        assert_eq!(levels(&json!({})), 1);
        assert_eq!(levels(&json!({"a": 1, "b": [[], {"c": []}]})), 4);
    }
}
