//! Environment variables as settings: `CAMBIO_SECTION__KEY` is `section.key`.

use std::{collections::BTreeMap, convert::Infallible};

use figment::value::Value;

use super::{
    layers::{Setting, flatten},
    problem::Problem,
};

/// What the names of our variables begin with.
pub(super) const PREFIX: &str = "CAMBIO_";

/// The settings in the variables whose name begins with [`PREFIX`]; the others are passed over.
///
/// `manual` knows every key there is, and so whether a text, a list or a number is meant.
pub(super) fn layer(
    env: &[(String, String)],
    manual: &BTreeMap<String, Value>,
    problems: &mut Vec<Problem>,
) -> Vec<Setting> {
    let mut settings = Vec::new();
    for (name, text) in env {
        let Some(key) = name.strip_prefix(PREFIX).map(key) else { continue };
        let wrong = if text.contains(char::REPLACEMENT_CHARACTER) {
            Some("is not UTF-8; write it anew")
        } else {
            key.split('.').any(str::is_empty).then_some("names no key; leave it out")
        };
        if let Some(text) = wrong {
            let (origin, text) = ("environment".to_owned(), text.to_owned());
            problems.push(Problem { key: name.clone(), origin, text });
            continue;
        }
        settings.extend(flatten(&key, read(&key, text, manual), &format!("variable {name}")));
    }
    settings
}

/// Reads the text of a key as the kind of value that the manual shows for it.
pub(super) fn read(key: &str, text: &str, manual: &BTreeMap<String, Value>) -> Value {
    match manual.get(key) {
        Some(Value::String(..) | Value::Char(..)) => Value::from(text),
        Some(Value::Array(..)) if !text.trim_start().starts_with('[') => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::from(items.map(str::to_owned).collect::<Vec<_>>())
        }
        _ => text.parse().unwrap_or_else(|never: Infallible| match never {}),
    }
}

/// The key a name stands for. Shells know no `-`, and provider names no `_`.
fn key(rest: &str) -> String {
    let name = rest.to_ascii_lowercase();
    let mut levels: Vec<String> = name.split("__").map(str::to_owned).collect();
    if let [section, provider, ..] = levels.as_mut_slice()
        && section == "providers"
    {
        *provider = provider.replace('_', "-");
    }
    levels.join(".")
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn two_underscores_part_the_levels() {
        assert_eq!(key("PUBLIC_URL"), "public_url");
        assert_eq!(key("DATABASE__LOCK_TIMEOUT_MS"), "database.lock_timeout_ms");
        assert_eq!(key("DIALECTS__CONVERT_TOKEN__ERRORS"), "dialects.convert_token.errors");
    }

    #[test]
    fn providers_may_be_written_with_an_underscore() {
        for name in ["PROVIDERS__GOOGLE-OAUTH2__CLIENT_IDS", "PROVIDERS__GOOGLE_OAUTH2__CLIENT_IDS"]
        {
            assert_eq!(key(name), "providers.google-oauth2.client_ids");
        }
    }
}
