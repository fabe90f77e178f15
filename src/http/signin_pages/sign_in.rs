//! `/account/sign-in`: an e-mail address or user name, and a password.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use minijinja::context;
use secrecy::SecretString;

use super::{NoPage, Visit, authorize, visit::text_of};
use crate::{
    domain::{device::UserCode, password::Password, policy::LoginField},
    error::{Error, Refusal},
    http::body::{Form, Words},
    usecases::{
        asks::{self, Pending},
        browsers,
    },
};

/// `GET`: the form.
pub async fn show(visit: Visit) -> HttpResponse {
    let done = shown(&visit).await;
    visit.answered(done)
}

/// `POST`: signs in, and goes on with what was asked.
pub async fn enter(visit: Visit, body: Form) -> HttpResponse {
    let done = entered(&visit, body).await;
    visit.answered(done)
}

async fn shown(visit: &Visit) -> Result<HttpResponse, NoPage> {
    let query = visit.query()?;
    let asked = asked(visit, &query).await?;
    let hint = asked.as_ref().and_then(|(pending, _)| pending.ask.login_hint.clone());
    page(visit, (asked.as_ref(), &onward(&query)), &hint.unwrap_or_default(), None)
}

/// The request somebody is on the way with, if any, and as it was sealed.
pub async fn asked(visit: &Visit, words: &Words) -> Result<Option<(Pending, String)>, NoPage> {
    let Some(sealed) = text_of(words, "ask").filter(|sealed| !sealed.is_empty()) else {
        return Ok(None);
    };
    let (browser, text) = (visit.browser.clone(), sealed.clone());
    let pending = visit.app.read(move |ctx| asks::unpack(ctx, &text, &browser)).await?;
    Ok(Some((pending, sealed)))
}

/// Where somebody goes who signs in for no application: a page of ours, never an address.
#[derive(Debug, Default)]
pub struct Onward {
    /// The code of a device that waits; empty if it is still to be typed.
    device: Option<String>,
}

impl Onward {
    fn path(&self) -> String {
        match &self.device {
            None => "/account".to_owned(),
            Some(code) if code.is_empty() => "/device".to_owned(),
            Some(code) => format!("/device?user_code={code}"),
        }
    }
}

/// Reads where somebody is going.
pub fn onward(words: &Words) -> Onward {
    let device = text_of(words, "to").is_some_and(|to| to == "device");
    let code = text_of(words, "device").as_deref().and_then(UserCode::parse);
    Onward { device: device.then(|| code.map(|code| code.shown()).unwrap_or_default()) }
}

fn page(
    visit: &Visit,
    (asked, onward): (Option<&(Pending, String)>, &Onward),
    name: &str,
    complaint: Option<&str>,
) -> Result<HttpResponse, NoPage> {
    let status = if complaint.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let filled = context! {
        ask => asked.map(|(_, sealed)| sealed),
        name => name,
        complaint => complaint,
        to => onward.device.as_ref().map(|_| "device"),
        device => onward.device.as_deref(),
    };
    let leads_to = asked.map(|(pending, _)| pending.ask.redirect_uri.as_str());
    Ok(visit.page(status, "sign_in.html", filled, leads_to)?)
}

async fn entered(visit: &Visit, body: Form) -> Result<HttpResponse, NoPage> {
    let words = body.0?;
    visit.insist_own(&words)?;
    let asked = asked(visit, &words).await?;
    let name = text_of(&words, "name").unwrap_or_default();
    let password = text_of(&words, "password").unwrap_or_default();
    let session = match enter_with(visit, name.trim(), password).await {
        Ok(session) => session,
        Err(Error::Refused(Refusal::BadLogin)) => {
            return page(visit, (asked.as_ref(), &onward(&words)), &name, Some("error_login"));
        }
        Err(other) => return Err(other.into()),
    };
    on_with(visit, (asked, onward(&words)), session).await
}

async fn enter_with(visit: &Visit, name: &str, password: String) -> Result<SecretString, Error> {
    let password = Password::new(password);
    let checked = visit.app.check_login_by(LoginField::Either, name, &password).await?;
    let before = visit.session.clone();
    visit.app.write(move |ctx| browsers::sign_in(ctx, &checked, before.as_ref())).await
}

/// On with what was asked, in a session that has just begun; to the person's own page, if nothing was.
pub async fn on_with(
    visit: &Visit,
    (asked, onward): (Option<(Pending, String)>, Onward),
    session: SecretString,
) -> Result<HttpResponse, NoPage> {
    let cookie = visit.cookie.write_session(&session);
    let visit = visit.within(session);
    let mut answer = match asked {
        Some((pending, _)) => authorize::go_on(&visit, pending).await?,
        None => visit.on_to(&onward.path()),
    };
    if let Ok(cookie) = header::HeaderValue::from_str(&cookie) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}
