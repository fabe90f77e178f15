//! `/account/consent`: which application asks for what, and whether the person allows it.

use actix_web::{HttpResponse, http::StatusCode};
use minijinja::context;

use super::{
    NoPage, Visit, authorize,
    visit::{FormLeads, text_of},
    way,
};
use crate::{
    domain::{account::Account, client::GrantType, code::Ask, email::Email, username::Username},
    error::{Refusal, Why},
    http::body::Form,
    usecases::asks::{self, Pending},
};

/// `GET`: the question.
pub async fn show(visit: Visit) -> HttpResponse {
    let done = shown(&visit).await;
    visit.answered(done)
}

/// `POST`: the answer.
pub async fn decide(visit: Visit, body: Form) -> HttpResponse {
    let done = decided(&visit, body).await;
    visit.answered(done)
}

async fn shown(visit: &Visit) -> Result<HttpResponse, NoPage> {
    let Some((pending, sealed)) = way::asked(visit, &visit.query()?)? else {
        return Err(Refusal::BadGrant(Why::Unknown).into());
    };
    let visit = &visit.speaking(pending.language);
    let session = visit.signed_in().await?.filter(|session| !pending.wants_login(session));
    let Some(session) = session else { return authorize::go_on(visit, pending).await };
    let ask = pending.ask.clone();
    let client = visit.app.read(move |ctx| asks::client_of(ctx, &ask)).await?;
    let lifetimes = &visit.app.policy().lifetimes;
    let stays = client.may(GrantType::RefreshToken);
    let filled = context! {
        form_token => visit.form_token(&sealed),
        ask => sealed,
        client => client.name,
        place => place(&pending.ask),
        person => name_of(&session.account),
        scopes => pending.ask.scope.iter().map(ToString::to_string).collect::<Vec<_>>(),
        resources => pending.ask.resources.join(", "),
        minutes => lifetimes.access.num_minutes(),
        days => stays.then(|| lifetimes.refresh_absolute.num_days()),
    };
    Ok(visit.page(StatusCode::OK, "consent.html", filled, FormLeads::Away)?)
}

/// Where the answer goes, as a person can judge it: the host of a web page, else the whole.
fn place(ask: &Ask) -> String {
    let host =
        url::Url::parse(&ask.redirect_uri).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| ask.redirect_uri.clone())
}

/// The name the person knows the account by.
pub fn name_of(account: &Account) -> &str {
    let name = account.email.as_ref().map(Email::as_str);
    name.or(account.username.as_ref().map(Username::as_str)).unwrap_or(&account.name)
}

async fn decided(visit: &Visit, body: Form) -> Result<HttpResponse, NoPage> {
    let words = body.0?;
    // What was shown is what is allowed: the form of one request does not answer another.
    visit.insist_about(&words, &text_of(&words, "ask").unwrap_or_default())?;
    let Some((pending, _)) = way::asked(visit, &words)? else {
        return Err(Refusal::BadGrant(Why::Unknown).into());
    };
    let session = visit.signed_in().await?.filter(|session| !pending.wants_login(session));
    let Some(session) = session else { return authorize::go_on(visit, pending).await };
    let Pending { ask, .. } = pending;
    if text_of(&words, "decision").as_deref() != Some("allow") {
        return Ok(authorize::refuse(visit, &ask, "access_denied"));
    }
    let asked = ask.clone();
    let code = visit.app.write(move |ctx| asks::allow(ctx, &session, &asked)).await?;
    Ok(authorize::send_code(visit, &ask, &code))
}
