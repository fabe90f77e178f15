//! A code and its PKCE verifier become a token that is ours beyond doubt (RFC 6749 §4.1.3).

use std::{borrow::Cow, time::Duration};

use futures_util::future::BoxFuture;
use oauth2::{
    AccessToken, AsyncHttpClient, AuthType, AuthorizationCode, ClientId, ClientSecret, HttpRequest,
    HttpResponse, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    StandardRevocableToken, TokenResponse, TokenUrl,
    basic::{
        BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
        BasicTokenType,
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{
    answer::Record,
    error::{Flaw, Outage, ProviderError},
    fetch::Ask,
    guard::{Again, Cx, Line},
};
use crate::{crypto::fingerprint::same, domain::provider::ProviderCredential, error::Why};

type Client = oauth2::Client<
    BasicErrorResponse,
    Tokens,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
>;

/// What a provider answers to a code, read leniently: of its many members we need three. The crate's own
/// type fails on answers without `token_type` and on lifetimes written as strings.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Tokens {
    access_token: AccessToken,
    user_id: Option<Value>,
    state: Option<String>,
    #[serde(skip, default = "bearer")]
    token_type: BasicTokenType,
}

fn bearer() -> BasicTokenType {
    BasicTokenType::Bearer
}

impl Tokens {
    /// The token, fresh and never shown to anybody else.
    pub(super) fn access_token(&self) -> &str {
        self.access_token.secret()
    }

    /// VK: the id of its owner, a number here and a string elsewhere.
    pub(super) fn user_id(&self) -> Option<String> {
        match self.user_id.as_ref()? {
            Value::String(id) => Some(id.clone()),
            other => Some(other.to_string()),
        }
    }
}

impl TokenResponse for Tokens {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        None
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

/// Where a code is exchanged, and as which of our applications.
pub(super) struct Counter<'a> {
    /// The token endpoint.
    pub(super) url: &'a Url,
    /// The application.
    pub(super) client_id: &'a str,
    /// Its secret, where the provider knows one; it goes into the body, which all of them read.
    pub(super) secret: Option<&'a SecretString>,
    /// What goes along with the code, beyond RFC 6749.
    pub(super) extra: &'a [(&'static str, &'a str)],
    /// What it means when the provider rejects the application.
    pub(super) rejected: ProviderError,
}

/// Exchanges the code, once: a code is not shown twice.
pub(super) async fn exchange(
    line: &Line,
    counter: Counter<'_>,
    shown: &ProviderCredential,
    cx: &Cx,
) -> Result<Tokens, ProviderError> {
    let Some(verifier) = &shown.code_verifier else {
        return Err(ProviderError::BadRequest("a code comes with its code_verifier"));
    };
    let mut client = Client::new(ClientId::new(counter.client_id.to_owned()))
        .set_auth_type(AuthType::RequestBody)
        .set_token_uri(TokenUrl::from_url(counter.url.clone()));
    if let Some(secret) = counter.secret {
        client = client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()));
    }
    let code = AuthorizationCode::new(shown.token.expose_secret().to_owned());
    let mut request = client
        .exchange_code(code)
        .set_pkce_verifier(PkceCodeVerifier::new(verifier.expose_secret().to_owned()));
    for (name, value) in counter.extra {
        request = request.add_extra_param(*name, *value);
    }
    if let Some(redirect_uri) = &shown.redirect_uri {
        request = request.set_redirect_uri(Cow::Owned(read_redirect(redirect_uri)?));
    }
    let http = OverLine { line, cx, rejected: counter.rejected };
    let tokens = request.request_async(&http).await.map_err(untold)?;
    check_state(tokens.state.as_deref(), shown.state.as_deref())?;
    Ok(tokens)
}

/// What an error of a token endpoint means; its description is looked at, never passed on.
pub(super) fn refusal(told: &Record, status: u16) -> ProviderError {
    match told.text("error") {
        _ if is_ip_bound(told) => ProviderError::Refused(Why::IpBound),
        Some("slow_down" | "too_many_requests" | "rate_limit_exceeded") => {
            ProviderError::RateLimited { retry_after: Duration::from_secs(1) }
        }
        Some("server_error" | "temporarily_unavailable" | "internal_error") => {
            ProviderError::Unavailable(Outage::Status(status))
        }
        _ if status == 404 => ProviderError::Malformed(Flaw::Status(status)),
        None if status < 400 => ProviderError::Malformed(Flaw::Member("error")),
        _ => ProviderError::Refused(Why::Unknown),
    }
}

