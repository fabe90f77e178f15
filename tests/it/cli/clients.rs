//! `cambio client`: what is registered at the command line counts for the running server at once.

use cambio::{
    clock::{Clock as _, SystemClock},
    crypto::jwt_key::Algorithm,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::shell::Shell;
use crate::support::{
    House, OAuthClient,
    signer::{KIND, Signer},
};

const CREATE: [&str; 6] = ["client", "create", "--name", "Back-end", "--type", "confidential"];

/// A client from what the command line printed.
fn client(told: &Value) -> OAuthClient {
    OAuthClient {
        id: told["client_id"].as_str().unwrap().to_owned(),
        secret: told["client_secret"].as_str().map(str::to_owned),
    }
}

/// The same client with another secret.
fn knowing(client: &OAuthClient, told: &Value) -> OAuthClient {
    let secret = told["client_secret"].as_str().map(str::to_owned);
    OAuthClient { secret, ..client.clone() }
}

async fn converts(house: &House, client: &OAuthClient) -> u16 {
    house.convert(client, "google-oauth2", "ok-1").await.status
}

#[tokio::test]
async fn a_registered_client_may_convert_and_its_secret_is_shown_once() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let told = shell.json(&CREATE);
    let client = client(&told);
    let secret = client.secret.clone().unwrap();
    assert_eq!(converts(&house, &client).await, 200);
    assert!(secret.len() >= 40, "{secret}");
    for look in [&["client", "show", &client.id][..], &["client", "list"]] {
        assert!(!shell.ok(look).contains(&secret) && shell.ok(look).contains(&client.id));
        assert!(!shell.json(look).to_string().contains("client_secret\""));
    }
}

#[tokio::test]
async fn without_any_option_a_client_may_convert_and_refresh_for_every_provider() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let told = shell.json(&[&CREATE[..], &["--id", "backend-1"]].concat());
    let (secret, at) = (&told["client_secret"], &told["client_id_issued_at"]);
    assert_eq!(
        told,
        json!({
            "client_id": "backend-1", "client_secret": secret, "client_name": "Back-end",
            "client_id_issued_at": at, "client_secret_expires_at": 0,
            "token_endpoint_auth_method": "client_secret_basic", "enabled": true,
            "grant_types": ["convert_token", "refresh_token"], "response_types": [],
            "scope": "read write", "providers": null, "redirect_uris": [], "resources": [],
            "post_logout_redirect_uris": [], "allowed_origins": [], "pkce_optional": false,
            "access_token_format": "opaque", "introspects": false,
        })
    );
    let list = shell.json(&["client", "list"]);
    assert_eq!(list[0]["client_id"], "backend-1");
}

#[tokio::test]
async fn every_option_is_kept_as_it_was_typed() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let words = [
        "--id",
        "backend-1",
        "--grant",
        "convert_token",
        "--grant",
        "authorization_code",
        "--redirect-uri",
        "https://app.example/cb",
        "--scope",
        "read",
        "--provider",
        "vk-oauth2",
    ];
    shell.json(&[&CREATE[..], &words].concat());
    let told = shell.json(&["client", "show", "backend-1"]);
    assert_eq!(told["grant_types"], json!(["convert_token", "authorization_code"]));
    assert_eq!(told["redirect_uris"], json!(["https://app.example/cb"]));
    assert_eq!(told["scope"], "read");
    assert_eq!(told["providers"], json!(["vk-oauth2"]));
}

#[tokio::test]
async fn a_public_client_has_no_secret() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let create = ["client", "create", "--name", "App", "--type", "public"];
    let told = shell.json(&create);
    assert_eq!(told.get("client_secret"), None);
    assert_eq!(converts(&house, &client(&told)).await, 200);
    let id = told["client_id"].as_str().unwrap();
    assert!(shell.refused(&["client", "rotate-secret", id]).contains("no secret to rotate"));
}

#[tokio::test]
async fn after_a_rotation_both_secrets_are_good_until_the_overlap_is_over() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    // The command line goes by the clock on the wall.
    house.forward(SystemClock.now() - house.app.now());
    let old = client(&shell.json(&CREATE));
    let rotate = ["client", "rotate-secret", &old.id, "--overlap", "60"];
    let new = knowing(&old, &shell.json(&rotate));
    assert_ne!(old.secret, new.secret);
    assert_eq!([converts(&house, &old).await, converts(&house, &new).await], [200, 200]);
    house.forward(TimeDelta::minutes(61));
    assert_eq!([converts(&house, &old).await, converts(&house, &new).await], [401, 200]);
}

