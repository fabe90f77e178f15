//! The authorization-code flow, step by step, as stories need it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cambio::{
    domain::{
        client::{ClientKind, GrantType, RedirectUri},
        scope::ScopeSet,
    },
    usecases::clients::RegisterClient,
};
use sha2::{Digest as _, Sha256};
use url::form_urlencoded::Serializer;

use super::browser::{Browser, sent};
use crate::support::{Call, House, OAuthClient, Said, callers::wish};

/// A PKCE verifier.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mBdq.~27_nooP1WnNqzXW-WfVBiNUSQ";
/// Where clients here are sent back to.
pub const CALLBACK: &str = "https://app.example/cb";

/// Its S256 challenge.
pub fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// A client that may ask for codes.
pub fn web(id: &str, kind: ClientKind) -> RegisterClient {
    RegisterClient {
        grants: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        redirect_uris: vec![RedirectUri::parse(CALLBACK).unwrap()],
        scopes: ScopeSet::parse("read write"),
        ..wish(id, kind)
    }
}

impl House {
    /// A confidential client that may ask for codes.
    pub async fn web_client(&self, id: &str) -> OAuthClient {
        self.client_with(web(id, ClientKind::Confidential)).await
    }

    /// The same without a secret.
    pub async fn app_client(&self, id: &str) -> OAuthClient {
        self.client_with(web(id, ClientKind::Public)).await
    }

    /// `/oauth/token` by that client, with its secret in the body.
    pub fn token(&self, client: &OAuthClient, fields: &[(&str, &str)]) -> Call {
        self.post("/oauth/token").form(&client.signed(fields))
    }

    /// The redemption of a code, everything as it should be.
    pub fn redeem(&self, client: &OAuthClient, code: &str) -> Call {
        self.token(client, &redemption(code))
    }

    /// Whether a token is live, as its client is told.
    pub async fn is_live(&self, client: &OAuthClient, token: &str) -> bool {
        let said = self.post("/oauth/introspect").form(&client.signed(&[("token", token)]));
        said.expect(200).await.json()["active"] == true
    }
}

/// What redeems a code.
pub fn redemption(code: &str) -> [(&str, &str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

/// The address of an authorization request; later fields take the place of the usual ones, and an empty one
/// is left out.
pub fn ask(client: &OAuthClient, fields: &[(&str, &str)]) -> String {
    let challenge = challenge();
    let usual = [
        ("client_id", client.id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("state", "st 1&2"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let given = |name: &str| fields.iter().any(|(field, _)| *field == name);
    let mut query = Serializer::new(String::new());
    query.extend_pairs(usual.iter().filter(|(name, _)| !given(name)));
    query.extend_pairs(fields.iter().filter(|(_, value)| !value.is_empty()));
    format!("/oauth/authorize?{}", query.finish())
}

impl Browser<'_> {
    /// Asks, signs in and allows: the answer that sends the browser back to the client.
    pub async fn allow(&self, client: &OAuthClient, email: &str, fields: &[(&str, &str)]) -> Said {
        let mut said = self.follow(&ask(client, fields)).await;
        if said.text.contains("name=\"password\"") {
            let on = self.sign_in(&said, email).await;
            assert_eq!(on.status, 303, "{on:?}");
            if !on.header("location").starts_with(self.base()) {
                // It was allowed before.
                return on;
            }
            said = self.follow(on.header("location")).await;
        }
        if said.status == 303 {
            // It was allowed before.
            return said;
        }
        self.send(&said, &[("decision", "allow")]).await
    }

    /// The code of that.
    pub async fn code(&self, client: &OAuthClient, email: &str) -> String {
        sent(&self.allow(client, email, &[]).await)["code"].clone()
    }
}