/// VK binds some tokens to a network address.
pub(super) fn is_ip_bound(told: &Record) -> bool {
    told.text("error_description").is_some_and(|text| text.contains("another ip address"))
}

fn read_redirect(text: &str) -> Result<RedirectUrl, ProviderError> {
    RedirectUrl::new(text.to_owned())
        .map_err(|_why| ProviderError::BadRequest("redirect_uri is not an absolute address"))
}

/// Our own line as the crate's HTTP client, so that all rules of egress hold.
struct OverLine<'a> {
    line: &'a Line,
    cx: &'a Cx,
    rejected: ProviderError,
}

impl<'c> AsyncHttpClient<'c> for OverLine<'_> {
    type Error = ProviderError;
    type Future = BoxFuture<'c, Result<HttpResponse, ProviderError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.forward(request))
    }
}

impl OverLine<'_> {
    async fn forward(&self, request: HttpRequest) -> Result<HttpResponse, ProviderError> {
        let url = Url::parse(&request.uri().to_string());
        let url = url.map_err(|_why| ProviderError::Misconfigured("a provider's token_url"))?;
        let ask = Ask::post_raw(url, request.into_body());
        let answer = self.line.ask(&ask, Again::Unsent, self.cx).await?;
        let status = answer.status;
        if answer.is_mute_refusal() && status != 404 {
            return Err(ProviderError::Refused(Why::Unknown));
        }
        let told = answer.whatever_status()?;
        match told.text("error") {
            // VK's errors come with 200; the crate would take them for a broken answer.
            Some("invalid_client" | "unauthorized_client") => Err(self.rejected.clone()),
            Some(_) => Err(refusal(&told, status)),
            None if status >= 400 => Err(refusal(&told, status)),
            None => {
                let body = Value::Object(told.members().clone()).to_string();
                Ok(HttpResponse::new(body.into_bytes()))
            }
        }
    }
}

fn untold(why: RequestTokenError<ProviderError, BasicErrorResponse>) -> ProviderError {
    match why {
        RequestTokenError::Request(why) => why,
        RequestTokenError::ServerResponse(_)
        | RequestTokenError::Parse(..)
        | RequestTokenError::Other(_) => ProviderError::Malformed(Flaw::Member("access_token")),
    }
}

/// VK ID echoes the state; another one means another authorization request.
fn check_state(told: Option<&str>, sent: Option<&str>) -> Result<(), ProviderError> {
    match (told, sent) {
        (Some(told), Some(sent)) if !same(told, sent) => Err(ProviderError::Refused(Why::Forged)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Tokens, check_state, read_redirect};

    #[test]
    fn the_answer_is_read_leniently_and_shows_no_token() {
        for body in [
            r#"{"access_token":"vk2.a.hush","refresh_token":"r","id_token":"i","token_type":"Bearer",
                "expires_in":3600,"user_id":1234567890,"state":"s","scope":"email"}"#,
            r#"{"access_token":"vk2.a.hush","expires_in":"0","user_id":"1234567890","scope":["email"]}"#,
        ] {
            let tokens: Tokens = serde_json::from_str(body).expect("tokens");
            assert_eq!(tokens.access_token(), "vk2.a.hush");
            assert_eq!(tokens.user_id().as_deref(), Some("1234567890"));
            assert!(!format!("{tokens:?}").contains("hush"));
        }
        assert!(serde_json::from_str::<Tokens>(r#"{"user_id":1}"#).is_err());
    }

    #[test]
    fn an_echoed_state_must_be_the_one_sent() {
        assert!(check_state(Some("a"), Some("a")).is_ok());
        assert!(check_state(None, Some("a")).is_ok());
        assert!(check_state(Some("a"), None).is_ok());
        assert!(check_state(Some("a"), Some("b")).is_err());
    }

    #[test]
    fn a_redirect_uri_is_an_absolute_address_of_any_scheme() {
        assert!(read_redirect("vk123://vk.ru/blank.html?oauth2_params=c2NvcGU9").is_ok());
        assert!(read_redirect("/callback").is_err());
    }
}
