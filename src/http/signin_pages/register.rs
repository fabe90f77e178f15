//! `/account/register`: an account by e-mail.

use actix_web::{HttpResponse, http::StatusCode};
use minijinja::context;

use super::{
    NoPage, Visit,
    visit::{FormLeads, text_of},
    way::Way,
};
use crate::{
    domain::policy::{Activation, LoginField},
    error::{Error, FieldError, Refusal},
    http::{
        body::{Form, Words},
        fields::Reader,
    },
    usecases::{
        passwords::NewPassword,
        register::{self, Register},
    },
};

/// `GET`: the form.
pub async fn show(visit: Visit) -> HttpResponse {
    let done = shown(&visit);
    visit.answered(done)
}

/// `POST`: registers, and a letter is on its way. Where it must not be told that an address is taken, it looks
/// the same for one that is.
pub async fn create(visit: Visit, body: Form) -> HttpResponse {
    let done = created(&visit, body).await;
    visit.answered(done)
}

fn shown(visit: &Visit) -> Result<HttpResponse, NoPage> {
    admit(visit)?;
    let way = Way::read(visit, &visit.query()?)?;
    page(&visit.speaking(way.language()), &way, (&Words::default(), &[]))
}

fn admit(visit: &Visit) -> Result<(), NoPage> {
    register::admit(visit.app.policy()).map_err(|_closed| NoPage::Closed)
}

fn page(
    visit: &Visit,
    way: &Way,
    (typed, errors): (&Words, &[FieldError]),
) -> Result<HttpResponse, NoPage> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let word = |name: &str| text_of(typed, name).unwrap_or_default();
    let policy = visit.app.policy();
    let filled = context! {
        email => word("email"),
        username => word("username"),
        name => word("name"),
        by_name => policy.names.login != LoginField::Email,
        needs_name => policy.names.login == LoginField::Username,
        twice => policy.registration.retype,
        errors => visit.complaints(errors),
        ..way.filled()
    };
    Ok(visit.page(status, "register.html", filled, FormLeads::Here)?)
}

async fn created(visit: &Visit, body: Form) -> Result<HttpResponse, NoPage> {
    let words = body.0?;
    visit.insist_own(&words)?;
    admit(visit)?;
    let way = Way::read(visit, &words)?;
    let visit = &visit.speaking(way.language());
    match register(visit, &words).await {
        Ok(()) => Ok(way.keep(visit, visit.on_to("/account/done?what=registered"))),
        Err(Error::Refused(Refusal::Fields(errors))) => page(visit, &way, (&words, &errors)),
        Err(other) => Err(other.into()),
    }
}

async fn register(visit: &Visit, words: &Words) -> Result<(), Error> {
    let (wish, new) = typed(visit, words).await?;
    visit.app.register(wish, &new).await?;
    Ok(())
}

/// The fields, or everything that is wrong with any of them.
async fn typed(visit: &Visit, words: &Words) -> Result<(Register, NewPassword), Error> {
    let policy = visit.app.policy();
    let mut read = Reader::new(words);
    let email = read.email("email");
    // A form sends a field that was left empty.
    let is_blank = text_of(words, "username").is_none_or(|text| text.trim().is_empty());
    let username = match policy.names.login {
        LoginField::Email => Some(None),
        LoginField::Either if is_blank => Some(None),
        LoginField::Username | LoginField::Either => read.username("username").map(Some),
    };
    let name = read.name("name").unwrap_or_default();
    let new = read.new_password("password", policy.registration.retype.then_some("re_password"));
    let named = username.as_ref().and_then(Option::as_ref);
    let told = visit.app.registration_complaints(visit.from, email.as_ref(), named).await?;
    told.into_iter().for_each(|error| read.complain(error));
    let (language, activation) = (Some(visit.language), Activation::First);
    let wish = email.zip(username).map(|(email, username)| Register {
        email,
        username,
        name,
        language,
        activation,
    });
    Ok(read.finish(wish.zip(new))?)
}
