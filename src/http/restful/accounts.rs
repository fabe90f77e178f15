//! `register/` and `me/`.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use serde::Serialize;
use serde_json::json;

use super::Refused;
use crate::{
    app::App,
    domain::{
        account::Account,
        credential::{Credential, JwtDialect, Scheme},
        email::Email,
        password::Password,
        reach::Act,
    },
    http::{
        answer,
        body::{Body, Words},
        caller, credential,
        fields::{Reader, Text},
        language,
    },
    usecases::{
        dialect_jwt::name_of,
        passwords::NewPassword,
        profile::{self, Change, Whose},
        register::Register,
    },
};

/// A person, as this dialect shows it.
#[derive(Debug, Serialize)]
pub struct PersonBody {
    id: i64,
    username: String,
    email: String,
}

impl From<&Account> for PersonBody {
    fn from(account: &Account) -> Self {
        let email = account.email.as_ref().map_or("", Email::as_str).to_owned();
        Self { id: account.id.0, username: name_of(account).to_owned(), email }
    }
}

/// `POST register/`: an account for an address and a password. The address is its user name.
pub async fn register(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    let (wish, password) = wish(&app, &request, &words).await?;
    let welcome = app.register(wish, &password).await?;
    let body = json!({ "id": welcome.id.0, "email": welcome.email.as_str() });
    Ok(answer::ok(StatusCode::CREATED, &body))
}

async fn wish(
    app: &App,
    request: &HttpRequest,
    words: &Words,
) -> Result<(Register, NewPassword), Refused> {
    let mut read = Reader::new(words);
    let email = read.email("email");
    let password = read.text(Text::filled("password", 4096));
    let from = caller::of(request);
    read.complain_of(app.registration_complaints(from, email.as_ref(), None).await?);
    let (email, password) = read.finish(email.zip(password))?;
    let wish = Register {
        email,
        username: None,
        name: String::new(),
        language: language::of(request),
        activation: app.policy().api.activation,
    };
    Ok((wish, NewPassword::once("password", Password::new(password))))
}

/// `GET me/`: who the JWT is.
pub async fn me(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let me = app.who(shown(&request)).await?;
    Ok(answer::ok(StatusCode::OK, &PersonBody::from(profile::of(&me)?)))
}

/// `PUT me/`, `PATCH me/`: another user name, another address. A new address is not in the answer yet: it
/// counts once the link that was mailed to it is opened.
pub async fn update(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    app.who_to(Act::Change, shown(&request)).await?;
    let mut read = Reader::new(&words);
    let username = read.maybe(Reader::username, "username");
    let email = read.maybe(Reader::email, "email");
    let (username, email) = read.finish(username.zip(email))?;
    let change = Change { username, email, ..Change::default() };
    let deed =
        app.write_as(shown(&request), move |ctx, me| profile::update(ctx, me, Whose::Own, &change));
    Ok(answer::ok(StatusCode::OK, &PersonBody::from(&deed.await?)))
}

/// The JWT of a request: a Bearer, and nothing else.
fn shown(request: &HttpRequest) -> Option<Credential> {
    match credential::of(request)? {
        Credential::Bearer(token) => Some(Credential::DialectJwt(JwtDialect::Api, token)),
        Credential::Jwt(jwt) if jwt.scheme == Scheme::Bearer => {
            Some(Credential::DialectJwt(JwtDialect::Api, jwt.token))
        }
        malformed @ Credential::Malformed(Scheme::Bearer) => Some(malformed),
        Credential::Jwt(..)
        | Credential::AuthToken(_)
        | Credential::DialectJwt(..)
        | Credential::Malformed(_) => None,
    }
}
