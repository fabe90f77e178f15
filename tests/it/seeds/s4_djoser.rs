//! Seed 4: "Django Authentication", an account with a name, and every path that it lists.

use serde_json::json;

use crate::support::{House, callers::PASSWORD};

/// `class UserAccount`: an address that is nobody else's, a name, `is_admin = False`.
#[tokio::test]
async fn an_account_has_an_address_and_a_name_and_is_no_administrator() {
    let house = House::open().await;
    let body = json!({
        "email": "User@EXAMPLE.com", "name": "홍길동", "password": PASSWORD, "re_password": PASSWORD,
    });
    let said = house.post("/users/").json(&body).expect(201).await;
    // email = self.normalize_email(email)
    assert_eq!(
        (said.text_of("email"), said.text_of("name")),
        ("User@example.com".into(), "홍길동".into())
    );
    house.post("/users/").json(&body).expect(400).await;

    house.activate_by_letter("User@example.com").await;
    house.person("bob").await;
    let body = json!({ "email": "User@example.com", "password": PASSWORD });
    let token = house.post("/token/login/").json(&body).expect(200).await.text_of("auth_token");
    let seen = house.get("/users/").token(&token).expect(200).await.json();
    assert_eq!(seen.as_array().unwrap().len(), 1, "an administrator would see both: {seen}");
}

/// `raise ValueError("User must have an email address")`; both fields have `max_length=255`.
#[tokio::test]
async fn an_account_must_have_an_address_and_no_field_is_longer_than_255() {
    let house = House::open().await;
    let said = house.post("/users/").json(&json!({ "name": "a", "password": PASSWORD }));
    assert!(said.expect(400).await.json()["email"].is_array());

    let long = format!("{}@example.com", "a".repeat(244));
    let body = json!({
        "email": long, "name": "a".repeat(256), "password": PASSWORD, "re_password": PASSWORD,
    });
    let said = house.post("/users/").json(&body).expect(400).await.json();
    assert!(said["email"].is_array() && said["name"].is_array(), "{said}");
}

/// "다음과 같은 엔드 포인트를 지원한다": none of them is missing, and each asks for what it needs.
#[tokio::test]
async fn every_path_of_the_list_is_there() {
    let house = House::open().await;
    for (path, missing) in [
        ("/users/", "email"),
        ("/users/confirm/", "uid"),
        ("/users/resend_activation/", "email"),
        ("/users/reset_password/", "email"),
        ("/users/reset_password_confirm/", "new_password"),
        ("/users/reset_username/", "email"),
        ("/users/reset_username_confirm/", "new_email"),
        ("/token/login/", "non_field_errors"),
        ("/jwt/create/", "email"),
        ("/jwt/refresh/", "refresh"),
        ("/jwt/verify/", "token"),
    ] {
        let said = house.post(path).json(&json!({})).expect(400).await.json();
        assert!(said[missing].is_array(), "{path}: {said}");
    }
    house.get("/users/me/").expect(401).await;
    for path in ["/users/set_password/", "/users/set_username/", "/token/logout/"] {
        house.post(path).json(&json!({})).expect(401).await;
    }
}

/// "/token/login/ (토큰 기반 인증)", "/token/logout/ (토큰 기반 인증)".
#[tokio::test]
async fn a_login_and_a_logout_by_token() {
    let house = House::open().await;
    house.activated("ada").await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let token = house.post("/token/login/").json(&body).expect(200).await.text_of("auth_token");
    house.get("/users/me/").token(&token).expect(200).await;

    house.post("/token/logout/").token(&token).expect(204).await;

    house.get("/users/me/").token(&token).expect(401).await;
}

/// "/jwt/create/", "/jwt/refresh/", "/jwt/verify/ (JSON웹 토큰 인증)".
#[tokio::test]
async fn a_login_by_jwt() {
    let house = House::open().await;
    house.activated("ada").await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let said = house.post("/jwt/create/").json(&body).expect(200).await;
    let refresh = json!({ "refresh": said.text_of("refresh") });
    let access = house.post("/jwt/refresh/").json(&refresh).expect(200).await.text_of("access");
    house.post("/jwt/verify/").json(&json!({ "token": access })).expect(200).await;
    house.get("/users/me/").header("Authorization", &format!("JWT {access}")).expect(200).await;
}
