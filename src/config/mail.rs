//! `[mail]`: who the letters are from and how they leave.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use crate::domain::language::Language;

/// The section `[mail]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// How letters leave: `smtp`, `directory` or `stdout`.
    pub transport: TransportKind,
    /// The sender, as `Name <address>` or a bare address.
    pub from: String,
    /// The name of this installation, as letters say it.
    pub site_name: String,
    /// Where `transport = "directory"` puts its `.eml` files.
    pub directory: Option<PathBuf>,
    /// A directory with letters that replace the built-in ones of the same file name.
    pub templates_dir: Option<PathBuf>,
    /// The language of letters to people who have chosen none: `en`, `ru` or `ko`.
    pub default_language: String,
    /// The mail server, for `transport = "smtp"`.
    pub smtp: Smtp,
    /// How often a letter is tried before it is given up.
    pub max_attempts: u32,
}

/// How letters leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransportKind {
    /// Through a mail server.
    Smtp,
    /// As files, for another program to pick up.
    Directory,
    /// Printed, for trying Cambio out.
    Stdout,
}

/// The section `[mail.smtp]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Smtp {
    /// Its host name.
    pub host: String,
    /// Its port: 587 for `starttls`, 465 for `implicit`, often 25 or 1025 for `none`.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: SmtpTls,
    /// The name to log in with; none, no log-in.
    pub username: Option<String>,
    /// The password to log in with.
    #[serde(deserialize_with = "secret")]
    pub password: Option<SecretString>,
    /// How long one letter may take from connecting to the server's last word.
    pub timeout_seconds: u64,
}

/// How the connection to the mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// Not at all.
    None,
    /// From the `STARTTLS` command on, which must succeed (RFC 3207).
    Starttls,
    /// From the first byte (RFC 8314 §3.3).
    Implicit,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            transport: TransportKind::Stdout,
            from: "Cambio <no-reply@localhost>".to_owned(),
            site_name: "Cambio".to_owned(),
            directory: None,
            templates_dir: None,
            default_language: "en".to_owned(),
            smtp: Smtp::default(),
            max_attempts: 10,
        }
    }
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 587,
            tls: SmtpTls::Starttls,
            username: None,
            password: None,
            timeout_seconds: 10,
        }
    }
}

impl Mail {
    /// The language of letters to people who have chosen none.
    pub fn language(&self) -> Language {
        Language::parse(&self.default_language).unwrap_or_default()
    }

    /// Everything that cannot work: the key below `mail.`, and what is wrong with it and how to mend it.
    pub fn validate(&self) -> Result<(), Vec<(String, String)>> {
        let mut wrong = Vec::new();
        let mut check = |holds: bool, key: &str, mend: &str| {
            if !holds {
                wrong.push((key.to_owned(), mend.to_owned()));
            }
        };
        check(is_sender(&self.from), "from", "is not `Name <address>` or an address");
        check(is_line(&self.site_name), "site_name", "must be one line of text, not empty");
        check(
            Language::parse(&self.default_language).is_some(),
            "default_language",
            "is none of `en`, `ru`, `ko`",
        );
        check((1..=100).contains(&self.max_attempts), "max_attempts", "must be 1 to 100");
        check(
            self.transport != TransportKind::Directory || self.directory.is_some(),
            "directory",
            "is needed by `transport = \"directory\"`: name the directory for the letters",
        );
        if self.transport == TransportKind::Smtp {
            self.smtp.check(&mut check);
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// Everything that works but is seldom meant: the key below `mail.`, and why.
    pub fn warnings(&self) -> Vec<(String, String)> {
        let mut odd = Vec::new();
        let mut warn = |when: bool, key: &str, why: &str| {
            if when {
                odd.push((key.to_owned(), why.to_owned()));
            }
        };
        let real = self.transport != TransportKind::Stdout;
        warn(
            !real,
            "transport",
            "letters are printed, with their links, and reach nobody; use `smtp` to send them",
        );
        warn(
            real && self.from.trim_end_matches('>').ends_with("@localhost"),
            "from",
            "is an address at `localhost`; nobody can answer it and many servers refuse it",
        );
        if self.transport == TransportKind::Smtp {
            self.smtp.warn(&mut warn);
        }
        odd
    }
}

impl Smtp {
    fn check(&self, check: &mut impl FnMut(bool, &str, &str)) {
        let given = !self.host.is_empty() && !self.host.contains(char::is_whitespace);
        check(given, "smtp.host", "is needed by `transport = \"smtp\"`: name the mail server");
        check(self.port != 0, "smtp.port", "must be 1 to 65535");
        check(
            self.username.is_some() || self.password.is_none(),
            "smtp.username",
            "is missing though there is a password; give both or neither",
        );
        check(
            self.password.is_some() || self.username.is_none(),
            "smtp.password",
            "is missing though there is a username; give both or neither",
        );
        // A courier has a letter for itself for 30 s; another must not take it while it is being sent.
        let timeout = (1..=25).contains(&self.timeout_seconds);
        check(timeout, "smtp.timeout_seconds", "must be 1 to 25");
    }

    fn warn(&self, warn: &mut impl FnMut(bool, &str, &str)) {
        let near = matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        warn(
            self.tls == SmtpTls::None && !near,
            "smtp.tls",
            "letters and the log-in cross the network unencrypted; use `starttls` or `implicit`",
        );
        warn(
            matches!((self.tls, self.port), (SmtpTls::Implicit, 587) | (SmtpTls::Starttls, 465)),
            "smtp.port",
            "does not fit `smtp.tls`: `starttls` is spoken at 587, `implicit` at 465",
        );
    }
}

/// A rough look; whether every letter of the address is legal is found out when the transport is built.
fn is_sender(from: &str) -> bool {
    let address = match from.trim().strip_suffix('>') {
        Some(start) => start.rsplit_once('<').map_or("", |(_, address)| address),
        None => from.trim(),
    };
    let halves = address.rsplit_once('@');
    is_line(from) && halves.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SecretString>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(SecretString::from))
}

#[cfg(test)]
mod tests {
    use figment::{
        Figment,
        providers::{Format as _, Toml},
    };

