//! `grant_type=client_credentials`: a client for itself, which is nobody's account.

use cambio::{
    domain::{
        client::{ClientId, ClientKind, GrantType},
        scope::ScopeSet,
    },
    usecases::clients::{self, RegisterClient},
};
use serde_json::json;

use crate::support::{Call, House, OAuthClient, callers::wish};

struct Office {
    house: House,
    client: OAuthClient,
}

impl Office {
    async fn open() -> Self {
        let house = House::open().await;
        let wish = RegisterClient {
            grants: vec![GrantType::ClientCredentials, GrantType::RefreshToken],
            scopes: ScopeSet::parse("jobs:run jobs:read"),
            ..wish("night-shift", ClientKind::Confidential)
        };
        Self { client: house.client_with(wish).await, house }
    }

    fn asks(&self, client: &OAuthClient, more: &[(&str, &str)]) -> Call {
        let fields = [&[("grant_type", "client_credentials")], more].concat();
        self.house.post("/auth/token/").form(&client.signed(&fields))
    }
}

#[tokio::test]
async fn it_gets_an_access_token_and_no_refresh_token() {
    let office = Office::open().await;
    let said = office.asks(&office.client, &[]).expect(200).await;
    let access = said.text_of("access_token");
    let whole = format!(
        r#"{{"access_token":"{access}","expires_in":3600,"token_type":"Bearer","scope":"jobs:run jobs:read"}}"#
    );
    assert_eq!(said.text, whole);
}

#[tokio::test]
async fn a_narrower_scope_may_be_asked_for_and_no_other() {
    let office = Office::open().await;
    let said = office.asks(&office.client, &[("scope", "jobs:read")]).expect(200).await;
    assert_eq!(said.json()["scope"], "jobs:read");
    for scope in ["read", "jobs:read admin", ""] {
        let said = office.asks(&office.client, &[("scope", scope)]).await;
        said.with_status(400).error("invalid_scope");
    }
}

#[tokio::test]
async fn its_token_is_nobodys_account() {
    let office = Office::open().await;
    let access = office.asks(&office.client, &[]).await.text_of("access_token");
    for path in ["/auth/users/me/", "/auth/users/"] {
        office.house.get(path).bearer(&access).expect(403).await;
    }
    let body = json!({ "client_id": "night-shift" });
    office.house.post("/auth/token/logout/").bearer(&access).expect(204).await;
    office.house.post("/auth/invalidate-sessions/").bearer(&access).json(&body).expect(204).await;
    let cut = json!({ "backend": "yandex-oauth2", "association_id": 1 });
    office.house.post("/auth/disconnect-backend/").bearer(&access).json(&cut).expect(403).await;
    office.house.get("/auth/users/me/").bearer(&access).expect(403).await;
}

#[tokio::test]
async fn its_token_can_be_revoked_and_ends_with_the_client() {
    let office = Office::open().await;
    let body = json!({ "client_id": "night-shift" });
    let access = office.asks(&office.client, &[]).await.text_of("access_token");
    office.house.post("/auth/revoke-token/").bearer(&access).json(&body).expect(204).await;
    office.house.get("/auth/users/me/").bearer(&access).expect(401).await;

    let access = office.asks(&office.client, &[]).await.text_of("access_token");
    let id = ClientId::parse("night-shift").unwrap();
    office.house.app.write(move |ctx| clients::switch(ctx, &id, false)).await.unwrap();
    office.house.get("/auth/users/me/").bearer(&access).expect(401).await;
    office.asks(&office.client, &[]).await.with_status(401).error("invalid_client");
}

#[tokio::test]
async fn only_a_client_registered_with_it_that_proves_its_secret_may() {
    let office = Office::open().await;
    let other = office.house.client("web-client").await;
    office.asks(&other, &[]).await.with_status(400).error("unauthorized_client");
    let nameless = OAuthClient { id: "night-shift".to_owned(), secret: None };
    office.asks(&nameless, &[]).await.with_status(401).error("invalid_client");
}

#[tokio::test]
async fn a_public_client_cannot_be_registered_with_it() {
    let office = Office::open().await;
    let wish = RegisterClient {
        grants: vec![GrantType::ClientCredentials],
        ..wish("app-client", ClientKind::Public)
    };
    let refused = office.house.app.write(move |ctx| clients::register(ctx, &wish)).await;
    assert!(refused.is_err());
}
