//! `/oauth/authorize`: the authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2).

use actix_web::HttpResponse;
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    NoPage, Visit,
    visit::{see_other, text_of},
};
use crate::{
    domain::{browser::BrowserSession, code::Ask, language::Language},
    http::{
        body::{BadBody, Form, Word, Words},
        form,
    },
    oxide::authorize::{self, Asked, Back},
    usecases::asks::{self, Pending},
};

/// `GET`: the request is in the query.
pub async fn from_query(visit: Visit) -> HttpResponse {
    let query = visit.request.query_string().as_bytes().to_vec();
    match read(&query) {
        Ok((words, language)) => answer(visit.speaking(language), words, language).await,
        Err(bad) => visit.answered(Err(bad.into())),
    }
}

/// `POST`: the request is in a form, which an application's page sends.
pub async fn from_form(visit: Visit, body: Form) -> HttpResponse {
    if let Some(again) = body.0.as_ref().ok().and_then(|words| visit.asked_again(words)) {
        return again;
    }
    let read = body.0.and_then(|words| Ok((as_request(&words, Vec::new())?, wanted(&words))));
    match read {
        Ok((words, language)) => answer(visit.speaking(language), words, language).await,
        Err(bad) => visit.answered(Err(bad.into())),
    }
}

async fn answer(visit: Visit, words: authorize::Words, language: Option<Language>) -> HttpResponse {
    let done = begin(&visit, words, language).await;
    visit.answered(done)
}

/// The first of the languages the application wants that we speak (OpenID Connect Core §3.1.2.1).
fn wanted(words: &Words) -> Option<Language> {
    text_of(words, "ui_locales")?.split(' ').take(32).find_map(Language::parse)
}

/// Reads a query: no name twice but `resource` (RFC 8707 §2).
fn read(query: &[u8]) -> Result<(authorize::Words, Option<Language>), BadBody> {
    let (resources, rest): (Vec<&[u8]>, Vec<&[u8]>) =
        query.split(|b| *b == b'&').partition(|pair| pair.starts_with(b"resource="));
    let value = |pair: &&[u8]| form::decode(pair.strip_prefix(b"resource=").unwrap_or_default());
    let resources = resources.iter().map(value).collect::<Result<Vec<_>, _>>()?;
    let words = form::read(&rest.join(&b'&'))?;
    Ok((as_request(&words, resources)?, wanted(&words)))
}

fn as_request(words: &Words, mut resources: Vec<String>) -> Result<authorize::Words, BadBody> {
    let has_nul =
        |name: &&str| matches!(words.get(name), Some(Word::Text(text)) if text.contains('\0'));
    if NAMES.iter().any(has_nul) {
        return Err(BadBody::Malformed("a value holds a NUL character"));
    }
    // RFC 6749 §3.1: a parameter without a value counts as left out.
    let word = |name: &str| text_of(words, name).filter(|text| !text.is_empty());
    resources.extend(words.resources().iter().filter(|uri| !uri.is_empty()).cloned());
    Ok(authorize::Words {
        client_id: word("client_id"),
        redirect_uri: word("redirect_uri"),
        response_type: word("response_type"),
        response_mode: word("response_mode"),
        // An empty scope is no scope left out: it is refused, as is one that cannot be read.
        scope: words.get("scope").map(|_| text_of(words, "scope").unwrap_or_default()),
        state: word("state"),
        code_challenge: word("code_challenge"),
        code_challenge_method: word("code_challenge_method"),
        nonce: word("nonce"),
        prompt: word("prompt"),
        max_age: word("max_age"),
        login_hint: word("login_hint"),
        id_token_hint: word("id_token_hint"),
        resources,
        request: words.get("request").is_some_and(is_there),
        request_uri: words.get("request_uri").is_some_and(is_there),
    })
}

/// What is kept, sent back or compared. A scope that cannot be read is the client's to hear of.
const NAMES: [&str; 10] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "state",
    "code_challenge",
    "nonce",
    "prompt",
    "max_age",
    "login_hint",
];

fn is_there(word: &Word) -> bool {
    !matches!(word, Word::Text(text) if text.is_empty())
}

async fn begin(
    visit: &Visit,
    words: authorize::Words,
    language: Option<Language>,
) -> Result<HttpResponse, NoPage> {
    // Without a key to seal with there are no pages to go on to.
    let asked = visit.app.read(move |ctx| authorize::judge(ctx, &words)).await?;
    match asked {
        Asked::Nowhere(why) => Err(why.into()),
        Asked::Back(back) => Ok(send_back(visit, &back)),
        Asked::InOrder(ask) => go_on(visit, Pending::new(*ask, language, visit.app.now())).await,
    }
}

/// The next step of a request: sign in, be asked, or back with a code.
pub async fn go_on(visit: &Visit, pending: Pending) -> Result<HttpResponse, NoPage> {
    let session = visit.signed_in().await?.filter(|session| !pending.wants_login(session));
    let Some(session) = session else {
        if pending.ask.prompt.none {
            return Ok(refuse(visit, &pending.ask, "login_required"));
        }
        return on_to(visit, pending, "/account/sign-in").await;
    };
    let (who, ask) = (session.clone(), pending.ask.clone());
    if visit.app.read(move |ctx| asks::is_allowed(ctx, &who, &ask)).await? {
        return proceed(visit, session, pending.ask).await;
    }
    if pending.ask.prompt.none {
        return Ok(refuse(visit, &pending.ask, "consent_required"));
    }
    on_to(visit, pending, "/account/consent").await
}

async fn on_to(visit: &Visit, pending: Pending, page: &str) -> Result<HttpResponse, NoPage> {
    let browser = visit.browser.clone();
    let sealed = visit.app.read(move |ctx| asks::pack(ctx, &pending, &browser)).await?;
    Ok(visit.on_to(&format!("{page}?ask={sealed}")))
}

async fn proceed(visit: &Visit, session: BrowserSession, ask: Ask) -> Result<HttpResponse, NoPage> {
    let asked = ask.clone();
    let code = visit.app.write(move |ctx| asks::proceed(ctx, &session, &asked)).await?;
    Ok(send_code(visit, &ask, &code))
}

/// Back to the application with a code.
pub fn send_code(visit: &Visit, ask: &Ask, code: &SecretString) -> HttpResponse {
    let words = [("code", code.expose_secret())];
    see_other(&place(visit, &ask.redirect_uri, &words, ask.state.as_deref()))
}

/// Back to the application without one.
pub fn refuse(visit: &Visit, ask: &Ask, error: &'static str) -> HttpResponse {
    see_other(&place(visit, &ask.redirect_uri, &[("error", error)], ask.state.as_deref()))
}

fn send_back(visit: &Visit, back: &Back) -> HttpResponse {
    let words = [("error", back.error), ("error_description", back.description)];
    see_other(&place(visit, &back.redirect_uri, &words, back.state.as_deref()))
}

/// The place as it is registered, with the answer behind it: state, and who answers (RFC 9207).
fn place(visit: &Visit, uri: &str, words: &[(&str, &str)], state: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(words);
    query.extend_pairs(state.map(|state| ("state", state)));
    query.append_pair("iss", &visit.app.policy().issuer);
    let joint = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{joint}{}", query.finish())
}
