//! Reading the source: files, their words without comments, and the paths they name.

use std::{fs, path::Path};

/// A file of Rust.
pub struct File {
    /// Where it is, from `src/` on: `http/djoser/mod.rs`.
    pub place: String,
    /// All of it.
    pub text: String,
    /// Whether it is compiled for tests only.
    pub is_test: bool,
}

impl File {
    /// The room it belongs to: the first part of its place.
    pub fn room(&self) -> &str {
        let first = self.place.split('/').next().unwrap();
        first.trim_end_matches(".rs")
    }

    /// Its modules from the root on: `http`, `djoser`, `users`.
    pub fn modules(&self) -> Vec<String> {
        let parts = self.place.trim_end_matches(".rs").split('/').map(str::to_owned);
        parts.filter(|part| part != "mod" && part != "lib" && part != "main").collect()
    }

    /// What stands before its inline tests.
    pub fn code(&self) -> &str {
        let lines = self.text.split_inclusive('\n').scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line.trim_end()))
        });
        let lines: Vec<_> = lines.collect();
        let inline = |pair: &&[(usize, &str)]| {
            pair[0].1 == "#[cfg(test)]" && pair[1].1.starts_with("mod ") && pair[1].1.ends_with('{')
        };
        lines.windows(2).find(inline).map_or(&self.text, |pair| &self.text[..pair[0].0])
    }

    /// The words of its code.
    pub fn words(&self) -> Vec<Word> {
        words(self.code())
    }

    /// Every path its code names, whole: `use a::{b, c::d}` names `a::b` and `a::c::d`. What begins with
    /// `crate`, `self` or `super` begins with `crate` here.
    pub fn paths(&self) -> Vec<Vec<String>> {
        let words = self.words();
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            match &words[at] {
                Word::Name(_) => at = path(&words, at, &[], &mut found),
                Word::Text(_) | Word::Sign(_) => at += 1,
            }
        }
        found.into_iter().map(|path| absolute(path, &self.modules())).collect()
    }
}

/// Every file of Rust in a directory of this package, in order.
pub fn files(directory: &str) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut found = Vec::new();
    gather(&root, &root, &mut found);
    found.sort_by(|a, b| a.place.cmp(&b.place));
    let for_tests: Vec<Vec<String>> = found.iter().flat_map(modules_for_tests).collect();
    for file in &mut found {
        let modules = file.modules();
        file.is_test = for_tests.iter().any(|test| modules.starts_with(test));
    }
    found
}

fn gather(root: &Path, directory: &Path, found: &mut Vec<File>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let place = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            found.push(File { place, text: fs::read_to_string(&path).unwrap(), is_test: false });
        }
    }
}

/// The modules that a file declares below `#[cfg(test)]`.
fn modules_for_tests(file: &File) -> Vec<Vec<String>> {
    let lines: Vec<&str> = file.text.lines().collect();
    let declared = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]").filter_map(|pair| {
        let name = pair[1].trim_start_matches("pub(crate) ").strip_prefix("mod ")?;
        name.strip_suffix(';')
    });
    let below = |name: &str| [file.modules(), vec![name.to_owned()]].concat();
    declared.map(below).collect()
}

/// The modules that a file declares as files of their own.
pub fn declared(file: &File) -> Vec<Vec<String>> {
    let names = file.text.lines().filter_map(|line| {
        let (before, rest) = line.split_once("mod ")?;
        let is_declaration = before.is_empty() || before.starts_with("pub");
        rest.strip_suffix(';').filter(|_| is_declaration)
    });
    names.map(|name| [file.modules(), vec![name.to_owned()]].concat()).collect()
}

/// A word of Rust; comments and white space are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// An identifier, a keyword or a number.
    Name(String),
    /// What a string says, escapes left as they stand.
    Text(String),
    /// `::`, or any other single sign.
    Sign(&'static str),
}

/// The words of a text. Lifetimes and characters are left out.
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(string) = string(rest) {
            words.push(Word::Text(string.inner.to_owned()));
            string.length
        } else if first == '\'' {
            character(rest)
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            words.push(Word::Name(rest[..end].to_owned()));
            end
        } else if rest.starts_with("::") {
            words.push(Word::Sign("::"));
            2
        } else {
            words.extend(sign(first).map(Word::Sign));
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    words
}

