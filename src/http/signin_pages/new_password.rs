//! The page that the link of a password letter opens. Opening it changes nothing: mail programs follow links.

use actix_web::{HttpResponse, http::StatusCode, web::Path};
use minijinja::context;

use super::{NoPage, Visit, activation, consent::name_of};
use crate::{
    domain::{account::Account, password::Password},
    error::{Error, FieldError, Refusal},
    http::{
        body::{Form, Words},
        fields::{Reader, Text},
    },
    usecases::passwords::{self, NewPassword, PasswordLink},
};

/// Longest password field read at all; the rules for passwords are stricter.
const PASSWORD_BYTES: usize = 4096;

/// `GET`: the form, for whoever has a link that is good.
pub async fn show(visit: Visit, link: Path<(String, String)>) -> HttpResponse {
    let done = shown(&visit, &link).await;
    visit.answered(done)
}

/// `POST`: the new password. Every session ends.
pub async fn set(visit: Visit, link: Path<(String, String)>, body: Form) -> HttpResponse {
    let done = set_by(&visit, &link, body).await;
    visit.answered(done)
}

async fn shown(visit: &Visit, link: &(String, String)) -> Result<HttpResponse, NoPage> {
    let holder = holder(visit, link).await?;
    page(visit, link, (&holder, &[]))
}

async fn holder(visit: &Visit, link: &(String, String)) -> Result<Account, NoPage> {
    let link = opened(link)?;
    Ok(visit.app.read(move |ctx| passwords::holder_of(ctx, &link)).await?)
}

fn opened(link: &(String, String)) -> Result<PasswordLink, Refusal> {
    activation::opened(link).map(|(id, token)| PasswordLink::Reset(id, token))
}

fn page(
    visit: &Visit,
    (uid, token): &(String, String),
    (holder, errors): (&Account, &[FieldError]),
) -> Result<HttpResponse, NoPage> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let filled = context! {
        path => format!("/auth/password/reset/confirm/{uid}/{token}"),
        person => name_of(holder),
        twice => visit.app.policy().password_change.reset_retype,
        errors => visit.complaints(errors),
    };
    Ok(visit.page(status, "new_password.html", filled, None)?)
}

async fn set_by(
    visit: &Visit,
    link: &(String, String),
    body: Form,
) -> Result<HttpResponse, NoPage> {
    let words = body.0?;
    visit.insist_own(&words)?;
    let holder = holder(visit, link).await?;
    match reset(visit, opened(link), &words).await {
        Ok(()) => Ok(visit.on_to("/account/done?what=password")),
        Err(Error::Refused(Refusal::Fields(errors))) => page(visit, link, (&holder, &errors)),
        Err(other) => Err(other.into()),
    }
}

async fn reset(
    visit: &Visit,
    link: Result<PasswordLink, Refusal>,
    words: &Words,
) -> Result<(), Error> {
    let mut read = Reader::new(words);
    let twice = visit.app.policy().password_change.reset_retype;
    let typed = typed(&mut read, "new_password", twice.then_some("re_new_password"));
    let new = read.finish(typed)?;
    visit.app.reset_password(link, &new).await
}

/// The field of a new password, and that of its second time where there is one.
pub(super) fn typed(
    read: &mut Reader<'_>,
    field: &'static str,
    retyped: Option<&'static str>,
) -> Option<NewPassword> {
    let mut password = |field| read.text(Text::filled(field, PASSWORD_BYTES)).map(Password::new);
    let typed = password(field);
    let again = match retyped {
        Some(field) => password(field).map(Some),
        None => Some(None),
    };
    let (typed, again) = typed.zip(again)?;
    Some(NewPassword { field, typed, again })
}
