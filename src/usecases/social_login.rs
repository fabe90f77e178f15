//! Signing in on a provider's own page: out with a sealed state, back with a code, once.
//!
//! Nothing is kept of somebody who is under way: the state holds it all, sealed, and is bound to a secret
//! in the cookie of the browser that set out (login CSRF). Only that a state has come back is written down.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{
    Ctx, browsers,
    convert::{self, Arrival},
    jwt::{self, JwtPair},
};
use crate::{
    crypto::{fingerprint, keys::Keys, seal, secret},
    domain::{
        account::Account,
        grant::How,
        provider::{Departure, ProviderName},
    },
    error::{Fault, Outcome, Refusal, Why},
    store::spent_states,
};

/// How long somebody may stay on the provider's page.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// Who sends people to a provider's page and takes them back; neither takes back whom the other has sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// A front-end, through the API.
    FrontEnd,
    /// The sign-in page.
    Page,
}

impl Side {
    /// What a state is sealed for.
    fn purpose(self) -> &'static str {
        match self {
            Self::FrontEnd => "cambio social state",
            Self::Page => "cambio social state of a page",
        }
    }
}

/// Whether there is a key to seal states with; without one nobody is sent to a provider's page.
pub fn is_open(keys: &Keys) -> bool {
    keys.sealing.is_some()
}

/// Lets a browser set out for a provider's page, from which it may return to the given address.
pub fn depart(
    ctx: &Ctx<'_>,
    provider: &ProviderName,
    redirect_uri: &str,
    browser: &SecretString,
) -> Outcome<Departure> {
    if !ctx.policy.redirect_uris.iter().any(|allowed| allowed == redirect_uri) {
        return Err(Refusal::RedirectNotAllowed.into());
    }
    sealed(ctx, Side::FrontEnd, (provider, redirect_uri), browser)
}

/// Lets a browser set out from the sign-in page, to which it returns.
pub fn depart_from_page(
    ctx: &Ctx<'_>,
    provider: &ProviderName,
    browser: &SecretString,
) -> Outcome<Departure> {
    let place = format!("{}/account/providers/{provider}/callback", ctx.policy.issuer);
    sealed(ctx, Side::Page, (provider, &place), browser)
}

fn sealed(
    ctx: &Ctx<'_>,
    side: Side,
    (provider, redirect_uri): (&ProviderName, &str),
    browser: &SecretString,
) -> Outcome<Departure> {
    let verifier = secret::token(ctx.entropy, "");
    let told = json!({
        "provider": provider.as_str(),
        "redirect_uri": redirect_uri,
        "verifier": verifier.expose_secret(),
        "browser": hex::encode(secret::digest(browser).0),
        "until": (ctx.now + PATIENCE).timestamp(),
    });
    let state = seal::pack(key(ctx)?, side.purpose(), ctx.entropy, told.to_string().as_bytes())?;
    Ok(Departure { redirect_uri: redirect_uri.to_owned(), state, verifier })
}

/// Reads the state with which a browser comes back, and uses it up.
///
/// The state must be ours, of this side and provider, in time, and the browser the one that set out.
pub fn land(
    ctx: &mut Ctx<'_>,
    side: Side,
    provider: &ProviderName,
    (state, browser): (&str, &SecretString),
) -> Outcome<Departure> {
    let bad = |why| Refusal::BadGrant(why);
    let text = seal::unpack(key(ctx)?, side.purpose(), state)?.ok_or(bad(Why::Forged))?;
    let told: Value =
        serde_json::from_slice(&text).map_err(|cause| Fault::because("a sealed state", cause))?;
    let word = |name: &str| {
        let word = told.get(name).and_then(Value::as_str);
        word.ok_or_else(|| Fault::internal("a sealed state cannot be read"))
    };
    let same_browser = fingerprint::same(word("browser")?, &hex::encode(secret::digest(browser).0));
    if word("provider")? != provider.as_str() || !same_browser {
        return Err(bad(Why::ForeignAudience).into());
    }
    let until = until(&told)?;
    if until <= ctx.now {
        return Err(bad(Why::Expired).into());
    }
    if !spent_states::insert(ctx.conn, secret::digest(&state.into()), until)? {
        return Err(bad(Why::Used).into());
    }
    Ok(Departure {
        redirect_uri: word("redirect_uri")?.to_owned(),
        state: state.to_owned(),
        verifier: word("verifier")?.into(),
    })
}

/// Signs in whom the provider has named: a pair of JWTs, and whose they are.
pub fn sign_in(ctx: &mut Ctx<'_>, arrival: &Arrival) -> Outcome<(JwtPair, Account)> {
    let account = convert::account_of(ctx, arrival)?;
    let pair = jwt::pair(ctx, &account, How::SocialLogin)?;
    Ok((pair, account))
}

/// The same for a browser on our own pages: it is signed in, and out of whatever it was signed in to.
pub fn sign_in_browser(
    ctx: &mut Ctx<'_>,
    arrival: &Arrival,
    before: Option<&SecretString>,
) -> Outcome<SecretString> {
    let account = convert::account_of(ctx, arrival)?;
    browsers::open(ctx, &account, before)
}

fn until(told: &Value) -> Outcome<DateTime<Utc>> {
    let until = told.get("until").and_then(Value::as_i64);
    let until = until.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Ok(until.ok_or_else(|| Fault::internal("a sealed state has no end"))?)
}

/// Without a signing key there is neither a JWT to answer with nor a page: there is no such call.
fn key<'a>(ctx: &Ctx<'a>) -> Outcome<&'a SecretString> {
    Ok(ctx.keys.sealing.as_ref().ok_or(Refusal::NotFound)?)
}
