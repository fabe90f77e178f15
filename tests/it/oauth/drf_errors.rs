//! `dialects.convert_token.errors = "drf"`: the refusals apps written for drf-social-oauth2 know.

use cambio::sandbox::{Action, Rule};
use serde_json::json;

use super::{desk::Desk, scene::Scene};

const DRF: [(&str, &str); 1] = [("dialects.convert_token.errors", "drf")];
const NOT_ALLOWED: &str = "Your credentials aren't allowed.";

async fn scene() -> Scene {
    Scene::with(Desk::YandexToken, &DRF).await
}

#[tokio::test]
async fn wrong_fields_are_told_by_field() {
    let scene = scene().await;
    let said = scene.house.post("/auth/convert-token/").json(&json!({"token": null})).await;
    said.with_status(400).is(&json!({
        "grant_type": ["This field is required."],
        "client_id": ["This field is required."],
        "backend": ["This field is required."],
        "token": ["This field may not be null."],
    }));
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_told_as_a_detail() {
    let scene = scene().await;
    let said = scene.house.post("/auth/convert-token/").body("text/plain", "x").expect(415).await;
    assert!(said.json()["detail"].is_string());
    let said = scene.house.post("/auth/convert-token/").body("application/json", "{").await;
    assert!(said.with_status(400).json()["detail"].is_string());
}

#[tokio::test]
async fn a_refused_token_and_a_foreign_one_are_access_denied() {
    let scene = scene().await;
    for shown in [scene.expired(), scene.shows("garbage"), scene.shows("other-app-1")] {
        let said = scene.house.show(&scene.client, &shown).await;
        said.is_a(400, "access_denied", NOT_ALLOWED);
    }
    scene.nobody().await;
}

#[tokio::test]
async fn a_provider_that_is_down_is_access_denied() {
    let scene = scene().await;
    for action in [Action::Status(503), Action::ResetBefore] {
        scene.house.sandbox.faults().replace(vec![Rule::new(action)]);
        scene.converts(&scene.plain()).await.is_a(400, "access_denied", NOT_ALLOWED);
    }
    scene.nobody().await;
}

#[tokio::test]
async fn a_provider_that_answers_with_an_error_is_quoted_by_its_status() {
    let scene = scene().await;
    let told = "Backend responded with HTTP 500.";
    scene.house.sandbox.faults().replace(vec![Rule::new(Action::Status(500))]);
    scene.converts(&scene.plain()).await.is_a(400, "invalid_request", told);
    scene.nobody().await;
}

#[tokio::test]
async fn an_address_that_is_taken_is_access_denied() {
    let scene = scene().await;
    scene.house.activated("ada").await;
    let mut token = cambio::sandbox::NewToken::new(cambio::sandbox::Provider::Yandex, "ada", "77");
    token.email = Some("ada@example.com".to_owned());
    scene.house.sandbox.add_token(token);
    let said = scene.house.convert(&scene.client, "yandex-oauth2", "ada").await;
    said.is_a(400, "access_denied", NOT_ALLOWED);
    assert_eq!(scene.house.accounts().await.len(), 1);
}

#[tokio::test]
async fn the_rest_is_as_rfc_6749_has_it() {
    let scene = scene().await;
    let unknown = [
        ("client_id", "nobody-here"),
        ("grant_type", "convert_token"),
        ("backend", "yandex-oauth2"),
        ("token", "ok-1"),
    ];
    let said = scene.house.post("/auth/convert-token/").form(&unknown).await;
    said.with_status(401).error("invalid_client");
    let said = scene.house.convert(&scene.client, "github", "ok-1").await;
    said.is_a(400, "invalid_request", "Invalid backend parameter.");
    scene.house.sandbox.faults().add(Rule::new(Action::Body("{}".to_owned())));
    scene.converts(&scene.plain()).await.with_status(502).error("server_error");
}

#[tokio::test]
async fn a_good_answer_is_the_same_in_both_forms() {
    let scene = scene().await;
    let said = scene.converts(&scene.plain()).await.with_status(200);
    let json = said.json();
    let mut keys: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    let wanted = ["access_token", "expires_in", "refresh_token", "scope", "token_type", "user"];
    assert_eq!(keys, wanted);
}

#[tokio::test]
async fn the_token_endpoint_keeps_to_rfc_6749() {
    let scene = scene().await;
    let said = scene.house.refresh(&scene.client, "crt_unknown").await;
    said.with_status(400).error("invalid_grant");
}
