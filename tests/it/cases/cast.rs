//! Who plays in the cases: four clients, people, and what they have.

use cambio::{
    domain::{
        client::{ClientId, ClientKind, GrantType, ProviderRule, RedirectUri},
        provider::ProviderName,
        scope::ScopeSet,
    },
    usecases::clients::{self, RegisterClient},
};

use crate::{
    oauth_server::{
        browser::{Browser, sent},
        flow::{CALLBACK, ask, redemption},
    },
    support::{Call, House, OAuthClient, Said, callers::wish},
};

/// An active account.
pub const ALICE: &str = "alice@example.com";

/// A house with the clients of the cases; of the people Alice alone is there.
pub struct Cast {
    /// The house.
    pub house: House,
    /// Confidential: codes, refresh, and conversion of Google's tokens.
    pub conf: OAuthClient,
    /// The same, of another owner.
    pub conf2: OAuthClient,
    /// Public: codes and refresh.
    pub app: OAuthClient,
    /// Acts for itself alone.
    pub machine: OAuthClient,
}

impl Cast {
    /// With the default settings.
    pub async fn open() -> Self {
        Self::with(&[]).await
    }

    /// With some settings of its own.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let house = House::with(settings).await;
        house.activated("alice").await;
        let machine = RegisterClient {
            grants: vec![GrantType::ClientCredentials],
            ..wish("machine-one", ClientKind::Confidential)
        };
        Self {
            conf: house.client_with(confidential("web-client")).await,
            conf2: house.client_with(confidential("other-client")).await,
            app: house.client_with(public()).await,
            machine: house.client_with(machine).await,
            house,
        }
    }

    /// A code of Alice's for that client, of a browser of its own.
    pub async fn code(&self, client: &OAuthClient) -> String {
        self.code_with(client, &[]).await
    }

    /// The same of a request with these words.
    pub async fn code_with(&self, client: &OAuthClient, words: &[(&str, &str)]) -> String {
        let back = Browser::new(&self.house).allow(client, ALICE, words).await;
        sent(&back)["code"].clone()
    }

    /// Tokens of Alice's for the confidential client.
    pub async fn tokens(&self) -> Said {
        self.tokens_of(&self.conf).await
    }

    /// The same for any client.
    pub async fn tokens_of(&self, client: &OAuthClient) -> Said {
        let code = self.code(client).await;
        self.house.redeem(client, &code).expect(200).await
    }

    /// `grant_type=refresh_token` at `/oauth/token`.
    pub fn refresh(&self, client: &OAuthClient, token: &str) -> Call {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.house.token(client, &fields)
    }

    /// A rotation that succeeds: the access and the refresh token.
    pub async fn rotated(&self, client: &OAuthClient, token: &str) -> (String, String) {
        pair(&self.refresh(client, token).expect(200).await)
    }

    /// Switches a client off, as an administrator does.
    pub async fn disable(&self, client: &OAuthClient) {
        let id = ClientId::parse(&client.id).unwrap();
        self.house.app.write(move |ctx| clients::switch(ctx, &id, false)).await.unwrap();
    }

    /// Whether a token is live, as its confidential client is told.
    pub async fn is_live(&self, token: &str) -> bool {
        self.house.is_live(&self.conf, token).await
    }
}

/// Access and refresh token of an answer.
pub fn pair(said: &Said) -> (String, String) {
    (said.text_of("access_token"), said.text_of("refresh_token"))
}

/// A registration of the confidential clients.
pub fn confidential(id: &str) -> RegisterClient {
    RegisterClient {
        grants: vec![
            GrantType::AuthorizationCode,
            GrantType::RefreshToken,
            GrantType::ConvertToken,
        ],
        redirect_uris: vec![RedirectUri::parse(CALLBACK).unwrap()],
        scopes: ScopeSet::parse("read write openid"),
        providers: ProviderRule::Only(vec![ProviderName::parse("google-oauth2").unwrap()]),
        ..wish(id, ClientKind::Confidential)
    }
}

fn public() -> RegisterClient {
    RegisterClient {
        grants: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        redirect_uris: [CALLBACK, "http://127.0.0.1/cb", "http://[::1]/cb"]
            .map(|uri| RedirectUri::parse(uri).unwrap())
            .to_vec(),
        ..wish("app-client", ClientKind::Public)
    }
}

/// What redeems a code, with one word changed; an empty one is left out.
pub fn redeeming<'a>(code: &'a str, name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let rest = redemption(code).into_iter().filter(|(field, _)| *field != name);
    rest.chain([(name, value)].into_iter().filter(|(_, value)| !value.is_empty())).collect()
}

/// The authorization request in the body, as a page elsewhere would send it.
pub fn posted(house: &House, client: &OAuthClient, words: &[(&str, &str)]) -> Call {
    let address = ask(client, words);
    let query = address.split_once('?').unwrap().1.to_owned();
    house.post("/oauth/authorize").body("application/x-www-form-urlencoded", query)
}
