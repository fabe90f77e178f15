//! Events about clients, keys, and what people allow them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cambio::{
    crypto::jwt_key::{Algorithm, SigningKey},
    domain::{
        client::{ClientKind, GrantType},
        scope::ScopeSet,
    },
    usecases::{Ctx, clients::RegisterClient, keys},
};
use secrecy::SecretString;
use serde_json::json;

use crate::{
    oauth_server::browser::{Browser, sent},
    support::{House, callers::wish},
};

#[tokio::test]
async fn what_an_administrator_does_to_clients_is_told_as_hers() {
    let house = House::open().await;
    let root = house.admin("root").await;
    let console = RegisterClient {
        grants: vec![GrantType::Password],
        scopes: ScopeSet::parse("read admin"),
        ..wish("admin-console", ClientKind::Confidential)
    };
    let console = house.client_with(console).await;
    let login = [
        ("grant_type", "password"),
        ("username", root.email.as_str()),
        ("password", crate::support::callers::PASSWORD),
        ("scope", "admin"),
    ];
    let token = house.token(&console, &login).expect(200).await.text_of("access_token");
    let before = house.latest_event().await;
    let body = json!({ "client_id": "shop-client", "client_name": "Shop", "grant_types": ["client_credentials"] });
    house.post("/admin/api/clients").bearer(&token).json(&body).expect(201).await;
    let at = "/admin/api/clients/shop-client";
    house
        .call(reqwest::Method::PATCH, at)
        .bearer(&token)
        .json(&json!({ "client_name": "B" }))
        .await;
    for door in ["rotate-secret", "disable", "enable"] {
        house.post(&format!("{at}/{door}")).bearer(&token).json(&json!({})).await;
    }
    house.delete(at).bearer(&token).expect(204).await;

    let kinds = ["created", "changed", "secret_rotated", "disabled", "enabled", "deleted"];
    assert_eq!(
        house.told_since(before).await,
        kinds.map(|kind| format!("client_{kind} client shop-client"))
    );
    let all = house.events().await;
    let hers = all.iter().filter(|noted| noted.id > before && noted.principal == Some(root.id));
    assert_eq!(hers.count(), kinds.len());
}

#[tokio::test]
async fn a_new_signing_key_is_told() {
    let house = House::open().await;
    let der = SigningKey::generate(Algorithm::ES256).unwrap();
    let pem: SecretString = STANDARD.encode(der).into();
    let import = move |ctx: &mut Ctx<'_>| keys::import(ctx, &pem);
    let kid = house.app.write(import).await.unwrap();
    house.app.write(keys::rotate).await.unwrap();

    let told = house.told_since(0).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], format!("key_imported {kid}"));
    assert!(told[1].starts_with("key_rotated "), "{told:?}");
}

#[tokio::test]
async fn what_people_allow_and_take_back_is_told() {
    let house = House::open().await;
    let ada = house.activated("ada").await;
    let client = house.web_client("web-client").await;
    let elsewhere = Browser::new(&house);
    let page = elsewhere.follow("/account/sign-in").await;
    elsewhere.sign_in(&page, "ada@example.com").await.with_status(303);
    let before = house.latest_event().await;
    let browser = Browser::new(&house);
    let code = browser.code(&client, "ada@example.com").await;
    house.redeem(&client, &code).expect(200).await;
    let page = browser.follow("/account").await.with_status(200);
    browser.send(&page, &[("client_id", "web-client")]).await.with_status(303);
    let page = browser.follow("/account").await;
    browser.send(&page, &[("browsers", "others")]).await.with_status(303);

    assert_eq!(
        house.told_since(before).await,
        [
            format!("signed_in account {ada} browser"),
            format!("consent_given account {ada} client web-client read write"),
            format!("signed_in account {ada} client web-client authorization_code"),
            format!("consent_withdrawn account {ada} client web-client"),
            format!("session_ended account {ada} other browsers"),
        ]
    );
}

#[tokio::test]
async fn a_token_that_its_client_ends_is_told() {
    let house = House::open().await;
    let ada = house.activated("ada").await;
    let client = house.web_client("web-client").await;
    let back = Browser::new(&house).allow(&client, "ada@example.com", &[]).await;
    let tokens = house.redeem(&client, &sent(&back)["code"]).expect(200).await;
    let before = house.latest_event().await;
    let token = tokens.text_of("refresh_token");
    house.post("/oauth/revoke").form(&client.signed(&[("token", &token)])).expect(200).await;

    let told = house.told_since(before).await;
    assert_eq!(told, [format!("session_ended account {ada} client web-client authorization_code")]);
}
