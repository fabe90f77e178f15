//! One account, many dialects: who logs in by one way is the same to all the others.

use cambio::sandbox::{NewToken, Provider};
use serde_json::json;

use crate::support::{House, OAuthClient, Person, Said, callers::PASSWORD};

/// Ada, with a credential of every dialect.
struct Ada {
    house: House,
    client: OAuthClient,
    who: Person,
    jwt: Said,
    oauth: Said,
}

impl Ada {
    async fn new() -> Self {
        let house = House::open().await;
        let client = house.client("web-client").await;
        let who = house.person("ada").await;
        let login = json!({ "email": who.email, "password": PASSWORD });
        let jwt = house.post("/auth/jwt/create/").json(&login).expect(200).await;
        let mut token = NewToken::new(Provider::Google, "ada", "42");
        token.email = Some(who.email.clone());
        token.email_verified = true;
        house.sandbox.add_token(token);
        let oauth = house.convert(&client, "google-oauth2", "ada").expect(200).await;
        Self { house, client, who, jwt, oauth }
    }

    /// The headers by which she may show herself.
    fn headers(&self) -> [String; 4] {
        let (jwt, oauth) = (self.jwt.text_of("access"), self.oauth.text_of("access_token"));
        [
            format!("Token {}", self.who.auth_token),
            format!("Bearer {jwt}"),
            format!("JWT {jwt}"),
            format!("Bearer {oauth}"),
        ]
    }

    async fn statuses(&self) -> Vec<u16> {
        let mut statuses = Vec::new();
        for header in self.headers() {
            let call = self.house.get("/auth/users/me/").header("Authorization", &header);
            statuses.push(call.await.status);
        }
        statuses
    }
}

#[tokio::test]
async fn every_credential_opens_one_account() {
    let ada = Ada::new().await;
    let me = json!({ "id": ada.who.id, "email": ada.who.email, "name": "" });
    for header in ada.headers() {
        let call = ada.house.get("/auth/users/me/").header("Authorization", &header);
        call.expect(200).await.is(&me);
        let call = ada.house.get("/auth/users/").header("Authorization", &header);
        call.expect(200).await.is(&json!([me]));
    }
    assert_eq!(ada.house.accounts().await.len(), 1);
}

#[tokio::test]
async fn no_credential_goes_by_another_dialects_word() {
    let ada = Ada::new().await;
    let (jwt, oauth) = (ada.jwt.text_of("access"), ada.oauth.text_of("access_token"));
    for header in [
        format!("Bearer {}", ada.who.auth_token),
        format!("JWT {}", ada.who.auth_token),
        format!("Token {jwt}"),
        format!("Token {oauth}"),
        format!("JWT {oauth}"),
        format!("Bearer {}", ada.jwt.text_of("refresh")),
        format!("Bearer {}", ada.oauth.text_of("refresh_token")),
        format!("Token {}", ada.oauth.text_of("refresh_token")),
    ] {
        let call = ada.house.get("/auth/users/me/").header("Authorization", &header);
        call.expect(401).await;
    }
}

#[tokio::test]
async fn no_token_is_renewed_in_another_dialect() {
    let ada = Ada::new().await;
    for token in [ada.jwt.text_of("refresh"), ada.jwt.text_of("access"), ada.who.auth_token.clone()]
    {
        ada.house.refresh(&ada.client, &token).await.with_status(400).error("invalid_grant");
    }
    assert_eq!(ada.statuses().await, [200; 4]);
}

#[tokio::test]
async fn each_dialects_own_end_ends_its_own_tokens_only() {
    let ada = Ada::new().await;
    let body = json!({ "client_id": ada.client.id });
    let access = ada.oauth.text_of("access_token");
    ada.house.post("/auth/revoke-token/").bearer(&access).json(&body).expect(204).await;
    assert_eq!(ada.statuses().await, [200, 200, 200, 401]);
    ada.house.post("/auth/token/logout/").token(&ada.who.auth_token).expect(204).await;
    assert_eq!(ada.statuses().await, [401, 200, 200, 401]);
}

#[tokio::test]
async fn the_sessions_a_person_ends_by_a_jwt_are_those_of_the_client() {
    let ada = Ada::new().await;
    let body = json!({ "client_id": ada.client.id });
    let jwt = ada.jwt.text_of("access");
    ada.house.post("/auth/invalidate-sessions/").bearer(&jwt).json(&body).expect(204).await;
    assert_eq!(ada.statuses().await, [200, 200, 200, 401]);
}

#[tokio::test]
async fn whoever_comes_through_a_provider_first_cannot_register_again() {
    let house = House::open().await;
    let client = house.client("web-client").await;
    house.convert(&client, "yandex-oauth2", "ok-5").expect(200).await;
    let email = "user5@yandex.ru";
    let body = json!({ "email": email, "password": PASSWORD, "re_password": PASSWORD });
    house.post("/auth/users/").json(&body).expect(400).await;
    let login = json!({ "email": email, "password": PASSWORD });
    house.post("/auth/token/login/").json(&login).expect(400).await;
    house.post("/auth/jwt/create/").json(&login).expect(401).await;
    assert_eq!(house.accounts().await.len(), 1);
}

#[tokio::test]
async fn a_person_of_a_provider_sees_itself_as_every_other() {
    let house = House::open().await;
    let client = house.client("web-client").await;
    let said = house.convert(&client, "vk-oauth2", "vkid-5").expect(200).await;
    let me = house.me(&said.text_of("access_token")).expect(200).await.json();
    assert_eq!((&me["email"], &me["name"]), (&json!(""), &said_name(&said)));
}

fn said_name(said: &Said) -> serde_json::Value {
    let user = said.json()["user"].clone();
    let text = |field: &str| user[field].as_str().unwrap().to_owned();
    json!(format!("{} {}", text("first_name"), text("last_name")))
}
