//! `/account/forgot` and `/account/resend`: a letter with a link for a new password, or another one that activates.

use actix_web::{HttpResponse, http::StatusCode};
use minijinja::context;

use super::{
    NoPage, Visit,
    visit::{FormLeads, text_of},
    way::Way,
};
use crate::{
    domain::letter::LetterKind,
    error::{FieldError, Refusal},
    http::{body::Form, fields::Reader},
};

/// What somebody wants a letter for.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    /// A new password.
    Password,
    /// The address is still to be proven.
    Activation,
}

impl Wanted {
    /// The word of its sentences, and of the page that tells that a letter goes.
    fn word(self) -> &'static str {
        match self {
            Self::Password => "forgot",
            Self::Activation => "resend",
        }
    }

    fn letter(self) -> LetterKind {
        match self {
            Self::Password => LetterKind::PasswordReset,
            Self::Activation => LetterKind::Activation,
        }
    }
}

/// `GET /account/forgot`: asks for the address.
pub async fn forgot(visit: Visit) -> HttpResponse {
    show(&visit, Wanted::Password)
}

/// `GET /account/resend`: asks for the address.
pub async fn resend(visit: Visit) -> HttpResponse {
    show(&visit, Wanted::Activation)
}

/// `POST /account/forgot`: asks for the letter; never tells whether one goes.
pub async fn ask_password(visit: Visit, body: Form) -> HttpResponse {
    let done = asked_for(&visit, Wanted::Password, body).await;
    visit.answered(done)
}

/// `POST /account/resend`: the same for the letter that activates.
pub async fn ask_activation(visit: Visit, body: Form) -> HttpResponse {
    let done = asked_for(&visit, Wanted::Activation, body).await;
    visit.answered(done)
}

fn show(visit: &Visit, wanted: Wanted) -> HttpResponse {
    let done = shown(visit, wanted);
    visit.answered(done)
}

fn shown(visit: &Visit, wanted: Wanted) -> Result<HttpResponse, NoPage> {
    let way = Way::read(visit, &visit.query()?)?;
    page(visit, (wanted, &way), StatusCode::OK, ("", &[]))
}

fn page(
    visit: &Visit,
    (wanted, way): (Wanted, &Way),
    status: StatusCode,
    (email, errors): (&str, &[FieldError]),
) -> Result<HttpResponse, NoPage> {
    let visit = visit.speaking(way.language());
    let (what, errors) = (wanted.word(), visit.complaints(errors));
    let filled = context! { what, email, errors, ..way.filled() };
    Ok(visit.page(status, "letter.html", filled, FormLeads::Here)?)
}

async fn asked_for(visit: &Visit, wanted: Wanted, body: Form) -> Result<HttpResponse, NoPage> {
    let words = body.0?;
    visit.insist_own(&words)?;
    let way = Way::read(visit, &words)?;
    let mut read = Reader::new(&words);
    let email = read.email("email");
    let email = match read.finish(email) {
        Ok(email) => email,
        Err(Refusal::Fields(errors)) => {
            let typed = text_of(&words, "email").unwrap_or_default();
            return page(visit, (wanted, &way), StatusCode::BAD_REQUEST, (&typed, &errors));
        }
        Err(other) => return Err(other.into()),
    };
    visit.app.ask_letter(visit.from, wanted.letter(), email).await?;
    Ok(way.keep(visit, visit.on_to(&format!("/account/done?what={}", wanted.word()))))
}
