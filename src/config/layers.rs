//! Settings from several places, one over another; each remembers where it came from.

use std::{collections::BTreeMap, fs, ops::Bound, path::Path};

use figment::{
    providers::{Format as _, Toml},
    value::{Dict, Value},
};

use super::{problem::Problem, secrets};

/// One key with its value.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    /// The full path, levels parted by dots.
    pub(super) key: String,
    /// What is written there.
    pub(super) value: Value,
    /// Where it is written, in words.
    pub(super) origin: String,
}

/// The settings in force so far, by key, and everything wrong with them.
#[derive(Debug, Default)]
pub(super) struct Layers {
    settings: BTreeMap<String, Setting>,
    /// Everything wrong so far.
    pub(super) problems: Vec<Problem>,
}

impl Layers {
    /// Lays the settings over those below. Within one layer a secret and its file exclude each
    /// other; across layers the later one counts.
    pub(super) fn lay(&mut self, layer: Vec<Setting>) {
        for setting in secrets::read_files(layer, &mut self.problems) {
            match self.misplaced(&setting) {
                Some(text) => {
                    let Setting { key, origin, .. } = setting;
                    self.problems.push(Problem { key, origin, text: text.to_owned() });
                }
                None => {
                    self.settings.insert(setting.key.clone(), setting);
                }
            }
        }
    }

    /// Lays a text in TOML over what is below.
    pub(super) fn lay_toml(&mut self, text: &str, origin: &str) {
        match parse(text, origin) {
            Ok(layer) => self.lay(layer),
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Lays a file over what is below.
    pub(super) fn lay_file(&mut self, path: &Path) {
        let origin = format!("file {}", path.display());
        match fs::read_to_string(path) {
            Ok(text) => self.lay_toml(&text, &origin),
            Err(why) => {
                let text = format!("cannot be read ({why}); name a readable TOML file");
                self.problems.push(Problem { key: "--config".to_owned(), origin, text });
            }
        }
    }

    /// Every setting in force, by key.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.settings.values()
    }

    /// The setting of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Setting> {
        self.settings.get(key)
    }

    /// The keys of a section, all levels down.
    pub(super) fn below(&self, section: &str) -> impl Iterator<Item = &Setting> {
        let start = format!("{section}.");
        let from =
            self.settings.range::<str, _>((Bound::Included(start.as_str()), Bound::Unbounded));
        from.take_while(move |(key, _)| key.starts_with(&start)).map(|(_, setting)| setting)
    }

    /// Takes a key, or everything below a section, out again; `false` when there is nothing.
    pub(super) fn remove(&mut self, path: &str) -> bool {
        let mut doomed: Vec<String> = self.below(path).map(|setting| setting.key.clone()).collect();
        doomed.push(path.to_owned());
        doomed.iter().filter(|key| self.settings.remove(*key).is_some()).count() > 0
    }

    /// All settings as one tree.
    pub(super) fn tree(&self) -> Value {
        let mut tree = Dict::new();
        for setting in self.iter() {
            plant(&mut tree, &setting.key, setting.value.clone());
        }
        Value::from(tree)
    }

    /// Why a setting cannot stand where it wants to: a value in place of a section or below a value.
    fn misplaced(&self, setting: &Setting) -> Option<&'static str> {
        let section = self.below(&setting.key).next().is_some();
        if section && setting.value.as_dict().is_none() {
            return Some("is a section; set its keys one by one");
        }
        let dots = setting.key.match_indices('.');
        let mut above = dots.filter_map(|(at, _)| self.settings.get(setting.key.get(..at)?));
        let leaf = above.any(|above| above.value.as_dict().is_none());
        leaf.then_some("is no key of Cambio: what stands above it is no section; leave it out")
    }
}

/// The settings written in a text in TOML.
pub(super) fn parse(text: &str, origin: &str) -> Result<Vec<Setting>, Problem> {
    let dict = Toml::from_str::<Dict>(text).map_err(|fault| {
        let before = fault.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        let text = format!("is not TOML: {}", fault.message().replace('\n', "; "));
        Problem { key: format!("line {line}"), origin: origin.to_owned(), text }
    })?;
    Ok(flatten("", Value::from(dict), origin))
}

/// The leaves of a value; an empty table is a leaf, so that a misspelt section does not go unseen.
pub(super) fn flatten(key: &str, value: Value, origin: &str) -> Vec<Setting> {
    let leaf = |value| vec![Setting { key: key.to_owned(), value, origin: origin.to_owned() }];
    match value {
        Value::Dict(_, dict) if !dict.is_empty() => {
            let dot = if key.is_empty() { "" } else { "." };
            let below = |(name, value)| flatten(&format!("{key}{dot}{name}"), value, origin);
            dict.into_iter().flat_map(below).collect()
        }
        Value::Dict(..) if key.is_empty() => Vec::new(),
        value => leaf(value),
    }
}

/// Puts a value into a tree; parents come before children, as the keys are in order.
fn plant(tree: &mut Dict, path: &str, value: Value) {
    let Some((head, rest)) = path.split_once('.') else {
        tree.entry(path.to_owned()).or_insert(value);
        return;
    };
    let below = tree.entry(head.to_owned()).or_insert_with(|| Value::from(Dict::new()));
    if let Value::Dict(_, below) = below {
        plant(below, rest, value);
    }
}
