//! `/account/sign-in`: an e-mail address or user name, and a password; or a provider.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use minijinja::context;
use secrecy::SecretString;

use super::{NoPage, Visit, providers, visit::text_of, way::Way};
use crate::{
    domain::{password::Password, policy::LoginField},
    error::{Error, Refusal},
    http::{answer, body::Form},
    usecases::browsers,
};

/// `GET`: the form.
pub async fn show(visit: Visit) -> HttpResponse {
    let done = shown(&visit);
    visit.answered(done)
}

/// `POST`: signs in, and goes on with what was asked.
pub async fn enter(visit: Visit, body: Form) -> HttpResponse {
    let done = entered(&visit, body).await;
    visit.answered(done)
}

fn shown(visit: &Visit) -> Result<HttpResponse, NoPage> {
    let query = visit.query()?;
    let way = Way::read(visit, &query)?;
    let hint = way.asked.as_ref().and_then(|(pending, _)| pending.ask.login_hint.clone());
    let said = text_of(&query, "said");
    let said = providers::SAID.into_iter().find(|known| said.as_deref() == Some(known));
    page(visit, &way, StatusCode::OK, (&hint.unwrap_or_default(), said))
}

fn page(
    visit: &Visit,
    way: &Way,
    status: StatusCode,
    (name, complaint): (&str, Option<&str>),
) -> Result<HttpResponse, NoPage> {
    let visit = visit.speaking(way.language());
    let filled = context! {
        name => name,
        complaint => complaint,
        registers => visit.app.policy().registration.enabled,
        providers => providers::offered(&visit),
        ..way.filled()
    };
    Ok(visit.page(status, "sign_in.html", filled, way.leads())?)
}

async fn entered(visit: &Visit, body: Form) -> Result<HttpResponse, NoPage> {
    let words = body.0?;
    visit.insist_own(&words)?;
    let way = Way::read(visit, &words)?;
    let name = text_of(&words, "name").unwrap_or_default();
    let password = text_of(&words, "password").unwrap_or_default();
    match enter_with(visit, name.trim(), password).await {
        Ok(session) => way.go_on(visit, session).await,
        Err(Error::Refused(Refusal::BadLogin)) => {
            let complaint = (name.as_str(), Some("error-login"));
            page(visit, &way, StatusCode::BAD_REQUEST, complaint)
        }
        Err(Error::Refused(Refusal::TooMany { retry_after })) => {
            let complaint = (name.as_str(), Some("error-many"));
            let mut page = page(visit, &way, StatusCode::TOO_MANY_REQUESTS, complaint)?;
            let wait = answer::seconds(&retry_after);
            page.headers_mut().insert(header::RETRY_AFTER, wait.into());
            Ok(page)
        }
        Err(other) => Err(other.into()),
    }
}

async fn enter_with(visit: &Visit, name: &str, password: String) -> Result<SecretString, Error> {
    let password = Password::new(password);
    let checked = visit.app.check_login_by(visit.from, LoginField::Either, name, &password).await?;
    let before = visit.session.clone();
    visit.app.write(move |ctx| browsers::sign_in(ctx, &checked, before.as_ref())).await
}
