//! `jwt/`: simplejwt's calls.

use actix_web::{HttpResponse, http::StatusCode, web::Data};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::Refused;
use crate::{
    app::App,
    domain::{password::Password, policy::LoginField},
    error::{Error, Refusal},
    http::{
        answer,
        body::{Body, Words},
        fields::{Reader, Text},
    },
    usecases::jwt,
};

/// `POST jwt/create/`: a pair of JWTs for an e-mail address and a password. The `Authorization` header is
/// not looked at.
pub async fn create(app: Data<App>, body: Body) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    let mut read = Reader::new(&words);
    let name = read.text(Text::filled(name_field(&words, app.policy().names.login), 4096));
    let password = read.text(Text::filled("password", 4096));
    let (name, password) = read.finish(name.zip(password))?;
    let checked = app.check_login(&name, &Password::new(password)).await.map_err(no_account)?;
    let pair = app.write(move |ctx| jwt::by_password(ctx, &checked)).await.map_err(no_account)?;
    let body = json!({
        "refresh": pair.refresh.expose_secret(),
        "access": pair.access.expose_secret(),
    });
    Ok(answer::ok(StatusCode::OK, &body))
}

/// Under which name the login name stands: that of the login field; where it may be either, what is there.
fn name_field(words: &Words, login: LoginField) -> &'static str {
    match login {
        LoginField::Username => "username",
        LoginField::Either if words.get("email").is_none() => "username",
        LoginField::Email | LoginField::Either => "email",
    }
}

/// simplejwt answers a wrong login with 401, where djoser says 400.
fn no_account(error: Error) -> Refused {
    match error {
        Error::Refused(Refusal::BadLogin) => Refused::NoActiveAccount(error),
        other => other.into(),
    }
}
