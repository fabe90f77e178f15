//! `token/login/`: an auth token for a name and a password.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{House, Said, callers::PASSWORD};

async fn log_in(house: &House, body: Value) -> Said {
    house.post("/auth/token/login/").json(&body).await
}

fn refused() -> Value {
    json!({ "non_field_errors": ["Unable to log in with provided credentials."] })
}

#[tokio::test]
async fn a_token_is_forty_hex_digits_and_nothing_else_is_told() {
    let house = House::open().await;
    house.activated("ada").await;

    let said = house.log_in("ada@example.com").expect(200).await;

    let token = said.text_of("auth_token");
    let hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    assert!(token.len() == 40 && token.chars().all(hex), "{token}");
    said.is(&json!({ "auth_token": token }));
}

#[tokio::test]
async fn the_address_may_stand_under_email_or_username_in_any_case() {
    let house = House::open().await;
    house.activated("ada").await;
    for field in ["email", "username"] {
        for name in ["ada@example.com", "ADA@EXAMPLE.COM", " ada@example.com "] {
            let body = json!({ field: name, "password": PASSWORD });
            log_in(&house, body).await.with_status(200);
        }
    }
}

#[tokio::test]
async fn a_form_logs_in_too() {
    let house = House::open().await;
    house.activated("ada").await;

    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];

    house.post("/auth/token/login").form(&fields).expect(200).await;
    house.post("/auth/token/login/").multipart(&fields).expect(200).await;
}

#[tokio::test]
async fn everybody_who_may_not_gets_one_answer() {
    let house = House::open().await;
    house.activated("ada").await;
    house.register("bob").await;
    house.activated("eve").await;
    house.deactivate("eve@example.com").await;

    for (email, password) in [
        ("ada@example.com", "dormouse-teapot-43"),
        ("nobody@example.com", PASSWORD),
        ("bob@example.com", PASSWORD),
        ("eve@example.com", PASSWORD),
        ("no address", PASSWORD),
        ("ada@example.com", "!"),
    ] {
        let said = log_in(&house, json!({ "email": email, "password": password })).await;
        let said = said.with_status(400).is(&refused());
        assert!(said.header("www-authenticate").is_empty());
    }
}

#[tokio::test]
async fn what_is_missing_is_answered_like_a_wrong_login() {
    let house = House::open().await;
    for body in [json!({}), json!({ "email": "ada@example.com" }), json!({ "password": PASSWORD })]
    {
        log_in(&house, body).await.with_status(400).is(&refused());
    }
}

#[tokio::test]
async fn what_is_blank_or_no_text_is_told_by_field() {
    let house = House::open().await;

    let said = log_in(&house, json!({ "email": "", "password": null })).await.with_status(400);

    said.is(&json!({
        "email": ["This field may not be blank."],
        "password": ["This field may not be null."],
    }));
}

#[tokio::test]
async fn every_login_has_a_token_of_its_own_and_all_are_good() {
    let house = House::open().await;
    house.activated("ada").await;
    let first = house.log_in("ada@example.com").expect(200).await.text_of("auth_token");
    let second = house.log_in("ada@example.com").expect(200).await.text_of("auth_token");

    assert_ne!(first, second);
    for token in [first, second] {
        house.get("/auth/users/me/").token(&token).expect(200).await;
    }
}

#[tokio::test]
async fn a_token_nobody_uses_for_thirty_days_ends() {
    let house = House::open().await;
    let ada = house.person("ada").await;

    house.forward(TimeDelta::days(30) - TimeDelta::seconds(1));
    house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
    house.forward(TimeDelta::days(30));

    let said = house.get("/auth/users/me/").token(&ada.auth_token).expect(401).await;
    said.is(&json!({ "detail": "Invalid token." }));
}

#[tokio::test]
async fn a_token_in_use_lives_on() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    for _ in 0..5 {
        house.forward(TimeDelta::days(29));
        house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
    }
}

#[tokio::test]
async fn a_token_in_use_lives_on_however_short_it_may_be_idle() {
    let house = House::with(&[("tokens.auth_token_idle_seconds", "3600")]).await;
    let ada = house.person("ada").await;
    for _ in 0..5 {
        house.forward(TimeDelta::minutes(59));
        house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
    }
}

#[tokio::test]
async fn without_an_idle_lifetime_a_token_lives_for_ever() {
    let house = House::with(&[("tokens.auth_token_idle_seconds", "0")]).await;
    let ada = house.person("ada").await;

    house.forward(TimeDelta::days(4000));

    house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
}

#[tokio::test]
async fn an_account_that_is_switched_on_again_has_to_log_in_again() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    house.deactivate(&ada.email).await;
    house.reactivate(&ada.email).await;

    house.get("/auth/users/me/").token(&ada.auth_token).expect(401).await;
    house.log_in(&ada.email).expect(200).await;
}

#[tokio::test]
async fn a_bad_credential_is_refused_although_none_is_needed() {
    let house = House::open().await;
    house.activated("ada").await;

    house.log_in("ada@example.com").token("nobody").expect(401).await;
    house.log_in("ada@example.com").basic("ada", "x").expect(200).await;
}
