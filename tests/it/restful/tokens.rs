//! The access JWT: what it says, and what it opens.

use chrono::TimeDelta;
use serde_json::json;

use super::claims;
use crate::support::{House, callers::PASSWORD};

#[tokio::test]
async fn the_claims_are_the_published_ones() {
    let house = House::open().await;
    let id = house.api_register("ada@example.com").expect(201).await.json()["id"].clone();
    let pair = house.api_pair("ada@example.com").await;

    let told = claims(&pair.access);

    assert_eq!(told["user_id"], id);
    assert_eq!(told["username"], "ada@example.com");
    assert_eq!(told["exp"], house.app.now().timestamp() + 300);
    let names: Vec<_> = told.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["exp", "jti", "user_id", "username"]);
}

#[tokio::test]
async fn after_five_minutes_it_opens_nothing() {
    let house = House::open().await;
    let pair = house.api_person("ada@example.com").await;
    house.forward(TimeDelta::seconds(299));
    house.api_me(&pair.access).expect(200).await;
    house.forward(TimeDelta::seconds(1));

    let said = house.api_me(&pair.access).expect(401).await;

    assert!(said.header("www-authenticate").starts_with("Bearer"));
    assert!(said.json()["error"].is_string());
}

#[tokio::test]
async fn only_a_bearer_of_this_dialect_is_let_in() {
    let house = House::open().await;
    let pair = house.api_person("ada@example.com").await;
    let simple = house.jwts("ada@example.com").await;
    let signin = json!({ "username": "ada@example.com", "password": PASSWORD });
    let signin = house.post("/signin").json(&signin).expect(200).await.text_of("token");
    let auth_token = house.log_in("ada@example.com").expect(200).await.text_of("auth_token");
    for token in [&simple.access, &simple.refresh, &signin, &auth_token, &pair.refresh] {
        house.api_me(token).expect(401).await;
    }
    for header in [format!("JWT {}", pair.access), format!("Token {auth_token}"), String::new()] {
        house.get("/api/me/").header("Authorization", &header).expect(401).await;
    }
    house.get("/api/me/").expect(401).await;
}

#[tokio::test]
async fn it_opens_no_other_dialect() {
    let house = House::open().await;
    let pair = house.api_person("ada@example.com").await;

    house.me(&pair.access).expect(401).await;
    let body = json!({ "token": pair.access });
    house.post("/validation").json(&body).expect(401).await;
    house.post("/get_user").json(&body).expect(400).await;
    house.post("/refresh").bearer(&pair.access).expect(404).await;
    house.convert(&house.client("web").await, "google-oauth2", &pair.access).expect(400).await;
}

/// One legacy key for all of them: the claims and our own records tell them apart.
#[tokio::test]
async fn even_under_one_key_no_dialects_token_passes_as_anothers() {
    const KEY: &str = "qZ7xkVn3Tt0sLr9uWb5yHc1mPd8gJe2fAa4iRo6Kw+E=";
    let house =
        House::with(&[("dialects.api.jwt_secret", KEY), ("dialects.signin.jwt_secret", KEY)]).await;
    let pair = house.api_person("ada@example.com").await;
    let simple = house.jwts("ada@example.com").await;
    let signin = json!({ "username": "ada@example.com", "password": PASSWORD });
    let signin = house.post("/signin").json(&signin).expect(200).await.text_of("token");

    for token in [&simple.access, &simple.refresh, &signin] {
        house.api_me(token).expect(401).await;
    }
    for token in [&pair.access, &signin] {
        house.me(token).expect(401).await;
    }
    for token in [&pair.access, &simple.access, &simple.refresh] {
        house.post("/refresh").bearer(token).expect(404).await;
    }
}

#[tokio::test]
async fn a_bent_token_is_refused_however_it_is_bent() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    let house = House::open().await;
    let pair = house.api_person("ada@example.com").await;
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let [_, body, signature] = pair.access.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let none = part(json!({ "alg": "none", "typ": "JWT" }));
    let upper = part(json!({ "alg": "nOnE" }));
    let rs256 = part(json!({ "alg": "RS256", "typ": "JWT" }));
    for token in [
        format!("{none}.{body}."),
        format!("{none}.{body}.{signature}"),
        format!("{upper}.{body}."),
        format!("{rs256}.{body}.{signature}"),
        format!("{}x", pair.access),
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoxMjMsInVzZXJuYW1lIjoiZXhhbXBsZVVzZXIiLC\
         JleHAiOjE3MTIxNDYxNDd9.zKobBlRuOiJSxCmi-iYap1bejfnvK6M3qtnkT0ssDKA"
            .to_owned(),
    ] {
        house.api_me(&token).expect(401).await;
    }
}

#[tokio::test]
async fn a_new_password_anywhere_ends_the_session_here() {
    let house = House::open().await;
    let pair = house.api_person("ada@example.com").await;
    let auth_token = house.log_in("ada@example.com").expect(200).await.text_of("auth_token");
    let body = json!({ "current_password": PASSWORD, "new_password": "walrus-oyster-17" });

    house.post("/auth/users/set_password/").token(&auth_token).json(&body).expect(204).await;

    house.api_me(&pair.access).expect(401).await;
    house.api_with("refresh", &pair.refresh).expect(401).await;
    house.api_login("ada@example.com", "walrus-oyster-17").expect(200).await;
}
