//! `register/`: who gets in, and with what standing.

use serde_json::json;

use crate::support::{House, callers::PASSWORD, people::google};

#[tokio::test]
async fn registering_answers_id_and_address_and_the_login_works_at_once() {
    let house = House::open().await;

    let said = house.api_register("ada@example.com").expect(201).await;

    let id = said.json()["id"].as_i64().unwrap();
    said.is(&json!({ "id": id, "email": "ada@example.com" }));
    house.api_login("ada@example.com", PASSWORD).expect(200).await;
}

#[tokio::test]
async fn the_address_counts_as_unproven_until_its_link_is_opened() {
    let house = House::open().await;
    house.api_person("ada@example.com").await;
    let web = house.client("web").await;
    house.sandbox.add_token(google("ada", "ada@example.com"));

    let (uid, token) = house.mail.link_to("ada@example.com").await;
    let link = json!({ "uid": uid, "token": token });
    house.post("/auth/users/activation/").json(&link).expect(204).await;
    house.post("/auth/users/activation/").json(&link).expect(400).await;

    // Proven on both sides: linked, and nothing of the account is taken from it.
    house.convert(&web, "google-oauth2", "ada").expect(200).await;
    house.api_login("ada@example.com", PASSWORD).expect(200).await;
}

#[tokio::test]
async fn whoever_proves_an_unproven_address_at_a_provider_takes_the_account_over() {
    let house = House::open().await;
    let squatter = house.api_person("ada@example.com").await;
    let web = house.client("web").await;
    house.sandbox.add_token(google("ada", "ada@example.com"));

    house.convert(&web, "google-oauth2", "ada").expect(200).await;

    house.api_login("ada@example.com", PASSWORD).expect(401).await;
    house.api_me(&squatter.access).expect(401).await;
    house.api_with("refresh", &squatter.refresh).expect(401).await;
}

#[tokio::test]
async fn where_activation_is_required_the_login_waits_for_it() {
    let house = House::with(&[("dialects.api.require_activation", "true")]).await;
    house.api_register("ada@example.com").expect(201).await;
    house.api_login("ada@example.com", PASSWORD).expect(401).await;

    house.activate_by_letter("ada@example.com").await;

    house.api_login("ada@example.com", PASSWORD).expect(200).await;
}

#[tokio::test]
async fn every_field_that_is_wrong_is_told_at_once() {
    let house = House::open().await;
    house.api_register("ada@example.com").expect(201).await;
    let required = json!(["This field is required."]);
    for (body, wrong) in [
        (json!({}), vec!["email", "password"]),
        (json!({ "email": "no address", "password": PASSWORD }), vec!["email"]),
        (json!({ "email": "ADA@example.com", "password": PASSWORD }), vec!["email"]),
        (json!({ "email": "eve@example.com", "password": "1" }), vec!["password"]),
        (json!({ "email": "eve@example.com", "password": "eve@example.com" }), vec!["password"]),
        (json!({ "email": ["eve@example.com"], "password": null }), vec!["email", "password"]),
    ] {
        let said = house.post("/api/register/").json(&body).expect(400).await.json();
        let told: Vec<_> = said.as_object().unwrap().keys().cloned().collect();
        assert_eq!(told, wrong, "{body}");
        assert!(body != json!({}) || said["email"] == required);
    }
}

#[tokio::test]
async fn nothing_but_address_and_password_is_taken_from_a_registration() {
    let house = House::open().await;
    let body = json!({
        "email": "eve@example.com", "password": PASSWORD, "is_admin": true, "is_staff": true,
        "is_superuser": true, "is_active": false, "id": 77, "groups": ["admins"], "username": "root",
    });
    let said = house.post("/api/register/").json(&body).expect(201).await;
    assert_ne!(said.json()["id"], 77);

    let pair = house.api_pair("eve@example.com").await;

    let me = house.api_me(&pair.access).expect(200).await.json();
    assert_eq!(me["username"], "eve@example.com");
    let token = house.log_in("eve@example.com").expect(200).await.text_of("auth_token");
    let seen = house.get("/auth/users/").token(&token).expect(200).await.json();
    assert_eq!(seen.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn where_addresses_are_not_told_a_known_one_is_answered_like_a_new_one() {
    let house = House::with(&[("registration.reveal_existing", "false")]).await;
    house.api_register("ada@example.com").expect(201).await;

    let said = house.api_register("ada@example.com").expect(201).await;

    assert_eq!(said.json()["email"], "ada@example.com");
    let letters = house.mail.all_to("ada@example.com").await;
    assert_eq!(letters.len(), 2);
}

#[tokio::test]
async fn registration_can_be_switched_off() {
    let house = House::with(&[("registration.enabled", "false")]).await;
    let said = house.api_register("ada@example.com").expect(403).await;
    assert!(said.json()["error"].is_string());
}
