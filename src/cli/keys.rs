//! `cambio keys`: the keys that sign what others verify.

use std::{path::PathBuf, process::ExitCode};

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::{
    Failed,
    args::{Form, KeysCommand},
    open, say, say_error, secret,
};
use crate::{
    app::App,
    domain::signing::KEYS_MAX_AGE,
    usecases::keys::{self, Rotated},
};

/// Runs one of its commands.
pub fn run(command: &KeysCommand, file: Option<PathBuf>) -> Result<ExitCode, Failed> {
    let app = open::for_command(file)?;
    match command {
        KeysCommand::List(form) => list(&app, *form)?,
        KeysCommand::Rotate(form) => {
            let done = app.run_now(keys::rotate)?;
            rotated(*form, &done);
        }
        KeysCommand::Import { file, form } => {
            let pem = secret::from_file(file)?;
            let kid = app.run_now(|ctx| keys::import(ctx, &pem))?;
            done(*form, &json!({ "kid": kid }), &format!("{kid} is published"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn rotated(form: Form, done: &Rotated) {
    let (kid, seconds) = (&done.kid, done.published.num_seconds());
    let told = json!({ "signs": kid, "published_seconds": seconds });
    self::done(form, &told, &format!("{kid} signs from now on"));
    if done.is_early() {
        say_error(&format!(
            "the key was published {seconds} s ago, and others keep the keys for {KEYS_MAX_AGE} s: some of them do \
             not know it yet and will refuse what it signs"
        ));
    }
}

fn list(app: &App, form: Form) -> Result<(), Failed> {
    let keys = app.run_now(keys::list)?;
    let rows: Vec<Value> = keys
        .iter()
        .map(|key| {
            json!({
                "kid": key.kid,
                "algorithm": key.algorithm,
                "stage": key.stage.word(),
                "created_at": key.created_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            })
        })
        .collect();
    if form.json {
        say(&Value::from(rows).to_string());
        return Ok(());
    }
    for key in keys {
        let made = key.created_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        say(&format!("{:43}  {:5}  {:7}  {made}", key.kid, key.algorithm, key.stage.word()));
    }
    Ok(())
}

fn done(form: Form, json: &Value, text: &str) {
    if form.json { say(&json.to_string()) } else { say(text) }
}
