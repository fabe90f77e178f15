//! Bringing the settings together: the manual, a file, the environment, the command line.

use std::{collections::BTreeMap, path::PathBuf};

use figment::value::Value;

use super::{
    Config,
    extract::extract,
    layers::{Layers, flatten, parse},
    problem::{Finding, Problem},
    secrets, variables,
};

/// The reference manual: every key with its default, its unit and its effect.
pub const MANUAL: &str = include_str!("../../config/default.toml");

/// Where settings come from, the later over the earlier.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// A file in TOML.
    pub file: Option<PathBuf>,
    /// Environment variables; those not ours are passed over.
    pub env: Vec<(String, String)>,
    /// Keys and values from the command line, written as in variables.
    pub overrides: Vec<(String, String)>,
}

impl Sources {
    /// The given file and this process' environment. Nothing else in Cambio reads the environment.
    pub fn from_process(file: Option<PathBuf>) -> Self {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        let env = std::env::vars_os().map(|(name, value)| (text(name), text(value)));
        let ours = env.filter(|(name, _)| name.starts_with(variables::PREFIX));
        Self { file, env: ours.collect(), overrides: Vec::new() }
    }
}

/// The settings in force, and where each came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    shown: Vec<Shown>,
}

/// A setting as people may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The full path, levels parted by dots.
    pub key: String,
    /// The value; secrets and passwords within addresses are hidden.
    pub value: String,
    /// `default`, or the file, variable or command line it came from.
    pub origin: String,
}

impl Loaded {
    /// Every setting in force, by key, with secrets hidden.
    pub fn show(&self) -> &[Shown] {
        &self.shown
    }

    /// Where the value of a key came from; `None` for keys that are not set.
    pub fn origin(&self, key: &str) -> Option<&str> {
        self.shown.iter().find(|shown| shown.key == key).map(|shown| shown.origin.as_str())
    }

    /// What may stay but deserves a second look: the full key and why.
    pub fn warnings(&self) -> Vec<Finding> {
        self.config.warnings()
    }
}

impl Config {
    /// Brings the settings together, or lists everything that is wrong with them.
    pub fn load(sources: &Sources) -> Result<Loaded, Vec<Problem>> {
        let manual = manual();
        let mut layers = Layers::default();
        layers.lay_toml(MANUAL, "default");
        if let Some(file) = &sources.file {
            layers.lay_file(file);
        }
        let variables = variables::layer(&sources.env, &manual, &mut layers.problems);
        layers.lay(variables);
        let overrides = sources.overrides.iter().flat_map(|(key, text)| {
            flatten(key, variables::read(key, text, &manual), "command line")
        });
        layers.lay(overrides.collect());
        finish(layers)
    }

    /// The settings of a text in TOML over the defaults.
    pub fn from_toml(text: &str) -> Result<Self, Vec<Problem>> {
        let mut layers = Layers::default();
        layers.lay_toml(MANUAL, "default");
        layers.lay_toml(text, "given text");
        finish(layers).map(|loaded| loaded.config)
    }
}

/// Every key there is and an example of its value: the manual with the settings that it shows
/// commented out (`#key = …`, without a space) brought in.
pub(super) fn manual() -> BTreeMap<String, Value> {
    let brought_in = |line: &'static str| {
        let key = |rest: &&str| rest.starts_with(|c: char| c.is_ascii_lowercase());
        line.strip_prefix('#').filter(key).unwrap_or(line)
    };
    let whole: Vec<&str> = MANUAL.lines().map(brought_in).collect();
    let settings = parse(&whole.join("\n"), "manual").unwrap_or_default();
    settings.into_iter().map(|setting| (setting.key, setting.value)).collect()
}

/// Turns the layers into settings, or into the list of all that is wrong.
fn finish(mut layers: Layers) -> Result<Loaded, Vec<Problem>> {
    let config = extract(&mut layers);
    for (key, text) in config.as_ref().map(Config::validate).unwrap_or_default() {
        if layers.problems.iter().all(|problem| problem.key != key) {
            let origin = layers.get(&key).map_or("default", |setting| &setting.origin).to_owned();
            layers.problems.push(Problem { key, origin, text });
        }
    }
    let Some(config) = config.filter(|_| layers.problems.is_empty()) else {
        return Err(layers.problems);
    };
    let shown = layers.iter().map(|setting| Shown {
        key: setting.key.clone(),
        value: secrets::shown(&setting.key, &setting.value),
        origin: setting.origin.clone(),
    });
    Ok(Loaded { config, shown: shown.collect() })
}
