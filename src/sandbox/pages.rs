//! The providers' own pages, and where Google and Yandex exchange the codes that come of them.
//!
//! Nobody types a password here: `login_hint` names a token of the table and is sent on at once
//! (`login_hint=denied` says no); without it a page asks who one wants to be.

use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};
use url::Url;

use super::{
    ask::{Answer, Ask, object},
    codes::NewCode,
    google,
    sign::s256,
    tokens::{Meaning, Provider},
    world::World,
};

/// The word of `login_hint` for somebody who says no.
const DENIED: &str = "denied";
/// Whom the page offers.
const OFFERED: [&str; 5] = ["ok-1", "ok-2", "ok-3", "ok-4-noemail", DENIED];
/// The device that VK names in its callback.
const DEVICE: &str = "sandbox-device";
/// VK ID wants states of at least this many characters.
const STATE: usize = 32;

/// `GET /o/oauth2/v2/auth` at Google.
pub(super) fn google(world: &World, ask: &Ask) -> Answer {
    page(world, ask, Provider::Google)
}

/// `GET /authorize` at Yandex.
pub(super) fn yandex(world: &World, ask: &Ask) -> Answer {
    page(world, ask, Provider::Yandex)
}

/// `GET /authorize` at VK ID.
pub(super) fn vkid(world: &World, ask: &Ask) -> Answer {
    page(world, ask, Provider::VkId)
}

fn page(world: &World, ask: &Ask, provider: Provider) -> Answer {
    let client_id = ask.query("client_id").unwrap_or_default();
    if !world.apps.is_ours(provider, client_id) {
        return Answer::html(StatusCode::BAD_REQUEST, "Unknown client with such client_id");
    }
    let back = ask.query("redirect_uri").and_then(|uri| Url::parse(uri).ok());
    let Some(back) = back else {
        return Answer::html(StatusCode::BAD_REQUEST, "redirect_uri is missing or no address");
    };
    match (flaw(ask, provider), ask.query("login_hint")) {
        (Some(error), _) => sent(back, ask, &[("error", error)]),
        (None, None) => offer(ask),
        (None, Some(DENIED)) => sent(back, ask, &[("error", "access_denied")]),
        (None, Some(token)) => {
            let device_id = if provider == Provider::VkId { DEVICE } else { "" };
            let code = world.codes.open(
                NewCode {
                    token: token.to_owned(),
                    client_id: client_id.to_owned(),
                    code_challenge: ask.query("code_challenge").unwrap_or_default().to_owned(),
                    device_id: device_id.to_owned(),
                    redirect_uri: ask.query("redirect_uri").unwrap_or_default().to_owned(),
                },
                world.clock.now(),
            );
            sent(back, ask, &[("code", &code), ("device_id", device_id)])
        }
    }
}

/// What a provider would complain about to the application.
fn flaw(ask: &Ask, provider: Provider) -> Option<&'static str> {
    let method = ask.query("code_challenge_method");
    // VK's documents write it in lower case.
    let s256 = method == Some("S256") || (provider == Provider::VkId && method == Some("s256"));
    let short = ask.query("state").is_none_or(|state| state.chars().count() < STATE);
    if ask.query("response_type") != Some("code") {
        Some("unsupported_response_type")
    } else if !s256 || ask.query("code_challenge").is_none_or(|text| text.len() != 43) {
        Some("invalid_request")
    } else if provider == Provider::Google && ask.query("scope").is_none_or(str::is_empty) {
        Some("invalid_scope")
    } else {
        (provider == Provider::VkId && short).then_some("invalid_request")
    }
}

fn sent(mut back: Url, ask: &Ask, words: &[(&str, &str)]) -> Answer {
    {
        let mut query = back.query_pairs_mut();
        for (name, value) in words.iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        if let Some(state) = ask.query("state") {
            query.append_pair("state", state);
        }
    }
    Answer::empty(StatusCode::FOUND).header("Location", back.as_str())
}

/// A page with one link for everybody who may be chosen.
fn offer(ask: &Ask) -> Answer {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(ask.query.iter());
    let query = query.finish();
    let link = |who: &str| {
        format!("<p><a href=\"?{}&amp;login_hint={who}\">{who}</a>", query.replace('&', "&amp;"))
    };
    let links: String = OFFERED.into_iter().map(link).collect();
    let mut answer = Answer::html(StatusCode::OK, "Who do you want to be?");
    answer.body.extend_from_slice(links.as_bytes());
    answer
}

/// `POST /token` at Google: only with the secret of the application.
pub(super) fn google_token(world: &World, ask: &Ask) -> Answer {
    if ask.form("client_secret") != Some(world.apps.google_client_secret.as_str()) {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let token = match exchange(world, ask, Provider::Google) {
        Ok(token) => token,
        Err(refusal) => return refusal,
    };
    let Ok(id_token) = google::id_token(world, &token).mint() else {
        return Answer::empty(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut body = tokens(&token);
    body.insert("id_token".to_owned(), json!(id_token));
    body.insert("scope".to_owned(), json!("openid email profile"));
    Answer::ok(&Value::Object(body))
}

/// `POST /token` at Yandex: the secret may be left out, but not be wrong.
pub(super) fn yandex_token(world: &World, ask: &Ask) -> Answer {
    let ours = world.apps.yandex_client_secret.as_str();
    if ask.form("client_secret").is_some_and(|secret| secret != ours) {
        return refuse(StatusCode::BAD_REQUEST, "invalid_client");
    }
    match exchange(world, ask, Provider::Yandex) {
        Ok(token) => Answer::ok(&Value::Object(tokens(&token))),
        Err(refusal) => refusal,
    }
}

/// Consumes a code, which must be shown with everything it is bound to; tells the token behind it.
fn exchange(world: &World, ask: &Ask, provider: Provider) -> Result<String, Answer> {
    let bad = |error| Err(refuse(StatusCode::BAD_REQUEST, error));
    if ask.form("grant_type") != Some("authorization_code") {
        return bad("unsupported_grant_type");
    }
    let client_id = ask.form("client_id").unwrap_or_default();
    if !world.apps.is_ours(provider, client_id) {
        return bad("invalid_client");
    }
    let code = ask.form("code").and_then(|code| world.codes.consume(code, world.clock.now()));
    let Some(code) = code else { return bad("invalid_grant") };
    let verified = ask.form("code_verifier").is_some_and(|text| s256(text) == code.code_challenge);
    let same_place = ask.form("redirect_uri") == Some(code.redirect_uri.as_str());
    let known = matches!(world.meaning(provider, &code.token), Meaning::Grant(_));
    if !verified || !same_place || code.client_id != client_id || !known {
        return bad("invalid_grant");
    }
    Ok(code.token)
}

fn tokens(token: &str) -> Map<String, Value> {
    object([
        ("access_token", Some(json!(token))),
        ("token_type", Some(json!("bearer"))),
        ("expires_in", Some(json!(3599))),
    ])
}

fn refuse(status: StatusCode, error: &str) -> Answer {
    Answer::json(status, &json!({"error": error, "error_description": "Not this time."}))
}
