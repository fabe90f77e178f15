//! The page that the link of a password letter opens. Opening it changes nothing: mail programs follow links.

use actix_web::{HttpResponse, http::StatusCode, web::Path};
use minijinja::context;

use super::{NoPage, Visit, activation, consent::name_of};
use crate::{
    domain::{account::Account, password::Password},
    error::{FieldCode, FieldError, Refusal},
    http::{
        body::{Form, Words},
        fields::{Reader, Text},
    },
    usecases::passwords,
};

/// Longest password field read at all; the rules for passwords are stricter.
pub(super) const PASSWORD_BYTES: usize = 4096;

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
    let (id, token) = activation::opened(link)?;
    Ok(visit.app.read(move |ctx| passwords::holder_of(ctx, id, &token)).await?)
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
    let (id, token) = activation::opened(link)?;
    let holder = holder(visit, link).await?;
    let password = match typed(visit, &words, &holder) {
        Ok(password) => password,
        Err(Refusal::Fields(errors)) => return page(visit, link, (&holder, &errors)),
        Err(other) => return Err(other.into()),
    };
    let hash = visit.app.hash(&password).await?;
    visit.app.write(move |ctx| passwords::reset(ctx, id, &token, &hash)).await?;
    Ok(visit.on_to("/account/done?what=password"))
}

fn typed(visit: &Visit, words: &Words, holder: &Account) -> Result<Password, Refusal> {
    let mut read = Reader::new(words);
    let twice = visit.app.policy().password_change.reset_retype;
    let typed = twice_typed(&mut read, ("new_password", "re_new_password"), twice);
    let (password, retyped) = read.finish(typed)?;
    weigh(visit, ("new_password", &password), retyped.as_ref(), &holder.attributes())?;
    Ok(password)
}

/// A password, and the second time it was typed, where that is wanted.
pub(super) fn twice_typed(
    read: &mut Reader<'_>,
    (first, second): (&'static str, &'static str),
    twice: bool,
) -> Option<(Password, Option<Password>)> {
    let password = read.text(Text::filled(first, PASSWORD_BYTES)).map(Password::new);
    let retyped = if twice {
        read.text(Text::filled(second, PASSWORD_BYTES)).map(|text| Some(Password::new(text)))
    } else {
        Some(None)
    };
    password.zip(retyped)
}

/// The rules for passwords, and whether both were the same.
pub(super) fn weigh(
    visit: &Visit,
    (field, password): (&'static str, &Password),
    retyped: Option<&Password>,
    attributes: &[(&'static str, &str)],
) -> Result<(), Refusal> {
    passwords::weigh(visit.app.policy(), (field, password), attributes)?;
    if retyped.is_some_and(|retyped| !retyped.is_same(password)) {
        let error = FieldError::new(FieldError::OBJECT, FieldCode::PasswordMismatch);
        return Err(Refusal::Fields(vec![error]));
    }
    Ok(())
}
