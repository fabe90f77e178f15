//! `token/logout/`: the auth tokens of an account end.

use crate::support::House;

#[tokio::test]
async fn a_token_is_over_after_its_logout() {
    let house = House::open().await;
    let ada = house.person("ada").await;

    let said = house.post("/auth/token/logout/").token(&ada.auth_token).expect(204).await;

    assert!(said.text.is_empty());
    house.get("/auth/users/me/").token(&ada.auth_token).expect(401).await;
    house.post("/auth/token/logout/").token(&ada.auth_token).expect(401).await;
}

#[tokio::test]
async fn it_ends_every_auth_token_of_the_account_and_of_nobody_else() {
    let house = House::open().await;
    let (ada, bob) = (house.person("ada").await, house.person("bob").await);
    let other = house.log_in(&ada.email).expect(200).await.text_of("auth_token");

    house.post("/auth/token/logout").token(&other).expect(204).await;

    house.get("/auth/users/me/").token(&ada.auth_token).expect(401).await;
    house.get("/auth/users/me/").token(&bob.auth_token).expect(200).await;
}

#[tokio::test]
async fn any_credential_of_the_account_may_ask_for_it_and_jwts_live_on() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let jwt = house.jwts(&ada.email).await;

    house.post("/auth/token/logout/").bearer(&jwt.access).expect(204).await;

    house.get("/auth/users/me/").token(&ada.auth_token).expect(401).await;
    house.get("/auth/users/me/").bearer(&jwt.access).expect(200).await;
}

#[tokio::test]
async fn one_may_log_in_again() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    house.post("/auth/token/logout/").token(&ada.auth_token).expect(204).await;

    let again = house.log_in(&ada.email).expect(200).await.text_of("auth_token");

    house.get("/auth/users/me/").token(&again).expect(200).await;
}

#[tokio::test]
async fn nobody_is_logged_out_without_a_credential() {
    let house = House::open().await;

    house.post("/auth/token/logout/").expect(401).await;
}
