//! `token/`: log in for an auth token, log out.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::Refused;
use crate::{
    app::App,
    domain::{caller::Caller, password::Password, policy::LoginField},
    error::Refusal,
    http::{
        answer,
        body::Body,
        credential,
        fields::{Reader, Text},
    },
    usecases::{login, revoke},
};

/// `POST token/login/`: an auth token for an e-mail address and a password.
///
/// The name may stand under `email` (djoser with e-mail login) or `username` (seed 1); where people log in
/// with user names, `email` is not looked at. A field that is missing is answered like a wrong one.
pub async fn log_in(
    app: Data<App>,
    from: Caller,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    app.admit(credential::of(&request)).await?;
    let mut read = Reader::new(&words);
    let password = read.optional(Text::filled("password", 4096));
    let email = match app.policy().names.login {
        LoginField::Username => None,
        LoginField::Email | LoginField::Either => read.optional(Text::filled("email", 4096)),
    };
    let username = read.optional(Text::filled("username", 4096));
    let (name, password) = read.finish(Some((email.or(username), password)))?;
    let (Some(name), Some(password)) = (name, password) else {
        return Err(Refusal::BadLogin.into());
    };
    let checked = app.check_login(from, &name, &Password::new(password)).await?;
    let token = app.write(move |ctx| login::by_auth_token(ctx, &checked)).await?;
    Ok(answer::ok(StatusCode::OK, &json!({ "auth_token": token.expose_secret() })))
}

/// `POST token/logout/`: ends every auth token of the account.
pub async fn log_out(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    app.write_as(credential::of(&request), revoke::log_out).await?;
    Ok(HttpResponse::NoContent().finish())
}
