//! OpenID Connect: what is told of itself, what is signed about a person, and what userinfo tells.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cambio::{
    crypto::{
        jwt::Jws,
        jwt_key::{Algorithm, VerifyingKey},
    },
    domain::{client::ClientKind, scope::ScopeSet},
    usecases::{clients::RegisterClient, keys},
};
use chrono::TimeDelta;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    browser::{Browser, sent},
    flow::web,
};
use crate::support::{House, OAuthClient, Said};

const ADA: &str = "ada@example.com";
const ALL: &str = "openid profile email groups offline_access";

/// A house, and a client for whom people say who they are.
async fn house(settings: &[(&str, &str)]) -> (House, OAuthClient) {
    let house = House::with(settings).await;
    house.activated("ada").await;
    let wish = RegisterClient {
        scopes: ScopeSet::parse(ALL),
        ..web("web-client", ClientKind::Confidential)
    };
    let client = house.client_with(wish).await;
    (house, client)
}

async fn tokens(house: &House, client: &OAuthClient, fields: &[(&str, &str)]) -> Said {
    let back = Browser::new(house).allow(client, ADA, fields).await;
    house.redeem(client, &sent(&back)["code"]).expect(200).await
}

/// The claims of a token, verified by the keys that are published.
async fn verified(house: &House, token: &str) -> Map<String, Value> {
    let keys = house.get("/oauth/jwks").expect(200).await.json();
    by(&keys, token)
}

fn by(keys: &Value, token: &str) -> Map<String, Value> {
    let jws = Jws::parse(token).unwrap();
    let mut keys = keys["keys"].as_array().unwrap().iter();
    let key = keys.find(|key| key["kid"].as_str() == jws.kid()).expect("a published key");
    let allowed = [Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256];
    jws.verify(&VerifyingKey::from_jwk(key, &allowed).unwrap()).unwrap()
}

#[tokio::test]
async fn an_id_token_says_who_when_and_for_whom() {
    for algorithm in ["ES256", "EdDSA"] {
        let (house, client) = house(&[("oauth.signing_algorithm", algorithm)]).await;
        let said = tokens(&house, &client, &[("nonce", "n-0S6"), ("scope", ALL)]).await;

        let claims = verified(&house, &said.text_of("id_token")).await;

        assert_eq!(claims["iss"], house.base());
        assert_eq!((&claims["aud"], &claims["azp"]), (&json!("web-client"), &json!("web-client")));
        assert_eq!((&claims["nonce"], &claims["email"]), (&json!("n-0S6"), &json!(ADA)));
        assert_eq!((&claims["email_verified"], &claims["groups"]), (&json!(true), &json!([])));
        let instant = |name: &str| claims[name].as_i64().unwrap();
        assert_eq!(instant("exp") - instant("iat"), 3600);
        assert_eq!(instant("auth_time"), instant("iat"));
        if algorithm == "ES256" {
            let hash = Sha256::digest(said.text_of("access_token"));
            assert_eq!(claims["at_hash"], URL_SAFE_NO_PAD.encode(&hash[..16]));
        }
    }
}

#[tokio::test]
async fn without_openid_there_is_no_id_token_and_no_userinfo() {
    let (house, client) = house(&[]).await;
    let said = tokens(&house, &client, &[("scope", "profile email")]).await;
    assert!(said.json().get("id_token").is_none());

    let call = house.get("/oauth/userinfo").bearer(&said.text_of("access_token")).expect(403).await;
    assert!(call.header("www-authenticate").contains("insufficient_scope"));
    let call = house.get("/oauth/userinfo").expect(401).await;
    assert!(!call.header("www-authenticate").contains("error"));
    let call = house.get("/oauth/userinfo").bearer("cat_nobody").expect(401).await;
    assert!(call.header("www-authenticate").contains("invalid_token"));
}

#[tokio::test]
async fn userinfo_tells_by_scope_and_of_the_same_person() {
    let (house, client) = house(&[]).await;
    let said = tokens(&house, &client, &[("scope", "openid email")]).await;
    let claims = verified(&house, &said.text_of("id_token")).await;
    for call in [house.get("/oauth/userinfo"), house.post("/oauth/userinfo")] {
        let told = call.bearer(&said.text_of("access_token")).expect(200).await.json();
        assert_eq!(told, json!({ "sub": claims["sub"], "email": ADA, "email_verified": true }));
    }
}

