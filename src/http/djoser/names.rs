//! The names people log in with: `users/set_email/`, `users/set_username/`, and `reset_…` beside them.
//!
//! djoser names these calls after the login field. Both are here: where people log in with their address,
//! the calls of a user name are older names of the same thing (seeds 0 and 4).

use actix_web::{HttpRequest, HttpResponse, web::Data};
use secrecy::SecretString;

use super::{Refused, mail_links, passwords};
use crate::{
    app::App,
    domain::{
        account::AccountId, email::Email, letter::LetterKind, policy::LoginField, reach::Act,
        username::Username,
    },
    error::{FieldCode, FieldError, Outcome},
    http::{
        body::{Body, Words},
        credential,
        fields::{Reader, Text},
    },
    usecases::{Ctx, addresses, login::Checked, names, profile},
};

/// `POST users/set_email/`: a new address, believed once it is proven.
pub async fn set_email(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    set(&app, &request, &body.0?, EMAIL).await
}

/// `POST users/set_username/`: a new user name; where people log in with their address, a new address.
pub async fn set_username(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    let field = by_older_name(&app, &words);
    set(&app, &request, &words, field).await
}

/// `POST users/reset_email/`: mails a link to name a new address; never tells whether it did.
pub async fn ask_email_reset(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    mail_links::ask(&app, &request, body, LetterKind::EmailReset).await
}

/// `POST users/reset_username/`: mails a link to choose a user name, or to name a new address.
pub async fn ask_username_reset(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let letter = match app.policy().names.login {
        LoginField::Email => LetterKind::EmailReset,
        LoginField::Username | LoginField::Either => LetterKind::UsernameReset,
    };
    mail_links::ask(&app, &request, body, letter).await
}

/// `POST users/reset_email_confirm/`: a new address by the link, believed once it is proven.
pub async fn reset_email(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    reset(&app, &request, &body.0?, EMAIL).await
}

/// `POST users/reset_username_confirm/`: a new user name by the link, or a new address.
pub async fn reset_username(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    let field = by_older_name(&app, &words);
    reset(&app, &request, &words, field).await
}

/// Which name is meant, and under which fields it is typed.
#[derive(Clone, Copy)]
struct Field {
    is_email: bool,
    name: &'static str,
    retyped: &'static str,
}

const EMAIL: Field = Field { is_email: true, name: "new_email", retyped: "re_new_email" };
const USERNAME: Field = Field { is_email: false, name: "new_username", retyped: "re_new_username" };

/// What a call named after the user name means here.
fn by_older_name(app: &App, words: &Words) -> Field {
    match app.policy().names.login {
        LoginField::Username | LoginField::Either => USERNAME,
        LoginField::Email if words.get(USERNAME.name).is_some() => {
            Field { is_email: true, ..USERNAME }
        }
        LoginField::Email => EMAIL,
    }
}

/// A new name as typed.
#[derive(Clone)]
enum New {
    Email(Email, &'static str),
    Username(Username, &'static str),
}

impl New {
    fn read(read: &mut Reader<'_>, field: Field, twice: bool) -> Option<Self> {
        let new = if field.is_email {
            read.email(field.name).map(|email| Self::Email(email, field.name))
        } else {
            read.username(field.name).map(|name| Self::Username(name, field.name))
        };
        if !twice {
            return new;
        }
        let retyped = read.text(Text::filled(field.retyped, 255))?;
        let new = new?;
        if new.is_retyped(&retyped) {
            return Some(new);
        }
        read.complain(FieldError::new(FieldError::OBJECT, FieldCode::LoginMismatch));
        None
    }

    fn is_retyped(&self, typed: &str) -> bool {
        match self {
            Self::Email(email, _) => Email::parse(typed).as_ref() == Some(email),
            Self::Username(name, _) => Username::parse(typed).as_ref() == Some(name),
        }
    }

    fn change(&self, ctx: &mut Ctx<'_>, checked: &Checked) -> Outcome<()> {
        match self {
            Self::Email(email, field) => addresses::change(ctx, checked, email, field),
            Self::Username(name, field) => names::change(ctx, checked, name, field),
        }
    }

    fn reset(&self, ctx: &mut Ctx<'_>, link: (AccountId, &SecretString)) -> Outcome<()> {
        match self {
            Self::Email(email, field) => addresses::reset(ctx, link, email, field),
            Self::Username(name, field) => names::reset(ctx, link, name, field),
        }
    }
}

async fn set(
    app: &App,
    request: &HttpRequest,
    words: &Words,
    field: Field,
) -> Result<HttpResponse, Refused> {
    let shown = credential::of(request);
    profile::of(&*app.who_to(Act::Change, shown.clone()).await?)?;
    let mut read = Reader::new(words);
    let new = New::read(&mut read, field, app.policy().names.set_retype);
    let typed = passwords::current(&mut read);
    let (new, typed) = read.finish(new.zip(typed))?;
    let checked = passwords::check_current(app, request, &typed).await?;
    app.write_as(shown, move |ctx, _| new.change(ctx, &checked)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn reset(
    app: &App,
    request: &HttpRequest,
    words: &Words,
    field: Field,
) -> Result<HttpResponse, Refused> {
    app.admit(credential::of(request)).await?;
    let mut read = Reader::new(words);
    let link = mail_links::read(&mut read);
    let new = New::read(&mut read, field, app.policy().names.reset_retype);
    let (link, new) = read.finish(link.zip(new))?;
    let (id, token) = link.open()?;
    app.write(move |ctx| new.reset(ctx, (id, &token))).await?;
    Ok(HttpResponse::NoContent().finish())
}
