//! `cambio migrate`.

use std::{path::PathBuf, process::ExitCode};

use super::{Failed, open, say};
use crate::store::migrate;

/// Brings the tables up to date and tells what was done.
pub fn run(file: Option<PathBuf>) -> Result<ExitCode, Failed> {
    let app = open::app(&open::config(file)?)?;
    let ran = migrate::run(app.store())?;
    for name in &ran {
        say(&format!("ran {name}"));
    }
    if ran.is_empty() {
        say("nothing to do: the tables are up to date");
    }
    Ok(ExitCode::SUCCESS)
}
