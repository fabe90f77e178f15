//! The page that the link of a password letter opens. Opening it changes nothing: mail programs follow links.

use actix_web::{HttpResponse, http::StatusCode, web::Path};
use minijinja::context;

use super::{NoPage, Visit, activation, consent::name_of, visit::FormLeads, way::Way};
use crate::{
    domain::account::Account,
    error::{Error, FieldError, Refusal},
    http::{
        body::{Form, Words},
        fields::Reader,
    },
    usecases::passwords::{self, NewPassword, PasswordLink},
};

/// `GET`: the form, for whoever has a link that is good.
pub async fn show(visit: Visit, link: Path<(String, String)>) -> HttpResponse {
    let visit = Way::along(&visit);
    let done = shown(&visit, &link).await;
    visit.answered(done)
}

/// `POST`: the new password. Every session ends.
pub async fn set(visit: Visit, link: Path<(String, String)>, body: Form) -> HttpResponse {
    let visit = Way::along(&visit);
    let done = set_by(&visit, &link, body).await;
    visit.answered(done)
}

async fn shown(visit: &Visit, link: &(String, String)) -> Result<HttpResponse, NoPage> {
    let holder = holder(visit, link).await?;
    page(visit, link, (&holder, &[]))
}

async fn holder(visit: &Visit, link: &(String, String)) -> Result<Account, NoPage> {
    let (id, token) = activation::opened(link)?;
    let link = PasswordLink::Reset(id, token);
    Ok(visit.app.read(move |ctx| passwords::holder_of(ctx, &link)).await?)
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
    Ok(visit.page(status, "new_password.html", filled, FormLeads::Here)?)
}

async fn set_by(
    visit: &Visit,
    link: &(String, String),
    body: Form,
) -> Result<HttpResponse, NoPage> {
    let words = body.0?;
    visit.insist_own(&words)?;
    let (id, token) = activation::opened(link)?;
    let holder = holder(visit, link).await?;
    let done = match typed(visit, &words) {
        Ok(new) => {
            let link = Ok(PasswordLink::Reset(id, token));
            visit.app.reset_password(visit.from, link, &new).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    match done {
        Ok(()) => Ok(visit.on_to("/account/done?what=password")),
        Err(Error::Refused(Refusal::Fields(errors))) => page(visit, link, (&holder, &errors)),
        Err(other) => Err(other.into()),
    }
}

fn typed(visit: &Visit, words: &Words) -> Result<NewPassword, Refusal> {
    let mut read = Reader::new(words);
    let again = visit.app.policy().password_change.reset_retype.then_some("re_new_password");
    let new = read.new_password("new_password", again);
    read.finish(new)
}
