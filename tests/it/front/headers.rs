//! What every answer carries, whatever it says.

use std::collections::HashSet;

use serde_json::json;

use crate::support::{House, Said, callers::sheet, logs};

/// An answer of each kind.
async fn answers(house: &House) -> Vec<Said> {
    let ada = house.person("ada").await;
    vec![
        house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await,
        house.post("/auth/users/").json(&sheet("bob@example.com")).expect(201).await,
        house.post("/auth/token/logout/").token(&ada.auth_token).expect(204).await,
        house.post("/auth/users/").json(&json!({})).expect(400).await,
        house.get("/auth/users/me/").expect(401).await,
        house.get("/nowhere/").expect(404).await,
        house.get("/auth/token/login/").expect(405).await,
        house.post("/auth/users/").body("application/json", vec![b' '; 70_000]).expect(413).await,
        house.post("/auth/users/").body("text/plain", "x").expect(415).await,
        house.get("/health/live").expect(200).await,
    ]
}

#[tokio::test]
async fn nothing_is_cached_framed_or_guessed_at() {
    let house = House::open().await;
    for said in answers(&house).await {
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(said.header(name), value, "{name}: {said:?}");
            assert_eq!(said.headers.get_all(name).iter().count(), 1, "{name}: {said:?}");
        }
    }
}

#[tokio::test]
async fn no_answer_tells_what_it_is_made_of_or_opens_itself_to_other_origins() {
    let house = House::open().await;
    for said in answers(&house).await {
        for name in ["server", "x-powered-by", "access-control-allow-origin", "set-cookie"] {
            assert_eq!(said.header(name), "", "{said:?}");
        }
    }
}

#[tokio::test]
async fn a_refusal_is_json() {
    let house = House::open().await;
    for said in answers(&house).await.into_iter().filter(|said| said.status >= 400) {
        assert_eq!(said.header("content-type"), "application/json", "{said:?}");
        assert!(said.json().is_object());
    }
}

#[tokio::test]
async fn every_request_has_an_id_of_its_own_that_finds_it_in_the_log() {
    let house = House::open().await;
    let mut ids = HashSet::new();
    for said in answers(&house).await {
        let id = said.header("x-request-id").to_owned();
        assert!(id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
        assert!(!logs::lines_with(&id).is_empty(), "{id} is not in the log");
        ids.insert(id);
    }
    assert_eq!(ids.len(), 10);
}

#[tokio::test]
async fn the_id_is_the_houses_own_choice() {
    let house = House::open().await;

    let said = house.get("/health/live").header("X-Request-Id", "0123456789abcdef").await;

    assert_ne!(said.header("x-request-id"), "0123456789abcdef");
}
