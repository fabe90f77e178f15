//! What the documents say of proofs and signatures, and whether it is so: how clients prove themselves, what
//! they and we sign with, and what is signed about a person.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cambio::{
    crypto::{
        jwt,
        jwt_key::{Algorithm, SigningKey},
    },
    domain::{
        client::{ClientKind, GrantType},
        scope::ScopeSet,
    },
    usecases::clients::RegisterClient,
};
use serde_json::{Map, Value, json};

use super::{
    browser::{Browser, sent},
    flow::web,
    metadata::{document, told},
};
use crate::support::{
    House, OAuthClient, Said,
    callers::wish,
    signer::{KIND, Signer},
};

const ADA: &str = "ada@example.com";

/// The endpoints that clients prove themselves at, by their prefix, with what is good enough otherwise.
const DOORS: [(&str, &str, (&str, &str)); 3] = [
    ("token_endpoint", "/oauth/token", ("grant_type", "client_credentials")),
    ("revocation_endpoint", "/oauth/revoke", ("token", "cat_x")),
    ("introspection_endpoint", "/oauth/introspect", ("token", "cat_x")),
];

/// Clients of every kind of proof.
struct Clients {
    secret: OAuthClient,
    public: OAuthClient,
    signers: Vec<(String, Signer)>,
}

const SIGNED: [&str; 4] = ["ES256", "EdDSA", "RS256", "PS256"];

async fn clients(house: &House) -> Clients {
    let grants = [GrantType::ClientCredentials, GrantType::RefreshToken];
    let secret =
        RegisterClient { grants: grants.to_vec(), ..wish("secret-one", ClientKind::Confidential) };
    let public = RegisterClient {
        grants: vec![GrantType::RefreshToken],
        ..wish("public-one", ClientKind::Public)
    };
    let mut signers = Vec::new();
    for name in SIGNED {
        let own = Signer::new(&format!("machine-{name}"), name.parse::<Algorithm>().unwrap());
        house.client_with(own.wish(&grants)).await;
        signers.push((name.to_owned(), own));
    }
    let (secret, public) = (house.client_with(secret).await, house.client_with(public).await);
    Clients { secret, public, signers }
}

/// A call by a client that proves itself so.
async fn proven(
    house: &House,
    clients: &Clients,
    how: &str,
    door: &str,
    what: (&str, &str),
) -> Said {
    let post = || house.post(door);
    let secret = clients.secret.secret.as_deref().unwrap();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", "crt_x")];
    match how {
        "client_secret_basic" => post().basic(&clients.secret.id, secret).form(&[what]).await,
        "client_secret_post" => post().form(&clients.secret.signed(&[what])).await,
        // A client without a proof has no tokens of its own: it refreshes.
        "none" if what.0 == "grant_type" => post().form(&clients.public.signed(&refresh)).await,
        "none" => post().form(&clients.public.signed(&[what])).await,
        "private_key_jwt" => {
            let own = &clients.signers[0].1;
            post().form(&[what, KIND, ("client_assertion", &own.assertion(house))]).await
        }
        "client_secret_jwt" => {
            let key = SigningKey::secret(Algorithm::HS256, secret.as_bytes());
            let own = Signer { id: clients.secret.id.clone(), key };
            post().form(&[what, KIND, ("client_assertion", &own.assertion(house))]).await
        }
        other => panic!("{other} is told, and no story tries it"),
    }
}

/// Whether the client was taken for who it says it is.
fn is_known(said: &Said) -> bool {
    said.status != 401 && said.text != "{\"error\":\"invalid_client\"}"
}

#[tokio::test]
async fn every_proof_that_is_told_is_taken_at_its_endpoint_and_no_other() {
    let house = House::open().await;
    let clients = clients(&house).await;
    let document = document(&house).await;
    for (name, door, what) in DOORS {
        let good = told(&document, &format!("{name}_auth_methods_supported"));
        assert!(good.len() >= 3, "{name}: {good:?}");
        let known = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
        for how in good.iter().map(String::as_str).chain(known).chain(["client_secret_jwt"]) {
            let said = proven(&house, &clients, how, door, what).await;
            assert_eq!(is_known(&said), good.contains(how), "{how} at {door}: {said:?}");
        }
    }
}

