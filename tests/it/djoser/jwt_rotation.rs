//! `jwt/refresh/` where refresh tokens rotate.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Call, House, Said, sessions::Jwts};

const ROTATING: (&str, &str) = ("jwt.rotate_refresh_tokens", "true");

async fn house() -> (House, Jwts) {
    let house = House::with(&[ROTATING]).await;
    let ada = house.person("ada").await;
    let jwt = house.jwts(&ada.email).await;
    (house, jwt)
}

fn refresh(house: &House, token: &str) -> Call {
    house.post("/auth/jwt/refresh/").json(&json!({ "refresh": token }))
}

fn pair(said: &Said) -> Jwts {
    Jwts { access: said.text_of("access"), refresh: said.text_of("refresh") }
}

#[tokio::test]
async fn a_new_refresh_token_takes_the_place_of_the_old_one() {
    let (house, jwt) = house().await;

    let next = pair(&refresh(&house, &jwt.refresh).expect(200).await);

    assert_ne!(next.refresh, jwt.refresh);
    house.me(&jwt.access).expect(200).await;
    house.me(&next.access).expect(200).await;
    refresh(&house, &next.refresh).expect(200).await;
}

#[tokio::test]
async fn the_old_one_shown_again_ends_the_whole_login() {
    let (house, jwt) = house().await;
    let next = pair(&refresh(&house, &jwt.refresh).expect(200).await);

    house.forward(TimeDelta::seconds(10));
    let said = refresh(&house, &jwt.refresh).expect(401).await;

    assert_eq!(said.text_of("code"), "token_not_valid");
    refresh(&house, &next.refresh).expect(401).await;
    house.me(&next.access).expect(401).await;
}

#[tokio::test]
async fn a_retry_within_the_grace_gets_the_same_answer() {
    let (house, jwt) = house().await;
    let first = refresh(&house, &jwt.refresh).expect(200).await;

    house.forward(TimeDelta::seconds(9));
    let again = refresh(&house, &jwt.refresh).expect(200).await;

    assert_eq!(again.text, first.text);
    refresh(&house, &pair(&again).refresh).expect(200).await;
    refresh(&house, &jwt.refresh).expect(401).await;
}

#[tokio::test]
async fn of_many_at_once_one_generation_comes() {
    let (house, jwt) = house().await;
    let (house, token) = (&house, &jwt.refresh);

    let all = join_all((0..8).map(|_| async move { refresh(house, token).await })).await;

    assert!(all.iter().all(|said| said.status == 200 && said.text == all[0].text), "{all:?}");
}

#[tokio::test]
async fn a_login_that_is_refreshed_lasts_until_its_absolute_end() {
    let settings = [ROTATING, ("tokens.refresh_absolute_seconds", "172800")];
    let settings = settings.into_iter().chain([("tokens.refresh_idle_seconds", "86400")]);
    let house = House::with(&settings.collect::<Vec<_>>()).await;
    let ada = house.person("ada").await;
    let mut jwt = house.jwts(&ada.email).await;
    for _ in 0..3 {
        house.forward(TimeDelta::hours(15));
        jwt = pair(&refresh(&house, &jwt.refresh).expect(200).await);
    }
    house.forward(TimeDelta::hours(3));
    refresh(&house, &jwt.refresh).expect(401).await;
}

#[tokio::test]
async fn the_old_one_stays_good_where_that_is_wished() {
    let house = House::with(&[ROTATING, ("jwt.blacklist_after_rotation", "false")]).await;
    let ada = house.person("ada").await;
    let jwt = house.jwts(&ada.email).await;
    house.forward(TimeDelta::seconds(30));

    let first = pair(&refresh(&house, &jwt.refresh).expect(200).await);
    let second = pair(&refresh(&house, &jwt.refresh).expect(200).await);

    assert_ne!(first.refresh, second.refresh);
    refresh(&house, &first.refresh).expect(200).await;
}

#[tokio::test]
async fn a_token_that_was_replaced_is_told_as_blacklisted() {
    let (house, jwt) = house().await;
    refresh(&house, &jwt.refresh).expect(200).await;

    let said = house.post("/auth/jwt/verify/").json(&json!({ "token": jwt.refresh })).expect(400);

    assert!(said.await.json()["non_field_errors"].is_array());
}
