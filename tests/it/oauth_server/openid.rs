//! OpenID Connect: what is told of itself, who signed in, and with which key it is said.

use cambio::{domain::client::ClientKind, domain::scope::ScopeSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::Value;

use super::{
    browser::{Browser, sent},
    flow::web,
};
use crate::support::{House, OAuthClient};

const ADA: &str = "ada@example.com";

async fn house() -> (House, OAuthClient) {
    let house = House::open().await;
    house.activated("ada").await;
    let scopes = ScopeSet::parse("openid email read");
    let client = house.client_with(cambio::usecases::clients::RegisterClient {
        scopes,
        ..web("web-client", ClientKind::Confidential)
    });
    let client = client.await;
    (house, client)
}

#[tokio::test]
async fn both_documents_tell_the_same() {
    let house = House::open().await;
    let one = house.get("/.well-known/oauth-authorization-server").expect(200).await.json();
    let other = house.get("/.well-known/openid-configuration").expect(200).await.json();
    assert_eq!(one, other);
}

#[tokio::test]
async fn without_a_key_nothing_is_told_that_needs_one() {
    let house = House::with(&[("jwt.signing_key", "")]).await;
    let told = house.get("/.well-known/oauth-authorization-server").expect(200).await.json();
    house.get("/.well-known/openid-configuration").expect(404).await;
    house.get("/oauth/jwks").expect(404).await;
    for name in ["authorization_endpoint", "jwks_uri", "userinfo_endpoint"] {
        assert_eq!(told[name], Value::Null, "{name}");
    }
    let grants = told["grant_types_supported"].as_array().unwrap();
    assert!(!grants.iter().any(|grant| grant == "authorization_code"), "{grants:?}");
}

#[tokio::test]
async fn an_id_token_is_signed_with_a_published_key_and_is_about_the_one_userinfo_tells_of() {
    let (house, client) = house().await;
    let fields = [("scope", "openid email"), ("nonce", "n-1")];
    let back = Browser::new(&house).allow(&client, ADA, &fields).await;
    let tokens = house.redeem(&client, &sent(&back)["code"]).expect(200).await;

    let keys: JwkSet =
        serde_json::from_value(house.get("/oauth/jwks").expect(200).await.json()).unwrap();
    let id_token = tokens.text_of("id_token");
    let key = keys.find(&decode_header(&id_token).unwrap().kid.unwrap()).unwrap();
    let mut rules = Validation::new(Algorithm::ES256);
    rules.set_audience(&[&client.id]);
    rules.set_issuer(&[house.base()]);
    // The house has a clock of its own.
    rules.validate_exp = false;
    let claims =
        decode::<Value>(&id_token, &DecodingKey::from_jwk(key).unwrap(), &rules).unwrap().claims;

    let access = tokens.text_of("access_token");
    let told = house.get("/oauth/userinfo").bearer(&access).expect(200).await.json();
    assert_eq!((&claims["sub"], &claims["nonce"]), (&told["sub"], &"n-1".into()));
    assert_eq!((&told["email"], &told["email_verified"]), (&ADA.into(), &true.into()));
}

#[tokio::test]
async fn userinfo_wants_a_token_that_was_issued_for_openid() {
    let (house, client) = house().await;
    house.get("/oauth/userinfo").expect(401).await;
    let back = Browser::new(&house).allow(&client, ADA, &[("scope", "read")]).await;
    let tokens = house.redeem(&client, &sent(&back)["code"]).expect(200).await;
    let said = house.get("/oauth/userinfo").bearer(&tokens.text_of("access_token"));
    assert!(said.expect(403).await.header("www-authenticate").contains("insufficient_scope"));
}
