//! What the documents say, and whether it is so: every value that is told is tried (RFC 8414, OpenID Connect
//! Discovery). How clients prove themselves and what is signed is in `metadata_proof.rs`.

use std::collections::BTreeSet;

use cambio::{
    domain::{
        client::{ClientKind, GrantType},
        scope::ScopeSet,
    },
    usecases::clients::RegisterClient,
};
use reqwest::Method;
use serde_json::Value;

use super::{
    browser::{Browser, between, sent},
    flow::{ask, web},
};
use crate::support::{House, OAuthClient, Said, callers::PASSWORD, people::google};

const ADA: &str = "ada@example.com";
const OAUTH: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";
const INITIAL: &str = "initial-access-token-of-this-house";

/// What a house tells of itself.
pub async fn document(house: &House) -> Value {
    house.get(OAUTH).expect(200).await.json()
}

/// The words of a list; none, if it is not told.
pub fn told(document: &Value, name: &str) -> BTreeSet<String> {
    let words = document[name].as_array().into_iter().flatten();
    words.map(|word| word.as_str().unwrap().to_owned()).collect()
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A client that may do everything, and Ada.
async fn able(house: &House) -> OAuthClient {
    house.activated("ada").await;
    let wish = RegisterClient {
        grants: GrantType::ALL.to_vec(),
        scopes: ScopeSet::parse("read write openid profile email groups"),
        ..web("able-client", ClientKind::Confidential)
    };
    house.client_with(wish).await
}

#[tokio::test]
async fn both_documents_are_one_whatever_is_set() {
    for settings in [
        &[][..],
        &[("oauth.registration_token", INITIAL)],
        &[("oauth.signing_algorithm", "EdDSA")],
        &[("oauth.signing_algorithm", "RS256")],
    ] {
        let house = House::with(settings).await;
        let (oauth, openid) = (house.get(OAUTH).expect(200), house.get(OPENID).expect(200));
        let (oauth, openid) = (oauth.await, openid.await);
        assert_eq!(oauth.json(), openid.json());
        assert_eq!(oauth.json()["issuer"], house.base());
        for said in [oauth, openid] {
            assert_eq!(said.header("access-control-allow-origin"), "*");
            assert_eq!(said.header("cache-control"), "public, max-age=3600");
        }
    }
}

#[tokio::test]
async fn every_endpoint_that_is_told_answers_and_no_other_is_told() {
    for registration in [false, true] {
        let settings = [("oauth.registration_token", INITIAL)];
        let house = House::with(if registration { &settings[..] } else { &[] }).await;
        let client = able(&house).await;
        let document = document(&house).await;
        let asked = ask(&client, &[]);
        let query = asked.split_once('?').unwrap().1;
        let mut known = vec![
            ("authorization_endpoint", Method::GET, query, 303),
            ("token_endpoint", Method::POST, "", 400),
            ("revocation_endpoint", Method::POST, "", 401),
            ("introspection_endpoint", Method::POST, "", 401),
            ("userinfo_endpoint", Method::GET, "", 401),
            ("device_authorization_endpoint", Method::POST, "", 401),
            ("end_session_endpoint", Method::GET, "", 200),
            ("jwks_uri", Method::GET, "", 200),
        ];
        if registration {
            known.push(("registration_endpoint", Method::POST, "", 401));
        } else {
            let call = house.post("/oauth/register").bearer(INITIAL);
            call.json(&serde_json::json!({ "client_name": "App" })).expect(403).await;
        }
        let members = document.as_object().unwrap().keys();
        let places = members.filter(|name| name.ends_with("_endpoint") || *name == "jwks_uri");
        let names: Vec<&str> = known.iter().map(|(name, ..)| *name).collect();
        assert_eq!(places.cloned().collect::<BTreeSet<_>>(), set(&names));
        for (name, method, query, status) in known {
            let path = document[name].as_str().unwrap().strip_prefix(house.base()).unwrap();
            let call = house.call(method.clone(), &format!("{path}?{query}"));
            let call =
                if method == Method::POST { house.call(method, path).form(&[]) } else { call };
            assert_eq!(call.await.status, status, "{name}");
        }
    }
}

/// Tokens by a grant type.
async fn granted(house: &House, client: &OAuthClient, grant: &str) -> Said {
    let post =
        |fields: &[(&str, &str)]| house.token(client, &[&[("grant_type", grant)], fields].concat());
    match grant {
        "authorization_code" => {
            let code = Browser::new(house).code(client, ADA).await;
            house.redeem(client, &code).await
        }
        "refresh_token" => {
            let code = Browser::new(house).code(client, ADA).await;
            let first = house.redeem(client, &code).expect(200).await.text_of("refresh_token");
            post(&[("refresh_token", &first)]).await
        }
        "client_credentials" => post(&[("scope", "read")]).await,
        "password" => post(&[("username", ADA), ("password", PASSWORD)]).await,
        "convert_token" => post(&[("backend", "google-oauth2"), ("token", "google-1")]).await,
        "urn:ietf:params:oauth:grant-type:token-exchange" => {
            let kind = "urn:ietf:params:oauth:token-type:access_token";
            let fields = [("subject_token", "google-1"), ("subject_token_type", kind)];
            post(&[&fields[..], &[("subject_issuer", "google-oauth2")]].concat()).await
        }
        "urn:ietf:params:oauth:grant-type:device_code" => {
            let begun = house.post("/oauth/device").form(&client.signed(&[])).expect(200).await;
            let_in(house, &begun).await;
            post(&[("device_code", &begun.text_of("device_code"))]).await
        }
        other => panic!("{other} is told, and no story tries it"),
    }
}

/// Ada types the code of a device and allows it.
async fn let_in(house: &House, begun: &Said) {
    let browser = Browser::new(house);
    let page = browser.follow(&begun.text_of("verification_uri")).await.with_status(200);
    let on = browser.sign_in(&page, ADA).await;
    let page = browser.follow(on.header("location")).await.with_status(200);
    let code = begun.text_of("user_code");
    let page = browser.send(&page, &[("user_code", &code)]).await.with_status(200);
    browser.send(&page, &[("decision", "allow")]).await.with_status(200);
}

#[tokio::test]
async fn every_grant_type_that_is_told_gives_tokens_and_no_other_is_known() {
    let house = House::open().await;
    let client = able(&house).await;
    house.sandbox.add_token(google("google-1", "zoe@gmail.com"));
    let document = document(&house).await;
    let grants = told(&document, "grant_types_supported");
    assert!(grants.len() >= 7, "{grants:?}");
    for grant in &grants {
        let said = granted(&house, &client, grant).await.with_status(200);
        assert!(house.is_live(&client, &said.text_of("access_token")).await, "{grant}");
    }
    for grant in [
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:openid:params:grant-type:ciba",
    ] {
        assert!(!grants.contains(grant));
        let said = house.token(&client, &[("grant_type", grant)]).expect(400).await;
        said.error("unsupported_grant_type");
    }
}

#[tokio::test]
async fn every_way_of_answering_that_is_told_works_and_no_other() {
    let house = House::open().await;
    let client = able(&house).await;
    let document = document(&house).await;
    let browser = Browser::new(&house);
    browser.code(&client, ADA).await;
    for (list, name, words) in [
        (
            "response_types_supported",
            "response_type",
            ["code", "token", "id_token", "code id_token", "none"],
        ),
        (
            "response_modes_supported",
            "response_mode",
            ["query", "fragment", "form_post", "web_message", "jwt"],
        ),
        (
            "code_challenge_methods_supported",
            "code_challenge_method",
            ["S256", "plain", "S512", "s256", "none"],
        ),
    ] {
        let good = told(&document, list);
        assert!(!good.is_empty() && good.is_subset(&set(&words)), "{list}: {good:?}");
        for word in words {
            let back = sent(&browser.open(&ask(&client, &[(name, word)])).await);
            assert_eq!(back.contains_key("code"), good.contains(word), "{name}={word}: {back:?}");
            assert_eq!(back["iss"], document["issuer"].as_str().unwrap());
        }
    }
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    for (flag, name) in [
        ("request_parameter_supported", "request"),
        ("request_uri_parameter_supported", "request_uri"),
    ] {
        assert_eq!(document[flag], false);
        let back = sent(&browser.open(&ask(&client, &[(name, "a.b.c")])).await);
        assert_eq!(back["error"], format!("{name}_not_supported"));
    }
    assert_eq!(document["claims_parameter_supported"], false);
}

#[tokio::test]
async fn every_scope_that_is_told_is_granted_and_no_other_to_a_client_of_the_default() {
    let house = House::open().await;
    let client = able(&house).await;
    let document = document(&house).await;
    let scopes = told(&document, "scopes_supported");
    assert!(scopes.len() >= 6 && !scopes.contains("admin"), "{scopes:?}");
    for scope in &scopes {
        let browser = Browser::new(&house);
        let back = browser.allow(&client, ADA, &[("scope", scope)]).await;
        let said = house.redeem(&client, &sent(&back)["code"]).expect(200).await;
        assert_eq!(&said.text_of("scope"), scope);
    }
    for scope in ["admin", "offline_access", "address", "phone", "introspection"] {
        assert!(!scopes.contains(scope), "{scope}");
        let back = sent(&house.get(&ask(&client, &[("scope", scope)])).await);
        assert_eq!(back["error"], "invalid_scope", "{scope}");
    }
}

#[tokio::test]
async fn every_prompt_and_language_that_is_told_is_known_and_no_other() {
    let house = House::open().await;
    let client = able(&house).await;
    let document = document(&house).await;
    let browser = Browser::new(&house);
    browser.code(&client, ADA).await;
    let prompts = told(&document, "prompt_values_supported");
    assert_eq!(prompts, set(&["none", "login", "consent", "select_account"]));
    for (prompt, what) in
        [("login", "password"), ("select_account", "password"), ("consent", "decision")]
    {
        house.forward(chrono::TimeDelta::seconds(1));
        let page = browser.follow(&ask(&client, &[("prompt", prompt)])).await.with_status(200);
        assert!(page.text.contains(&format!("name=\"{what}\"")), "{prompt}: {}", page.text);
    }
    let back = sent(&browser.open(&ask(&client, &[("prompt", "none")])).await);
    assert!(back.contains_key("code"), "{back:?}");
    for prompt in ["create", "none login", "LOGIN"] {
        let back = sent(&browser.open(&ask(&client, &[("prompt", prompt)])).await);
        assert_eq!(back["error"], "invalid_request", "{prompt}");
    }

    let languages = told(&document, "ui_locales_supported");
    assert_eq!(languages, set(&["en", "ru", "ko"]));
    for (asked, shown) in
        languages.iter().map(|tag| (tag.as_str(), tag.as_str())).chain([("fr", "en")])
    {
        let page = Browser::new(&house).follow(&ask(&client, &[("ui_locales", asked)])).await;
        assert_eq!(between(&page.text, "<html lang=\"", "\"").as_deref(), Some(shown), "{asked}");
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_told_that_needs_one_and_the_rest_works() {
    let house = House::with(&[("jwt.signing_key", "")]).await;
    let client = able(&house).await;
    house.sandbox.add_token(google("google-1", "zoe@gmail.com"));
    let document = document(&house).await;
    house.get(OPENID).expect(404).await;
    house.get("/oauth/jwks").expect(404).await;
    for name in [
        "authorization_endpoint",
        "end_session_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "code_challenge_methods_supported",
        "id_token_signing_alg_values_supported",
        "claims_supported",
        "prompt_values_supported",
        "ui_locales_supported",
    ] {
        assert_eq!(document[name], Value::Null, "{name}");
    }
    assert!(told(&document, "response_types_supported").is_empty());
    let scopes = told(&document, "scopes_supported");
    assert!(!scopes.contains("openid") && !scopes.contains("profile"), "{scopes:?}");
    let grants = told(&document, "grant_types_supported");
    assert!(!grants.contains("authorization_code"), "{grants:?}");
    let said = house.get(&ask(&client, &[])).await;
    assert_eq!(said.status, 404, "{said:?}");
    // Of these one needs a code, and without pages there is none.
    for grant in grants.iter().filter(|grant| *grant != "refresh_token") {
        granted(&house, &client, grant).await.with_status(200);
    }
}
