//! `cambio config check` and `cambio config show`.

use std::io::{self, Write};

use serde_json::json;

use super::Failed;
use crate::config::{Config, Loaded, Problem, Shown};

/// How a listing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Columns for people.
    Table,
    /// One array of objects for machines.
    Json,
}

/// Says everything that is wrong or risky, or `ok`; the exit code is 1 when Cambio would not start. `rehearse`
/// tries what a start does with settings that are sound one by one.
pub fn check(
    loaded: &Result<Loaded, Vec<Problem>>,
    rehearse: impl FnOnce(&Config) -> Result<(), Failed>,
    out: &mut impl Write,
) -> io::Result<u8> {
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(problems) => return tell(problems, out),
    };
    if let Err(Failed(text)) = rehearse(&loaded.config) {
        writeln!(out, "error: {text}")?;
        return Ok(1);
    }
    let warnings = loaded.warnings();
    for (key, text) in &warnings {
        let origin = loaded.origin(key).unwrap_or("not set");
        writeln!(out, "warning: {key} ({origin}): {text}")?;
    }
    if warnings.is_empty() {
        writeln!(out, "ok")?;
    }
    Ok(0)
}

/// Prints every setting in force with its origin, secrets hidden; or what is wrong, with exit code 1.
pub fn show(
    loaded: &Result<Loaded, Vec<Problem>>,
    form: Form,
    out: &mut impl Write,
) -> io::Result<u8> {
    match (loaded, form) {
        (Err(problems), _) => return tell(problems, out),
        (Ok(loaded), Form::Table) => table(loaded.show(), out)?,
        (Ok(loaded), Form::Json) => array(loaded.show(), out)?,
    }
    Ok(0)
}

fn tell(problems: &[Problem], out: &mut impl Write) -> io::Result<u8> {
    for problem in problems {
        writeln!(out, "error: {problem}")?;
    }
    Ok(1)
}

fn table(settings: &[Shown], out: &mut impl Write) -> io::Result<()> {
    let widest = |column: fn(&Shown) -> &str| {
        settings.iter().map(|shown| column(shown).chars().count()).max().unwrap_or(0)
    };
    let (keys, values) = (widest(|shown| &shown.key), widest(|shown| &shown.value));
    for Shown { key, value, origin } in settings {
        writeln!(out, "{key:keys$}  {value:values$}  {origin}")?;
    }
    Ok(())
}

fn array(settings: &[Shown], out: &mut impl Write) -> io::Result<()> {
    let object = |shown: &Shown| {
        let Shown { key, value, origin } = shown;
        json!({ "key": key, "value": value, "origin": origin })
    };
    let objects: Vec<_> = settings.iter().map(object).collect();
    serde_json::to_writer_pretty(&mut *out, &objects)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::{Form, check, show};
    use crate::config::{Config, Loaded, Problem, Sources};

    fn load(variables: &[(&str, &str)]) -> Result<Loaded, Vec<Problem>> {
        let own = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        Config::load(&Sources { env: variables.iter().map(own).collect(), ..Sources::default() })
    }

    fn said(tell: impl FnOnce(&mut Vec<u8>) -> std::io::Result<u8>) -> (u8, String) {
        let mut out = Vec::new();
        let code = tell(&mut out).expect("a code");
        (code, String::from_utf8(out).expect("text"))
    }

    const SMTP: [(&str, &str); 3] = [
        ("CAMBIO_MAIL__TRANSPORT", "smtp"),
        ("CAMBIO_MAIL__SMTP__HOST", "mail.example.org"),
        ("CAMBIO_MAIL__FROM", "no-reply@example.org"),
    ];

    #[test]
    fn settings_without_fault_are_ok() {
        let loaded = load(&SMTP);
        assert_eq!(said(|out| check(&loaded, |_| Ok(()), out)), (0, "ok\n".to_owned()));
    }

    #[test]
    fn risky_settings_are_named_and_do_not_stop_the_start() {
        let (code, text) = said(|out| check(&load(&[]), |_| Ok(()), out));
        assert_eq!(code, 0);
        assert!(
            text.starts_with("warning: mail.transport (default): letters are printed"),
            "{text}"
        );
    }

    #[test]
    fn wrong_settings_are_all_named_and_stop_the_start() {
        let loaded = load(&[("CAMBIO_X", "1"), ("CAMBIO_PRUNE__BATCH", "0")]);
        for (code, text) in [
            said(|out| check(&loaded, |_| Ok(()), out)),
            said(|out| show(&loaded, Form::Table, out)),
            said(|out| show(&loaded, Form::Json, out)),
        ] {
            assert_eq!(code, 1);
            assert!(text.contains("error: x (variable CAMBIO_X): is no key of Cambio"), "{text}");
            assert!(
                text.contains("error: prune.batch (variable CAMBIO_PRUNE__BATCH): is 0"),
                "{text}"
            );
        }
    }

    #[test]
    fn the_table_is_aligned_and_tells_the_origin() {
        let (code, text) = said(|out| show(&load(&SMTP), Form::Table, out));
        assert_eq!(code, 0);
        let column =
            |line: &str, word: &str| line.split_once(word).map(|(left, _)| left.chars().count());
        let lines: Vec<_> = text.lines().collect();
        let host = lines.iter().find(|line| line.starts_with("mail.smtp.host ")).expect("a line");
        let port = lines.iter().find(|line| line.starts_with("mail.smtp.port ")).expect("a line");
        assert_eq!(column(host, "variable CAMBIO_MAIL__SMTP__HOST"), column(port, "default"));
        assert_eq!(column(host, "mail.example.org"), column(port, "587"));
    }

    #[test]
    fn the_json_holds_every_setting_with_secrets_hidden() {
        let loaded = load(&[("CAMBIO_DATABASE__URL", "postgres://me:hush@db/cambio")]);
        let (_, text) = said(|out| show(&loaded, Form::Json, out));
        assert!(!text.contains("hush"));
        let settings: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let url = settings.as_array().expect("a list").iter().find(|s| s["key"] == "database.url");
        assert_eq!(url.expect("the url")["origin"], "variable CAMBIO_DATABASE__URL");
    }
}
