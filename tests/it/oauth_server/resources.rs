//! What a token is for (RFC 8707): asked for, allowed, and narrowed.

use cambio::{
    domain::client::{ClientKind, ClientOptions, GrantType},
    usecases::clients::RegisterClient,
};
use serde_json::{Value, json};

use super::{
    browser::{Browser, sent},
    flow::{ask, redemption, web},
};
use crate::support::{House, OAuthClient};

const ADA: &str = "ada@example.com";
const ONE: &str = "https://one.example/";
const TWO: &str = "https://two.example/";

async fn house() -> (House, OAuthClient) {
    let house = House::open().await;
    house.activated("ada").await;
    let grants = vec![
        GrantType::AuthorizationCode,
        GrantType::RefreshToken,
        GrantType::ClientCredentials,
        GrantType::DeviceCode,
    ];
    let options = ClientOptions {
        resources: vec![ONE.to_owned(), TWO.to_owned()],
        ..ClientOptions::default()
    };
    let wish = RegisterClient { grants, options, ..web("app-web-1", ClientKind::Confidential) };
    let client = house.client_with(wish).await;
    (house, client)
}

/// For whom a token is, as its client is told.
async fn audience(house: &House, client: &OAuthClient, token: &str) -> Value {
    let said = house.post("/oauth/introspect").form(&client.signed(&[("token", token)]));
    said.expect(200).await.json()["aud"].clone()
}

async fn code(house: &House, client: &OAuthClient, resources: &[(&str, &str)]) -> String {
    sent(&Browser::new(house).allow(client, ADA, resources).await)["code"].clone()
}

#[tokio::test]
async fn at_redemption_and_refresh_a_token_is_narrowed_and_never_widened() {
    let (house, client) = house().await;
    let both = [("resource", ONE), ("resource", TWO)];
    let shown = code(&house, &client, &both).await;
    let with = |more: &[(&'static str, &'static str)]| {
        let mut fields = redemption(&shown).to_vec();
        fields.extend_from_slice(more);
        house.token(&client, &fields)
    };
    with(&[("resource", "https://three.example/")]).expect(400).await.error("invalid_target");
    let said = with(&[("resource", ONE)]).expect(200).await;
    let token = said.text_of("access_token");
    assert_eq!(audience(&house, &client, &token).await, json!([ONE]));

    let refresh = said.text_of("refresh_token");
    let again = |token: &str, more: &[(&str, &str)]| {
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        fields.extend_from_slice(more);
        house.token(&client, &fields)
    };
    again(&refresh, &[("resource", house.base())]).expect(400).await.error("invalid_target");
    let said = again(&refresh, &[("resource", TWO)]).expect(200).await;
    assert_eq!(audience(&house, &client, &said.text_of("access_token")).await, json!([TWO]));
    let said = again(&said.text_of("refresh_token"), &[]).expect(200).await;
    assert_eq!(audience(&house, &client, &said.text_of("access_token")).await, json!([ONE, TWO]));
}

#[tokio::test]
async fn a_code_for_nobody_in_particular_is_for_nobody_else() {
    let (house, client) = house().await;
    let shown = code(&house, &client, &[]).await;
    let mut fields = redemption(&shown).to_vec();
    fields.push(("resource", ONE));
    house.token(&client, &fields).expect(400).await.error("invalid_target");
    let token = house.redeem(&client, &shown).expect(200).await.text_of("access_token");
    house.me(&token).expect(200).await;
}

#[tokio::test]
async fn a_client_names_several_in_one_form_and_no_other_name_twice() {
    let (house, client) = house().await;
    let own = ("grant_type", "client_credentials");
    let both = [own, ("resource", TWO), ("resource", ONE), ("resource", ONE)];
    let token = house.token(&client, &both).expect(200).await.text_of("access_token");
    assert_eq!(audience(&house, &client, &token).await, json!([ONE, TWO]));
    let other = [own, ("resource", ONE), ("resource", "https://three.example/")];
    house.token(&client, &other).expect(400).await.error("invalid_target");
    let twice = [own, ("scope", "read"), ("scope", "read")];
    house.token(&client, &twice).expect(400).await.error("invalid_request");
}

#[tokio::test]
async fn a_new_resource_is_asked_about_and_named() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    browser.allow(&client, ADA, &[]).await;
    let silent =
        |resource: &'static str| ask(&client, &[("resource", resource), ("prompt", "none")]);
    assert!(sent(&browser.open(&silent("")).await).contains_key("code"));
    assert_eq!(sent(&browser.open(&silent(ONE)).await)["error"], "consent_required");
    let page = browser.follow(&ask(&client, &[("resource", ONE)])).await;
    assert!(page.text.contains("It is for https:&#x2f;&#x2f;one.example&#x2f;."), "{page:?}");
    browser.send(&page, &[("decision", "allow")]).await;
    assert!(sent(&browser.open(&silent(ONE)).await).contains_key("code"));
    assert!(sent(&browser.open(&silent("")).await).contains_key("code"));
    assert_eq!(sent(&browser.open(&silent(TWO)).await)["error"], "consent_required");
}

#[tokio::test]
async fn a_device_asks_for_a_resource_too() {
    let (house, client) = house().await;
    let begin = |uri| house.post("/oauth/device").form(&client.signed(&[("resource", uri)]));
    begin("https://three.example/").expect(400).await.error("invalid_target");
    let begun = begin(ONE).expect(200).await;
    let browser = Browser::new(&house);
    let page = browser.follow(&begun.text_of("verification_uri_complete")).await;
    let on = browser.sign_in(&page, ADA).await;
    let page = browser.follow(on.header("location")).await;
    let page = browser.send(&page, &[("user_code", &begun.text_of("user_code"))]).await;
    assert!(page.text.contains("It is for"), "{page:?}");
    browser.send(&page, &[("decision", "allow")]).await.with_status(200);
    let (device, grant) =
        (begun.text_of("device_code"), "urn:ietf:params:oauth:grant-type:device_code");
    let fields = [("grant_type", grant), ("device_code", device.as_str())];
    let token = house.token(&client, &fields).expect(200).await.text_of("access_token");
    assert_eq!(audience(&house, &client, &token).await, json!([ONE]));
    house.me(&token).expect(401).await;
}
