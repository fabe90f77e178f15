//! `users/set_username/` and `users/reset_username/`, where people log in with user names.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{Call, House, callers::PASSWORD};

async fn house() -> House {
    House::with(&[("accounts.login_field", "username")]).await
}

/// Registers and activates somebody; the auth token.
async fn person(house: &House, name: &str) -> String {
    let email = format!("{name}@example.com");
    let body = json!({
        "email": email, "username": name, "password": PASSWORD, "re_password": PASSWORD,
    });
    house.post("/auth/users/").json(&body).expect(201).await;
    house.activate_by_letter(&email).await;
    log_in(house, name).expect(200).await.text_of("auth_token")
}

fn log_in(house: &House, name: &str) -> Call {
    let body = json!({ "username": name, "password": PASSWORD });
    house.post("/auth/token/login/").json(&body)
}

fn set(house: &House, token: &str, name: &str, password: &str) -> Call {
    let body = json!({ "new_username": name, "current_password": password });
    house.post("/auth/users/set_username/").json(&body).token(token)
}

#[tokio::test]
async fn a_new_name_counts_at_once_and_a_letter_tells_of_it() {
    let house = house().await;
    let token = person(&house, "ada").await;

    set(&house, &token, "countess", PASSWORD).expect(204).await;

    log_in(&house, "ada").expect(400).await;
    log_in(&house, "countess").expect(200).await;
    house.get("/auth/users/me/").token(&token).expect(200).await;
    let letter = house.mail.last_to("ada@example.com").await;
    assert!(letter.rendered.subject.contains("user name"), "{}", letter.rendered.subject);
}

#[tokio::test]
async fn names_that_are_taken_reserved_or_the_same_are_refused() {
    let house = house().await;
    let token = person(&house, "ada").await;
    person(&house, "bob").await;
    for name in ["BOB", "ada", "admin", "bob@example.com", ""] {
        let said = set(&house, &token, name, PASSWORD).expect(400).await.json();
        assert!(said["new_username"].is_array(), "{name}");
    }
    let said = set(&house, &token, "new", "x").expect(400).await.json();
    assert!(said["current_password"].is_array());
    set(&house, &token, "Ada", PASSWORD).expect(204).await;
}

#[tokio::test]
async fn a_mailed_link_lets_choose_a_name_once() {
    let house = house().await;
    person(&house, "ada").await;
    house.forward(TimeDelta::seconds(1));
    let email = json!({ "email": "ada@example.com" });
    house.post("/auth/users/reset_username/").json(&email).expect(204).await;
    let (uid, token) = house.mail.link_to("ada@example.com").await;
    let path = "/auth/users/reset_username_confirm/";
    let body = |name: &str| json!({ "uid": uid, "token": token, "new_username": name });

    assert!(
        house.post(path).json(&body("a/b")).expect(400).await.json()["new_username"].is_array()
    );
    house.post(path).json(&body("countess")).expect(204).await;

    log_in(&house, "countess").expect(200).await;
    assert!(house.post(path).json(&body("other")).expect(400).await.json()["token"].is_array());
}

#[tokio::test]
async fn an_unknown_address_gets_no_link() {
    let house = house().await;
    let email = json!({ "email": "nobody@example.com" });
    house.post("/auth/users/reset_username/").json(&email).expect(204).await;
    assert_eq!(house.mail.round().await, 0);
}
