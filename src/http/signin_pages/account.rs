//! `/account`: which applications have access, in how many browsers somebody is signed in, and how to end it.

use actix_web::{HttpResponse, http::StatusCode};
use minijinja::{Value, context};

use super::{
    NoPage, Visit,
    consent::name_of,
    visit::{FormLeads, text_of},
};
use crate::{domain::browser::BrowserSession, http::body::Form, usecases::apps};

/// `GET`: the page.
pub async fn show(visit: Visit) -> HttpResponse {
    let done = shown(&visit).await;
    visit.answered(done)
}

/// `POST`: something ends.
pub async fn end(visit: Visit, body: Form) -> HttpResponse {
    let done = ended(&visit, body).await;
    visit.answered(done)
}

async fn shown(visit: &Visit) -> Result<HttpResponse, NoPage> {
    let Some(session) = visit.signed_in().await? else {
        return Ok(visit.on_to("/account/sign-in"));
    };
    let BrowserSession { account, .. } = session.clone();
    let (apps, browsers) = visit.app.read(move |ctx| apps::list(ctx, account.id)).await?;
    let apps: Vec<Value> = apps
        .iter()
        .map(|(client, scope)| {
            context! {
                id => client.id.as_str(),
                name => client.name.as_str(),
                scopes => scope.iter().map(ToString::to_string).collect::<Vec<_>>(),
            }
        })
        .collect();
    let filled = context! { person => name_of(&session.account), apps, browsers };
    Ok(visit.page(StatusCode::OK, "account.html", filled, FormLeads::Here)?)
}

async fn ended(visit: &Visit, body: Form) -> Result<HttpResponse, NoPage> {
    let words = body.0?;
    visit.insist_own(&words)?;
    let Some(session) = visit.signed_in().await? else {
        return Ok(visit.on_to("/account/sign-in"));
    };
    let client = text_of(&words, "client_id");
    visit
        .app
        .write(move |ctx| match &client {
            Some(client) => apps::end(ctx, &session, client),
            None => apps::end_other_browsers(ctx, &session),
        })
        .await?;
    Ok(visit.on_to("/account"))
}
