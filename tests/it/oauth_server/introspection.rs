//! `/oauth/introspect` (RFC 7662; security case 044).

use cambio::{
    domain::client::{ClientKind, ClientOptions},
    usecases::clients::RegisterClient,
};
use chrono::TimeDelta;
use serde_json::json;

use super::{browser::Browser, flow::web};
use crate::support::{House, OAuthClient, Said};

async fn house() -> (House, OAuthClient, Said) {
    let house = House::open().await;
    house.activated("ada").await;
    let client = house.web_client("web-client").await;
    let code = Browser::new(&house).code(&client, "ada@example.com").await;
    let tokens = house.redeem(&client, &code).expect(200).await;
    (house, client, tokens)
}

#[tokio::test]
async fn a_client_is_told_what_its_token_is_worth() {
    let (house, client, tokens) = house().await;
    let token = tokens.text_of("access_token");
    let said =
        house.post("/oauth/introspect").form(&client.signed(&[("token", &token)])).expect(200);
    let live = said.await.json();

    assert_eq!(live["active"], true);
    assert_eq!((&live["scope"], &live["client_id"]), (&json!("read write"), &json!("web-client")));
    assert_eq!((&live["iss"], &live["token_type"]), (&json!(house.base()), &json!("Bearer")));
    assert_eq!(live["username"], "ada@example.com");
    let (exp, iat) = (live["exp"].as_i64().unwrap(), live["iat"].as_i64().unwrap());
    assert_eq!(exp - iat, 3600);
    assert!(live["sub"].is_string());
}

#[tokio::test]
async fn case_044_who_may_not_know_is_told_nothing() {
    let (house, client, tokens) = house().await;
    let token = tokens.text_of("access_token");
    let (other, app) =
        (house.web_client("other-client").await, house.app_client("app-client").await);
    let post = || house.post("/oauth/introspect");
    let named = [("token", token.as_str())];

    post().form(&named).expect(401).await.error("invalid_client");
    post().form(&app.signed(&named)).expect(401).await.error("invalid_client");
    let said = post().form(&other.signed(&named)).expect(200).await;
    assert_eq!(said.text, "{\"active\":false}");
    house.get(&format!("/oauth/introspect?token={token}")).expect(405).await;

    let options = ClientOptions { introspects: true, ..ClientOptions::default() };
    let wish = RegisterClient { options, ..web("resource-server", ClientKind::Confidential) };
    let server = house.client_with(wish).await;
    assert!(house.is_live(&server, &token).await && house.is_live(&client, &token).await);
    let refresh = tokens.text_of("refresh_token");
    assert!(!house.is_live(&server, &refresh).await && house.is_live(&client, &refresh).await);
}

#[tokio::test]
async fn case_044_whatever_is_not_live_is_one_answer() {
    let (house, client, tokens) = house().await;
    let long = "x".repeat(10_000);
    let over = tokens.text_of("access_token");
    house.forward(TimeDelta::seconds(3600));
    for token in ["nobody", "cat_", &long, &over] {
        let fields = client.signed(&[("token", token), ("token_type_hint", "refresh_token")]);
        let said = house.post("/oauth/introspect").form(&fields).expect(200).await;
        assert_eq!(said.text, "{\"active\":false}");
    }
    assert!(house.is_live(&client, &tokens.text_of("refresh_token")).await);
}
