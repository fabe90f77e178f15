//! Every setting has an effect. That each has a default and a comment is held beside the settings themselves.

use std::collections::BTreeSet;

use cambio::config::MANUAL;

use super::source::{self, Word};

/// Settings that do their work when the settings themselves are checked or read.
const AT_THE_START: [&str; 4] = [
    "server.allow_insecure_public_url",
    "providers.google-oauth2.extra_root_ca",
    "providers.yandex-oauth2.extra_root_ca",
    "providers.vk-oauth2.extra_root_ca",
];

/// Settings that nothing reads yet, each with what is missing.
const IDLE: [(&str, &str); 0] = [];

/// Every key of the manual, those commented out included, and files of secrets not.
fn keys() -> Vec<String> {
    let mut section = String::new();
    let mut keys = Vec::new();
    for line in MANUAL.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
        }
        let setting = line.trim_start_matches('#');
        let is_setting = setting.starts_with(|c: char| c.is_ascii_lowercase());
        if let (true, Some((key, _))) = (is_setting, setting.split_once(" = ")) {
            keys.push(format!("{section}{key}"));
        }
    }
    keys.retain(|key| !key.ends_with("_file"));
    assert!(keys.len() > 60, "the manual cannot be read");
    keys
}

#[test]
fn every_setting_is_read_somewhere() {
    let files = source::files("src");
    let program = files.iter().filter(|file| !file.is_test && file.room() != "config");
    let mut read = BTreeSet::new();
    for words in program.map(source::File::words) {
        read.extend(words.windows(2).filter_map(|pair| match pair {
            [Word::Sign("."), Word::Name(name)] => Some(name.clone()),
            _ => None,
        }));
    }
    let idle: Vec<String> = keys()
        .into_iter()
        .filter(|key| !AT_THE_START.contains(&key.as_str()))
        .filter(|key| !read.contains(key.rsplit('.').next().unwrap()))
        .collect();
    let known: Vec<&str> = IDLE.iter().map(|(key, _)| *key).collect();
    assert_eq!(idle, known, "settings without an effect, and those known to have none");
}