fn sign(c: char) -> Option<&'static str> {
    let known = ["{", "}", "(", ")", "[", "]", ",", ";", "=", ">", "|", ".", "#", "!", "*", "&"];
    known.into_iter().find(|sign| sign.starts_with(c))
}

struct Quoted<'a> {
    inner: &'a str,
    length: usize,
}

/// The string literal that a text begins with: `"…"`, `r"…"`, `r#"…"#`, `b"…"`, `br#"…"#`.
fn string(text: &str) -> Option<Quoted<'_>> {
    let head = text.trim_start_matches(['b', 'r']);
    let prefix = text.len() - head.len();
    let raw = text[..prefix].contains('r');
    let hashes = head.len() - head.trim_start_matches('#').len();
    let start = prefix + hashes + 1;
    if prefix > 2 || hashes > 0 && !raw || !head[hashes..].starts_with('"') {
        return None;
    }
    let end = if raw {
        start + text[start..].find(&format!("\"{}", "#".repeat(hashes)))?
    } else {
        let mut escaped = false;
        start
            + text[start..].find(|c| {
                let over = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                over
            })?
    };
    Some(Quoted { inner: &text[start..end], length: end + 1 + hashes })
}

/// The length of the character or lifetime that a text begins with.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, _))) => {
            text[at + 1..].find('\'').map_or(1, |end| at + 1 + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

/// Reads the path that begins at a word, after what stands before it in a `use` tree, and tells where it ends.
fn path(words: &[Word], mut at: usize, before: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut path = before.to_vec();
    while let Some(Word::Name(name)) = words.get(at) {
        path.push(name.clone());
        at += 1;
        if words.get(at) != Some(&Word::Sign("::")) {
            break;
        }
        at += 1;
        if words.get(at) == Some(&Word::Sign("{")) {
            return tree(words, at + 1, &path, found);
        }
    }
    found.push(path);
    at
}

/// Reads the branches of a `use` tree, and tells where it ends.
fn tree(words: &[Word], mut at: usize, before: &[String], found: &mut Vec<Vec<String>>) -> usize {
    while let Some(word) = words.get(at) {
        match word {
            Word::Sign("}") => return at + 1,
            Word::Name(name) if name == "as" => at += 2,
            Word::Name(_) => at = path(words, at, before, found),
            Word::Text(_) | Word::Sign(_) => at += 1,
        }
    }
    at
}

/// A path from the root, for what begins with `self` or `super`.
fn absolute(path: Vec<String>, modules: &[String]) -> Vec<String> {
    let ups = path.iter().take_while(|part| *part == "super").count();
    let relative = ups > 0 || path.first().is_some_and(|first| first == "self") && path.len() > 1;
    if !relative {
        return path;
    }
    let kept = &modules[..modules.len().saturating_sub(ups)];
    let rest = path.into_iter().skip_while(|part| part == "super" || part == "self");
    std::iter::once("crate".to_owned()).chain(kept.iter().cloned()).chain(rest).collect()
}

#[test]
fn paths_are_read_whole() {
    let text =
        "use crate::{a::{B, c::D}, e}; // crate::not_me\nfn f() { super::g('\"', \"h::i\") }";
    let file = File { place: "room/file.rs".into(), text: text.into(), is_test: false };
    let paths: Vec<String> = file.paths().into_iter().map(|path| path.join("::")).collect();
    for path in ["crate::a::B", "crate::a::c::D", "crate::e", "crate::room::g"] {
        assert!(paths.contains(&path.to_owned()), "{path} in {paths:?}");
    }
    assert!(!paths.iter().any(|path| path.contains("not_me") || path.contains("h::i")));
}

#[test]
fn inline_tests_and_test_files_are_told_apart() {
    let text = "fn f() {}\n\n#[cfg(test)]\nmod tests {\n}\n";
    let file = File { place: "a.rs".into(), text: text.into(), is_test: false };
    assert_eq!(file.code(), "fn f() {}\n\n");
    let tests = files("src").into_iter().filter(|file| file.is_test).count();
    assert!(tests > 5, "{tests} files are for tests");
}
