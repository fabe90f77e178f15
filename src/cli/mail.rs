//! `cambio mail`: letters that have not left yet.

use std::{path::PathBuf, process::ExitCode};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::{
    Failed,
    args::{Form, MailCommand},
    open, say,
};
use crate::{
    store::outbox::{ListedLetter, Prospect},
    usecases::letters,
};

/// Runs one of its commands.
pub fn run(command: &MailCommand, file: Option<PathBuf>) -> Result<ExitCode, Failed> {
    let app = open::for_command(file)?;
    match *command {
        MailCommand::List { after, limit, form } => {
            let limit = limit.clamp(1, 10_000);
            list(form, &app.run_now(|ctx| letters::list(ctx, after, limit))?);
        }
        MailCommand::Retry { id: Some(id), form, .. } => {
            let due = app.run_now(|ctx| letters::retry(ctx, id))?;
            done(form, &json!({ "retried": due }), &retried(due));
        }
        MailCommand::Retry { id: None, form, .. } => {
            let due = app.run_now(letters::retry_all)?;
            done(form, &json!({ "retried": due }), &retried(due));
        }
        MailCommand::Drop { id, form } => {
            app.run_now(|ctx| letters::throw_away(ctx, id))?;
            done(form, &json!({ "id": id, "dropped": true }), "dropped");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn retried(due: usize) -> String {
    match due {
        0 => "nothing to do: what waits is tried within half a minute by itself".to_owned(),
        1 => "1 letter is due now".to_owned(),
        more => format!("{more} letters are due now"),
    }
}

fn list(form: Form, all: &[ListedLetter]) {
    if form.json {
        say(&json!(all.iter().map(shown).collect::<Vec<_>>()).to_string());
        return;
    }
    for letter in all {
        let (state, at) = match letter.prospect {
            Prospect::Next(at) => ("next try", at),
            Prospect::Parked(at) => ("parked", at),
        };
        say(&format!(
            "{}  {}  account {}  {} tries  {state} {}  {}",
            letter.id,
            letter.kind,
            letter.account.0,
            letter.attempts,
            time(at),
            letter.last_error.as_deref().unwrap_or("-")
        ));
    }
    if all.is_empty() {
        say("no letter waits");
    }
}

fn shown(letter: &ListedLetter) -> Value {
    let (next_try, parked_at) = match letter.prospect {
        Prospect::Next(at) => (Some(time(at)), None),
        Prospect::Parked(at) => (None, Some(time(at))),
    };
    json!({
        "id": letter.id,
        "kind": letter.kind,
        "account": letter.account.0,
        "created_at": time(letter.created_at),
        "attempts": letter.attempts,
        "next_try": next_try,
        "parked_at": parked_at,
        "last_error": letter.last_error,
    })
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn done(form: Form, json: &Value, words: &str) {
    if form.json { say(&json.to_string()) } else { say(words) }
}
