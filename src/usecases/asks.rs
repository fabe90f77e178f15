//! What an application asks for, while a person makes up their mind: kept by the browser, sealed.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Ctx, codes};
use crate::{
    crypto::{fingerprint, keys::Keys, seal, secret},
    domain::{
        audit::{Event, EventKind},
        browser::BrowserSession,
        client::{Client, ClientId, ClientKind},
        code::{Ask, Prompt},
        language::Language,
        scope::ScopeSet,
    },
    error::{Fault, Outcome, Refusal, Why},
    store::{clients, consents},
};

/// How long somebody may take to make up their mind.
const PATIENCE: TimeDelta = TimeDelta::minutes(30);

/// What the request is sealed for.
const PURPOSE: &str = "cambio authorization request";

/// A request on its way through the pages.
#[derive(Debug, Clone)]
pub struct Pending {
    /// What is asked.
    pub ask: Ask,
    /// The person must have proved to be there after this instant.
    pub since: Option<DateTime<Utc>>,
    /// The language the application wants the pages in, of those there are (`ui_locales`).
    pub language: Option<Language>,
}

impl Pending {
    /// A request that has just come in. What it says about signing in anew becomes an instant.
    pub fn new(ask: Ask, language: Option<Language>, now: DateTime<Utc>) -> Self {
        let age = ask.max_age.and_then(TimeDelta::try_seconds).map(|age| now - age);
        let since = if ask.prompt.login { Some(now) } else { age };
        Self { ask, since, language }
    }

    /// Whether somebody who proved to be there then has to do it again.
    pub fn wants_login(&self, session: &BrowserSession) -> bool {
        self.since.is_some_and(|since| session.auth_time < since)
    }
}

/// Seals a request for the browser that brought it.
pub fn pack(ctx: &Ctx<'_>, pending: &Pending, browser: &SecretString) -> Outcome<String> {
    let Pending { ask, since, language } = pending;
    let told = json!({
        "client": ask.client.as_str(),
        "redirect_uri": ask.redirect_uri,
        "redirect_sent": ask.redirect_sent,
        "scope": ask.scope.to_string(),
        "resources": ask.resources.join(" "),
        "state": ask.state,
        "challenge": ask.challenge,
        "nonce": ask.nonce,
        "prompt": ask.prompt.words(),
        "max_age": ask.max_age,
        "login_hint": ask.login_hint,
        "since": since.map(|since| since.timestamp_micros()),
        "language": language.map(Language::tag),
        "browser": hex::encode(secret::digest(browser).0),
        "until": (ctx.now + PATIENCE).timestamp(),
    });
    Ok(seal::pack(key(ctx.keys)?, PURPOSE, ctx.entropy, told.to_string().as_bytes())?)
}

/// Reads a sealed request: it must be ours, in time, and of this browser.
pub fn unpack(
    keys: &Keys,
    sealed: &str,
    browser: &SecretString,
    now: DateTime<Utc>,
) -> Outcome<Pending> {
    let bad = |why| Refusal::BadGrant(why);
    let text = seal::unpack(key(keys)?, PURPOSE, sealed)?.ok_or(bad(Why::Forged))?;
    let told: Value =
        serde_json::from_slice(&text).map_err(|cause| Fault::because("a sealed request", cause))?;
    let bent = || Fault::internal("a sealed request cannot be read");
    let word = |name: &str| told.get(name).and_then(Value::as_str);
    let number = |name: &str| told.get(name).and_then(Value::as_i64);
    let own = hex::encode(secret::digest(browser).0);
    if !fingerprint::same(word("browser").ok_or_else(bent)?, &own) {
        return Err(bad(Why::ForeignAudience).into());
    }
    if number("until").ok_or_else(bent)? <= now.timestamp() {
        return Err(bad(Why::Expired).into());
    }
    let text = |name: &str| word(name).map(str::to_owned);
    let ask = Ask {
        client: word("client").and_then(ClientId::parse).ok_or_else(bent)?,
        redirect_uri: text("redirect_uri").ok_or_else(bent)?,
        redirect_sent: told.get("redirect_sent").and_then(Value::as_bool).ok_or_else(bent)?,
        scope: word("scope").and_then(ScopeSet::parse).ok_or_else(bent)?,
        resources: word("resources")
            .ok_or_else(bent)?
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        state: text("state"),
        challenge: text("challenge"),
        nonce: text("nonce"),
        prompt: word("prompt").and_then(Prompt::parse).ok_or_else(bent)?,
        max_age: number("max_age"),
        login_hint: text("login_hint"),
    };
    Ok(Pending {
        ask,
        since: number("since").and_then(DateTime::from_timestamp_micros),
        language: word("language").and_then(Language::parse),
    })
}

/// The client that asks, if it is still there and switched on.
pub fn client_of(ctx: &mut Ctx<'_>, ask: &Ask) -> Outcome<Client> {
    let client = clients::find(ctx.conn, &ask.client)?.filter(|client| client.enabled);
    Ok(client.ok_or(Refusal::UnknownClient)?)
}

/// Whether the person has allowed all of this before, so that they need not be asked again. An app that
/// nobody can tell from another is asked for each time (RFC 8252 §8.6).
pub fn is_allowed(ctx: &mut Ctx<'_>, session: &BrowserSession, ask: &Ask) -> Outcome<bool> {
    let client = client_of(ctx, ask)?;
    let known = client.kind == ClientKind::Confidential || ask.redirect_uri.starts_with("https://");
    if ask.prompt.consent || !known {
        return Ok(false);
    }
    let allowed = consents::find(ctx.conn, session.account.id, client.key)?;
    Ok(allowed.is_some_and(|allowed| ask.scope.is_within(&allowed)))
}

/// A code for what was allowed before.
pub fn proceed(ctx: &mut Ctx<'_>, session: &BrowserSession, ask: &Ask) -> Outcome<SecretString> {
    let client = client_of(ctx, ask)?;
    codes::issue(ctx, &client, (&session.account, session.auth_time), ask)
}

/// The person says yes: it is remembered, and there is a code.
pub fn allow(ctx: &mut Ctx<'_>, session: &BrowserSession, ask: &Ask) -> Outcome<SecretString> {
    let client = client_of(ctx, ask)?;
    let place = (session.account.id, client.key);
    let before = consents::find(ctx.conn, place.0, place.1)?.unwrap_or_default();
    consents::upsert(ctx.conn, place, &before.with(&ask.scope), ctx.now)?;
    let event = Event::new(EventKind::ConsentGiven).of(place.0).at(&client.id);
    ctx.tell(event.with(ask.scope.to_string()));
    codes::issue(ctx, &client, (&session.account, session.auth_time), ask)
}

/// Without a key to seal with there are no pages.
fn key(keys: &Keys) -> Outcome<&SecretString> {
    Ok(keys.sealing.as_ref().ok_or(Refusal::NotFound)?)
}
