//! `/oauth/register`: clients that register themselves (RFC 7591, RFC 7592).

use cambio::crypto::jwt_key::Algorithm;
use serde_json::{Value, json};

use super::{browser::Browser, flow::CALLBACK};
use crate::support::{
    Call, House, OAuthClient, Said,
    signer::{KIND, Signer},
};

const INITIAL: &str = "initial-access-token-of-this-house";
const REGISTER: &str = "/oauth/register";

async fn open() -> House {
    House::with(&[("oauth.registration_token", INITIAL)]).await
}

fn app() -> Value {
    json!({ "client_name": "App", "redirect_uris": [CALLBACK] })
}

fn register(house: &House, body: &Value) -> Call {
    house.post(REGISTER).bearer(INITIAL).json(body)
}

/// Where a client looks after its registration, and with what.
struct Own {
    path: String,
    token: String,
}

fn own(house: &House, said: &Said) -> Own {
    let path = said.text_of("registration_client_uri");
    let path = path.strip_prefix(house.base()).unwrap().to_owned();
    Own { path, token: said.text_of("registration_access_token") }
}

#[tokio::test]
async fn until_the_operator_says_so_nobody_registers() {
    let house = House::open().await;
    let document = house.get("/.well-known/oauth-authorization-server").expect(200).await.json();
    assert_eq!(document.get("registration_endpoint"), None);
    for token in ["some-token", INITIAL] {
        let said = house.post(REGISTER).bearer(token).json(&app()).expect(403).await;
        said.error("access_denied");
    }
    house.get("/oauth/register/app-0123456789").bearer("crg_x").expect(403).await;
    house.post(REGISTER).json(&app()).expect(401).await;
}

#[tokio::test]
async fn only_the_initial_access_token_opens_the_door() {
    let house = open().await;
    let document = house.get("/.well-known/oauth-authorization-server").expect(200).await.json();
    assert_eq!(document["registration_endpoint"], format!("{}{REGISTER}", house.base()));
    let root = house.admin("root").await;
    let post = || house.post(REGISTER).json(&app());
    for call in [
        post(),
        post().bearer("initial-access-token-of-another-hous"),
        post().bearer(&INITIAL[1..]),
        post().token(INITIAL),
        post().token(&root.auth_token),
        post().basic("x", INITIAL),
    ] {
        let said = call.expect(401).await;
        assert!(said.header("www-authenticate").starts_with("Bearer "));
    }
    assert!(house.lines("select name as line from clients").await.is_empty());
    register(&house, &app()).expect(201).await;
}

#[tokio::test]
async fn a_client_registers_itself_and_somebody_signs_in_to_it() {
    let house = open().await;
    house.activated("ada").await;
    let said = register(&house, &app()).expect(201).await;
    assert_eq!(said.header("cache-control"), "no-store");
    let told = said.json();
    let asked = (&told["grant_types"], &told["response_types"], &told["redirect_uris"]);
    assert_eq!(asked, (&json!(["authorization_code"]), &json!(["code"]), &json!([CALLBACK])));
    assert_eq!(told["client_secret_expires_at"], 0);
    assert!(told.get("providers").is_none() && told.get("enabled").is_none());

    let client =
        OAuthClient { id: said.text_of("client_id"), secret: Some(said.text_of("client_secret")) };
    let code = Browser::new(&house).code(&client, "ada@example.com").await;
    house.redeem(&client, &code).expect(200).await;

    let token = said.text_of("registration_access_token");
    let kept = house.dump("clients", &["client_id", "name", "key_set"]).await.join(" ");
    let digests = "select cast(count(*) as text) as line from registration_tokens";
    assert!(!kept.contains(&token) && house.lines(digests).await == ["1"]);
}

#[tokio::test]
async fn apps_without_a_secret_and_machines_with_keys_register_alike() {
    let house = open().await;
    let mut native = app();
    native["token_endpoint_auth_method"] = json!("none");
    native["grant_types"] = json!(["authorization_code", "refresh_token"]);
    native["scope"] = json!("openid email read");
    native["software_id"] = json!({ "nobody": "knows" });
    native["providers"] = json!("passed over");
    native["introspects"] = json!(true);
    let told = register(&house, &native).expect(201).await.json();
    assert_eq!(told.get("client_secret"), None);
    assert_eq!(told["scope"], "openid email read");
    let kept = "select providers || '|' || cast(introspects as text) as line from clients";
    let kept = house.lines(kept).await;
    assert!(["|0", "|false"].contains(&kept[0].as_str()), "{kept:?}");

    let keys = Signer::new("unknown-yet", Algorithm::ES256);
    let mut signing = app();
    signing["token_endpoint_auth_method"] = json!("private_key_jwt");
    signing["jwks"] = keys.key_set();
    let said = register(&house, &signing).expect(201).await;
    let signer = Signer { id: said.text_of("client_id"), key: keys.key };
    let shown = signer.assertion(&house);
    let fields = [("token", "cat_x"), KIND, ("client_assertion", shown.as_str())];
    house.post("/oauth/introspect").form(&fields).expect(200).await;
}