    use super::{Mail, SmtpTls, TransportKind};

    fn read(toml: &str) -> Mail {
        Figment::from(Toml::string(toml)).extract().expect("a section")
    }

    fn wrong(toml: &str) -> Vec<String> {
        let wrong = read(toml).validate().err().unwrap_or_default();
        wrong.into_iter().map(|(key, _)| key).collect()
    }

    fn odd(toml: &str) -> Vec<String> {
        read(toml).warnings().into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn an_empty_section_works_and_prints_its_letters() {
        let mail = read("");
        assert_eq!(mail.transport, TransportKind::Stdout);
        assert_eq!(mail.validate(), Ok(()));
        assert_eq!(odd(""), ["transport"]);
    }

    #[test]
    fn a_whole_section_is_read() {
        let mail = read(
            r#"
            transport = "smtp"
            from = "Bureau <post@example.com>"
            default_language = "ko"
            [smtp]
            host = "mail.example.com"
            port = 465
            tls = "implicit"
            username = "post"
            password = "open sesame"
            "#,
        );
        assert_eq!(mail.validate(), Ok(()));
        assert_eq!(mail.warnings(), []);
        assert_eq!(mail.smtp.tls, SmtpTls::Implicit);
        assert_eq!(mail.language().tag(), "ko");
        assert!(!format!("{mail:?}").contains("sesame"));
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        for toml in ["form = \"a@b\"", "[smtp]\nhots = \"x\"", "transport = \"pigeon\""] {
            assert!(Figment::from(Toml::string(toml)).extract::<Mail>().is_err(), "{toml}");
        }
    }

    #[test]
    fn what_cannot_work_is_named_all_at_once() {
        assert_eq!(wrong("from = \"nobody\"\nsite_name = \" \""), ["from", "site_name"]);
        assert_eq!(wrong("from = \"A <a@b.c>\\nBcc: x@y.z\""), ["from"]);
        assert_eq!(wrong("transport = \"directory\""), ["directory"]);
        assert_eq!(wrong("transport = \"smtp\""), ["smtp.host"]);
        assert_eq!(wrong("default_language = \"fr\"\nmax_attempts = 0").len(), 2);
        let half = "transport = \"smtp\"\n[smtp]\nhost = \"m\"\nusername = \"u\"";
        assert_eq!(wrong(half), ["smtp.password"]);
    }

    #[test]
    fn what_is_seldom_meant_is_warned_of() {
        let plain = "transport = \"smtp\"\nfrom = \"a@b.cd\"\n[smtp]\ntls = \"none\"\n";
        assert_eq!(odd(&format!("{plain}host = \"mail.example.com\"")), ["smtp.tls"]);
        assert_eq!(odd(&format!("{plain}host = \"localhost\"")), [""; 0]);
        let ports = "transport = \"smtp\"\n[smtp]\nhost = \"m\"\nport = 465";
        assert_eq!(odd(ports), ["from", "smtp.port"]);
    }
}
