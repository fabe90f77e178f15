//! Groups in JWTs, and `X-Refresh-Token` once they have changed (seed 0).

use serde_json::{Value, json};

use crate::support::{House, Person, Said, sessions::Jwts};

async fn member(house: &House) -> (Person, Jwts) {
    let ada = house.person("ada").await;
    house.join(&ada, "writers").await;
    house.join(&ada, "editors").await;
    let jwt = house.jwts(&ada.email).await;
    (ada, jwt)
}

fn groups(jwt: &str) -> Value {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let claims = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice::<Value>(&claims).unwrap()["groups"].clone()
}

fn asks_to_refresh(said: &Said) -> bool {
    said.header("x-refresh-token") == "1"
}

#[tokio::test]
async fn a_jwt_lists_the_groups_sorted() {
    let house = House::open().await;
    let (_, jwt) = member(&house).await;
    assert_eq!(groups(&jwt.access), json!(["editors", "writers"]));
    assert!(!asks_to_refresh(&house.me(&jwt.access).expect(200).await));
}

#[tokio::test]
async fn after_a_change_of_groups_every_answer_asks_to_refresh_until_it_is_done() {
    let house = House::open().await;
    let (ada, jwt) = member(&house).await;
    house.leave(&ada, "writers").await;

    assert!(asks_to_refresh(&house.me(&jwt.access).expect(200).await));
    let patch = house.patch("/auth/users/me/").json(&json!({ "name": "x" })).bearer(&jwt.access);
    assert!(asks_to_refresh(&patch.expect(200).await));
    let absent = house.get("/auth/users/999999/").bearer(&jwt.access).expect(404).await;
    assert!(asks_to_refresh(&absent));
    let open = house.post("/auth/users/reset_password/").json(&json!({})).bearer(&jwt.access);
    assert!(asks_to_refresh(&open.expect(400).await));

    let body = json!({ "refresh": jwt.refresh });
    let fresh = house.post("/auth/jwt/refresh/").json(&body).expect(200).await.text_of("access");
    assert_eq!(groups(&fresh), json!(["editors"]));
    assert!(!asks_to_refresh(&house.me(&fresh).expect(200).await));
}

#[tokio::test]
async fn a_change_that_is_undone_is_none() {
    let house = House::open().await;
    let (ada, jwt) = member(&house).await;
    house.leave(&ada, "writers").await;
    house.join(&ada, "writers").await;
    assert!(!asks_to_refresh(&house.me(&jwt.access).expect(200).await));
}

#[tokio::test]
async fn other_tokens_are_never_asked_to_refresh() {
    let house = House::open().await;
    let (ada, _) = member(&house).await;
    house.join(&ada, "readers").await;
    let said = house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
    assert!(!asks_to_refresh(&said));
}
