//! 1.A: what the authorization endpoint is asked for (007, 008, 010, 011).

use std::{io::ErrorKind, net::TcpListener};

use serde_json::json;

use super::{
    cast::{ALICE, Cast, posted},
    rows::{Must, Rows},
};
use crate::{
    oauth_server::{
        browser::{Browser, sent},
        flow::ask,
    },
    support::House,
};

#[tokio::test]
async fn a007_only_codes_are_handed_out_and_only_in_the_query() {
    let cast = Cast::open().await;
    let mut rows = Rows::of(&cast.house).await;
    let unsupported = Must::SendBack("unsupported_response_type");
    for (words, must) in [
        (("response_type", "token"), unsupported),
        (("response_type", "id_token"), unsupported),
        (("response_type", "id_token token"), unsupported),
        (("response_type", "code token"), unsupported),
        (("response_type", "code id_token"), unsupported),
        (("response_type", "code id_token token"), unsupported),
        (("response_type", "none"), unsupported),
        (("response_type", "CODE"), unsupported),
        (("response_type", "code code"), unsupported),
        // RFC 6749 §4.1.2.1 and §3.1: one that is missing or empty makes the request invalid.
        (("response_type", ""), Must::SendBack("invalid_request")),
        (("response_mode", "fragment"), Must::SendBack("invalid_request")),
        (("response_mode", "form_post"), Must::SendBack("invalid_request")),
        (("response_mode", "web_message"), Must::SendBack("invalid_request")),
        (("response_mode", "query.jwt"), Must::SendBack("invalid_request")),
    ] {
        let (name, value) = words;
        let call = cast.house.get(&ask(&cast.conf, &[words]));
        rows.refuse(format!("{name}={value}"), call, must).await;
        let call = posted(&cast.house, &cast.conf, &[words]);
        rows.refuse(format!("{name}={value} in a form"), call, must).await;
    }
    rows.end(28);
}

#[tokio::test]
async fn a008_every_answer_says_who_answers() {
    let cast = Cast::open().await;
    let house = &cast.house;
    let told = house.get("/.well-known/oauth-authorization-server").expect(200).await.json();
    assert_eq!(told["authorization_response_iss_parameter_supported"], true);

    let browser = Browser::new(house);
    let signed_out = browser.open(&ask(&cast.conf, &[("prompt", "none")])).await;
    let page = browser.follow(&ask(&cast.conf, &[])).await;
    let on = browser.sign_in(&page, ALICE).await;
    let consent = browser.follow(on.header("location")).await;
    let answers = [
        ("login_required", signed_out),
        ("consent_required", browser.open(&ask(&cast.conf, &[("prompt", "none")])).await),
        ("access_denied", browser.send(&consent, &[("decision", "deny")]).await),
        ("a code on being asked", browser.send(&consent, &[("decision", "allow")]).await),
        ("a code at once", browser.open(&ask(&cast.conf, &[("prompt", "none")])).await),
        ("invalid_scope", browser.open(&ask(&cast.conf, &[("scope", "unknown")])).await),
    ];
    for (name, said) in answers {
        let words = sent(&said);
        assert_eq!(words["iss"], house.base(), "{name}");
        assert_eq!(told["issuer"], words["iss"].as_str(), "{name}");
        assert_eq!(words["state"], "st 1&2", "{name}");
        assert_eq!(!words.contains_key("error"), name.starts_with("a code"), "{name}: {words:?}");
    }
}

/// A place that whoever is told to fetch something would come to.
struct Elsewhere(TcpListener);

impl Elsewhere {
    fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn url(&self) -> String {
        format!("http://{}/it", self.0.local_addr().unwrap())
    }

