//! Seed 1, "OAuth регистрация/аутентификация": a provider's token for one of ours.

use serde_json::{Value, json};

use super::example;
use crate::support::{House, OAuthClient};

/// The body of the document, filled in.
fn body(client: &OAuthClient, backend: &str, token: &str) -> Value {
    let mut body = example(
        r#"{
            "client_id": "<CLIENT ID>",
            "grant_type": "convert_token",
            "client_secret": "<CLIENT SECRET>",
            "backend": "<PROVIDER>",
            "token": "<USER ACCESS TOKEN>"
        }"#,
    );
    body["client_id"] = json!(client.id);
    body["client_secret"] = json!(client.secret);
    body["backend"] = json!(backend);
    body["token"] = json!(token);
    body
}

/// 1. "Регистрация/аутентификация", for each backend of the document, and 2. "Авторизация".
#[tokio::test]
async fn a_token_of_each_provider_becomes_one_of_ours() {
    let house = House::open().await;
    let client = house.client("skidkalov-web").await;
    for (backend, token) in
        [("google-oauth2", "ok-1"), ("yandex-oauth2", "ok-2"), ("vk-oauth2", "vkid-3")]
    {
        let call = house.post("/auth/convert-token/").json(&body(&client, backend, token));
        let said = call.expect(200).await.json();
        assert_eq!((&said["scope"], &said["token_type"]), (&json!("read write"), &json!("Bearer")));
        assert!(said["expires_in"].as_f64().unwrap() > 0.0);

        let access = said["access_token"].as_str().unwrap();
        let header = "Bearer {access_token}".replace("{access_token}", access);
        house.get("/auth/users/me/").header("Authorization", &header).expect(200).await;
    }
}

/// `"refresh_token": …  // для обновления access_token`.
#[tokio::test]
async fn the_refresh_token_renews_the_access_token() {
    let house = House::open().await;
    let client = house.client("skidkalov-web").await;
    let call = house.post("/auth/convert-token/").json(&body(&client, "google-oauth2", "ok-1"));
    let refresh = call.expect(200).await.text_of("refresh_token");

    let body = json!({
        "client_id": client.id, "client_secret": client.secret,
        "grant_type": "refresh_token", "refresh_token": refresh,
    });
    let access = house.post("/auth/token/").json(&body).expect(200).await.text_of("access_token");
    house.me(&access).expect(200).await;
}

/// "Регистрация" the first time, "аутентификация" every other: the same person.
#[tokio::test]
async fn the_second_time_it_is_the_same_person() {
    let house = House::open().await;
    let client = house.client("skidkalov-web").await;
    for _ in 0..2 {
        let call = house.post("/auth/convert-token/").json(&body(&client, "yandex-oauth2", "ok-2"));
        call.expect(200).await;
    }
    assert_eq!(house.accounts().await.len(), 1);
}

/// The body as it stands, with the comma after its last line, and its placeholders.
#[tokio::test]
async fn the_values_of_the_document_open_nothing_here() {
    let house = House::open().await;
    let with_comma =
        "{\n    \"client_id\": \"<CLIENT ID>\",\n    \"grant_type\": \"convert_token\",\n}";
    let call = house.post("/auth/convert-token/").body("application/json", with_comma);
    call.expect(400).await.error("invalid_request");

    let nobody = OAuthClient { id: "<CLIENT ID>".into(), secret: Some("<CLIENT SECRET>".into()) };
    let call = house.post("/auth/convert-token/").json(&body(&nobody, "<PROVIDER>", "<TOKEN>"));
    call.expect(401).await.error("invalid_client");
    for token in ["Z8oT5kQGGwMgYnHHo5LdBUenhFHtum", "UJkFgwJABXoJYOyUXEhAn4gSbQqYDQ"] {
        house.me(token).expect(401).await;
    }
}
