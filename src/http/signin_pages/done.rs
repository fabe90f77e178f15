//! `/account/done`: what has been done, and how to go on.

use actix_web::{HttpResponse, http::StatusCode};
use minijinja::context;

use super::{
    NoPage, Visit,
    visit::{FormLeads, text_of},
    way::Way,
};
use crate::{
    error::{Error, Refusal},
    usecases::asks,
};

/// What can have been done.
const DONE: [&str; 5] = ["forgot", "resend", "registered", "activated", "password"];

/// `GET`: the page. It tells what its address says, and nothing of anybody.
pub async fn show(visit: Visit) -> HttpResponse {
    let done = shown(&visit).await;
    visit.answered(done)
}

async fn shown(visit: &Visit) -> Result<HttpResponse, NoPage> {
    let said = text_of(&visit.query()?, "what");
    let what = DONE.into_iter().find(|known| said.as_deref() == Some(known));
    let what = what.ok_or(Refusal::NotFound)?;
    let way = Way::kept(visit);
    let filled = context! {
        what,
        waits => matches!(what, "forgot" | "resend" | "registered"),
        client => client(visit, &way).await?,
        ..way.filled()
    };
    Ok(visit.speaking(way.language()).page(StatusCode::OK, "done.html", filled, FormLeads::Here)?)
}

/// The application that the person came from, if their browser has kept it and it is still there.
async fn client(visit: &Visit, way: &Way) -> Result<Option<String>, NoPage> {
    let Some((pending, _)) = &way.asked else { return Ok(None) };
    let ask = pending.ask.clone();
    match visit.app.read(move |ctx| asks::client_of(ctx, &ask)).await {
        Ok(client) => Ok(Some(client.name)),
        Err(Error::Refused(_)) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}
