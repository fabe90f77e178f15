//! Paths that lead nowhere.

use reqwest::Method;
use serde_json::json;

use crate::support::{House, logs};

#[tokio::test]
async fn an_unknown_path_is_404_in_json_for_every_method() {
    let house = House::open().await;
    for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        for path in
            ["/", "/auth", "/auth/", "/auth/nothing/", "/auth/users/me/more", "/AUTH/USERS/"]
        {
            let said = house.call(method.clone(), path).expect(404).await;
            said.is(&json!({ "detail": "Not found." }));
        }
    }
}

#[tokio::test]
async fn the_pages_of_a_django_site_and_its_passkeys_lead_nowhere() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    for method in [Method::GET, Method::POST] {
        for path in [
            "/auth/login/google-oauth2/",
            "/auth/complete/google-oauth2/?code=x&state=y",
            "/auth/disconnect/google-oauth2/",
            "/auth/webauthn/signup_request/",
            "/auth/webauthn/signup/x/",
            "/auth/webauthn/login_request/",
            "/auth/webauthn/login/",
        ] {
            let call = house.call(method.clone(), path);
            let said = call
                .header("Authorization", &format!("Token {}", ada.auth_token))
                .expect(404)
                .await;
            said.is(&json!({ "detail": "Not found." }));
        }
    }
}

#[tokio::test]
async fn a_credential_makes_no_difference() {
    let house = House::open().await;

    house.get("/nowhere").bearer("garbage").expect(404).await;
}

#[tokio::test]
async fn dots_and_escapes_in_a_path_lead_nowhere_else() {
    let house = House::open().await;
    for path in [
        "/health/../health/live",
        "/health/./live",
        "/health/%2e%2e/health/live",
        "/health%2flive",
        "/health/live%00",
        "/health/live;x=1",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let answer = house.raw(request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn what_was_typed_into_a_path_is_not_in_the_log() {
    let house = House::open().await;

    let said = house.get("/auth/hushhush8471/?token=hushhush8471").expect(404).await;

    assert!(!said.text.contains("hushhush8471"));
    let lines = logs::lines_with(said.header("x-request-id"));
    assert!(!lines.is_empty() && !lines.iter().any(|line| line.contains("hushhush8471")));
}
