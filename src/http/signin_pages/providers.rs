//! `/account/providers/{provider}`: signing in on a provider's own page, and back.

use actix_web::{HttpResponse, web::Path};
use minijinja::{Value, context};
use secrecy::SecretString;

use super::{
    NoPage, Visit,
    visit::{see_other, text_of},
    way::Way,
};
use crate::{
    domain::provider::{ProviderCredential, ProviderName},
    error::{Error, Refusal, Why},
    http::body::Words,
    usecases::{
        convert::Arrival,
        social_login::{self, Side},
    },
};

/// What the sign-in page may be told to say to somebody who comes back with nothing.
pub const SAID: [&str; 7] = [
    "provider-denied",
    "provider-off",
    "provider-clash",
    "provider-no-email",
    "error-provider",
    "error-expired",
    "error-busy",
];

/// The providers whose page people can be sent to.
pub fn offered(visit: &Visit) -> Vec<Value> {
    if !visit.app.leads_to_providers() {
        return Vec::new();
    }
    let names = visit.app.providers().with_page();
    names.map(|name| context! { name => name.as_str() }).collect()
}

/// `GET`: on to the provider's page.
///
/// A link and no form: browsers hold every redirect after a form against `form-action`, and where a provider
/// leads people on its own hosts is its business. What it starts ends with whom the provider names, in this
/// browser alone, and another site cannot start it.
pub async fn depart(visit: Visit, name: Path<String>) -> HttpResponse {
    let done = departed(&visit, &name).await;
    visit.answered(done)
}

/// `GET`: back from the provider's page.
pub async fn arrive(visit: Visit, name: Path<String>) -> HttpResponse {
    let done = match arrived(&visit, &name).await {
        Ok(answer) => Ok(answer),
        Err(no) => told(&visit, no),
    };
    visit.answered(done)
}

async fn departed(visit: &Visit, name: &str) -> Result<HttpResponse, NoPage> {
    let provider = visit.app.provider(name)?;
    let way = Way::read(visit, &visit.query()?)?;
    let site = visit.request.headers().get("sec-fetch-site");
    if site.is_some_and(|site| site != "same-origin") {
        return Ok(visit.on_to(&format!("/account/sign-in?{}", way.query())));
    }
    let (to, browser) = (provider.clone(), visit.browser.clone());
    let departure =
        visit.app.read(move |ctx| social_login::depart_from_page(ctx, &to, &browser)).await?;
    let page = visit.app.providers().page(&provider, &departure)?;
    Ok(way.keep(visit, visit.remembered(see_other(page.as_str()))))
}

async fn arrived(visit: &Visit, name: &str) -> Result<HttpResponse, NoPage> {
    let provider = visit.app.provider(name)?;
    let shown = landed(visit, &provider, &visit.query()?).await?;
    let identity = visit.app.redeem(&provider, &shown).await?;
    let existing = visit.app.providers().link_existing(&provider);
    let arrival = Arrival { identity, existing, language: Some(visit.language) };
    let before = visit.session.clone();
    let session = visit
        .app
        .write(move |ctx| social_login::sign_in_browser(ctx, &arrival, before.as_ref()))
        .await?;
    Way::kept(visit).go_on(visit, session).await
}

/// The code somebody has come back with, which is worth something in the browser that set out alone.
async fn landed(
    visit: &Visit,
    provider: &ProviderName,
    words: &Words,
) -> Result<ProviderCredential, NoPage> {
    let word = |name: &str, most: usize| {
        let legal = |text: &String| {
            (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
        };
        text_of(words, name).filter(legal)
    };
    let state = word("state", 4096).ok_or(Refusal::BadGrant(Why::Malformed))?;
    let browser = visit.cookie.read(&visit.request);
    let browser = browser.ok_or(Refusal::BadGrant(Why::ForeignAudience))?;
    let from = provider.clone();
    let departure = visit
        .app
        .write(move |ctx| social_login::land(ctx, Side::Page, &from, (&state, &browser)))
        .await?;
    let code: SecretString = word("code", 4096).ok_or(NoPage::Denied)?.into();
    let shown = ProviderCredential::code(code, departure, word("device_id", 512));
    Ok(ProviderCredential { language: visit.language, ..shown })
}

/// Back to the sign-in page, which says what was wrong. The code and state of the address are left behind.
fn told(visit: &Visit, no: NoPage) -> Result<HttpResponse, NoPage> {
    let said = match &no {
        // At a provider nobody has typed a password that could be wrong.
        NoPage::Deed(Error::Refused(Refusal::Inactive)) => "provider-off",
        // What is our own fault is told, and logged, as such.
        NoPage::Deed(Error::Fault(_)) => return Err(no),
        other => other.words().1,
    };
    if !SAID.contains(&said) {
        return Err(no);
    }
    let way = Way::kept(visit);
    let words: Vec<String> = [way.query(), format!("said={said}")]
        .into_iter()
        .filter(|words| !words.is_empty())
        .collect();
    Ok(visit.on_to(&format!("/account/sign-in?{}", words.join("&"))))
}
