//! The manual, `config/default.toml`, and the settings say the same.

use std::{cell::RefCell, collections::BTreeSet};

use figment::{
    error::Error,
    value::{Dict, Value},
};
use serde::{
    Deserialize as _,
    de::{DeserializeSeed, Deserializer, IntoDeserializer as _, MapAccess, Visitor},
    forward_to_deserialize_any,
};

use crate::config::{
    Config, MANUAL,
    load::manual,
    secrets::{HIDDEN, is_secret, shown},
};

/// Reads a value as serde does, and notes the key of every field that a struct has.
struct Noting<'a> {
    value: &'a Value,
    key: String,
    fields: &'a RefCell<BTreeSet<String>>,
}

impl Noting<'_> {
    fn below(&self, name: &str) -> String {
        if self.key.is_empty() { name.to_owned() } else { format!("{}.{name}", self.key) }
    }
}

impl<'de: 'a, 'a> Deserializer<'de> for Noting<'a> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.value.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.value.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.fields.borrow_mut().extend(fields.iter().map(|name| self.below(name)));
        let dict = self.value.as_dict().expect("a section");
        visitor.visit_map(Section { left: dict.iter().collect(), of: self })
    }

    forward_to_deserialize_any! {
        bool u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 char str string seq bytes byte_buf map unit
        newtype_struct ignored_any unit_struct tuple_struct tuple identifier
    }
}

struct Section<'a> {
    left: Vec<(&'a String, &'a Value)>,
    of: Noting<'a>,
}

impl<'de: 'a, 'a> MapAccess<'de> for Section<'a> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((name, _)) = self.left.last() else { return Ok(None) };
        seed.deserialize(name.as_str().into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let (name, value) = self.left.pop().expect("a value for the key");
        seed.deserialize(Noting { value, key: self.of.below(name), fields: self.of.fields })
    }
}

/// The keys of all fields that [`Config`] has, all levels down.
fn fields() -> BTreeSet<String> {
    let mut tree = Dict::new();
    for (key, value) in manual().into_iter().filter(|(key, _)| !is_file_of_secret(key)) {
        plant(&mut tree, &key, value);
    }
    let fields = RefCell::new(BTreeSet::new());
    let tree = Value::from(tree);
    Config::deserialize(Noting { value: &tree, key: String::new(), fields: &fields }).expect("it");
    fields.into_inner()
}

fn plant(tree: &mut Dict, path: &str, value: Value) {
    let Some((head, rest)) = path.split_once('.') else {
        tree.insert(path.to_owned(), value);
        return;
    };
    let below = tree.entry(head.to_owned()).or_insert_with(|| Value::from(Dict::new()));
    let Value::Dict(_, below) = below else { panic!("{head} is no section") };
    plant(below, rest, value);
}

fn is_file_of_secret(key: &str) -> bool {
    key.strip_suffix("_file").is_some_and(is_secret)
}

#[test]
fn the_manual_shows_the_defaults() {
    let manual = Config::from_toml("").expect("the manual");
    assert_eq!(format!("{manual:#?}"), format!("{:#?}", Config::default()));
    assert_eq!(Config::default().validate(), []);
}

#[test]
fn every_setting_stands_in_the_manual() {
    let known: BTreeSet<String> = manual().into_keys().collect();
    let told = |key: &String| {
        known.contains(key) || known.iter().any(|known| known.starts_with(&format!("{key}.")))
    };
    let missing: Vec<_> = fields().into_iter().filter(|key| !told(key)).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_setting_in_the_manual_exists() {
    let fields = fields();
    let strange = |key: &String| !fields.contains(key) && !is_file_of_secret(key);
    let strange: Vec<_> = manual().into_keys().filter(strange).collect();
    assert_eq!(strange, Vec::<String>::new());
}

#[test]
fn every_setting_in_the_manual_is_explained() {
    let lines: Vec<&str> = MANUAL.lines().collect();
    for pair in lines.windows(2) {
        let setting = pair[1].trim_start_matches('#');
        if setting.starts_with(|c: char| c.is_ascii_lowercase()) && setting.contains(" = ") {
            assert!(pair[0].starts_with("# "), "{} has no comment above it", pair[1]);
        }
    }
}

#[test]
fn every_secret_is_hidden_and_may_come_from_a_file() {
    // Whatever sounds like a secret is one, or stands here with its reason to be shown.
    let harmless = [
        "links.password_reset",
        "providers.google-oauth2.token_url",
        "providers.google-oauth2.tokeninfo_url",
        "providers.yandex-oauth2.token_url",
    ];
    let sounds = |key: &str| {
        let name = key.rsplit('.').next().unwrap_or(key);
        ["secret", "password", "key", "token"].iter().any(|word| name.contains(word))
    };
    let manual = manual();
    for (key, value) in &manual {
        let text = value.as_str().is_some() && !is_file_of_secret(key);
        if text && sounds(key) && !harmless.contains(&key.as_str()) {
            assert_eq!(shown(key, &Value::from("hush")), HIDDEN, "{key}");
            assert!(manual.contains_key(&format!("{key}_file")), "{key}_file is not told");
        }
    }
    assert_eq!(
        shown("database.url", &Value::from("postgres://u:hush@h/d")),
        "postgres://u:••••••@h/d"
    );
}