    /// Insists that nobody has called, and that the providers were not called either.
    fn was_left_alone(&self, house: &House) {
        assert_eq!(self.0.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
        assert!(house.sandbox.log().is_empty());
    }
}

const INITIAL: &str = "initial-access-token-of-this-house";

#[tokio::test]
async fn a010_no_request_is_fetched_from_elsewhere() {
    let cast = Cast::with(&[("oauth.registration_token", INITIAL)]).await;
    let elsewhere = Elsewhere::open();
    let url = elsewhere.url();
    let mut rows = Rows::of(&cast.house).await;
    let request = "eyJhbGciOiJub25lIn0.eyJjbGllbnRfaWQiOiJ3ZWItY2xpZW50In0.";
    for (name, value, error) in [
        ("request_uri", "http://169.254.169.254/latest", "request_uri_not_supported"),
        ("request_uri", &url, "request_uri_not_supported"),
        ("request_uri", "urn:ietf:params:oauth:request_uri:x", "request_uri_not_supported"),
        ("request", request, "request_not_supported"),
    ] {
        let call = cast.house.get(&ask(&cast.conf, &[(name, value)]));
        rows.refuse(format!("{name}={value}"), call, Must::SendBack(error)).await;
    }
    // RFC 6749 §3.1: names that mean nothing here are passed over.
    for name in ["sector_identifier_uri", "logo_uri", "jwks_uri", "policy_uri", "client_uri"] {
        let call = cast.house.get(&ask(&cast.conf, &[(name, &url)]));
        rows.refuse(format!("{name} at the endpoint"), call, Must::Be(303)).await;
    }
    let said = cast.house.post("/oauth/register").bearer(INITIAL).json(&json!({
        "client_name": "App", "redirect_uris": ["https://app.example/cb"], "jwks_uri": url,
        "token_endpoint_auth_method": "private_key_jwt",
    }));
    rows.refuse("jwks_uri", said, Must::Say(400, "invalid_client_metadata")).await;
    rows.end(10);

    let said = cast.house.post("/oauth/register").bearer(INITIAL).json(&json!({
        "client_name": "App", "redirect_uris": ["https://app.example/cb"], "logo_uri": url,
        "sector_identifier_uri": url, "client_uri": url, "policy_uri": url, "tos_uri": url,
        "request_uris": [url], "initiate_login_uri": url, "software_statement": "a.b.c",
    }));
    let said = said.expect(201).await;
    assert!(!said.text.contains(&url), "kept: {said:?}");
    elsewhere.was_left_alone(&cast.house);
}

#[tokio::test]
async fn a011_a_scope_is_known_and_allowed() {
    let cast = Cast::open().await;
    let (long, huge) = ("a".repeat(2000), "a".repeat(20_000));
    let mut rows = Rows::of(&cast.house).await;
    for scope in [
        "admin",
        "unknown",
        "read unknown",
        "read admin",
        // Known to the installation, and not granted to this client.
        "profile",
        "introspection",
        "READ",
        "read\0write",
        "read  write",
        " read",
        "read ",
        "read\twrite",
        "read,write",
        "\"read\"",
        "read\\",
        "r\u{e9}ad",
        &long,
        &huge,
    ] {
        let call = cast.house.get(&ask(&cast.conf, &[("scope", scope)]));
        let name: String = scope.chars().take(20).collect();
        rows.refuse(format!("{name:?}"), call, Must::SendBack("invalid_scope")).await;
    }
    let empty = format!("{}&scope=", ask(&cast.conf, &[]));
    let name = "an empty scope is none left out";
    rows.refuse(name, cast.house.get(&empty), Must::SendBack("invalid_scope")).await;
    rows.end(19);
}

#[tokio::test]
async fn a011_what_is_left_out_is_the_default_shown_and_frozen_into_the_code() {
    let cast = Cast::open().await;
    let browser = Browser::new(&cast.house);
    let page = browser.follow(&ask(&cast.conf, &[])).await;
    let on = browser.sign_in(&page, ALICE).await;
    let page = browser.follow(on.header("location")).await;
    assert!(page.text.contains("see what is in your account"), "{}", page.text);
    assert!(page.text.contains("change what is in your account"));
    // What a client is given after the page was shown is not what was allowed on it.
    let widen =
        "update clients set scopes = 'read write openid email' where client_id = 'web-client'";
    cast.house.tamper(widen).await;
    let code = sent(&browser.send(&page, &[("decision", "allow")]).await)["code"].clone();
    let said = cast.house.redeem(&cast.conf, &code).expect(200).await;
    assert_eq!(said.text_of("scope"), "read write");

    let code = cast.code(&cast.conf).await;
    cast.house.tamper("update clients set scopes = 'read' where client_id = 'web-client'").await;
    let said = cast.house.redeem(&cast.conf, &code).expect(200).await;
    assert_eq!(said.text_of("scope"), "read");
}
