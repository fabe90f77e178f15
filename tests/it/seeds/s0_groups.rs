//! Seed 0: "Authentication", djoser with JWTs that list the groups.
#![expect(clippy::doc_markdown, reason = "the seed is quoted to the letter")]

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{House, callers::PASSWORD};

const EMAIL: &str = "ada@example.com";
const NEW: &str = "walrus-oyster-17";

fn groups(jwt: &str) -> Value {
    let claims = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice::<Value>(&claims).unwrap()["groups"].clone()
}

/// "/users/ (POST = registration)", "/users/confirm/", "/users/resend_activation/", "/users/me/".
#[tokio::test]
async fn registration_confirmation_and_oneself() {
    let house = House::open().await;
    let body = json!({ "email": EMAIL, "password": PASSWORD, "re_password": PASSWORD });
    let said = house.post("/users/").json(&body).expect(201).await;
    assert_eq!(said.text_of("email"), EMAIL);

    house.post("/users/resend_activation/").json(&json!({ "email": EMAIL })).expect(204).await;
    let (uid, token) = house.mail.link_to(EMAIL).await;
    house.post("/users/confirm/").json(&json!({ "uid": uid, "token": token })).expect(204).await;

    let jwts = house.jwts(EMAIL).await;
    let me = house.get("/users/me/").bearer(&jwts.access).expect(200).await;
    assert_eq!(me.text_of("email"), EMAIL);
}

/// "/users/set_password/", "/users/reset_password/", "/users/reset_password_confirm/".
#[tokio::test]
async fn another_password() {
    let house = House::open().await;
    house.activated("ada").await;
    let jwts = house.jwts(EMAIL).await;
    let body = json!({ "current_password": PASSWORD, "new_password": NEW });
    house.post("/users/set_password/").bearer(&jwts.access).json(&body).expect(204).await;
    house.log_in_with(EMAIL, NEW).expect(200).await;

    house.forward(TimeDelta::seconds(1));
    house.post("/users/reset_password/").json(&json!({ "email": EMAIL })).expect(204).await;
    let (uid, token) = house.mail.link_to(EMAIL).await;
    let body = json!({ "uid": uid, "token": token, "new_password": PASSWORD });
    house.post("/users/reset_password_confirm/").json(&body).expect(204).await;
    house.log_in(EMAIL).expect(200).await;
}

/// "/users/set_username/", "/users/reset_username/", "/users/reset_username_confirm/".
#[tokio::test]
async fn another_user_name() {
    let house = House::with(&[("accounts.login_field", "username")]).await;
    let body = json!({
        "email": EMAIL, "username": "ada", "password": PASSWORD, "re_password": PASSWORD,
    });
    house.post("/users/").json(&body).expect(201).await;
    house.activate_by_letter(EMAIL).await;
    let login = |name: &str| {
        house.post("/auth/jwt/create/").json(&json!({ "username": name, "password": PASSWORD }))
    };
    let access = login("ada").expect(200).await.text_of("access");
    let body = json!({ "new_username": "countess", "current_password": PASSWORD });
    house.post("/users/set_username/").bearer(&access).json(&body).expect(204).await;
    login("countess").expect(200).await;

    house.forward(TimeDelta::seconds(1));
    house.post("/users/reset_username/").json(&json!({ "email": EMAIL })).expect(204).await;
    let (uid, token) = house.mail.link_to(EMAIL).await;
    let body = json!({ "uid": uid, "token": token, "new_username": "lovelace" });
    house.post("/users/reset_username_confirm/").json(&body).expect(204).await;
    login("lovelace").expect(200).await;
}

/// "Custom endpoints": "/users/me/settings", "/users/me/templates?lang=*language*".
#[tokio::test]
async fn settings_and_templates() {
    let house = House::open().await;
    house.activated("ada").await;
    let jwts = house.jwts(EMAIL).await;

    house.get("/users/me/settings").bearer(&jwts.access).expect(200).await.is(&json!({}));
    let settings = json!({ "theme": "dark" });
    house.put("/users/me/settings").bearer(&jwts.access).json(&settings).expect(200).await;
    house.get("/users/me/settings").bearer(&jwts.access).expect(200).await.is(&settings);

    let of_python = "/users/me/templates?lang=python";
    house.get(of_python).bearer(&jwts.access).expect(404).await;
    let template = json!({ "template": "print()\n" });
    house.put(of_python).bearer(&jwts.access).json(&template).expect(200).await;
    let said = house.get(of_python).bearer(&jwts.access).expect(200).await;
    assert_eq!(
        (said.text_of("lang"), said.text_of("template")),
        ("python".into(), "print()\n".into())
    );
}

/// "The JWT has to contain a list of groups for every user"; "a `X-Refresh-Token: 1` header in order to
/// prompt the user application to update the token with the new groups".
#[tokio::test]
async fn the_groups_and_the_prompt_to_update_the_token() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let jwts = house.jwts(EMAIL).await;
    assert_eq!(groups(&jwts.access), json!([]));
    assert_eq!(house.get("/users/me/").bearer(&jwts.access).await.header("X-Refresh-Token"), "");

    house.join(&ada, "editors").await;
    let said = house.get("/users/me/").bearer(&jwts.access).expect(200).await;
    assert_eq!(said.header("X-Refresh-Token"), "1");

    let body = json!({ "refresh": jwts.refresh });
    let updated = house.post("/auth/jwt/refresh/").json(&body).expect(200).await.text_of("access");
    assert_eq!(groups(&updated), json!(["editors"]));
    assert_eq!(house.get("/users/me/").bearer(&updated).await.header("X-Refresh-Token"), "");
}

/// "/auth/jwt/create/", "/auth/jwt/refresh/", "/auth/jwt/verify/".
#[tokio::test]
async fn the_endpoints_of_the_jwts() {
    let house = House::open().await;
    house.activated("ada").await;
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let said = house.post("/auth/jwt/create/").json(&body).expect(200).await;
    let (access, refresh) = (said.text_of("access"), said.text_of("refresh"));
    said.is(&json!({ "access": access, "refresh": refresh }));

    let said = house.post("/auth/jwt/refresh/").json(&json!({ "refresh": refresh })).await;
    let renewed = said.with_status(200).text_of("access");
    let verify = |token: &str| house.post("/auth/jwt/verify/").json(&json!({ "token": token }));
    verify(&renewed).expect(200).await.is(&json!({}));
    verify("eyJhbGciOiJIUzI1NiJ9.e30.x").expect(401).await;
}