#[tokio::test]
async fn every_algorithm_that_is_told_for_assertions_is_taken_and_no_other() {
    let house = House::open().await;
    let clients = clients(&house).await;
    let document = document(&house).await;
    for (name, door, what) in DOORS {
        let good = told(&document, &format!("{name}_auth_signing_alg_values_supported"));
        assert_eq!(good, SIGNED.map(str::to_owned).into(), "{name}");
        for (algorithm, own) in &clients.signers {
            let shown = own.assertion(&house);
            let head = Value::from(shown.split('.').next().unwrap());
            let head = URL_SAFE_NO_PAD.decode(head.as_str().unwrap()).unwrap();
            let head: Value = serde_json::from_slice(&head).unwrap();
            assert_eq!(head["alg"], algorithm.as_str());
            let said = house.post(door).form(&[what, KIND, ("client_assertion", &shown)]).await;
            assert_eq!(said.status, 200, "{algorithm} at {door}: {said:?}");
        }
        // The same keys with what is not told: another hash, another padding, and none at all.
        for (algorithm, own) in &clients.signers {
            for other in [Algorithm::RS384, Algorithm::RS512, Algorithm::PS384, Algorithm::PS512] {
                let Some(shown) = resigned(&house, own, other) else { continue };
                let said = house.post(door).form(&[what, KIND, ("client_assertion", &shown)]);
                said.expect(401).await.error("invalid_client");
                assert!(["RS256", "PS256"].contains(&algorithm.as_str()));
            }
        }
    }
}

/// An assertion with the same key by another algorithm, if the key fits it.
fn resigned(house: &House, own: &Signer, algorithm: Algorithm) -> Option<String> {
    if !["RS256", "PS256"].map(|name| format!("machine-{name}")).contains(&own.id) {
        return None;
    }
    let key = Signer::new(&own.id, algorithm).key;
    Some(jwt::sign(&own.claims(house), &key).unwrap())
}

/// The claims of a JWT, unverified.
fn claims(token: &str) -> Map<String, Value> {
    let part = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&part).unwrap()
}

async fn signed_in(house: &House, id: &str) -> Said {
    let wish = RegisterClient {
        scopes: ScopeSet::parse("openid profile email groups"),
        ..web(id, ClientKind::Confidential)
    };
    let client = house.client_with(wish).await;
    let words = [("scope", "openid profile email groups"), ("nonce", "n-0S6")];
    let back = Browser::new(house).allow(&client, ADA, &words).await;
    house.redeem(&client, &sent(&back)["code"]).expect(200).await
}

#[tokio::test]
async fn every_claim_that_is_told_is_made_of_somebody_of_whom_all_is_known_and_no_other() {
    let house = House::open().await;
    house.activated("ada").await;
    house
        .tamper(
            "update accounts set name = 'Ada Lovelace', first_name = 'Ada', last_name = 'Lovelace',
             username = 'ada', username_key = 'ada', language = 'ru'",
        )
        .await;
    let said = signed_in(&house, "web-client").await;
    let mut made = claims(&said.text_of("id_token"));
    let more = house.get("/oauth/userinfo").bearer(&said.text_of("access_token")).expect(200).await;
    made.extend(more.json().as_object().unwrap().clone());

    let made: std::collections::BTreeSet<String> = made.keys().cloned().collect();
    assert_eq!(made, told(&document(&house).await, "claims_supported"));
}

#[tokio::test]
async fn everybody_is_told_of_a_person_by_the_same_subject() {
    let house = House::open().await;
    house.activated("ada").await;
    assert_eq!(document(&house).await["subject_types_supported"], json!(["public"]));
    let one = claims(&signed_in(&house, "web-client").await.text_of("id_token"));
    let other = claims(&signed_in(&house, "other-client").await.text_of("id_token"));
    assert_eq!(one["sub"], other["sub"]);
    assert_ne!(one["aud"], other["aud"]);
}

#[tokio::test]
async fn what_is_signed_is_signed_as_it_is_told() {
    // RS256 is told of beside its command, in `cli/keys.rs`.
    for algorithm in ["ES256", "EdDSA"] {
        let house = House::with(&[("oauth.signing_algorithm", algorithm)]).await;
        house.activated("ada").await;
        let document = document(&house).await;
        assert_eq!(document["id_token_signing_alg_values_supported"], json!([algorithm]));
        let token = signed_in(&house, "web-client").await.text_of("id_token");
        let head = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        let head: Value = serde_json::from_slice(&head).unwrap();
        assert_eq!(head["alg"], algorithm);
        let keys = house.get("/oauth/jwks").expect(200).await.json();
        let algorithms: Vec<&Value> =
            keys["keys"].as_array().unwrap().iter().map(|key| &key["alg"]).collect();
        assert!(algorithms.iter().all(|alg| **alg == algorithm), "{algorithms:?}");
    }
}