#[tokio::test]
async fn without_an_overlap_the_old_secret_ends_at_once() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    house.forward(SystemClock.now() - house.app.now() + TimeDelta::minutes(1));
    let old = client(&shell.json(&CREATE));
    let rotate = ["client", "rotate-secret", &old.id, "--overlap"];
    let new = knowing(&old, &shell.json(&[&rotate[..], &["0"]].concat()));
    assert_eq!([converts(&house, &old).await, converts(&house, &new).await], [401, 200]);
    assert!(shell.refused(&[&rotate[..], &["1441"]].concat()).contains("24 hours"));
}

#[tokio::test]
async fn a_client_that_is_switched_off_is_nobody_until_it_is_switched_on() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let client = client(&shell.json(&CREATE));
    let said = house.convert(&client, "google-oauth2", "ok-1").expect(200).await;
    let token = said.text_of("access_token");
    house.me(&token).expect(200).await;
    assert_eq!(shell.json(&["client", "disable", &client.id])["enabled"], false);
    house.me(&token).expect(401).await;
    assert_eq!(converts(&house, &client).await, 401);
    assert!(shell.ok(&["client", "list"]).contains("disabled"));
    assert_eq!(shell.json(&["client", "enable", &client.id])["enabled"], true);
    assert_eq!(converts(&house, &client).await, 200);
}

#[tokio::test]
async fn a_deleted_client_is_gone_with_its_tokens() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let client = client(&shell.json(&CREATE));
    let said = house.convert(&client, "google-oauth2", "ok-1").expect(200).await;
    assert_eq!(shell.json(&["client", "delete", &client.id])["deleted"], true);
    house.me(&said.text_of("access_token")).expect(401).await;
    assert_eq!(converts(&house, &client).await, 401);
    for command in ["show", "delete", "disable", "enable", "rotate-secret"] {
        let told = shell.refused(&["client", command, &client.id]);
        assert!(told.contains("there is none by that name"), "{command}: {told}");
    }
    assert!(shell.ok(&["client", "list"]).contains("no client is registered"));
}

#[tokio::test]
async fn what_is_typed_wrong_is_named_and_nothing_is_registered() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    for (words, complaint) in [
        (&["--grant", "implicit"][..], "--grant implicit"),
        (&["--redirect-uri", "http://app.example/cb"], "--redirect-uri http://app.example/cb"),
        (&["--provider", "myspace"], "--provider myspace"),
        (&["--scope", "read  write"], "--scope"),
        (&["--id", "12345678"], "12345678"),
        (&["--grant", "authorization_code"], "at least one redirect URI"),
    ] {
        let told = shell.refused(&[&CREATE[..], words].concat());
        assert!(told.starts_with("cambio: ") && told.contains(complaint), "{told}");
    }
    let public = ["client", "create", "--name", "A", "--type", "public"];
    let told = shell.refused(&[&public[..], &["--grant", "client_credentials"]].concat());
    assert!(told.contains("confidential"), "{told}");
    assert_eq!(shell.json(&["client", "list"]), json!([]));
}

#[tokio::test]
async fn a_taken_client_id_is_refused() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let create = [&CREATE[..], &["--id", "backend-1"]].concat();
    shell.json(&create);
    assert!(shell.refused(&create).contains("exists already"));
}

#[tokio::test]
async fn a_client_with_keys_of_its_own_signs_and_has_no_secret() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let own = Signer::new("machine-one", Algorithm::EdDSA);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwks.json");
    std::fs::write(&file, own.key_set().to_string()).unwrap();
    let file = file.to_str().unwrap();
    let words = ["--id", "machine-one", "--grant", "client_credentials", "--jwks-file", file];
    let told = shell.json(&[&CREATE[..], &words].concat());
    assert_eq!((told.get("client_secret"), &told["jwks"]), (None, &own.key_set()));

    let shown = own.assertion(&house);
    let fields = [("grant_type", "client_credentials"), KIND, ("client_assertion", &shown)];
    house.post("/oauth/token").form(&fields).expect(200).await;
}
