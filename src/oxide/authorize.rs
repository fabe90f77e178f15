//! The authorization request: oxide-auth's `authorization` machine, each step done by us.

use std::borrow::Cow;

use oxide_auth::{
    code_grant::authorization::{Authorization, Error, Input, Output, Request},
    primitives::{
        grant::Extensions,
        registrar::{BoundClient, ExactUrl, PreGrant, RegisteredUrl},
    },
};

use super::scope;
use crate::{
    domain::{
        account::AccountId,
        client::{Client, ClientKind, GrantType},
        code::{Ask, Prompt, is_challenge},
        policy::Policy,
        scope::ScopeSet,
    },
    error::{Fault, Outcome, Refusal},
    usecases::{Ctx, clients, hints},
};

/// An authorization request in its own words, none of them twice.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the parameters of RFC 6749, 7636, 8707 and OpenID Connect Core")]
pub struct Words {
    pub client_id: Option<String>,
    pub redirect_uri: Option<String>,
    pub response_type: Option<String>,
    pub response_mode: Option<String>,
    pub scope: Option<String>,
    pub state: Option<String>,
    pub code_challenge: Option<String>,
    pub code_challenge_method: Option<String>,
    pub nonce: Option<String>,
    pub prompt: Option<String>,
    pub max_age: Option<String>,
    pub login_hint: Option<String>,
    pub id_token_hint: Option<String>,
    pub resources: Vec<String>,
    pub request: bool,
    pub request_uri: bool,
}

impl Request for Words {
    fn valid(&self) -> bool {
        true
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        self.client_id.as_deref().map(Cow::Borrowed)
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.scope.as_deref().map(Cow::Borrowed)
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.redirect_uri.as_deref().map(Cow::Borrowed)
    }

    fn state(&self) -> Option<Cow<'_, str>> {
        self.state.as_deref().map(Cow::Borrowed)
    }

    fn response_type(&self) -> Option<Cow<'_, str>> {
        self.response_type.as_deref().map(Cow::Borrowed)
    }

    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// What becomes of an authorization request.
#[derive(Debug, Clone)]
pub enum Asked {
    /// It is in order: the person may be asked.
    InOrder(Box<Ask>),
    /// It is wrong, and the client hears of it at the place it is registered with (RFC 6749 §4.1.2.1).
    Back(Back),
    /// It is wrong, and nobody knows where to send it: the person is told.
    Nowhere(Nowhere),
}

/// A refusal that goes back to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Back {
    /// The proven place.
    pub redirect_uri: String,
    /// What comes back unchanged.
    pub state: Option<String>,
    /// The code of the error.
    pub error: &'static str,
    /// A sentence for the client's developer.
    pub description: &'static str,
}

/// Why nobody can be sent back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nowhere {
    /// No such client, or it is switched off.
    Client,
    /// The place is not registered, or it is not clear which is meant.
    Place,
}

enum Step {
    Begin,
    Bind(Option<String>),
    Extend,
    Negotiate,
}

/// Judges an authorization request. The client and the place come first: until both are proven, nothing is
/// sent anywhere.
pub fn judge(ctx: &mut Ctx<'_>, words: &Words) -> Outcome<Asked> {
    let mut machine = Authorization::new(words);
    let mut step = Step::Begin;
    let mut bound: Option<Bound> = None;
    let mut granted: Option<ScopeSet> = None;
    loop {
        let input = match step {
            Step::Begin => Input::None,
            Step::Bind(place) => {
                let client = clients::named(ctx, words.client_id.as_deref())?;
                let Some(client) = client else { return Ok(Asked::Nowhere(Nowhere::Client)) };
                let Some(place) = place_of(&client, place.as_deref()) else {
                    return Ok(Asked::Nowhere(Nowhere::Place));
                };
                let bound_client = bind(&client, &place)?;
                let extras = match read(words, &client) {
                    Ok(extras) => extras,
                    Err(why) => return Ok(Asked::Back(back(words, &place, why))),
                };
                bound = Some(Bound { client, place, extras });
                Input::Bound { request: words, bound_client }
            }
            Step::Extend => Input::Extended(Extensions::new()),
            Step::Negotiate => {
                let Bound { client, place, .. } = bound.as_ref().ok_or_else(lost)?;
                let Some(scopes) = scope_of(ctx.policy, words, client) else {
                    let why =
                        ("invalid_scope", "unknown, malformed, or more than the client may ask");
                    return Ok(Asked::Back(back(words, place, why)));
                };
                let pre_grant = PreGrant {
                    client_id: client.id.as_str().to_owned(),
                    redirect_uri: registered(place)?,
                    scope: scope(&scopes)?,
                };
                granted = Some(scopes);
                Input::Negotiated { pre_grant, state: words.state.clone() }
            }
        };
        step = match machine.advance(input) {
            Output::Bind { redirect_uri, .. } => {
                Step::Bind(redirect_uri.map(|uri| uri.as_str().to_owned()))
            }
            Output::Extend => Step::Extend,
            Output::Negotiate { .. } => Step::Negotiate,
            Output::Ok { .. } => break,
            Output::Err(error) => return Ok(as_asked(words, bound.as_ref(), &error)),
        };
    }
    let (bound, scope) = bound.zip(granted).ok_or_else(lost)?;
    let meant = hints::meant(ctx, words.id_token_hint.as_deref())?;
    Ok(Asked::InOrder(Box::new(ask(words, bound, scope, meant))))
}

/// A request whose client and place are proven.
struct Bound {
    client: Client,
    place: String,
    extras: Extras,
}

/// What a request says besides, read.
struct Extras {
    prompt: Prompt,
    max_age: Option<i64>,
}

