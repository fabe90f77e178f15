//! `/oauth/logout`: signing out, as an application asks for it (OpenID Connect RP-Initiated Logout) or the
//! person.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use minijinja::context;

use super::{
    NoPage, Visit,
    consent::name_of,
    visit::{FormLeads, see_other, text_of},
};
use crate::{
    domain::browser::BrowserSession,
    http::body::{Form, Words},
    usecases::{
        browsers,
        logout::{self, Proven},
    },
};

/// `GET`: the request is in the query.
pub async fn from_query(visit: Visit) -> HttpResponse {
    let done = match visit.query() {
        Ok(words) => leave(&visit, &words).await,
        Err(no) => Err(no),
    };
    visit.answered(done)
}

/// `POST`: the request is in a form: of an application's page, or of ours that asked.
pub async fn from_form(visit: Visit, body: Form) -> HttpResponse {
    let done = match body.0 {
        Ok(words) => match visit.asked_again(&words) {
            Some(again) => Ok(again),
            None => leave(&visit, &words).await,
        },
        Err(bad) => Err(bad.into()),
    };
    visit.answered(done)
}

async fn leave(visit: &Visit, words: &Words) -> Result<HttpResponse, NoPage> {
    let word = |name: &str| text_of(words, name).filter(|text| !text.is_empty());
    let wish = logout::Wish {
        hint: word("id_token_hint"),
        client: word("client_id"),
        place: word("post_logout_redirect_uri"),
    };
    let session = visit.signed_in().await?;
    let found = visit.app.read(move |ctx| logout::judge(ctx, &wish)).await?;
    let confirmed = word("confirmed").is_some();
    if confirmed {
        visit.insist_own(words)?;
    }
    // Only an application that knows who is signed in may sign them out without asking.
    let known = |it: &BrowserSession| found.account == Some(it.account.id);
    if session.as_ref().is_some_and(|session| !confirmed && !known(session)) {
        return ask(visit, (&found, word("state")), session.as_ref());
    }
    if let Some(secret) = visit.session.clone() {
        visit.app.write(move |ctx| browsers::sign_out(ctx, &secret)).await?;
    }
    let mut answer = match &found.place {
        Some(place) => see_other(&with_state(place, word("state"))),
        None => visit.page(StatusCode::OK, "sign_out.html", context! {}, FormLeads::Here)?,
    };
    if visit.session.is_some()
        && let Ok(cookie) = header::HeaderValue::from_str(&visit.cookie.forget_session())
    {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

/// Asks the person. The form knows what was proven, and no more.
fn ask(
    visit: &Visit,
    (found, state): (&Proven, Option<String>),
    session: Option<&BrowserSession>,
) -> Result<HttpResponse, NoPage> {
    let filled = context! {
        person => session.map(|session| name_of(&session.account).to_owned()),
        client_id => found.client.as_deref().unwrap_or_default(),
        place => found.place.as_deref().unwrap_or_default(),
        state => state.unwrap_or_default(),
    };
    let form = if found.place.is_some() { FormLeads::Away } else { FormLeads::Here };
    Ok(visit.page(StatusCode::OK, "sign_out.html", filled, form)?)
}

fn with_state(place: &str, state: Option<String>) -> String {
    let Some(state) = state else { return place.to_owned() };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("state", &state);
    let joint = if place.contains('?') { '&' } else { '?' };
    format!("{place}{joint}{}", query.finish())
}
