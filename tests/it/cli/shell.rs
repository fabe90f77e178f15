//! The program, run to its end in an environment of one's own.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::House;

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_cambio");

/// A terminal with a folder of its own and the variables it was given, nothing else.
pub struct Shell {
    dir: TempDir,
    variables: Vec<(String, String)>,
}

impl Shell {
    /// A terminal with these variables.
    pub fn with(variables: &[(&str, &str)]) -> Self {
        let own = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        Self { dir: tempfile::tempdir().unwrap(), variables: variables.iter().map(own).collect() }
    }

    /// A terminal on the machine of a running house: it works on the same database.
    pub fn at(house: &House) -> Self {
        use secrecy::ExposeSecret as _;
        let url = house.config().database.url.expose_secret();
        // Transport and sender are set so that no warning is due.
        Self::with(&[
            ("CAMBIO_DATABASE__URL", url),
            ("CAMBIO_MAIL__TRANSPORT", "directory"),
            ("CAMBIO_MAIL__DIRECTORY", "mail"),
            ("CAMBIO_MAIL__FROM", "no-reply@example.org"),
        ])
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// A file in its folder.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// The command, ready to be started.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(words).env_clear().current_dir(self.dir.path());
        command.envs(self.variables.iter().map(|(name, text)| (name, text)));
        command
    }

    /// Runs a command.
    pub fn run(&self, words: &[&str]) -> Told {
        self.run_with(words, "")
    }

    /// Runs a command with a text on its standard input.
    pub fn run_with(&self, words: &[&str], input: &str) -> Told {
        let mut command = self.command(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that reads nothing may have closed its input already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let done = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Told {
            words: words.join(" "),
            code: done.status.code().unwrap(),
            out: text(done.stdout),
            err: text(done.stderr),
        }
    }

    /// Runs a command that must succeed; what it printed.
    pub fn ok(&self, words: &[&str]) -> String {
        self.run(words).succeeded().out
    }

    /// Runs a command that must succeed and print JSON.
    pub fn json(&self, words: &[&str]) -> Value {
        self.run(&[words, &["--json"]].concat()).succeeded().json()
    }

    /// Runs a command that must fail; what it complained about.
    pub fn refused(&self, words: &[&str]) -> String {
        self.run(words).failed().err
    }
}

/// What a command said.
#[derive(Debug)]
pub struct Told {
    words: String,
    /// Its exit code.
    pub code: i32,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

impl Told {
    /// Insists on success without complaints.
    pub fn succeeded(self) -> Self {
        assert!(self.code == 0 && self.err.is_empty(), "{}: {self:#?}", self.words);
        self
    }

    /// Insists on failure that is told on standard error and nowhere else.
    pub fn failed(self) -> Self {
        let told = self.out.is_empty() && !self.err.is_empty();
        assert!(self.code != 0 && told, "{}: {self:#?}", self.words);
        self
    }

    /// Its standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON: {self:#?}"))
    }
}