fn lost() -> Fault {
    Fault::internal("oxide-auth took a step out of order")
}

/// What oxide-auth itself found wrong.
fn as_asked(words: &Words, bound: Option<&Bound>, error: &Error) -> Asked {
    match (error, bound) {
        (Error::Redirect(_), Some(Bound { place, .. }))
            if words.response_type() != Some("code".into()) =>
        {
            Asked::Back(back(words, place, UNSUPPORTED))
        }
        (Error::Redirect(_), Some(Bound { place, .. })) => {
            Asked::Back(back(words, place, ("invalid_scope", "the scope is malformed")))
        }
        (_, Some(Bound { place, .. })) => {
            Asked::Back(back(words, place, ("invalid_request", "the request is malformed")))
        }
        (_, None) if words.client_id.is_none() => Asked::Nowhere(Nowhere::Client),
        (_, None) => Asked::Nowhere(Nowhere::Place),
    }
}

const UNSUPPORTED: Wrong = ("unsupported_response_type", "only response_type=code is known");

/// The code of an error, and a sentence.
type Wrong = (&'static str, &'static str);

fn back(words: &Words, place: &str, (error, description): Wrong) -> Back {
    Back { redirect_uri: place.to_owned(), state: words.state.clone(), error, description }
}

/// The place the request names, if it is registered; the only one there is, if it names none.
fn place_of(client: &Client, named: Option<&str>) -> Option<String> {
    match (named, client.redirect_uris.as_slice()) {
        (Some(named), places) => {
            places.iter().any(|uri| uri.admits(named)).then(|| named.to_owned())
        }
        (None, [only]) => Some(only.as_str().to_owned()),
        (None, _) => None,
    }
}

fn registered(place: &str) -> Outcome<RegisteredUrl> {
    let uri = ExactUrl::new(place.to_owned());
    Ok(uri.map(RegisteredUrl::Exact).map_err(|cause| Fault::because("a proven address", cause))?)
}

fn bind(client: &Client, place: &str) -> Outcome<BoundClient<'static>> {
    Ok(BoundClient {
        client_id: client.id.as_str().to_owned().into(),
        redirect_uri: Cow::Owned(registered(place)?),
    })
}

/// Reads a request whose client and place are proven, all but its scope; or what is wrong with it.
fn read(words: &Words, client: &Client) -> Result<Extras, Wrong> {
    if words.request {
        return Err(("request_not_supported", "request objects are not taken"));
    }
    if words.request_uri {
        return Err(("request_uri_not_supported", "request_uri is not taken"));
    }
    if !client.may(GrantType::AuthorizationCode) {
        return Err(("unauthorized_client", "the client is not registered for this grant type"));
    }
    match words.response_type.as_deref() {
        Some("code") => {}
        None => return Err(("invalid_request", "response_type is missing")),
        Some(_) => return Err(UNSUPPORTED),
    }
    if words.response_mode.as_deref().is_some_and(|mode| mode != "query") {
        return Err(("invalid_request", "only response_mode=query is known"));
    }
    pkce(words, client)?;
    let extras = openid(words)?;
    let target = clients::targets(client, &words.resources);
    target.map_err(|_unknown| ("invalid_target", "the client may not ask for this resource"))?;
    Ok(extras)
}

fn pkce(words: &Words, client: &Client) -> Result<(), Wrong> {
    let optional = client.options.pkce_optional && client.kind == ClientKind::Confidential;
    let bad = |text| Err(("invalid_request", text));
    match (words.code_challenge.as_deref(), words.code_challenge_method.as_deref()) {
        (None, None) if optional => Ok(()),
        (None, _) => bad("code_challenge is missing (RFC 7636)"),
        (Some(challenge), Some("S256")) if is_challenge(challenge) => Ok(()),
        (Some(_), Some("S256")) => bad("code_challenge is not the base64url of a SHA-256"),
        (Some(_), _) => bad("code_challenge_method must be S256"),
    }
}

fn openid(words: &Words) -> Result<Extras, Wrong> {
    let prompt = words.prompt.as_deref().map_or(Some(Prompt::default()), Prompt::parse);
    let prompt = prompt.ok_or(("invalid_request", "prompt is unknown, or none is not alone"))?;
    let age = words.max_age.as_deref().map(str::parse::<u32>).transpose();
    let age = age.map_err(|_text| ("invalid_request", "max_age is not a number of seconds"))?;
    Ok(Extras { prompt, max_age: age.map(i64::from) })
}

fn scope_of(policy: &Policy, words: &Words, client: &Client) -> Option<ScopeSet> {
    let wanted = words.scope.as_deref().map(ScopeSet::parse);
    if wanted == Some(None) {
        return None;
    }
    clients::scope_for(policy, client, wanted.flatten().as_ref()).ok()
}

fn ask(words: &Words, bound: Bound, scope: ScopeSet, meant: Option<AccountId>) -> Ask {
    let Bound { client, place, extras } = bound;
    Ask {
        client: client.id,
        redirect_uri: place,
        redirect_sent: words.redirect_uri.is_some(),
        scope,
        resources: words.resources.clone(),
        state: words.state.clone(),
        challenge: words.code_challenge.clone(),
        nonce: words.nonce.clone(),
        prompt: extras.prompt,
        max_age: extras.max_age,
        meant,
        login_hint: words.login_hint.clone(),
    }
}

impl From<Nowhere> for Refusal {
    fn from(why: Nowhere) -> Self {
        match why {
            Nowhere::Client => Self::UnknownClient,
            Nowhere::Place => Self::RedirectNotAllowed,
        }
    }
}
