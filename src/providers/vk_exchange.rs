//! VK ID: a code, its `device_id` and its PKCE verifier become a token that is ours.

use std::borrow::Cow;

use futures_util::future::BoxFuture;
use oauth2::{
    AccessToken, AsyncHttpClient, AuthType, AuthorizationCode, ClientId, HttpRequest, HttpResponse,
    PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardRevocableToken,
    TokenResponse, TokenUrl,
    basic::{
        BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
        BasicTokenType,
    },
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{
    error::{Flaw, ProviderError},
    fetch::Ask,
    guard::{Again, Cx, Line},
    vk_id,
};
use crate::{crypto::fingerprint::same, domain::provider::ProviderCredential, error::Why};

type Client = oauth2::Client<
    BasicErrorResponse,
    Tokens,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
>;

/// What VK ID answers to a code, read leniently: of its many members we need three. The crate's own
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

    /// The id of its owner, a number here and a string elsewhere.
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

    fn expires_in(&self) -> Option<std::time::Duration> {
        None
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

/// Exchanges the code as one of our applications, without a secret (VK ID has none for PKCE).
pub(super) async fn exchange(
    line: &Line,
    (url, client_id): (&Url, &str),
    shown: &ProviderCredential,
    cx: &Cx,
) -> Result<Tokens, ProviderError> {
    let missing = ProviderError::BadRequest("a VK code comes with code_verifier and device_id");
    let (Some(verifier), Some(device_id)) = (&shown.code_verifier, &shown.device_id) else {
        return Err(missing);
    };
    let client = Client::new(ClientId::new(client_id.to_owned()))
        .set_auth_type(AuthType::RequestBody)
        .set_token_uri(TokenUrl::from_url(url.clone()));
    let code = AuthorizationCode::new(shown.token.expose_secret().to_owned());
    let mut request = client
        .exchange_code(code)
        .set_pkce_verifier(PkceCodeVerifier::new(verifier.expose_secret().to_owned()))
        .add_extra_param("device_id", device_id);
    if let Some(redirect_uri) = &shown.redirect_uri {
        request = request.set_redirect_uri(Cow::Owned(read_redirect(redirect_uri)?));
    }
    if let Some(state) = &shown.state {
        request = request.add_extra_param("state", state);
    }
    let http = OverLine { line, cx };
    let tokens = request.request_async(&http).await.map_err(untold)?;
    check_state(tokens.state.as_deref(), shown.state.as_deref())?;
    Ok(tokens)
}

fn read_redirect(text: &str) -> Result<RedirectUrl, ProviderError> {
    RedirectUrl::new(text.to_owned())
        .map_err(|_why| ProviderError::BadRequest("redirect_uri is not an absolute address"))
}

/// Our own line as the crate's HTTP client, so that all rules of egress hold.
struct OverLine<'a> {
    line: &'a Line,
    cx: &'a Cx,
}

impl<'c> AsyncHttpClient<'c> for OverLine<'_> {
    type Error = ProviderError;
    type Future = BoxFuture<'c, Result<HttpResponse, ProviderError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(forward(self.line, request, self.cx))
    }
}

async fn forward(
    line: &Line,
    request: HttpRequest,
    cx: &Cx,
) -> Result<HttpResponse, ProviderError> {
    let url = Url::parse(&request.uri().to_string());
    let url = url.map_err(|_why| ProviderError::Misconfigured("vk-oauth2.id_url"))?;
    let ask = Ask::post_raw(url, request.into_body());
    let answer = line.ask(&ask, Again::Unsent, cx).await?;
    let status = answer.status;
    if answer.is_mute_refusal() && status != 404 {
        return Err(ProviderError::Refused(Why::Unknown));
    }
    let told = answer.whatever_status()?;
    match told.text("error") {
        // An error comes with 200 here; the crate would take it for a broken answer. There is no secret
        // that could be wrong: the code was not given to this application, which is the caller's doing.
        Some("invalid_client" | "unauthorized_client") => {
            Err(ProviderError::Refused(Why::ForeignAudience))
        }
        Some(_) => Err(vk_id::refusal(&told, status)),
        None if status >= 400 => Err(vk_id::refusal(&told, status)),
        None => {
            Ok(HttpResponse::new(Value::Object(told.members().clone()).to_string().into_bytes()))
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
