//! The page that the link of an activation letter opens, and that to a new address. Opening it changes nothing:
//! mail programs follow links.

use actix_web::{HttpResponse, http::StatusCode, web::Path};
use minijinja::context;
use secrecy::SecretString;

use super::{NoPage, Visit, visit::FormLeads, way::Way};
use crate::{domain::account::AccountId, error::Refusal, http::body::Form, usecases::register};

/// `GET`: a button.
pub async fn show(visit: Visit, link: Path<(String, String)>) -> HttpResponse {
    let visit = Way::along(&visit);
    let done = shown(&visit, &link);
    visit.answered(done)
}

/// `POST`: the address is proven.
pub async fn activate(visit: Visit, link: Path<(String, String)>, body: Form) -> HttpResponse {
    let visit = Way::along(&visit);
    let done = activated(&visit, &link, body).await;
    visit.answered(done)
}

/// Whose a link claims to be, and its token. What can be no link of ours is refused.
pub(super) fn opened(
    (uid, token): &(String, String),
) -> Result<(AccountId, SecretString), Refusal> {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    let whole = token.len() <= 512 && uid.bytes().chain(token.bytes()).all(legal);
    let id = AccountId::from_uid(uid).filter(|_| whole).ok_or(Refusal::BadMailUid)?;
    Ok((id, token.as_str().into()))
}

fn shown(visit: &Visit, link: &(String, String)) -> Result<HttpResponse, NoPage> {
    opened(link)?;
    let (uid, token) = link;
    let filled = context! { path => format!("/auth/activate/{uid}/{token}") };
    Ok(visit.page(StatusCode::OK, "activate.html", filled, FormLeads::Here)?)
}

async fn activated(
    visit: &Visit,
    link: &(String, String),
    body: Form,
) -> Result<HttpResponse, NoPage> {
    visit.insist_own(&body.0?)?;
    let (id, token) = opened(link)?;
    visit.app.write(move |ctx| register::activate(ctx, id, &token)).await?;
    Ok(visit.on_to("/account/done?what=activated"))
}
