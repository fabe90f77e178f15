//! Secrets come from a prompt, a file or standard input, never from the command line, where every other
//! process could read them.

use std::{fs, io::Read as _, path::Path};

use secrecy::SecretString;

use super::Failed;

/// A secret out of a file, `-` being standard input. One line break at the end is not part of it.
pub fn from_file(path: &Path) -> Result<SecretString, Failed> {
    let read = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    let text = read.map_err(|cause| Failed(format!("{}: {cause}", path.display())))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).into())
}

/// A new password, asked for twice without showing it.
pub fn ask_new_password() -> Result<SecretString, Failed> {
    let first = ask("Password: ")?;
    let second = ask("The same again: ")?;
    if first != second {
        return Err(Failed("the two passwords are not the same; nothing was changed".to_owned()));
    }
    Ok(first.into())
}

fn ask(prompt: &str) -> Result<String, Failed> {
    rpassword::prompt_password(prompt).map_err(|cause| {
        let mend = "use --password-file FILE, or `-` for standard input";
        Failed(format!("there is no terminal to ask for the password at ({cause}): {mend}"))
    })
}
