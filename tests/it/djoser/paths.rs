//! The same calls under `/auth` and at the root, by today's names and by older ones (seeds 0 and 4).

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{House, callers::PASSWORD};

#[tokio::test]
async fn a_whole_life_at_the_root() {
    let house = House::open().await;
    let new = json!({ "email": "ada@example.com", "password": PASSWORD, "re_password": PASSWORD });
    house.post("/users/").json(&new).expect(201).await;
    house.post("/users/resend_activation/").json(&new).expect(204).await;
    let (uid, token) = house.mail.link_to("ada@example.com").await;
    house.post("/users/confirm/").json(&json!({ "uid": uid, "token": token })).expect(204).await;
    let said = house.post("/token/login/").json(&new).expect(200).await;
    let auth_token = said.text_of("auth_token");
    house.get("/users/me/").token(&auth_token).expect(200).await;
    house.get("/users/").token(&auth_token).expect(200).await;

    let jwt = house.post("/jwt/create/").json(&new).expect(200).await;
    let refresh = json!({ "refresh": jwt.text_of("refresh") });
    let access = house.post("/jwt/refresh").json(&refresh).expect(200).await.text_of("access");
    house.post("/jwt/verify/").json(&json!({ "token": access })).expect(200).await;
    house.get("/users/me").bearer(&access).expect(200).await;
    house.post("/jwt/blacklist/").json(&refresh).expect(200).await;

    house.post("/token/logout/").token(&auth_token).expect(204).await;
    house.get("/users/me/").token(&auth_token).expect(401).await;
}

#[tokio::test]
async fn the_older_names_answer_everywhere() {
    let house = House::open().await;
    house.register("ada").await;
    let (uid, token) = house.mail.link_to("ada@example.com").await;
    let link = json!({ "uid": uid, "token": token });
    house.post("/auth/users/confirm/").json(&link).expect(204).await;

    for base in ["/auth", ""] {
        house.forward(TimeDelta::seconds(1));
        let email = json!({ "email": "ada@example.com" });
        house.post(&format!("{base}/users/reset_password/")).json(&email).expect(204).await;
        let (uid, token) = house.mail.link_to("ada@example.com").await;
        let body = json!({ "uid": uid, "token": token, "new_password": PASSWORD });
        house.post(&format!("{base}/users/reset_password_confirm/")).json(&body).expect(204).await;
        house.post(&format!("{base}/users/reset_username/")).json(&email).expect(204).await;
        house.post(&format!("{base}/users/set_username/")).json(&email).expect(401).await;
        house.post(&format!("{base}/users/reset_username_confirm/")).json(&email).expect(400).await;
    }
}

#[tokio::test]
async fn what_was_never_at_the_root_is_not_there_now() {
    let house = House::open().await;
    for path in
        ["/convert-token/", "/token/", "/revoke-token/", "/o/google-oauth2/", "/password/reset/"]
    {
        house.post(path).json(&json!({})).expect(404).await;
    }
}
