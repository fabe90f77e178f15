//! `login/`, `refresh/` and `logout/`.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::Refused;
use crate::{
    app::App,
    domain::{caller::Caller, password::Password, policy::LoginField},
    error::Refusal,
    http::{
        answer,
        body::{Body, Words},
        fields::{Reader, Text},
        language,
    },
    usecases::api_sessions::{self, ApiPair},
};

/// `POST login/`: a pair of tokens for an address and a password.
pub async fn log_in(app: Data<App>, from: Caller, body: Body) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    let mut read = Reader::new(&words);
    let email = read.text(Text::filled("email", 255));
    let password = read.text(Text::filled("password", 4096));
    let (email, password) = read.finish(email.zip(password))?;
    let password = Password::new(password);
    let checked = app.check_login_by(from, LoginField::Email, &email, &password).await?;
    let pair = app.write(move |ctx| api_sessions::log_in(ctx, &checked)).await?;
    Ok(told(&pair))
}

/// `POST refresh/`: a new pair for a refresh token, which is used up.
pub async fn refresh(app: Data<App>, body: Body) -> Result<HttpResponse, Refused> {
    let token = refresh_token(&body.0?)?;
    let pair = app.settle(move |ctx| api_sessions::renew(ctx, &token)).await?;
    Ok(told(&pair))
}

/// `POST logout/`: ends the session of a refresh token.
pub async fn log_out(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let token = refresh_token(&body.0?)?;
    let ended = app.write(move |ctx| api_sessions::log_out(ctx, &token)).await;
    ended.map_err(Refused::Logout)?;
    Ok(language::said(&request, |tongue| json!({ "success": tongue.say("logged-out") })))
}

fn refresh_token(words: &Words) -> Result<SecretString, Refusal> {
    let mut read = Reader::new(words);
    let token = read.text(Text::filled("refresh_token", 255));
    // A UUID says the same in either letter case.
    Ok(read.finish(token)?.to_ascii_lowercase().into())
}

fn told(pair: &ApiPair) -> HttpResponse {
    let body = json!({
        "access_token": pair.access.expose_secret(),
        "refresh_token": pair.refresh.expose_secret(),
    });
    answer::ok(StatusCode::OK, &body)
}
