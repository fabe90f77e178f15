//! The letters in the server's mail folder.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

/// Uid and token of a mailed link.
pub type Link = (String, String);

/// Reads every letter once and keeps the latest activation link of each address.
pub struct Post {
    folder: PathBuf,
    opened: BTreeSet<PathBuf>,
    links: BTreeMap<String, Link>,
}

impl Post {
    /// The post of that folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, opened: BTreeSet::new(), links: BTreeMap::new() }
    }

    /// Opens what has come since the last look.
    pub fn look(&mut self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for path in entries.map(|entry| entry.unwrap().path()) {
            let is_letter = path.extension().is_some_and(|end| end == "eml");
            if is_letter && self.opened.insert(path.clone()) {
                let text = fs::read_to_string(&path).unwrap();
                let to = text.lines().find_map(|line| line.strip_prefix("To: "));
                let to = to.unwrap_or_else(|| panic!("a letter to nobody: {text}"));
                if let Some(link) = link(&text) {
                    self.links.insert(to.trim().trim_matches(['<', '>']).to_owned(), link);
                }
            }
        }
    }

    /// The link that was mailed to an address.
    pub fn link_to(&self, address: &str) -> Option<&Link> {
        self.links.get(address)
    }

    /// The same, once: the next one is another letter's.
    pub fn take_link_to(&mut self, address: &str) -> Option<Link> {
        self.links.remove(address)
    }
}

/// The link in a letter.
pub fn link(text: &str) -> Option<Link> {
    let places = ["/auth/activate/", "/auth/password/reset/confirm/"];
    let (_, rest) = places.iter().find_map(|place| text.split_once(place))?;
    let legal = |c: char| c.is_ascii_alphanumeric() || "-_/".contains(c);
    let (uid, token) = rest.split(|c| !legal(c)).next()?.split_once('/')?;
    Some((uid.to_owned(), token.to_owned()))
}
