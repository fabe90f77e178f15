//! Which settings are secrets, how they are read from files, and how they are shown.

use std::{collections::BTreeSet, fs};

use figment::value::Value;

use super::{layers::Setting, problem::Problem};

/// What stands in place of a secret.
pub(super) const HIDDEN: &str = "••••••";

/// Whether the text of this key is hidden, and may be given as a file by `<key>_file`.
///
/// Goes by the name, so that a secret added later is hidden from its first day; addresses and what
/// is listed as harmless are shown.
pub(super) fn is_secret(key: &str) -> bool {
    const WORDS: [&str; 4] = ["secret", "password", "key", "token"];
    const HARMLESS: [&str; 1] = ["links.password_reset"];
    let name = key.rsplit('.').next().unwrap_or(key);
    let named = WORDS.into_iter().any(|word| name.contains(word)) && !name.ends_with("_url");
    key == "database.url" || (named && !HARMLESS.contains(&key))
}

/// The value as people may see it.
pub(super) fn shown(key: &str, value: &Value) -> String {
    match value {
        Value::String(_, text) if key == "database.url" => without_password(text),
        Value::String(..) | Value::Char(..) | Value::Array(..) if is_secret(key) => {
            HIDDEN.to_owned()
        }
        Value::String(_, text) => without_password(text),
        other => serde_json::to_string(other).unwrap_or_else(|_unwritable| HIDDEN.to_owned()),
    }
}

/// An address with its password hidden. Rather hides too much: a password may hold `/` and `?`.
fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let shown = match rest.rsplit_once('@') {
        Some((user, host)) if user.contains(':') => {
            let name = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{name}:{HIDDEN}@{host}")
        }
        _ => text.to_owned(),
    };
    match shown.split_once('?') {
        Some((address, query)) if query.contains("password") => format!("{address}?{HIDDEN}"),
        _ => shown,
    }
}

/// Puts the contents of the file in place of every `<secret>_file`.
pub(super) fn read_files(layer: Vec<Setting>, problems: &mut Vec<Problem>) -> Vec<Setting> {
    let given: BTreeSet<String> = layer.iter().map(|setting| setting.key.clone()).collect();
    let mut settings = Vec::new();
    for setting in layer {
        let Some(key) = setting.key.strip_suffix("_file").filter(|key| is_secret(key)) else {
            settings.push(setting);
            continue;
        };
        let read = if given.contains(key) {
            Err(format!("{key} is given as well; keep one of the two"))
        } else {
            read_file(key, &setting)
        };
        match read {
            Ok(secret) => settings.push(secret),
            Err(text) => {
                let Setting { key, origin, .. } = setting;
                problems.push(Problem { key, origin, text });
            }
        }
    }
    settings
}

/// Reads one file; the line end that editors leave is not part of the secret.
fn read_file(key: &str, named: &Setting) -> Result<Setting, String> {
    let path = named.value.as_str().ok_or("must be the path of a file")?;
    let text = fs::read_to_string(path)
        .map_err(|why| format!("{path} cannot be read ({why}); name a readable text file"))?;
    let secret = text.trim_end_matches(['\r', '\n']);
    let origin = format!("file {path}, named by {}", named.origin);
    Ok(Setting { key: key.to_owned(), value: Value::from(secret), origin })
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_in_an_address_is_hidden_whatever_it_is_made_of() {
        for (text, shown) in [
            ("sqlite://cambio.db", "sqlite://cambio.db"),
            ("https://app.example.org/{uid}/{token}", "https://app.example.org/{uid}/{token}"),
            ("postgres://u@h/d?sslmode=require", "postgres://u@h/d?sslmode=require"),
            ("postgres://u:pw@h:5432/d", "postgres://u:••••••@h:5432/d"),
            ("postgres://u:p/w?x@h1:5432,h2/d", "postgres://u:••••••@h1:5432,h2/d"),
            ("postgres://u:p@w@h/d", "postgres://u:••••••@h/d"),
            ("postgres://h/d?user=u&password=pw", "postgres://h/d?••••••"),
        ] {
            assert_eq!(without_password(text), shown);
        }
    }
}
