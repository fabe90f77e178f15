//! `users/`: register, activate, ask for the link again.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web::Data};

use super::{Refused, UserBody, passwords::PASSWORD_BYTES};
use crate::{
    app::App,
    domain::{
        account::AccountId,
        language::Language,
        password::{self, Password},
        policy::LoginField,
        username::Username,
    },
    error::{FieldCode, FieldError, Refusal},
    http::{
        answer,
        body::{Body, Words},
        credential,
        fields::{Reader, Text},
    },
    usecases::register::{self, Register},
};

/// `POST users/`: registers an account and mails its activation link.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    app.admit(credential::of(&request)).await?;
    register::admit(app.policy())?;
    let NewUser { wish, password, retyped } = new_user(&app, &request, &words).await?;
    weigh(&app, &wish, &password, retyped.as_ref())?;
    let hash = app.hash(&password).await?;
    let welcome = app.write(move |ctx| register::register(ctx, &wish, &hash)).await?;
    Ok(answer::ok(StatusCode::CREATED, &UserBody::welcome(welcome, app.policy().names.login)))
}

struct NewUser {
    wish: Register,
    password: Password,
    retyped: Option<Password>,
}

/// The fields of a registration, or everything that is wrong with any of them.
async fn new_user(app: &App, request: &HttpRequest, words: &Words) -> Result<NewUser, Refused> {
    let mut read = Reader::new(words);
    let email = read.email("email");
    let username = match app.policy().names.login {
        LoginField::Email => Some(None),
        LoginField::Username => read.username("username").map(Some),
        LoginField::Either => read.maybe(Reader::username, "username"),
    };
    let name = read.name("name").unwrap_or_default();
    let password = read.text(Text::filled("password", PASSWORD_BYTES));
    let retyped = if app.policy().registration.retype {
        read.text(Text::filled("re_password", PASSWORD_BYTES)).map(Some)
    } else {
        Some(None)
    };
    let (sought, named) = (email.clone(), username.clone().flatten());
    let told =
        app.read(move |ctx| register::complaints(ctx, sought.as_ref(), named.as_ref())).await?;
    for error in told {
        read.complain(error);
    }
    let language = language_of(request);
    let whole = email.zip(username).zip(password.zip(retyped)).map(
        |((email, username), (password, retyped))| NewUser {
            wish: Register { email, username, name, language },
            password: Password::new(password),
            retyped: retyped.map(Password::new),
        },
    );
    Ok(read.finish(whole)?)
}

/// The rules for passwords first, then whether both were the same: as djoser orders its complaints.
fn weigh(
    app: &App,
    wish: &Register,
    password: &Password,
    retyped: Option<&Password>,
) -> Result<(), Refused> {
    let attributes = [
        ("username", wish.username.as_ref().map_or("", Username::as_str)),
        ("email address", wish.email.as_str()),
        ("name", wish.name.as_str()),
    ];
    let complaints = password::complaints(&app.policy().passwords, password, &attributes);
    if !complaints.is_empty() {
        let errors = complaints.into_iter().map(|code| FieldError::new("password", code));
        return Err(Refusal::Fields(errors.collect()).into());
    }
    if retyped.is_some_and(|retyped| !retyped.is_same(password)) {
        let error = FieldError::new(FieldError::OBJECT, FieldCode::PasswordMismatch);
        return Err(Refusal::Fields(vec![error]).into());
    }
    Ok(())
}

/// `POST users/activation/`: activates an account by the uid and token of its link.
pub async fn activate(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    app.admit(credential::of(&request)).await?;
    let mut read = Reader::new(&words);
    let uid = read.text(Text::filled("uid", 64));
    let token = read.text(Text::filled("token", 512));
    let (uid, token) = read.finish(uid.zip(token))?;
    let id = AccountId::from_uid(&uid).ok_or(Refusal::BadMailUid)?;
    app.write(move |ctx| register::activate(ctx, id, &token.as_str().into())).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST users/resend_activation/`: mails the link again; never tells whether it did.
pub async fn resend(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    app.admit(credential::of(&request)).await?;
    let mut read = Reader::new(&words);
    let email = read.email("email");
    let email = read.finish(email)?;
    app.write(move |ctx| register::resend(ctx, &email)).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn language_of(request: &HttpRequest) -> Option<Language> {
    let header = request.headers().get(header::ACCEPT_LANGUAGE)?;
    Language::accepted(header.to_str().ok()?)
}
