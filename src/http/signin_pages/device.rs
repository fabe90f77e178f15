//! `/device`: somebody types the code a device shows, looks at what it asks for, and decides.

use actix_web::{HttpResponse, http::StatusCode};
use minijinja::context;

use super::{
    NoPage, Visit,
    consent::name_of,
    visit::{FormLeads, text_of},
};
use crate::{
    domain::{
        browser::BrowserSession,
        device::{DeviceStage, UserCode},
    },
    error::{Error, Refusal},
    http::body::Form,
    usecases::device,
};

/// `GET`: the code is typed, or was in the address.
pub async fn show(visit: Visit) -> HttpResponse {
    let done = shown(&visit).await;
    visit.answered(done)
}

/// `POST`: the device is looked at, or decided about.
pub async fn decide(visit: Visit, body: Form) -> HttpResponse {
    let done = decided(&visit, body).await;
    visit.answered(done)
}

async fn shown(visit: &Visit) -> Result<HttpResponse, NoPage> {
    let typed = text_of(&visit.query()?, "user_code").unwrap_or_default();
    let code = UserCode::parse(&typed);
    if visit.signed_in().await?.is_none() {
        // Nothing but a code of ours goes along: no address of somebody else's.
        let code = code.map(|code| code.shown()).unwrap_or_default();
        return Ok(visit.on_to(&format!("/account/sign-in?device={code}&to=device")));
    }
    // A code that came in an address is shown, never taken as typed (RFC 8628 §3.3.1).
    enter(visit, &code.map(|code| code.shown()).unwrap_or_default(), None)
}

fn enter(visit: &Visit, code: &str, complaint: Option<&str>) -> Result<HttpResponse, NoPage> {
    let status = if complaint.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok(visit.page(status, "device.html", context! { code, complaint }, FormLeads::Here)?)
}

async fn decided(visit: &Visit, body: Form) -> Result<HttpResponse, NoPage> {
    let words = body.0?;
    let typed = text_of(&words, "user_code").unwrap_or_default();
    let decision = text_of(&words, "decision");
    // What was shown is what is decided: the form of one device lets no other in.
    visit.insist_about(&words, if decision.is_some() { &typed } else { "" })?;
    let Some(session) = visit.signed_in().await? else {
        return Ok(visit.on_to("/account/sign-in?to=device"));
    };
    let Some(code) = UserCode::parse(&typed) else {
        return enter(visit, &typed, Some("device-unknown"));
    };
    visit.app.count_device_code(visit.from, session.account.id)?;
    let stage = match decision.as_deref() {
        Some("allow") => DeviceStage::Allowed,
        Some("deny") => DeviceStage::Denied,
        _ => return look(visit, &session, &code).await,
    };
    let decided = visit.app.write(move |ctx| device::decide(ctx, &session, &code, stage)).await;
    match decided {
        Ok(()) => {
            let allowed = stage == DeviceStage::Allowed;
            Ok(visit.page(
                StatusCode::OK,
                "device_done.html",
                context! { allowed },
                FormLeads::Here,
            )?)
        }
        Err(Error::Refused(Refusal::BadGrant(_))) => enter(visit, &typed, Some("device-unknown")),
        Err(other) => Err(other.into()),
    }
}

async fn look(
    visit: &Visit,
    session: &BrowserSession,
    code: &UserCode,
) -> Result<HttpResponse, NoPage> {
    let sought = code.clone();
    let found = match visit.app.read(move |ctx| device::show(ctx, &sought)).await {
        Ok(found) => found,
        Err(Error::Refused(Refusal::BadGrant(_))) => {
            return enter(visit, &code.shown(), Some("device-unknown"));
        }
        Err(other) => return Err(other.into()),
    };
    let (device, client) = found;
    let filled = context! {
        form_token => visit.form_token(&code.shown()),
        code => code.shown(),
        client => client.name,
        person => name_of(&session.account),
        scopes => device.scope.iter().map(ToString::to_string).collect::<Vec<_>>(),
    };
    Ok(visit.page(StatusCode::OK, "device_ask.html", filled, FormLeads::Here)?)
}
