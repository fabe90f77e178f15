//! `/account/forgot`: a letter with a link for a new password.

use actix_web::{HttpResponse, http::StatusCode};
use minijinja::context;

use super::{NoPage, Visit, visit::text_of, way::Way};
use crate::{
    domain::letter::LetterKind,
    error::{FieldError, Refusal},
    http::{body::Form, fields::Reader},
};

/// `GET`: asks for the address.
pub async fn show(visit: Visit) -> HttpResponse {
    let done = shown(&visit).await;
    visit.answered(done)
}

/// `POST`: asks for the letter; never tells whether one goes.
pub async fn ask(visit: Visit, body: Form) -> HttpResponse {
    let done = asked_for(&visit, body).await;
    visit.answered(done)
}

async fn shown(visit: &Visit) -> Result<HttpResponse, NoPage> {
    let way = Way::read(visit, &visit.query()?).await?;
    page(visit, &way, StatusCode::OK, ("", &[]))
}

fn page(
    visit: &Visit,
    way: &Way,
    status: StatusCode,
    (email, errors): (&str, &[FieldError]),
) -> Result<HttpResponse, NoPage> {
    let visit = visit.speaking(way.language());
    let filled = context! { email, errors => visit.complaints(errors), ..way.filled() };
    Ok(visit.page(status, "forgot.html", filled, None)?)
}

async fn asked_for(visit: &Visit, body: Form) -> Result<HttpResponse, NoPage> {
    let words = body.0?;
    visit.insist_own(&words)?;
    let way = Way::read(visit, &words).await?;
    let mut read = Reader::new(&words);
    let email = read.email("email");
    let email = match read.finish(email) {
        Ok(email) => email,
        Err(Refusal::Fields(errors)) => {
            let typed = text_of(&words, "email").unwrap_or_default();
            return page(visit, &way, StatusCode::BAD_REQUEST, (&typed, &errors));
        }
        Err(other) => return Err(other.into()),
    };
    visit.app.ask_letter(visit.from, LetterKind::PasswordReset, email).await?;
    Ok(way.keep(visit, visit.on_to("/account/done?what=forgot")))
}
