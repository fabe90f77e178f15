//! `cambio keys`: the keys that sign what others verify.

use std::{path::PathBuf, process::ExitCode};

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::{
    Failed,
    args::{Form, KeysCommand},
    open, say, secret,
};
use crate::{app::App, usecases::keys};

/// Runs one of its commands.
pub fn run(command: &KeysCommand, file: Option<PathBuf>) -> Result<ExitCode, Failed> {
    let app = open::for_command(file)?;
    match command {
        KeysCommand::List(form) => list(&app, *form)?,
        KeysCommand::Rotate(form) => {
            let kid = app.run_now(keys::rotate)?;
            done(*form, &json!({ "signs": kid }), &format!("{kid} signs from now on"));
        }
        KeysCommand::Import { file, form } => {
            let pem = secret::from_file(file)?;
            let kid = app.run_now(|ctx| keys::import(ctx, &pem))?;
            done(*form, &json!({ "kid": kid }), &format!("{kid} is published"));
        }
    }
    Ok(ExitCode::SUCCESS)
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
