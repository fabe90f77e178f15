//! From a tree of settings to [`Config`], with every misfit named.

use figment::error::{Actual, Kind};

use super::{Config, layers::Layers, problem::Problem, secrets::is_secret};

/// Reads the settings. A key that does not fit is complained about and taken out, and the reading
/// begins anew, so that all misfits are found and not the first alone.
pub(super) fn extract(layers: &mut Layers) -> Option<Config> {
    loop {
        let fault = match layers.tree().deserialize::<Config>() {
            Ok(config) => return Some(config),
            Err(fault) => fault,
        };
        let mut removed = false;
        for fault in fault {
            let (key, origin) = culprit(layers, &fault.path);
            let text = words(&key, &origin, &fault.kind);
            removed |= layers.remove(&key);
            layers.problems.push(Problem { key, origin, text });
        }
        if !removed {
            return None;
        }
    }
}

/// The longest part of the path that is a key or a section, and where it was written.
fn culprit(layers: &Layers, path: &[String]) -> (String, String) {
    let parts = (1..=path.len()).rev().filter_map(|n| Some(path.get(..n)?.join(".")));
    let found = parts.filter_map(|key| {
        let setting = layers.get(&key).or_else(|| layers.below(&key).next())?;
        Some((key, setting.origin.clone()))
    });
    found.into_iter().next().unwrap_or_else(|| (path.join("."), "unknown place".to_owned()))
}

/// What is wrong and the mend, without the value: it may be a secret in the wrong place.
fn words(key: &str, origin: &str, kind: &Kind) -> String {
    match kind {
        Kind::UnknownField(_, known) => unknown(origin, known),
        Kind::UnknownVariant(_, known) => format!("is none of its words; write {}", list(known)),
        Kind::InvalidType(actual, wanted) => {
            format!("is {}; write {}", found(actual), plain(wanted))
        }
        Kind::InvalidValue(_, wanted) => format!("does not fit; write {}", plain(wanted)),
        Kind::MissingField(name) => format!("lacks {name}; write it"),
        Kind::Message(_) if is_secret(key) => "cannot be read; write another".to_owned(),
        Kind::Message(text) => format!("cannot be read: {text}"),
        _ => "does not fit; see the reference in config/default.toml".to_owned(),
    }
}

fn unknown(origin: &str, known: &[&str]) -> String {
    // Kubernetes describes a service called "cambio" to every pod in variables of these names.
    let service = ["variable CAMBIO_SERVICE_", "variable CAMBIO_PORT"];
    if service.into_iter().any(|name| origin.starts_with(name)) {
        return "is no key of Cambio; on Kubernetes set enableServiceLinks: false".to_owned();
    }
    format!("is no key of Cambio; leave it out, or write one of {}", list(known))
}

fn list(words: &[&str]) -> String {
    words.join(", ")
}

fn found(actual: &Actual) -> &'static str {
    match actual {
        Actual::Bool(_) => "a switch",
        Actual::Unsigned(_) | Actual::Signed(_) | Actual::Float(_) => "a number",
        Actual::Char(_) | Actual::Str(_) | Actual::Bytes(_) => "a text",
        Actual::Seq => "a list",
        Actual::Map => "a section",
        _ => "of another kind",
    }
}

/// serde's words for what it wants, as people say them.
fn plain(wanted: &str) -> &str {
    match wanted {
        "a boolean" => "true or false",
        "a string" | "path string" => "a text in quotes",
        "a sequence" => "a list in brackets",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        other if other.starts_with("struct ") => "a section",
        other => other,
    }
}
