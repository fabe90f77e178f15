//! The rotation of a refresh token: oxide-auth's `refresh` machine over the rotation that every dialect has.

use std::borrow::Cow;

use oxide_auth::{
    code_grant::refresh::{Input, Output, Refresh, Request},
    primitives::{
        grant::{Extensions, Grant},
        issuer::{RefreshedToken, TokenType},
    },
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{NEVER, refused, scope};
use crate::{
    domain::{client::Client, scope::ScopeSet, token::IssuedTokens},
    error::{Fault, Outcome, Refusal},
    usecases::{
        Ctx, Verdict,
        refresh::{self, Recalled, Wanted},
    },
};

/// A refresh token as a proven client shows it.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// The client, proven.
    pub client: Client,
    /// The token.
    pub token: SecretString,
    /// What is wanted of it.
    pub wanted: Wanted,
}

impl Rotation {
    /// A token as that client shows it.
    pub fn new(client: Client, token: SecretString, wanted: Wanted) -> Self {
        let scope = wanted.scope.map(|words| client.asks(&words));
        Self { client, token, wanted: Wanted { scope, ..wanted } }
    }
}

impl Request for Rotation {
    fn valid(&self) -> bool {
        true
    }

    fn refresh_token(&self) -> Option<Cow<'_, str>> {
        Some(self.token.expose_secret().into())
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.wanted.scope.as_ref().map(|scope| scope.to_string().into())
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some("refresh_token".into())
    }

    /// Always somebody: without, oxide-auth would take the token's own client for the caller (OX9).
    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((self.client.id.as_str().into(), Cow::Borrowed(&[])))
    }

    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}

enum Step {
    Begin,
    Authenticate(String),
    Recover,
    Refresh,
}

/// Replaces a refresh token by a new pair.
pub fn rotate(ctx: &mut Ctx<'_>, shown: &Rotation) -> Outcome<Verdict<IssuedTokens>> {
    let mut machine = Refresh::new(shown);
    let mut step = Step::Begin;
    let mut recalled: Option<Recalled<'_>> = None;
    let mut issued: Option<IssuedTokens> = None;
    loop {
        let input = match step {
            Step::Begin => Input::None,
            Step::Authenticate(client) if client == shown.client.id.as_str() => {
                Input::Authenticated { scope: shown.scope() }
            }
            Step::Authenticate(_) => return Err(Refusal::BadClient.into()),
            Step::Recover => {
                let found = refresh::recall(ctx, &shown.client, &shown.token)?;
                let found = recalled.insert(found);
                let grant = Some(Box::new(grant(&shown.client, found.granted())?));
                Input::Recovered { scope: shown.scope(), grant }
            }
            Step::Refresh => {
                let found = recalled.as_ref().ok_or_else(lost)?;
                match refresh::rotate(ctx, &shown.client, found, &shown.wanted)? {
                    Verdict::Refused(refusal) => return Ok(Verdict::Refused(refusal)),
                    Verdict::Done(tokens) => Input::Refreshed(told(issued.insert(tokens))),
                }
            }
        };
        step = match machine.advance(input) {
            Output::Unauthenticated { client, .. } => Step::Authenticate(client.to_owned()),
            Output::RecoverRefresh { .. } => Step::Recover,
            Output::Refresh { .. } => Step::Refresh,
            Output::Ok(_) => return Ok(Verdict::Done(issued.ok_or_else(lost)?)),
            // Of what is checked here nothing but the scope was not checked before.
            Output::Err(_) if shown.wanted.scope.is_some() => {
                return Err(Refusal::ScopeNotAllowed.into());
            }
            Output::Err(_) => return Err(refused()),
        };
    }
}

fn lost() -> Fault {
    Fault::internal("oxide-auth took a step out of order")
}

fn grant(client: &Client, granted: &ScopeSet) -> Outcome<Grant> {
    let nowhere = "cambio:nowhere".parse();
    Ok(Grant {
        owner_id: String::new(),
        client_id: client.id.as_str().to_owned(),
        scope: scope(granted)?,
        redirect_uri: nowhere.map_err(|cause| Fault::because("a constant address", cause))?,
        until: NEVER,
        extensions: Extensions::new(),
    })
}

fn told(tokens: &IssuedTokens) -> RefreshedToken {
    RefreshedToken {
        token: tokens.access.expose_secret().to_owned(),
        refresh: None,
        until: NEVER,
        token_type: TokenType::Bearer,
    }
}
