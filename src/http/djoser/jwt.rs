//! `jwt/`: simplejwt's calls.

use actix_web::{HttpResponse, http::StatusCode, web::Data};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::Refused;
use crate::{
    app::App,
    domain::{caller::Caller, password::Password, policy::LoginField},
    error::{Error, Refusal, Why},
    http::{
        answer,
        body::{Body, Words},
        fields::{Reader, Text},
    },
    usecases::jwt,
};

/// `POST jwt/create/`: a pair of JWTs for an e-mail address and a password. The `Authorization` header is
/// not looked at.
pub async fn create(app: Data<App>, from: Caller, body: Body) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    let mut read = Reader::new(&words);
    let name = read.text(Text::filled(name_field(&words, app.policy().names.login), 4096));
    let password = read.text(Text::filled("password", 4096));
    let (name, password) = read.finish(name.zip(password))?;
    let password = Password::new(password);
    let checked = app.check_login(from, &name, &password).await.map_err(no_account)?;
    let pair = app.write(move |ctx| jwt::by_password(ctx, &checked)).await.map_err(no_account)?;
    let body = json!({
        "refresh": pair.refresh.expose_secret(),
        "access": pair.access.expose_secret(),
    });
    Ok(answer::ok(StatusCode::OK, &body))
}

/// `POST jwt/refresh/`: a new access JWT, and a new refresh JWT where they rotate.
pub async fn refresh(app: Data<App>, body: Body) -> Result<HttpResponse, Refused> {
    let shown = token(&body.0?, "refresh")?;
    let done = app.settle(move |ctx| jwt::refresh(ctx, &shown)).await.map_err(bad_jwt)?;
    let mut body = json!({ "access": done.access.expose_secret() });
    if let (Some(refresh), Some(body)) = (done.refresh, body.as_object_mut()) {
        body.insert("refresh".to_owned(), json!(refresh.expose_secret()));
    }
    Ok(answer::ok(StatusCode::OK, &body))
}

/// `POST jwt/verify/`: whether a JWT is good at this moment.
pub async fn verify(app: Data<App>, body: Body) -> Result<HttpResponse, Refused> {
    let shown = token(&body.0?, "token")?;
    app.read(move |ctx| jwt::verify(ctx, &shown)).await.map_err(|error| match error {
        Error::Refused(Refusal::BadGrant(Why::Used)) => Refused::Blacklisted(error),
        other => bad_jwt(other),
    })?;
    Ok(answer::ok(StatusCode::OK, &json!({})))
}

/// `POST jwt/blacklist/`: ends a refresh JWT and all that came of its login.
pub async fn blacklist(app: Data<App>, body: Body) -> Result<HttpResponse, Refused> {
    let shown = token(&body.0?, "refresh")?;
    app.write(move |ctx| jwt::blacklist(ctx, &shown)).await.map_err(bad_jwt)?;
    Ok(answer::ok(StatusCode::OK, &json!({})))
}

/// Longest JWT read at all.
const JWT_BYTES: usize = 4096;

fn token(words: &Words, name: &'static str) -> Result<SecretString, Refusal> {
    let mut read = Reader::new(words);
    let text = read.text(Text::filled(name, JWT_BYTES));
    Ok(read.finish(text)?.into())
}

/// simplejwt answers a token that is no good with 401 and a code; one of an account that is not active
/// without it.
fn bad_jwt(error: Error) -> Refused {
    match error {
        Error::Refused(Refusal::BadGrant(_)) => Refused::BadJwt(error),
        Error::Refused(Refusal::Inactive) => Refused::NoActiveAccount(error),
        other => other.into(),
    }
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
