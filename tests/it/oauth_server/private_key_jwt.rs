//! Clients that sign who they are: `private_key_jwt` (RFC 7523, OpenID Connect Core §9).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cambio::{
    crypto::{
        jwt,
        jwt_key::{Algorithm, SigningKey},
    },
    domain::client::{ClientKind, GrantType},
    usecases::{clients, prune},
};
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    Call, House, Said,
    callers::wish,
    signer::{KIND, Signer, seconds},
};

const OWN: (&str, &str) = ("grant_type", "client_credentials");

fn asks(house: &House, assertion: &str) -> Call {
    house.post("/oauth/token").form(&[OWN, KIND, ("client_assertion", assertion)])
}

/// Insists on the one answer to a client that is not proven.
fn is_nobody(said: Said) {
    said.is_a(401, "invalid_client", "Unknown client, or its proof is missing or wrong.");
}

#[tokio::test]
async fn a_client_signs_with_any_of_the_algorithms_that_are_told() {
    let house = House::open().await;
    let document = house.get("/.well-known/oauth-authorization-server").expect(200).await.json();
    let told = document["token_endpoint_auth_signing_alg_values_supported"].clone();
    assert_eq!(told, json!(["ES256", "EdDSA", "RS256", "PS256"]));
    let methods = document["token_endpoint_auth_methods_supported"].as_array().unwrap();
    assert!(methods.contains(&json!("private_key_jwt")));
    for algorithm in told.as_array().unwrap() {
        let name = algorithm.as_str().unwrap();
        let own = Signer::new(&format!("machine-{name}"), name.parse::<Algorithm>().unwrap());
        house.client_with(own.wish(&[GrantType::ClientCredentials])).await;
        asks(&house, &own.assertion(&house)).expect(200).await;
    }
}

#[tokio::test]
async fn the_audience_is_the_issuer_or_the_token_endpoint_and_only_one() {
    let house = House::open().await;
    let own = Signer::machine(&house, "machine-one").await;
    let issuer = house.base();
    let endpoint = format!("{issuer}/oauth/token");
    for aud in [json!(issuer), json!([issuer]), json!(endpoint), json!([endpoint])] {
        asks(&house, &own.claiming(&house, &json!({ "aud": aud }))).expect(200).await;
    }
    for aud in [
        json!(null),
        json!("https://other.example"),
        json!(format!("{issuer}/")),
        json!(format!("{issuer}/oauth/introspect")),
        json!([issuer, "https://other.example"]),
        json!([issuer, endpoint]),
        json!([]),
        json!({ "is": issuer }),
    ] {
        is_nobody(asks(&house, &own.claiming(&house, &json!({ "aud": aud }))).await);
    }
}

#[tokio::test]
async fn an_assertion_is_good_once_until_it_is_over_and_then_forgotten() {
    let house = House::open().await;
    let own = Signer::machine(&house, "machine-one").await;
    let other = Signer::machine(&house, "machine-two").await;
    let claims = own.claims(&house);
    let shown = own.signs(&claims);
    asks(&house, &shown).expect(200).await;

    is_nobody(asks(&house, &shown).await);
    // Another signature over the same name.
    is_nobody(asks(&house, &own.signs(&claims)).await);
    // What one client calls an assertion is not taken from another.
    asks(&house, &other.claiming(&house, &json!({ "jti": claims["jti"] }))).expect(200).await;

    let kept = "select cast(count(*) as text) as line from spent_assertions";
    assert_eq!(house.lines(kept).await, ["2"]);
    house.forward(TimeDelta::hours(25));
    while house.app.write(|ctx| prune::batch(ctx, 100)).await.unwrap() > 0 {}
    assert_eq!(house.lines(kept).await, ["0"]);
    is_nobody(asks(&house, &shown).await);
}

#[tokio::test]
async fn of_many_that_show_one_assertion_at_once_one_is_served_whichever_node_they_come_to() {
    let settings = [("database.threads", "4"), ("public_url", "https://id.example.com")];
    let house = House::with(&settings).await;
    let second = house.second_node(&settings).await;
    let own = Signer::machine(&house, "machine-one").await;
    for _ in 0..5 {
        let shown = own.assertion(&house);
        let calls = (0..8).map(|caller| {
            asks(if caller % 2 == 0 { &house } else { &second }, &shown).into_future()
        });
        let mut statuses: Vec<u16> = join_all(calls).await.iter().map(|said| said.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401, 401, 401, 401, 401, 401, 401]);
    }
}

