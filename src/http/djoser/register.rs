//! `users/`: register, activate, ask for the link again.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};

use super::{Refused, UserBody, mail_links};
use crate::{
    app::App,
    domain::{
        letter::LetterKind,
        policy::{Activation, LoginField},
    },
    http::{
        answer,
        body::{Body, Words},
        caller, credential,
        fields::Reader,
        language,
    },
    usecases::{
        passwords::NewPassword,
        register::{self, Register},
    },
};

/// `POST users/`: registers an account and mails its activation link.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    app.admit(credential::of(&request)).await?;
    let (wish, password) = new_user(&app, &request, &words).await?;
    let welcome = app.register(wish, &password).await?;
    Ok(answer::ok(StatusCode::CREATED, &UserBody::welcome(welcome, app.policy().names.login)))
}

/// The fields of a registration, or everything that is wrong with any of them.
async fn new_user(
    app: &App,
    request: &HttpRequest,
    words: &Words,
) -> Result<(Register, NewPassword), Refused> {
    let mut read = Reader::new(words);
    let email = read.email("email");
    let username = match app.policy().names.login {
        LoginField::Email => Some(None),
        LoginField::Username => read.username("username").map(Some),
        LoginField::Either => read.maybe(Reader::username, "username"),
    };
    let name = read.name("name").unwrap_or_default();
    let retyped = app.policy().registration.retype.then_some("re_password");
    let password = read.new_password("password", retyped);
    let named = username.as_ref().and_then(Option::as_ref);
    let from = caller::of(request);
    let told = app.registration_complaints(from, email.as_ref(), named).await?;
    read.complain_of(told);
    let (language, activation) = (language::of(request), Activation::First);
    let ((email, username), password) = read.finish(email.zip(username).zip(password))?;
    Ok((Register { email, username, name, language, activation }, password))
}

/// `POST users/activation/`: activates an account by the uid and token of its link; the link to a new
/// address proves that address.
pub async fn activate(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    app.admit(credential::of(&request)).await?;
    let mut read = Reader::new(&words);
    let link = mail_links::read(&mut read);
    let (id, token) = read.finish(link)?.open()?;
    app.write(move |ctx| register::activate(ctx, id, &token)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST users/resend_activation/`: mails the link again; never tells whether it did.
pub async fn resend(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    mail_links::ask(&app, &request, body, LetterKind::Activation).await
}