#[tokio::test]
async fn an_id_token_opens_no_door() {
    let (house, client) = house(&[]).await;
    let id_token = tokens(&house, &client, &[("scope", ALL)]).await.text_of("id_token");

    house.me(&id_token).expect(401).await;
    house.get("/oauth/userinfo").bearer(&id_token).expect(401).await;
    assert!(!house.is_live(&client, &id_token).await);
}

#[tokio::test]
async fn a_refresh_tells_the_same_sign_in_without_the_nonce() {
    let (house, client) = house(&[]).await;
    let said = tokens(&house, &client, &[("nonce", "n-0S6"), ("scope", ALL)]).await;
    let before = verified(&house, &said.text_of("id_token")).await;
    house.forward(TimeDelta::minutes(30));
    let refresh = said.text_of("refresh_token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];

    let said = house.token(&client, &fields).expect(200).await;
    let retry = house.token(&client, &fields).expect(200).await;

    assert_eq!(said.json(), retry.json());
    let after = verified(&house, &said.text_of("id_token")).await;
    for name in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(before[name], after[name], "{name}");
    }
    assert!(after.get("nonce").is_none() && after["iat"] != before["iat"]);
}

#[tokio::test]
async fn keys_are_rotated_without_anybody_noticing() {
    let (house, client) = house(&[]).await;
    let other = house.second_node(&[]).await;
    let mut cached = house.get("/oauth/jwks").expect(200).await.json();
    assert_eq!(cached["keys"].as_array().unwrap().len(), 2);
    for node in [&house, &other, &house] {
        node.app.write(keys::rotate).await.unwrap();
        for node in [&house, &other] {
            let id_token = tokens(node, &client, &[("scope", ALL)]).await.text_of("id_token");
            // The keys of before the rotation know the one that signs now.
            by(&cached, &id_token);
        }
        let (here, there) =
            (house.get("/oauth/jwks").await.json(), other.get("/oauth/jwks").await.json());
        assert_eq!(here, there);
        cached = here;
    }
    assert_eq!(cached["keys"].as_array().unwrap().len(), 5);
    house.forward(TimeDelta::hours(2));
    let left = house.get("/oauth/jwks").expect(200).await.json();
    assert_eq!(left["keys"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_store_holds_no_private_key_and_the_published_ones_are_public() {
    let (house, client) = house(&[]).await;
    tokens(&house, &client, &[("scope", ALL)]).await;
    let said = house.get("/oauth/jwks").expect(200).await;
    assert_eq!(said.header("cache-control"), "public, max-age=600");
    for key in said.json()["keys"].as_array().unwrap() {
        assert!(key.get("d").is_none() && key["kid"].is_string() && key["use"] == "sig", "{key}");
    }
    let rows = house.dump("signing_keys", &["kid", "stage", "public_jwk", "sealed"]).await;
    assert!(rows.len() == 2 && rows.iter().all(|row| !row.contains("\"d\"")));
}

#[tokio::test]
async fn after_a_change_of_the_secret_one_rotation_is_enough() {
    let (house, client) = house(&[]).await;
    house.get("/oauth/jwks").expect(200).await;
    let new = "another-signing-key-of-this-house-0123456789abcdef";
    let node = house.second_node(&[("jwt.signing_key", new)]).await;
    let back = Browser::new(&node).allow(&client, ADA, &[("scope", "openid")]).await;
    node.redeem(&client, &sent(&back)["code"]).expect(500).await;

    let done = node.app.write(keys::rotate).await.unwrap();
    assert!(done.is_early(), "{done:?}");

    let id_token = tokens(&node, &client, &[("scope", "openid")]).await.text_of("id_token");
    verified(&node, &id_token).await;
    node.forward(TimeDelta::seconds(601));
    assert!(!node.app.write(keys::rotate).await.unwrap().is_early());
    tokens(&node, &client, &[("scope", "openid")]).await;
}
