//! The redemption of a code: oxide-auth's `accesstoken` machine, each step done by us.

use std::borrow::Cow;

use oxide_auth::{
    code_grant::{
        accesstoken::{AccessToken, Authorization, Input, Output, Request},
        extensions::Pkce,
    },
    primitives::{
        grant::{Extensions, Grant, Value},
        issuer::{IssuedToken, TokenType},
    },
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{NEVER, refused, scope};
use crate::{
    domain::{
        client::Client,
        code::{Code, is_verifier},
        token::IssuedTokens,
    },
    error::{Error, Fault, Outcome, Refusal, Why},
    usecases::{Ctx, Verdict, codes},
};

/// A code as a proven client shows it.
#[derive(Debug, Clone)]
pub struct Redemption {
    /// The client, proven.
    pub client: Client,
    /// The code.
    pub code: SecretString,
    /// The place it was sent to, if that is named.
    pub redirect_uri: Option<String>,
    /// The PKCE verifier.
    pub verifier: Option<String>,
    /// The resources the access token is to be for (RFC 8707); all of the code's where none is named.
    pub resources: Vec<String>,
}

/// Stands for "no place named" where oxide-auth insists on one.
const NOWHERE: &str = "cambio:nowhere";

impl Request for Redemption {
    fn valid(&self) -> bool {
        true
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.expose_secret().into())
    }

    fn authorization(&self) -> Authorization<'_> {
        Authorization::None
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        Some(self.client.id.as_str().into())
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        Some(self.redirect_uri.as_deref().unwrap_or(NOWHERE).into())
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some("authorization_code".into())
    }

    fn extension(&self, key: &str) -> Option<Cow<'_, str>> {
        self.verifier.as_deref().filter(|_| key == "code_verifier").map(Cow::Borrowed)
    }
}

/// What the machine wants next.
enum Step {
    Begin,
    Authenticate(String),
    Recover,
    Extend(Extensions),
    Issue,
}

/// Redeems a code. A request that is refused uses nothing up; a code used before ends what came of it.
pub fn redeem(ctx: &mut Ctx<'_>, shown: &Redemption) -> Outcome<Verdict<IssuedTokens>> {
    let mut machine = AccessToken::new(shown);
    let mut step = Step::Begin;
    let mut recalled: Option<Code> = None;
    let mut issued: Option<IssuedTokens> = None;
    loop {
        let input = match step {
            Step::Begin => Input::None,
            Step::Authenticate(client) if client == shown.client.id.as_str() => {
                Input::Authenticated
            }
            Step::Authenticate(_) => return Err(Refusal::BadClient.into()),
            Step::Recover => {
                let uri = shown.redirect_uri.as_deref();
                let code = codes::recall(ctx, &shown.client, &shown.code, uri)?;
                let grant = grant(shown, &code)?;
                recalled = Some(code);
                Input::Recovered(Some(Box::new(grant)))
            }
            Step::Extend(extensions) => {
                pkce(shown, extensions)?;
                Input::Extended { access_extensions: Extensions::new() }
            }
            Step::Issue => {
                let code = recalled.as_ref().ok_or_else(lost)?;
                match codes::redeem(ctx, &shown.client, (&shown.code, code), &shown.resources)? {
                    Verdict::Refused(refusal) => return Ok(Verdict::Refused(refusal)),
                    Verdict::Done(tokens) => {
                        let told = told(&tokens);
                        issued = Some(tokens);
                        Input::Issued(told)
                    }
                }
            }
        };
        step = match machine.advance(input) {
            Output::Authenticate { client, .. } => Step::Authenticate(client.to_owned()),
            Output::Recover { .. } => Step::Recover,
            Output::Extend { extensions } => Step::Extend(extensions.clone()),
            Output::Issue { .. } => Step::Issue,
            Output::Ok(_) => return Ok(Verdict::Done(issued.ok_or_else(lost)?)),
            Output::Err(_) => return Err(refused()),
        };
    }
}

fn lost() -> Error {
    Fault::internal("oxide-auth took a step out of order").into()
}

/// The code as oxide-auth has it. It compares places as parsed addresses; we have compared them to the letter.
fn grant(shown: &Redemption, code: &Code) -> Outcome<Grant> {
    let place = shown.redirect_uri.as_deref().unwrap_or(NOWHERE).parse();
    let mut extensions = Extensions::new();
    if let Some(challenge) = &code.challenge {
        let made = Pkce::required().challenge(Some("S256".into()), Some(challenge.as_str().into()));
        let kept = made.map_err(|()| Fault::internal("a stored challenge is none"))?;
        extensions.set(&Pkce::required(), kept.unwrap_or(Value::private(None)));
    }
    Ok(Grant {
        owner_id: code.account.0.to_string(),
        client_id: shown.client.id.as_str().to_owned(),
        scope: scope(&code.scope)?,
        redirect_uri: place.map_err(|_malformed| Refusal::BadGrant(Why::ForeignAudience))?,
        until: NEVER,
        extensions,
    })
}

/// RFC 7636 §4.6, and RFC 9700 §4.8.2: a verifier without a challenge is refused (OX1).
fn pkce(shown: &Redemption, mut kept: Extensions) -> Outcome<()> {
    let bad = || Refusal::BadGrant(Why::Forged);
    let challenge = kept.remove(&Pkce::required());
    if challenge.is_none() {
        return if shown.verifier.is_none() { Ok(()) } else { Err(bad().into()) };
    }
    let Some(verifier) = shown.verifier.as_deref() else {
        return Err(Refusal::BadRequest("code_verifier is missing").into());
    };
    if !is_verifier(verifier) {
        return Err(bad().into());
    }
    let verifier = shown.extension("code_verifier");
    Ok(Pkce::required().verify(challenge, verifier).map_err(|()| bad())?)
}

/// What the machine is told of tokens that the one mint made; it answers nobody with it.
fn told(tokens: &IssuedTokens) -> IssuedToken {
    IssuedToken {
        token: tokens.access.expose_secret().to_owned(),
        refresh: None,
        until: NEVER,
        token_type: TokenType::Bearer,
    }
}