#[tokio::test]
async fn what_a_client_may_not_be_is_refused_in_the_words_of_rfc_7591() {
    let house = open().await;
    let with = |name: &str, value: Value| {
        let mut body = app();
        body[name] = value;
        body
    };
    for (code, body) in [
        ("invalid_redirect_uri", with("redirect_uris", json!(["http://app.example/cb"]))),
        ("invalid_redirect_uri", with("redirect_uris", json!("https://app.example/cb"))),
        ("invalid_redirect_uri", with("redirect_uris", json!([]))),
        ("invalid_redirect_uri", json!({ "client_name": "App" })),
        ("invalid_client_metadata", with("grant_types", json!(["password"]))),
        ("invalid_client_metadata", with("grant_types", json!(["client_credentials"]))),
        ("invalid_client_metadata", with("grant_types", json!(["convert_token"]))),
        ("invalid_client_metadata", with("grant_types", json!(["implicit"]))),
        ("invalid_client_metadata", with("response_types", json!(["token"]))),
        ("invalid_client_metadata", with("scope", json!("read admin"))),
        ("invalid_client_metadata", with("scope", json!("jobs"))),
        ("invalid_client_metadata", with("scope", json!(""))),
        ("invalid_client_metadata", with("client_name", json!("a\nb"))),
        ("invalid_client_metadata", with("jwks_uri", json!("https://app.example/jwks"))),
        ("invalid_client_metadata", with("jwks", json!({ "keys": [] }))),
        ("invalid_client_metadata", with("token_endpoint_auth_method", json!("tls_client_auth"))),
    ] {
        let said = register(&house, &body).await;
        assert_eq!(said.status, 400, "{body}");
        said.error(code);
    }
    house.post(REGISTER).bearer(INITIAL).form(&[("client_name", "x")]).expect(415).await;
    assert!(house.lines("select name as line from clients").await.is_empty());
}

#[tokio::test]
async fn a_client_looks_after_its_registration_and_nobody_else_does() {
    let house = open().await;
    let said = register(&house, &app()).expect(201).await;
    let other = own(&house, &register(&house, &app()).expect(201).await);
    let mine = own(&house, &said);
    let id = said.text_of("client_id");
    let seen = house.get(&mine.path).bearer(&mine.token).expect(200).await.json();
    assert_eq!((&seen["client_name"], seen.get("client_secret")), (&json!("App"), None));
    assert_eq!(seen["registration_access_token"], mine.token);

    let mut anew = app();
    (anew["client_id"], anew["client_name"]) = (json!(id), json!("Other"));
    anew["client_secret"] = json!(said.text_of("client_secret"));
    let put = |body: &Value| house.put(&mine.path).bearer(&mine.token).json(body);
    let changed = put(&anew).expect(200).await.json();
    assert_eq!((&changed["client_name"], &changed["client_id"]), (&json!("Other"), &json!(id)));
    assert_eq!(changed["registration_access_token"], mine.token);
    for (name, value) in [
        ("client_id", json!("another-client")),
        ("client_id", Value::Null),
        ("client_secret", json!("not the right one")),
        ("registration_access_token", json!(mine.token)),
        ("token_endpoint_auth_method", json!("none")),
        ("scope", json!("admin")),
        ("grant_types", json!(["password"])),
    ] {
        let mut bad = anew.clone();
        bad[name] = value;
        put(&bad).expect(400).await.error("invalid_client_metadata");
    }

    let mut nowhere = anew.clone();
    nowhere["redirect_uris"] = Value::Null;
    put(&nowhere).expect(400).await.error("invalid_redirect_uri");

    for token in [other.token.as_str(), INITIAL, "crg_x"] {
        house.get(&mine.path).bearer(token).expect(401).await;
        house.put(&mine.path).bearer(token).json(&anew).expect(401).await;
        house.delete(&mine.path).bearer(token).expect(401).await;
    }
    house.get(&mine.path).expect(401).await;
    house.get("/oauth/register/nobody-here").bearer(&mine.token).expect(401).await;
    house.client("by-operator").await;
    house.get("/oauth/register/by-operator").bearer(&mine.token).expect(401).await;

    house.delete(&mine.path).bearer(&mine.token).expect(204).await;
    house.get(&mine.path).bearer(&mine.token).expect(401).await;
    house.get(&other.path).bearer(&other.token).expect(200).await;
}

#[tokio::test]
async fn how_a_client_says_it_shows_its_secret_is_told_again() {
    let house = open().await;
    let mut body = app();
    body["token_endpoint_auth_method"] = json!("client_secret_post");
    let said = register(&house, &body).expect(201).await;
    assert_eq!(said.text_of("token_endpoint_auth_method"), "client_secret_post");
    let mine = own(&house, &said);
    let seen = house.get(&mine.path).bearer(&mine.token).expect(200).await.json();
    assert_eq!(seen["token_endpoint_auth_method"], "client_secret_post");
    let mut anew = app();
    anew["client_id"] = json!(said.text_of("client_id"));
    let changed = house.put(&mine.path).bearer(&mine.token).json(&anew).expect(200).await.json();
    assert_eq!(changed["token_endpoint_auth_method"], "client_secret_basic");
}
