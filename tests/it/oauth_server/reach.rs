//! What an application may do in somebody's name: what the consent page said, and nothing beside it.

use cambio::{
    domain::{
        client::{ClientKind, ClientOptions, GrantType},
        scope::ScopeSet,
    },
    usecases::clients::RegisterClient,
};
use serde_json::json;

use super::{
    browser::{Browser, sent},
    flow::web,
};
use crate::support::{House, OAuthClient, people::google};

const ADA: &str = "ada@example.com";

async fn house() -> (House, OAuthClient) {
    let house = House::open().await;
    house.activated("ada").await;
    let resources = ["https://api.example/".to_owned(), house.base().to_owned()];
    let options = ClientOptions { resources: resources.to_vec(), ..ClientOptions::default() };
    let scopes = ScopeSet::parse("openid profile email read write");
    let wish = RegisterClient { scopes, options, ..web("app-web-1", ClientKind::Confidential) };
    let client = house.client_with(wish).await;
    (house, client)
}

async fn allowed(house: &House, client: &OAuthClient, fields: &[(&str, &str)]) -> (String, String) {
    let back = Browser::new(house).allow(client, ADA, fields).await;
    let said = house.redeem(client, &sent(&back)["code"]).expect(200).await;
    (said.text_of("access_token"), said.text_of("refresh_token"))
}

#[tokio::test]
async fn a_token_to_know_who_somebody_is_neither_shows_nor_changes_the_account() {
    let (house, client) = house().await;
    let (_, refresh) = allowed(&house, &client, &[("scope", "openid")]).await;
    let renewed = house
        .token(&client, &[("grant_type", "refresh_token"), ("refresh_token", &refresh)])
        .expect(200)
        .await
        .text_of("access_token");
    let new = json!({ "email": "eve@example.com" });
    let client_id = json!({ "client_id": client.id });
    let calls = [
        (house.get("/auth/users/me/"), "read"),
        (house.get("/auth/users/"), "read"),
        (house.patch("/auth/users/me/").json(&new), "write"),
        (house.post("/auth/invalidate-sessions/").json(&client_id), "write"),
        (house.post("/auth/token/logout/"), "write"),
    ];
    for (call, missing) in calls {
        let said = call.bearer(&renewed).expect(403).await;
        let challenge = said.header("www-authenticate");
        assert!(challenge.contains("error=\"insufficient_scope\""), "{said:?}");
        assert!(challenge.contains(&format!("scope=\"{missing}\"")), "{said:?}");
    }
    assert!(house.is_live(&client, &renewed).await);
    let told = house.get("/oauth/userinfo").bearer(&renewed).expect(200).await.json();
    assert!(told.get("email").is_none(), "{told}");
}

#[tokio::test]
async fn read_is_for_looking_and_write_for_changing() {
    let (house, client) = house().await;
    let name = json!({ "name": "Augusta" });
    let (read, _) = allowed(&house, &client, &[("scope", "read")]).await;
    assert_eq!(house.me(&read).expect(200).await.json()["email"], ADA);
    house.patch("/auth/users/me/").json(&name).bearer(&read).expect(403).await;
    house.get("/oauth/userinfo").bearer(&read).expect(403).await;

    let (write, _) = allowed(&house, &client, &[("scope", "write")]).await;
    let said = house.patch("/auth/users/me/").json(&name).bearer(&write).expect(200).await;
    assert_eq!(said.json()["name"], "Augusta");
}

#[tokio::test]
async fn a_token_that_was_asked_for_somebody_else_is_none_here() {
    let (house, client) = house().await;
    let foreign = [("resource", "https://api.example/"), ("scope", "openid read write")];
    let (token, _) = allowed(&house, &client, &foreign).await;
    for path in ["/auth/users/me/", "/oauth/userinfo"] {
        let said = house.get(path).bearer(&token).expect(401).await;
        assert!(said.header("www-authenticate").contains("error=\"invalid_token\""), "{said:?}");
    }
    assert!(house.is_live(&client, &token).await);
    let ours = [("resource", house.base()), ("scope", "openid read")];
    let (token, _) = allowed(&house, &client, &ours).await;
    house.me(&token).expect(200).await;
}

#[tokio::test]
async fn an_administrators_token_without_the_scope_administers_nothing() {
    let (house, client) = house().await;
    house.admin("root").await;
    let fields = [("scope", "read write")];
    let back = Browser::new(&house).allow(&client, "root@example.com", &fields).await;
    let said = house.redeem(&client, &sent(&back)["code"]).expect(200).await;
    let token = said.text_of("access_token");
    let seen = house.get("/auth/users/").bearer(&token).expect(200).await.json();
    assert_eq!(seen.as_array().unwrap().len(), 1, "{seen}");
    house.get("/admin/api/clients").bearer(&token).expect(403).await;
}

#[tokio::test]
async fn an_exchanged_token_reaches_as_far_as_its_scope_and_a_converted_one_as_ever() {
    let (house, _) = house().await;
    house.sandbox.add_token(google("shown-1", "ada@gmail.com"));
    let shown = "shown-1";
    let wish = RegisterClient {
        grants: vec![GrantType::ConvertToken],
        scopes: ScopeSet::parse("openid read write"),
        ..web("app-web-2", ClientKind::Confidential)
    };
    let client = house.client_with(wish).await;
    for (exchanged, status) in [(true, 403), (false, 200)] {
        let fields = if exchanged {
            vec![
                ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                ("subject_token", shown),
                ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
                ("subject_issuer", "google-oauth2"),
                ("scope", "openid"),
            ]
        } else {
            vec![
                ("grant_type", "convert_token"),
                ("token", shown),
                ("backend", "google-oauth2"),
                ("scope", "openid"),
            ]
        };
        let token = house.token(&client, &fields).expect(200).await.text_of("access_token");
        house.me(&token).expect(status).await;
    }
}
