//! `signup` and `get_user`.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::json;

use super::{Call, Refused, sessions};
use crate::{
    app::App,
    domain::{
        account::Account, credential::Credential, credential::JwtDialect, email::Email,
        password::Password, policy::Activation, username::Username,
    },
    error::{FieldCode, FieldError},
    http::{
        answer,
        body::{JsonBody, Word, Words},
        caller,
        fields::{Reader, Text},
        language,
    },
    usecases::{
        dialect_jwt::name_of,
        passwords::NewPassword,
        profile,
        register::{Register, Welcome},
    },
};

/// A person, as this dialect shows it: nothing that grants anything.
#[derive(Debug, Serialize)]
pub struct PersonBody {
    id: i64,
    username: String,
    email: String,
    email_verified: bool,
    first_name: String,
    last_name: String,
    date_joined: String,
    is_active: bool,
}

impl From<&Account> for PersonBody {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.0,
            username: name_of(account).to_owned(),
            email: account.email.as_ref().map_or("", Email::as_str).to_owned(),
            email_verified: account.email_verified_at.is_some(),
            first_name: account.first_name.clone(),
            last_name: account.last_name.clone(),
            date_joined: instant(account.created_at),
            is_active: account.is_active(),
        }
    }
}

impl PersonBody {
    fn welcome(welcome: &Welcome, activation: Activation) -> Self {
        let email = welcome.email.as_str();
        Self {
            id: welcome.id.0,
            username: welcome.username.as_ref().map_or(email, Username::as_str).to_owned(),
            email: email.to_owned(),
            email_verified: false,
            first_name: String::new(),
            last_name: String::new(),
            date_joined: instant(welcome.at),
            is_active: activation == Activation::Later,
        }
    }
}

/// An instant as Django writes it.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// `POST signup`: an account for an address, a password and a user name, which may be the address.
pub async fn sign_up(
    app: Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    let (wish, password) = wish(&app, &request, &words).await?;
    let activation = wish.activation;
    let welcome = app.register(wish, &password).await?;
    let user = PersonBody::welcome(&welcome, activation);
    Ok(answer::ok(StatusCode::OK, &json!({ "user": user, "status": 200 })))
}

async fn wish(
    app: &App,
    request: &HttpRequest,
    words: &Words,
) -> Result<(Register, NewPassword), Refused> {
    let mut read = Reader::new(words);
    let email = read.email("email");
    let password = read.text(Text::filled("password", 4096));
    let username = read.maybe(Reader::username, "username");
    if username == Some(None) && !is_true(words.get("email_as_name")) {
        let mend = FieldCode::Invalid("Send it, or email_as_name: true.");
        read.complain(FieldError::new("username", mend));
    }
    let named = username.as_ref().and_then(Option::as_ref);
    let from = caller::of(request);
    read.complain_of(app.registration_complaints(from, email.as_ref(), named).await?);
    let ((email, password), username) = read.finish(email.zip(password).zip(username))?;
    let wish = Register {
        email,
        username,
        name: String::new(),
        language: language::of(request),
        activation: app.policy().signin.activation,
    };
    Ok((wish, NewPassword::once("password", Password::new(password))))
}

fn is_true(word: Option<&Word>) -> bool {
    match word {
        Some(Word::Bool(truth)) => *truth,
        Some(Word::Text(text)) => text == "true",
        _ => false,
    }
}

/// `POST get_user`: who a JWT is.
pub async fn get_user(app: Data<App>, body: JsonBody) -> Result<HttpResponse, Refused> {
    let told = async {
        let token = sessions::token(&body.0?)?;
        let shown = Credential::DialectJwt(JwtDialect::Signin, token);
        let me = app.who(Some(shown)).await?;
        let person = PersonBody::from(profile::of(&me)?);
        Ok(answer::ok(StatusCode::OK, &json!({ "user": person, "status": 200 })))
    };
    told.await.map_err(|refused: Refused| refused.of(Call::GetUser))
}
