//! Where people log in with user names, or with whichever name they like.

use serde_json::json;

use crate::support::{House, callers::PASSWORD};

const BY_USERNAME: [(&str, &str); 1] = [("accounts.login_field", "username")];
const BY_EITHER: [(&str, &str); 1] = [("accounts.login_field", "either")];

#[tokio::test]
async fn a_user_name_is_registered_told_and_logged_in_with() {
    let house = House::with(&BY_USERNAME).await;
    let said = house.post("/auth/users/").json(&named("ada", "Ada L")).expect(201).await;
    let id = said.json()["id"].as_i64().unwrap();
    said.is(&json!({ "email": "ada@example.com", "id": id, "name": "", "username": "Ada L" }));
    house.activate_by_letter("ada@example.com").await;

    let body = json!({ "username": "ada l", "password": PASSWORD });
    let auth_token =
        house.post("/auth/token/login/").json(&body).expect(200).await.text_of("auth_token");
    let me = house.get("/auth/users/me/").token(&auth_token).expect(200).await;

    assert_eq!(me.text_of("username"), "Ada L");
    house.post("/auth/jwt/create/").json(&body).expect(200).await;
}

#[tokio::test]
async fn with_user_names_the_address_logs_nobody_in() {
    let house = House::with(&BY_USERNAME).await;
    house.post("/auth/users/").json(&named("ada", "ada")).expect(201).await;
    house.activate_by_letter("ada@example.com").await;

    let by_email = house.log_in("ada@example.com").expect(400).await;

    assert!(by_email.json()["non_field_errors"].is_array());
    let said = house.post("/auth/jwt/create/").json(&json!({})).expect(400).await.json();
    assert!(said["username"].is_array() && said["password"].is_array());
}

#[tokio::test]
async fn a_user_name_is_taken_whatever_its_case() {
    let house = House::with(&BY_USERNAME).await;
    house.post("/auth/users/").json(&named("ada", "Ada")).expect(201).await;

    let said = house.post("/auth/users/").json(&named("eve", "ADA")).expect(400).await;

    said.is(&json!({ "username": ["An account with this username already exists."] }));
}

#[tokio::test]
async fn user_names_that_are_reserved_or_somebodys_address_are_refused() {
    let house = House::with(&BY_EITHER).await;
    for name in ["Admin", "me", "ada@example.com", "a/b"] {
        let said = house.post("/auth/users/").json(&named("eve", name)).expect(400).await;
        assert!(said.json()["username"].is_array(), "{name}");
    }
    house.post("/auth/users/").json(&named("eve", "eve@example.com")).expect(201).await;
}

#[tokio::test]
async fn with_either_both_names_log_in_and_the_user_name_may_be_left_out() {
    let house = House::with(&BY_EITHER).await;
    house.post("/auth/users/").json(&named("ada", "countess")).expect(201).await;
    house.activate_by_letter("ada@example.com").await;
    house.person("bob").await;

    for name in [("email", "ada@example.com"), ("username", "countess"), ("email", "countess")] {
        let body = json!({ name.0: name.1, "password": PASSWORD });
        house.post("/auth/token/login/").json(&body).expect(200).await;
        house.post("/auth/jwt/create/").json(&body).expect(200).await;
    }
}

fn named(name: &str, username: &str) -> serde_json::Value {
    json!({
        "email": format!("{name}@example.com"), "username": username,
        "password": PASSWORD, "re_password": PASSWORD,
    })
}
