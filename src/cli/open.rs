//! From the settings to an open house.

use std::{path::PathBuf, sync::Arc};

use super::{Failed, say_error};
use crate::{
    app::App,
    clock::SystemClock,
    config::{Config, Sources},
    courier::Office,
    entropy::OsEntropy,
    store::migrate,
};

/// How long a command waits for a connection to the database at least.
const COMMAND_WAITS_MS: u32 = 10_000;

/// The settings of this process, or every problem with them.
pub fn config(file: Option<PathBuf>) -> Result<Config, Failed> {
    let loaded = Config::load(&Sources::from_process(file)).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
        Failed(format!("these settings cannot be used:\n{}", lines.join("\n")))
    })?;
    for (key, text) in loaded.warnings() {
        say_error(&format!("warning: {key}: {text}"));
    }
    Ok(loaded.config)
}

/// The house these settings describe, nothing started.
pub fn app(config: &Config) -> Result<App, Failed> {
    Ok(App::build(config, Arc::new(SystemClock), Arc::new(OsEntropy))?)
}

/// Prepares all that a server needs, without connecting to anything or leaving a trace, and lets go of it.
pub fn rehearse(config: &Config) -> Result<(), Failed> {
    app(config)?;
    Ok(Office::rehearse(config)?)
}

/// The house for one command: its tables brought up to date if the settings say so.
pub fn for_command(file: Option<PathBuf>) -> Result<App, Failed> {
    let mut config = config(file)?;
    // A person waits more readily than a request, and would only type it again.
    let patience = &mut config.database.acquire_timeout_ms;
    *patience = (*patience).max(COMMAND_WAITS_MS);
    let app = app(&config)?;
    if config.database.migrate_at_start {
        migrate::run(app.store())?;
    }
    Ok(app)
}
