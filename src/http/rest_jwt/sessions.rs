//! `signin`, `refresh` and `validation`.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{Call, Refused, accounts::instant};
use crate::{
    app::App,
    domain::{caller::Caller, password::Password, policy::LoginField},
    error::Refusal,
    http::{
        answer,
        body::{JsonBody, Words},
        fields::{Reader, Text},
        language,
        sentences::Tongue,
    },
    usecases::signin_sessions,
};

/// `POST signin`: a JWT for a user name, or an address, and a password.
pub async fn sign_in(
    app: Data<App>,
    from: Caller,
    body: JsonBody,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    let mut read = Reader::new(&words);
    let name = read.text(Text::filled("username", 255));
    let password = read.text(Text::filled("password", 4096));
    let (name, password) = read.finish(name.zip(password))?;
    let password = Password::new(password);
    let checked = app.check_login_by(from, LoginField::Either, &name, &password).await?;
    let token = app.write(move |ctx| signin_sessions::sign_in(ctx, &checked)).await?;
    Ok(told(&token))
}

/// `POST refresh`: a new JWT for the one in the header. A body is not looked at.
pub async fn refresh(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let told = async {
        let shown = header_token(&request).ok_or(Refusal::NoCredential)?;
        let token = app.write(move |ctx| signin_sessions::renew(ctx, &shown)).await?;
        Ok(told(&token))
    };
    told.await.map_err(|refused: Refused| refused.of(Call::Refresh))
}

/// `POST validation`: until when a JWT is good.
pub async fn validate(
    app: Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, Refused> {
    let shown = token(&body.0?)?;
    let end = app.read(move |ctx| signin_sessions::good_until(ctx, &shown)).await?;
    let end = instant(end);
    let until = |tongue: Tongue| tongue.say_with("good-until", &[("end", end.as_str().into())]);
    Ok(language::said(&request, |tongue| json!({ "message": until(tongue), "status": 200 })))
}

/// The JWT in a body.
pub(super) fn token(words: &Words) -> Result<SecretString, Refusal> {
    let mut read = Reader::new(words);
    let token = read.text(Text::filled("token", 4096));
    Ok(read.finish(token)?.into())
}

/// The JWT of the `Authorization` header, with or without `Bearer` before it.
fn header_token(request: &HttpRequest) -> Option<SecretString> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let first = headers.next()?.to_str().unwrap_or("?");
    if headers.next().is_some() {
        return Some("?".into());
    }
    let bare = match first.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("Bearer") => rest,
        _ => first,
    };
    Some(bare.trim()).filter(|token| !token.is_empty()).map(Into::into)
}

fn told(token: &SecretString) -> HttpResponse {
    answer::ok(StatusCode::OK, &json!({ "token": token.expose_secret(), "status": 200 }))
}
