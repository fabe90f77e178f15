//! `o/{provider}/`: signing in on a provider's own page, as djoser.social has it.

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Data, Path},
};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::Refused;
use crate::{
    app::App,
    domain::{
        account::Account,
        email::Email,
        provider::{Departure, ProviderCredential, ProviderName},
    },
    error::{Error, Refusal, Why},
    http::{
        answer,
        body::{Body, Word, Words},
        browser::BrowserCookie,
        credential,
        fields::{Reader, Text},
        form, language,
    },
    usecases::{
        convert::Arrival,
        social_login::{self, PATIENCE, Side},
    },
};

/// `GET o/{provider}/?redirect_uri=`: the address of the provider's page.
pub async fn depart(
    app: Data<App>,
    cookie: Data<BrowserCookie>,
    request: HttpRequest,
    name: Path<String>,
) -> Result<HttpResponse, Refused> {
    app.admit(credential::of(&request)).await?;
    let query = form::read(request.query_string().as_bytes())?;
    let provider = known(&app, &name)?;
    let redirect_uri = match query.get("redirect_uri") {
        Some(Word::Text(text)) => text.clone(),
        _ => return Err(Refusal::RedirectNotAllowed.into()),
    };
    // A browser keeps its secret, so that two of its tabs can be under way at a time.
    let browser = cookie.read(&request).unwrap_or_else(|| BrowserCookie::draw(app.entropy()));
    let set_cookie = cookie.write(&browser, PATIENCE);
    let to = provider.clone();
    let departure =
        app.read(move |ctx| social_login::depart(ctx, &to, &redirect_uri, &browser)).await?;
    let page = app.providers().page(&provider, &departure).map_err(not_here)?;
    let body = json!({ "authorization_url": page.as_str() });
    Ok(HttpResponse::Ok().insert_header((header::SET_COOKIE, set_cookie)).json(body))
}

/// `POST o/{provider}/`: state and code, in the query or in a form, for a pair of JWTs.
pub async fn arrive(
    app: Data<App>,
    cookie: Data<BrowserCookie>,
    request: HttpRequest,
    name: Path<String>,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let (query, words) = (form::read(request.query_string().as_bytes())?, body.0?);
    app.admit(credential::of(&request)).await?;
    let provider = known(&app, &name)?;
    let form = Some(&words).filter(|_| !is_json(&request));
    let back = Back::read(&form.into_iter().chain([&query]).collect::<Vec<_>>())?;
    let browser = cookie.read(&request).ok_or(Refusal::BadGrant(Why::ForeignAudience))?;
    let (from, state) = (provider.clone(), back.state.clone());
    let departure = app
        .write(move |ctx| social_login::land(ctx, Side::FrontEnd, &from, (&state, &browser)))
        .await?;
    let language = language::of(&request);
    let shown =
        ProviderCredential { language: language.unwrap_or_default(), ..back.shown(departure) };
    let identity = app.redeem(&provider, &shown).await?;
    let existing = app.providers().link_existing(&provider);
    let arrival = Arrival { identity, existing, language };
    let (pair, account) = app.write(move |ctx| social_login::sign_in(ctx, &arrival)).await?;
    let body = json!({
        "access": pair.access.expose_secret(),
        "refresh": pair.refresh.expose_secret(),
        "user": name_of(&account),
    });
    Ok(answer::ok(StatusCode::CREATED, &body))
}

/// djoser tells an unknown provider as 404.
fn known(app: &App, name: &str) -> Result<ProviderName, Refused> {
    app.provider(name).map_err(not_here)
}

fn not_here(error: Error) -> Refused {
    match error {
        Error::Refused(Refusal::UnknownProvider) => Refusal::NotFound.into(),
        other => other.into(),
    }
}

/// The published contract reads no JSON here.
fn is_json(request: &HttpRequest) -> bool {
    request.mime_type().ok().flatten().is_some_and(|mime| mime.subtype() == "json")
}

/// What the provider sent the browser back with.
struct Back {
    state: String,
    code: String,
    device_id: Option<String>,
}

impl Back {
    /// Reads the first of the places that has a word. Somebody who said no comes back without a code.
    fn read(places: &[&Words]) -> Result<Self, Refusal> {
        let word = |name: &'static str, most: usize| {
            places.iter().find_map(|words| {
                Reader::new(words).optional(Text::filled(name, most)).filter(|text| is_word(text))
            })
        };
        let bad = || Refusal::BadGrant(Why::Malformed);
        Ok(Self {
            state: word("state", 4096).ok_or_else(bad)?,
            code: word("code", 4096).ok_or_else(bad)?,
            device_id: word("device_id", 512),
        })
    }

    fn shown(self, departure: Departure) -> ProviderCredential {
        ProviderCredential::code(self.code.into(), departure, self.device_id)
    }
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic())
}

/// What Django's `str(user)` is: the name people log in with.
fn name_of(account: &Account) -> &str {
    account.email.as_ref().map_or(account.name.as_str(), Email::as_str)
}