#[tokio::test]
async fn an_assertion_holds_for_minutes_by_clocks_that_differ_little() {
    let house = House::open().await;
    let own = Signer::machine(&house, "machine-one").await;
    let now = seconds(&house);
    for (claims, status) in [
        (json!({ "exp": now + 1 }), 200),
        (json!({ "exp": now + 300 }), 200),
        (json!({ "iat": null }), 200),
        (json!({ "exp": now - 29, "iat": now - 100 }), 200),
        (json!({ "iat": now + 29 }), 200),
        (json!({ "nbf": now + 29 }), 200),
        (json!({ "exp": now - 31, "iat": now - 100 }), 401),
        (json!({ "exp": now + 400 }), 401),
        (json!({ "exp": now + 400, "iat": now + 20 }), 401),
        (json!({ "exp": now + 86_400, "iat": null }), 401),
        (json!({ "exp": i64::MAX }), 401),
        (json!({ "exp": now + 120, "iat": now - 3600 }), 401),
        (json!({ "iat": now + 60 }), 401),
        (json!({ "nbf": now + 60 }), 401),
        (json!({ "exp": null }), 401),
        (json!({ "exp": (now + 60).to_string() }), 401),
        (json!({ "iat": "now" }), 401),
    ] {
        let said = asks(&house, &own.claiming(&house, &claims)).await;
        assert_eq!(said.status, status, "{claims}");
    }
}

#[tokio::test]
async fn whoever_claims_too_little_or_something_else_is_nobody() {
    let house = House::open().await;
    let own = Signer::machine(&house, "machine-one").await;
    Signer::machine(&house, "machine-two").await;
    for claims in [
        json!({ "jti": null }),
        json!({ "jti": "" }),
        json!({ "jti": 7 }),
        json!({ "jti": "x".repeat(257) }),
        json!({ "iss": null }),
        json!({ "iss": "machine-two" }),
        json!({ "sub": null }),
        json!({ "sub": "machine-two" }),
        json!({ "iss": "machine-two", "sub": "machine-two" }),
        json!({ "iss": "nobody-here", "sub": "nobody-here" }),
    ] {
        is_nobody(asks(&house, &own.claiming(&house, &claims)).await);
    }
    let good = own.assertion(&house);
    for id in ["machine-two", "nobody-here", "1"] {
        let fields = [OWN, KIND, ("client_assertion", &good), ("client_id", id)];
        is_nobody(house.post("/oauth/token").form(&fields).await);
    }
    let fields = [OWN, KIND, ("client_assertion", &good), ("client_id", "machine-one")];
    house.post("/oauth/token").form(&fields).expect(200).await;
}

#[tokio::test]
async fn a_signature_is_one_of_the_clients_own_keys_and_of_no_other_kind() {
    let house = House::open().await;
    let own = Signer::machine(&house, "machine-one").await;
    let other = Signer::machine(&house, "machine-two").await;
    let secretive = house.client_with(wish("machine-three", ClientKind::Confidential)).await;
    let claims = || own.claims(&house);
    let with_key = |key: &SigningKey| jwt::sign(&claims(), key).unwrap();
    // The other client's key under its own name, and under the name of ours.
    is_nobody(asks(&house, &with_key(&other.key)).await);
    is_nobody(asks(&house, &with_key(&other.key.clone().named("key of machine-one"))).await);
    // The right key under a name that is not registered.
    is_nobody(asks(&house, &with_key(&own.key.clone().named("another"))).await);

    let jwk = own.key.public_jwk().unwrap().unwrap();
    let point = URL_SAFE_NO_PAD.decode(jwk["x"].as_str().unwrap()).unwrap();
    for secret in [jwk.to_string().as_bytes(), own.key_set().to_string().as_bytes(), &point, b""] {
        let key = SigningKey::secret(Algorithm::HS256, secret).named("key of machine-one");
        is_nobody(asks(&house, &with_key(&key)).await);
    }
    let stripped = unsigned(&claims(), "none");
    is_nobody(asks(&house, &stripped).await);
    is_nobody(asks(&house, &unsigned(&claims(), "ES256")).await);
    is_nobody(asks(&house, "a.b.c").await);

    // A client with a secret signs nothing, not even with that.
    let secret = secretive.secret.unwrap();
    let key = SigningKey::secret(Algorithm::HS256, secret.as_bytes());
    let three = Signer { id: secretive.id, key };
    is_nobody(asks(&house, &three.assertion(&house)).await);
    asks(&house, &own.assertion(&house)).expect(200).await;
}

