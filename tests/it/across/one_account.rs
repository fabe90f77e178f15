//! One account through every dialect's door: made in one, used in all, closed to all by one new password.

use serde_json::json;

use crate::support::{House, callers::PASSWORD, people::google};

#[tokio::test]
async fn a_new_password_at_djoser_ends_every_other_dialects_session() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let login = json!({ "email": ada.email, "password": PASSWORD });
    let api = house.post("/api/login/").json(&login).expect(200).await;
    let login = json!({ "username": ada.email, "password": PASSWORD });
    let signin = house.post("/signin").json(&login).expect(200).await.text_of("token");
    let jwts = house.jwts(&ada.email).await;
    house.sandbox.add_token(google("ada", &ada.email));
    let oauth = house.convert(&house.client("web").await, "google-oauth2", "ada").expect(200).await;
    let oauth = oauth.text_of("access_token");
    house.me(&oauth).expect(200).await;
    house.get("/api/me/").bearer(&api.text_of("access_token")).expect(200).await;
    assert_eq!(house.accounts().await.len(), 1);

    let body = json!({ "current_password": PASSWORD, "new_password": "walrus-oyster-17" });
    house.post("/auth/users/set_password/").token(&ada.auth_token).json(&body).expect(204).await;

    house.get("/api/me/").bearer(&api.text_of("access_token")).expect(401).await;
    let refresh = json!({ "refresh_token": api.text_of("refresh_token") });
    house.post("/api/refresh/").json(&refresh).expect(401).await;
    house.post("/refresh").bearer(&signin).expect(404).await;
    house.post("/validation").json(&json!({ "token": signin })).expect(401).await;
    house.me(&oauth).expect(401).await;
    house.me(&jwts.access).expect(401).await;
    house.post("/auth/jwt/refresh/").json(&json!({ "refresh": jwts.refresh })).expect(401).await;
    house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
}
