//! `users/`: register, activate, ask for the link again.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};

use super::{
    Refused, UserBody, mail_links,
    passwords::{self, PASSWORD_BYTES},
};
use crate::{
    app::App,
    domain::{
        letter::LetterKind,
        password::Password,
        policy::{Activation, LoginField},
    },
    http::{
        answer,
        body::{Body, Words},
        credential,
        fields::{Reader, Text},
        language,
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
    passwords::weigh(&app, ("password", &password), retyped.as_ref(), &wish.attributes())?;
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
    let (language, activation) = (language::of(request), Activation::First);
    let whole = email.zip(username).zip(password.zip(retyped)).map(
        |((email, username), (password, retyped))| NewUser {
            wish: Register { email, username, name, language, activation },
            password: Password::new(password),
            retyped: retyped.map(Password::new),
        },
    );
    Ok(read.finish(whole)?)
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
