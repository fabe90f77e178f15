//! `cambio keys`: a key that is brought along signs, is published, and makes way for the next.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cambio::{
    crypto::{
        jwt::Jws,
        jwt_key::{Algorithm, SigningKey, VerifyingKey},
    },
    domain::{client::ClientKind, scope::ScopeSet},
    usecases::clients::RegisterClient,
};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};

use super::shell::Shell;
use crate::{
    oauth_server::{
        browser::{Browser, sent},
        flow::web,
    },
    support::House,
};

const RS256: [(&str, &str); 1] = [("oauth.signing_algorithm", "RS256")];
const RSA_3072: &str = include_str!("../../../src/crypto/test_keys/rsa_3072.b64");
const RSA_2048: &str = include_str!("../../../src/crypto/test_keys/rsa_2048.b64");

fn pem(label: &str, body: &str) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", body.trim())
}

/// A terminal that knows the keys of a house and signs as it does.
fn shell(house: &House, algorithm: &str) -> Shell {
    let url = house.config().database.url.expose_secret();
    let key = house.config().jwt.signing_key.as_ref().unwrap().expose_secret();
    Shell::with(&[
        ("CAMBIO_DATABASE__URL", url),
        ("CAMBIO_JWT__SIGNING_KEY", key),
        ("CAMBIO_OAUTH__SIGNING_ALGORITHM", algorithm),
        ("CAMBIO_MAIL__TRANSPORT", "directory"),
        ("CAMBIO_MAIL__DIRECTORY", "mail"),
        ("CAMBIO_MAIL__FROM", "no-reply@example.org"),
    ])
}

fn imported(shell: &Shell, text: &str) -> String {
    let file = shell.file("key.pem", text);
    let told = shell.json(&["keys", "import", file.to_str().unwrap()]);
    told["kid"].as_str().unwrap().to_owned()
}

/// The header and the claims of Ada's `id_token`, verified by the published keys.
async fn id_token(house: &House, client: &str) -> (String, Map<String, Value>) {
    let wish = RegisterClient {
        scopes: ScopeSet::parse("openid email"),
        ..web(client, ClientKind::Confidential)
    };
    let client = house.client_with(wish).await;
    let back = Browser::new(house).allow(&client, "ada@example.com", &[]).await;
    let fields = sent(&back);
    let said = house.redeem(&client, &fields["code"]).expect(200).await;
    let token = said.text_of("id_token");
    let jws = Jws::parse(&token).unwrap();
    let keys = house.get("/oauth/jwks").expect(200).await.json();
    let mut keys = keys["keys"].as_array().unwrap().iter();
    let key = keys.find(|key| key["kid"].as_str() == jws.kid()).expect("a published key");
    assert_eq!((&key["kty"], &key["alg"]), (&json!("RSA"), &json!("RS256")));
    assert!(key.get("d").is_none() && key.get("p").is_none(), "{key}");
    let key = VerifyingKey::from_jwk(key, &[Algorithm::RS256]).unwrap();
    (jws.kid().unwrap().to_owned(), jws.verify(&key).unwrap())
}

#[tokio::test]
async fn an_rsa_key_that_is_brought_along_signs_what_others_verify() {
    let house = House::with(&RS256).await;
    house.activated("ada").await;
    let shell = shell(&house, "RS256");
    let kid = imported(&shell, &pem("PRIVATE KEY", RSA_3072));

    let told = house.get("/.well-known/openid-configuration").expect(200).await.json();
    assert_eq!(told["id_token_signing_alg_values_supported"], json!(["RS256"]));
    let (signed_by, claims) = id_token(&house, "web-client").await;
    assert_eq!(signed_by, kid);
    assert_eq!(
        (&claims["iss"], &claims["email"]),
        (&json!(house.base()), &json!("ada@example.com"))
    );
    let listed = shell.json(&["keys", "list"]);
    assert_eq!((&listed[0]["kid"], &listed[0]["stage"]), (&json!(kid), &json!("current")));
    assert!(shell.refused(&["keys", "rotate"]).contains("no key to follow"));
    assert_eq!(id_token(&house, "other-client").await.0, kid);
}

#[tokio::test]
async fn a_key_that_will_not_do_is_refused_and_not_kept() {
    let house = House::with(&RS256).await;
    let shell = shell(&house, "RS256");
    let elliptic = STANDARD.encode(SigningKey::generate(Algorithm::ES256).unwrap());
    for (text, why) in [
        (pem("PRIVATE KEY", RSA_2048), "3072 bits"),
        (pem("PRIVATE KEY", &elliptic), "none for oauth.signing_algorithm"),
        (pem("PRIVATE KEY", "AAAA"), "none for oauth.signing_algorithm"),
        (pem("PRIVATE KEY", "not base64"), "no PKCS #8 PEM"),
        (pem("ENCRYPTED PRIVATE KEY", &RSA_3072[4..]), "none for oauth.signing_algorithm"),
    ] {
        let file = shell.file("key.pem", &text);
        let complaint = shell.refused(&["keys", "import", file.to_str().unwrap()]);
        assert!(complaint.contains(why), "{why}: {complaint}");
    }
    assert_eq!(shell.json(&["keys", "list"]), json!([]));
    assert_eq!(house.get("/oauth/jwks").expect(200).await.json(), json!({ "keys": [] }));
}
