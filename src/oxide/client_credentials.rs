//! A client that acts for itself: oxide-auth's `client_credentials` machine, each step done by us.

use std::borrow::Cow;

use oxide_auth::{
    code_grant::client_credentials::{ClientCredentials, Input, Output, Request},
    primitives::{
        grant::Extensions,
        registrar::{BoundClient, ExactUrl, PreGrant, RegisteredUrl},
    },
};

use super::{refused, scope};
use crate::{
    domain::{client::Client, scope::ScopeSet, token::IssuedTokens},
    error::{Fault, Outcome, Refusal},
    usecases::{Ctx, clients, login},
};

/// What a proven client asks for itself.
#[derive(Debug, Clone)]
pub struct OwnAccess {
    /// The client, proven.
    pub client: Client,
    /// The scope asked for, if any.
    pub wanted: Option<ScopeSet>,
    /// The resources it is for (RFC 8707).
    pub resources: Vec<String>,
}

impl Request for OwnAccess {
    fn valid(&self) -> bool {
        true
    }

    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((self.client.id.as_str().into(), Cow::Borrowed(&[])))
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.wanted.as_ref().map(|scope| scope.to_string().into())
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some("client_credentials".into())
    }

    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}

enum Step {
    Begin,
    Authenticate(String),
    Bind,
    Extend,
    Negotiate,
}

/// Tokens for the client itself: no account, no refresh token.
pub fn issue(ctx: &mut Ctx<'_>, shown: &OwnAccess) -> Outcome<IssuedTokens> {
    let mut machine = ClientCredentials::new(shown);
    let mut step = Step::Begin;
    let nowhere = || {
        let uri = ExactUrl::new("cambio:nowhere".to_owned());
        uri.map(RegisteredUrl::Exact).map_err(|cause| Fault::because("a constant address", cause))
    };
    let mut granted = ScopeSet::default();
    let client_id = || shown.client.id.as_str().to_owned();
    loop {
        let input = match step {
            Step::Begin => Input::None,
            Step::Authenticate(client) if client == shown.client.id.as_str() => {
                Input::Authenticated
            }
            Step::Authenticate(_) => return Err(Refusal::BadClient.into()),
            Step::Bind => Input::Bound {
                bound_client: BoundClient {
                    client_id: client_id().into(),
                    redirect_uri: Cow::Owned(nowhere()?),
                },
            },
            Step::Extend => Input::Extended { extensions: Extensions::new() },
            Step::Negotiate => {
                granted = clients::scope_for(ctx.policy, &shown.client, shown.wanted.as_ref())?;
                let scope = scope(&granted)?;
                let pre_grant =
                    PreGrant { client_id: client_id(), redirect_uri: nowhere()?, scope };
                Input::Negotiated { pre_grant }
            }
        };
        step = match machine.advance(input) {
            Output::Authenticate { client, .. } => Step::Authenticate(client.to_owned()),
            Output::Binding { .. } => Step::Bind,
            Output::Extend => Step::Extend,
            Output::Negotiate { .. } => Step::Negotiate,
            Output::Ok { .. } => break,
            Output::Err(_) => return Err(refused()),
        };
    }
    clients::targets(&shown.client, &shown.resources)?;
    login::by_client(ctx, &shown.client, granted, &shown.resources)
}
