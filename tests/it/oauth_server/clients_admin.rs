//! `/admin/api/clients`: what `cambio client` does, for administrators over HTTP.

use cambio::{
    domain::{
        client::{ClientKind, GrantType},
        scope::ScopeSet,
    },
    usecases::clients::RegisterClient,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::browser::Browser;
use crate::support::{
    Call, House, OAuthClient,
    callers::{PASSWORD, wish},
    signer::{KIND, Signer},
};

const CLIENTS: &str = "/admin/api/clients";

/// A client that administrators log in with.
async fn console(house: &House) -> OAuthClient {
    let wish = RegisterClient {
        grants: vec![GrantType::Password, GrantType::RefreshToken, GrantType::ClientCredentials],
        scopes: ScopeSet::parse("read admin"),
        ..wish("admin-console", ClientKind::Confidential)
    };
    house.client_with(wish).await
}

fn asks(house: &House, console: &OAuthClient, name: &str, scope: &str) -> Call {
    let email = format!("{name}@example.com");
    let fields = [
        ("grant_type", "password"),
        ("username", &email),
        ("password", PASSWORD),
        ("scope", scope),
    ];
    house.token(console, &fields)
}

/// An administrator's token.
async fn admin(house: &House) -> String {
    house.admin("root").await;
    let console = console(house).await;
    asks(house, &console, "root", "admin").expect(200).await.text_of("access_token")
}

#[tokio::test]
async fn a_client_is_registered_looked_at_changed_and_deleted() {
    let house = House::open().await;
    let token = admin(&house).await;
    let call = |call: Call| call.bearer(&token);
    let body = json!({
        "client_id": "backend-1", "client_name": "Back-end", "grant_types": ["client_credentials"],
        "scope": "read",
    });
    let made = call(house.post(CLIENTS)).json(&body).expect(201).await;
    assert_eq!(made.header("cache-control"), "no-store");
    let client =
        OAuthClient { id: made.text_of("client_id"), secret: Some(made.text_of("client_secret")) };
    let own = [("grant_type", "client_credentials")];
    let given = house.token(&client, &own).expect(200).await.text_of("access_token");

    let path = "/admin/api/clients/backend-1";
    let seen = call(house.get(path)).expect(200).await;
    assert!(!seen.text.contains("client_secret\""), "{seen:?}");
    assert_eq!(seen.json()["token_endpoint_auth_method"], "client_secret_basic");
    let list = call(house.get(CLIENTS)).expect(200).await.json();
    let ids: Vec<_> = list.as_array().unwrap().iter().map(|it| it["client_id"].clone()).collect();
    assert_eq!(ids, ["admin-console", "backend-1"]);
    assert!(!list.to_string().contains("client_secret\""));

    let change = json!({ "client_name": "Other", "scope": "write", "access_token_format": "jwt" });
    let changed = call(house.patch(path)).json(&change).expect(200).await.json();
    let told = (&changed["client_name"], &changed["scope"], &changed["grant_types"]);
    assert_eq!(told, (&json!("Other"), &json!("write"), &json!(["client_credentials"])));
    let next = house.token(&client, &own).expect(200).await;
    assert_eq!(next.text_of("scope"), "write");
    assert!(next.text_of("access_token").starts_with("eyJ"));

    call(house.delete(path)).expect(204).await;
    call(house.get(path)).expect(404).await;
    call(house.delete(path)).expect(404).await;
    house.token(&client, &own).expect(401).await;
    house.me(&given).expect(401).await;
}

#[tokio::test]
async fn a_client_is_switched_off_and_on_and_its_secret_replaced() {
    let house = House::open().await;
    let token = admin(&house).await;
    let grants = vec![GrantType::ClientCredentials];
    let wish = RegisterClient { grants, ..wish("backend-1", ClientKind::Confidential) };
    let client = house.client_with(wish).await;
    let own = [("grant_type", "client_credentials")];
    let at =
        |what: &str| house.post(&format!("/admin/api/clients/backend-1/{what}")).bearer(&token);

    assert_eq!(at("disable").expect(200).await.json()["enabled"], false);
    house.token(&client, &own).expect(401).await;
    assert_eq!(at("enable").expect(200).await.json()["enabled"], true);
    house.token(&client, &own).expect(200).await;

    let rotated = at("rotate-secret").json(&json!({ "overlap_minutes": 5 })).expect(200).await;
    assert_eq!(rotated.header("cache-control"), "no-store");
    let secret = Some(rotated.text_of("client_secret"));
    let renewed = OAuthClient { secret, ..client.clone() };
    house.token(&client, &own).expect(200).await;
    house.token(&renewed, &own).expect(200).await;
    house.forward(TimeDelta::minutes(6));
    house.token(&client, &own).expect(401).await;
    house.token(&renewed, &own).expect(200).await;
    let too_long = at("rotate-secret").json(&json!({ "overlap_minutes": 2000 }));
    too_long.expect(400).await.error("invalid_request");
}

#[tokio::test]
async fn a_client_that_signs_changes_its_keys_and_gets_no_secret() {
    let house = House::open().await;
    let token = admin(&house).await;
    let algorithm = cambio::crypto::jwt_key::Algorithm::ES256;
    let (old, new) = (Signer::new("machine-one", algorithm), Signer::new("machine-one", algorithm));
    let body = json!({
        "client_id": "machine-one", "client_name": "Machine", "jwks": old.key_set(),
        "grant_types": ["client_credentials"], "token_endpoint_auth_method": "private_key_jwt",
    });
    let made = house.post(CLIENTS).bearer(&token).json(&body).expect(201).await.json();
    assert_eq!((made.get("client_secret"), &made["jwks"]), (None, &old.key_set()));
    let own = |signer: &Signer| {
        let shown = signer.assertion(&house);
        let own = ("grant_type", "client_credentials");
        house.post("/oauth/token").form(&[own, KIND, ("client_assertion", &shown)])
    };
    own(&old).expect(200).await;

    let path = "/admin/api/clients/machine-one";
    let change = json!({ "jwks": new.key_set() });
    house.patch(path).bearer(&token).json(&change).expect(200).await;
    own(&old).expect(401).await;
    own(&new).expect(200).await;
    let rotate = house.post("/admin/api/clients/machine-one/rotate-secret").bearer(&token);
    rotate.json(&json!({})).expect(400).await.error("invalid_request");
}

#[tokio::test]
async fn what_the_command_line_refuses_is_refused_here() {
    let house = House::open().await;
    let token = admin(&house).await;
    let good = json!({ "client_name": "App" });
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    for body in [
        json!({}),
        json!([]),
        with("client_name", json!(7)),
        with("client_name", json!("")),
        with("client_id", json!("short")),
        with("client_id", json!("admin-console")),
        with("client_secret", json!("short")),
        with("grant_types", json!(["implicit"])),
        with("grant_types", json!("password")),
        with("grant_types", json!(["authorization_code"])),
        with("redirect_uris", json!(["http://app.example/cb"])),
        with("redirect_uris", json!(["javascript:alert(1)"])),
        with("scope", json!("")),
        with("scope", json!("a  b")),
        with("providers", json!(["facebook"])),
        with("resources", json!(["two words"])),
        with("resources", json!(["https://api.example/#x"])),
        with("pkce_optional", json!("yes")),
        with("access_token_format", json!("paper")),
        with("token_endpoint_auth_method", json!("client_secret_jwt")),
        with("token_endpoint_auth_method", json!("private_key_jwt")),
        with("jwks", json!({ "keys": [] })),
        with("jwks_uri", json!("https://app.example/jwks")),
        json!({ "client_name": "A", "token_endpoint_auth_method": "none", "client_secret": "sixteen characters" }),
        json!({ "client_name": "A", "token_endpoint_auth_method": "none", "pkce_optional": true }),
    ] {
        let said = house.post(CLIENTS).bearer(&token).json(&body).await;
        assert_eq!(said.status, 400, "{body}");
        said.error("invalid_request");
    }
    let path = "/admin/api/clients/admin-console";
    for body in [
        with("client_id", json!("other-console")),
        with("client_secret", json!("sixteen characters")),
        with("token_endpoint_auth_method", json!("none")),
        with("grant_types", json!([])),
        with("scope", json!("")),
        with("jwks", Signer::new("x", cambio::crypto::jwt_key::Algorithm::ES256).key_set()),
    ] {
        house.patch(path).bearer(&token).json(&body).expect(400).await.error("invalid_request");
    }
}

#[tokio::test]
async fn what_is_no_client_is_not_found_and_a_form_is_not_read() {
    let house = House::open().await;
    let token = admin(&house).await;
    house.post(CLIENTS).bearer(&token).form(&[("client_name", "App")]).expect(415).await;
    house.get("/admin/api/clients/1").bearer(&token).expect(404).await;
    house.get("/admin/api/clients/nobody-here").bearer(&token).expect(404).await;
    let list = house.get(CLIENTS).bearer(&token).expect(200).await.json();
    assert_eq!(list.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn whoever_is_not_an_administrator_with_the_scope_is_kept_out_of_every_call() {
    let house = House::open().await;
    let client = house.client("backend-1").await;
    house.admin("root").await;
    let ada = house.person("ada").await;
    let console = console(&house).await;
    let read = asks(&house, &console, "root", "read").expect(200).await.text_of("access_token");
    let login = house.log_in("root@example.com").expect(200).await.text_of("auth_token");
    let jwt = house.jwts("root@example.com").await.access;
    let path = "/admin/api/clients/backend-1";
    let every = || {
        [
            house.get(CLIENTS),
            house.post(CLIENTS).json(&json!({})),
            house.get(path),
            house.patch(path).json(&json!({})),
            house.delete(path),
            house.post("/admin/api/clients/backend-1/rotate-secret").json(&json!({})),
            house.post("/admin/api/clients/backend-1/disable"),
            house.post("/admin/api/clients/backend-1/enable"),
        ]
    };
    for call in every() {
        call.expect(401).await;
    }
    for call in every() {
        let said = call.bearer(&read).expect(403).await;
        assert!(said.header("www-authenticate").contains("scope=\"admin\""));
        said.error("insufficient_scope");
    }
    for call in every() {
        call.token(&login).expect(403).await.error("insufficient_scope");
    }
    for call in every() {
        call.bearer(&jwt).expect(403).await.error("insufficient_scope");
    }
    for call in every() {
        call.token(&ada.auth_token).expect(403).await.error("insufficient_scope");
    }
    house.refresh(&client, "x").expect(400).await.error("invalid_grant");
}

#[tokio::test]
async fn the_scope_is_granted_to_administrators_alone_and_ends_with_their_office() {
    // The office is taken behind the house's back.
    let house = House::with(&[("cache.seconds", "0")]).await;
    house.admin("root").await;
    house.activated("ada").await;
    let console = console(&house).await;
    asks(&house, &console, "ada", "admin").expect(400).await.error("invalid_scope");
    let ada = asks(&house, &console, "ada", "read admin").expect(200).await;
    assert_eq!(ada.text_of("scope"), "read");
    let refused = house.get(CLIENTS).bearer(&ada.text_of("access_token")).expect(403).await;
    refused.error("insufficient_scope");
    let own =
        |scope| house.token(&console, &[("grant_type", "client_credentials"), ("scope", scope)]);
    own("admin").expect(400).await.error("invalid_scope");
    assert_eq!(own("read admin").expect(200).await.text_of("scope"), "read");

    let root = asks(&house, &console, "root", "read admin").expect(200).await;
    assert_eq!(root.text_of("scope"), "read admin");
    let token = root.text_of("access_token");
    house.get(CLIENTS).bearer(&token).expect(200).await;
    house.tamper("update accounts set is_admin = false").await;
    house.get(CLIENTS).bearer(&token).expect(403).await.error("access_denied");
    let next = house.refresh(&console, &root.text_of("refresh_token")).expect(200).await;
    assert_eq!(next.text_of("scope"), "read");
}

#[tokio::test]
async fn on_our_own_pages_too_only_administrators_come_by_the_scope() {
    let house = House::open().await;
    house.admin("root").await;
    house.activated("ada").await;
    let scopes = ScopeSet::parse("read admin");
    let wish =
        RegisterClient { scopes, ..super::flow::web("web-client", ClientKind::Confidential) };
    let client = house.client_with(wish).await;
    for (email, scope) in [("root@example.com", "read admin"), ("ada@example.com", "read")] {
        let browser = Browser::new(&house);
        let said = browser.allow(&client, email, &[("scope", "read admin")]).await;
        let code = super::browser::sent(&said)["code"].clone();
        let tokens = house.redeem(&client, &code).expect(200).await;
        assert_eq!(tokens.text_of("scope"), scope);
    }
}

#[tokio::test]
async fn what_is_taken_from_a_client_is_not_refreshed_and_never_leaves_an_empty_scope() {
    let house = House::open().await;
    let token = admin(&house).await;
    house.activated("ada").await;
    let client = house.web_client("web-client").await;
    let tokens =
        house.redeem(&client, &Browser::new(&house).code(&client, "ada@example.com").await);
    let refresh = tokens.expect(200).await.text_of("refresh_token");
    let path = "/admin/api/clients/web-client";
    let change = |scope: &str| house.patch(path).bearer(&token).json(&json!({ "scope": scope }));

    change("other").expect(200).await;
    house.refresh(&client, &refresh).expect(400).await.error("invalid_scope");
    change("other read").expect(200).await;
    let next = house.refresh(&client, &refresh).expect(200).await;
    assert_eq!(next.text_of("scope"), "read");
}

#[tokio::test]
async fn a_client_for_some_providers_is_one_for_all_of_them_again() {
    let house = House::open().await;
    let token = admin(&house).await;
    house.client("backend-1").await;
    let path = "/admin/api/clients/backend-1";
    let change = |body: Value| house.patch(path).bearer(&token).json(&body);
    let some = change(json!({ "providers": ["google-oauth2"] })).expect(200).await.json();
    assert_eq!(some["providers"], json!(["google-oauth2"]));
    let same = change(json!({ "client_name": "B" })).expect(200).await.json();
    assert_eq!(same["providers"], json!(["google-oauth2"]));
    let all = change(json!({ "providers": null })).expect(200).await.json();
    assert_eq!(all["providers"], Value::Null);
}

#[tokio::test]
async fn a_member_that_is_misspelt_and_a_name_that_reads_otherwise_are_refused() {
    let house = House::open().await;
    let token = admin(&house).await;
    house.client("backend-1").await;
    for (name, value) in [
        ("client_name", json!("Pay\u{202e}lap")),
        ("redirect_uri", json!(["https://app.example/cb"])),
        ("scopes", json!("read")),
        ("colour", json!("red")),
    ] {
        let mut body = json!({ "client_name": "App" });
        body[name] = value;
        let made = house.post(CLIENTS).bearer(&token).json(&body);
        made.expect(400).await.error("invalid_request");
        let changed = house.patch("/admin/api/clients/backend-1").bearer(&token).json(&body);
        changed.expect(400).await.error("invalid_request");
    }
}