/// Claims under a header that nobody signed.
fn unsigned(claims: &Value, algorithm: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(&json!({ "alg": algorithm, "typ": "JWT" })), part(claims))
}

#[tokio::test]
async fn an_assertion_beside_anything_else_is_refused_and_not_used_up() {
    let house = House::open().await;
    let own = Signer::machine(&house, "machine-one").await;
    let good = own.assertion(&house);
    let fields = [OWN, KIND, ("client_assertion", good.as_str())];
    let with = |more: &[(&'static str, &'static str)]| [&fields[..], more].concat();
    let post = || house.post("/oauth/token");
    let (typed, bare) = ([OWN, KIND], [OWN, ("client_assertion", good.as_str())]);
    for call in [
        post().form(&with(&[("client_secret", "cs_something")])),
        post().basic("machine-one", "cs_something").form(&fields),
        post().basic("machine-one", "").form(&fields),
        post().form(&typed),
        post().form(&bare),
    ] {
        call.expect(400).await.error("invalid_request");
    }
    let saml =
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer");
    is_nobody(post().form(&[OWN, saml, ("client_assertion", &good)]).await);
    is_nobody(post().form(&[OWN, ("client_id", "machine-one"), ("client_secret", "x")]).await);
    is_nobody(post().form(&[OWN, ("client_id", "machine-one")]).await);
    let refused = [("grant_type", "password"), KIND, ("client_assertion", good.as_str())];
    post().form(&refused).expect(400).await.error("unauthorized_client");

    asks(&house, &good).expect(200).await;
}

#[tokio::test]
async fn it_is_taken_wherever_clients_prove_themselves() {
    let house = House::open().await;
    let own = Signer::new("machine-one", Algorithm::EdDSA);
    house.client_with(own.wish(&[GrantType::ClientCredentials, GrantType::ConvertToken])).await;
    let token = asks(&house, &own.assertion(&house)).expect(200).await.text_of("access_token");
    let convert =
        [("grant_type", "convert_token"), ("backend", "google-oauth2"), ("token", "ok-1")];
    let calls = [
        ("/oauth/introspect", vec![("token", token.as_str())]),
        ("/o/introspect", vec![("token", token.as_str())]),
        ("/auth/convert-token/", convert.to_vec()),
        ("/auth/token/", convert.to_vec()),
        ("/auth/token/", vec![OWN]),
        ("/o/token/", vec![OWN]),
        ("/oauth/revoke", vec![("token", token.as_str())]),
        ("/o/revoke_token", vec![("token", token.as_str())]),
    ];
    for (path, fields) in calls {
        let shown = own.assertion(&house);
        let fields = [&fields[..], &[KIND, ("client_assertion", &shown)]].concat();
        house.post(path).form(&fields).expect(200).await;
        is_nobody(house.post(path).form(&fields).await);
    }
    house.me(&token).expect(401).await;
}

#[tokio::test]
async fn a_client_that_is_switched_off_signs_in_vain() {
    let house = House::open().await;
    let own = Signer::machine(&house, "machine-one").await;
    house.tamper("update clients set enabled = false where client_id = 'machine-one'").await;
    is_nobody(asks(&house, &own.assertion(&house)).await);
}

#[tokio::test]
async fn keys_are_registered_in_place_of_a_secret_and_are_public() {
    let house = House::open().await;
    let own = Signer::new("machine-one", Algorithm::ES256);
    let good = own.wish(&[GrantType::ClientCredentials]);
    let mut private = own.key_set();
    private["keys"][0]["d"] = json!("AAAA");
    let (mut odd, mut public, mut secret) = (good.clone(), good.clone(), good.clone());
    odd.options.key_set = Some(private.to_string());
    (public.kind, public.grants) = (ClientKind::Public, vec![GrantType::RefreshToken]);
    secret.secret = Some("sixteen characters".into());
    for wish in [odd, public, secret] {
        let done = house.app.write(move |ctx| clients::register(ctx, &wish)).await;
        assert!(done.is_err(), "{done:?}");
    }
    assert_eq!(house.client_with(good).await.secret, None);
}
