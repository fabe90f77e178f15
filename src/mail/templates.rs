//! The texts of the letters: those built in, and those an operator puts in their place.

use std::{borrow::Cow, fs, io, path::Path};

use crate::error::Fault;

macro_rules! embedded {
    ($($name:literal)+) => {
        [$(($name, include_str!(concat!("templates/", $name)))),+]
    };
}

/// Every file a letter is made of: a text and an HTML form for each kind and language, and their frames.
const EMBEDDED: [(&str, &str); 74] = embedded![
    "layout.html" "button.html"
    "layout.en.txt" "layout.en.html"
    "layout.ru.txt" "layout.ru.html"
    "layout.ko.txt" "layout.ko.html"
    "activation.en.txt" "activation.en.html"
    "activation.ru.txt" "activation.ru.html"
    "activation.ko.txt" "activation.ko.html"
    "verification.en.txt" "verification.en.html"
    "verification.ru.txt" "verification.ru.html"
    "verification.ko.txt" "verification.ko.html"
    "confirmation.en.txt" "confirmation.en.html"
    "confirmation.ru.txt" "confirmation.ru.html"
    "confirmation.ko.txt" "confirmation.ko.html"
    "password_reset.en.txt" "password_reset.en.html"
    "password_reset.ru.txt" "password_reset.ru.html"
    "password_reset.ko.txt" "password_reset.ko.html"
    "password_changed.en.txt" "password_changed.en.html"
    "password_changed.ru.txt" "password_changed.ru.html"
    "password_changed.ko.txt" "password_changed.ko.html"
    "already_registered.en.txt" "already_registered.en.html"
    "already_registered.ru.txt" "already_registered.ru.html"
    "already_registered.ko.txt" "already_registered.ko.html"
    "email_change.en.txt" "email_change.en.html"
    "email_change.ru.txt" "email_change.ru.html"
    "email_change.ko.txt" "email_change.ko.html"
    "email_reset.en.txt" "email_reset.en.html"
    "email_reset.ru.txt" "email_reset.ru.html"
    "email_reset.ko.txt" "email_reset.ko.html"
    "username_reset.en.txt" "username_reset.en.html"
    "username_reset.ru.txt" "username_reset.ru.html"
    "username_reset.ko.txt" "username_reset.ko.html"
    "email_changed.en.txt" "email_changed.en.html"
    "email_changed.ru.txt" "email_changed.ru.html"
    "email_changed.ko.txt" "email_changed.ko.html"
    "username_changed.en.txt" "username_changed.en.html"
    "username_changed.ru.txt" "username_changed.ru.html"
    "username_changed.ko.txt" "username_changed.ko.html"
];

/// All texts by file name; a file of the same name in the directory wins over the built-in one.
///
/// A `.txt` or `.html` file there that is no part of any letter is a fault: its name is mistyped.
pub(super) fn load(
    overrides: Option<&Path>,
) -> Result<Vec<(&'static str, Cow<'static, str>)>, Fault> {
    let mut texts = EMBEDDED.map(|(name, text)| (name, Cow::Borrowed(text)));
    if let Some(directory) = overrides {
        let unreadable = |e| Fault::because("mail.templates_dir cannot be read", e);
        refuse_strangers(directory).map_err(unreadable)?;
        for (name, text) in &mut texts {
            if let Some(own) = read(&directory.join(*name)).map_err(unreadable)? {
                *text = Cow::Owned(own);
            }
        }
    }
    Ok(texts.into())
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

fn refuse_strangers(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let template = name.ends_with(".txt") || name.ends_with(".html");
        if template && !EMBEDDED.iter().any(|(known, _)| *known == name) {
            return Err(io::Error::other(format!("{name} is no part of any letter")));
        }
    }
    Ok(())
}
