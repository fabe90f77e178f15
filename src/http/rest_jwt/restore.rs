//! `restore`: a link for a new password, and the new password for the link.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use serde_json::json;

use super::Refused;
use crate::{
    app::App,
    domain::{caller::Caller, letter::LetterKind, password::Password},
    error::Refusal,
    http::{
        body::{JsonBody, Words},
        caller,
        fields::{Reader, Text},
        language,
    },
    usecases::passwords::{NewPassword, PasswordLink},
};

/// `POST restore`: with an address, mails a link to it and never tells whether it did; with the token of
/// such a link and a password, sets the password and ends every session.
pub async fn restore(
    app: Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, Refused> {
    let (from, words) = (caller::of(&request), body.0?);
    let token = either(&words, ["restoring_token", "token"]);
    let password = either(&words, ["restoring_password", "new_password"]);
    let email = either(&words, ["restoring_email", "email"]);
    let message = match (token, password, email) {
        (None, None, None) => {
            let mend = "Send restoring_email, or restoring_token and restoring_password.";
            return Err(Refusal::BadRequest(mend).into());
        }
        (None, None, Some(email)) => {
            ask(&app, from, &words, email).await?;
            "letter-on-its-way"
        }
        (token, password, _) => {
            let token = token.unwrap_or("restoring_token");
            set(&app, from, &words, (token, password.unwrap_or("restoring_password"))).await?;
            "password-changed"
        }
    };
    Ok(language::said(&request, |tongue| json!({ "message": tongue.say(message), "status": 200 })))
}

/// The first of the names that is there.
fn either(words: &Words, names: [&'static str; 2]) -> Option<&'static str> {
    names.into_iter().find(|name| words.get(name).is_some())
}

async fn ask(app: &App, from: Caller, words: &Words, field: &'static str) -> Result<(), Refused> {
    let mut read = Reader::new(words);
    let email = read.email(field);
    let email = read.finish(email)?;
    Ok(app.ask_letter(from, LetterKind::PasswordRestore, email).await?)
}

async fn set(
    app: &App,
    from: Caller,
    words: &Words,
    (token_field, password_field): (&'static str, &'static str),
) -> Result<(), Refused> {
    let mut read = Reader::new(words);
    let token = read.text(Text::filled(token_field, 1024));
    let password = read.text(Text::filled(password_field, 4096));
    let (token, password) = read.finish(token.zip(password))?;
    let password = NewPassword::once(password_field, Password::new(password));
    let link = Ok(PasswordLink::Restoring(token.into()));
    Ok(app.reset_password(from, link, &password).await?)
}
