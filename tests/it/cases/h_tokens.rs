//! Tokens of another kind, of somebody who is gone, and shown again.

use chrono::TimeDelta;
use serde_json::json;

use super::ways::Everywhere;
use crate::support::{House, Person, callers::PASSWORD, sessions::Jwts};

/// A pair of `/api`.
async fn api_pair(house: &House, who: &Person) -> (String, String) {
    let body = json!({ "email": who.email, "password": PASSWORD });
    let said = house.post("/api/login/").json(&body).expect(200).await;
    (said.text_of("access_token"), said.text_of("refresh_token"))
}

async fn somebody(house: &House, name: &str) -> (Person, Jwts) {
    let who = house.person(name).await;
    let jwts = house.jwts(&who.email).await;
    (who, jwts)
}

#[tokio::test]
async fn h101_no_token_passes_for_one_of_another_kind_even_under_one_key() {
    const KEY: &str = "qZ7xkVn3Tt0sLr9uWb5yHc1mPd8gJe2fAa4iRo6Kw+E=";
    let keys = [("dialects.api.jwt_secret", KEY), ("dialects.signin.jwt_secret", KEY)];
    let house = House::with(&keys).await;
    let (ada, jwts) = somebody(&house, "ada").await;
    let (api, api_refresh) = api_pair(&house, &ada).await;
    let body = json!({ "username": ada.email, "password": PASSWORD });
    let signin = house.post("/signin").json(&body).expect(200).await.text_of("token");
    let named =
        |path: &str, field: &str, token: &str| house.post(path).json(&json!({ field: token }));

    for token in [&jwts.refresh, &api, &api_refresh, &signin] {
        house.me(token).expect(401).await;
    }
    for token in [&jwts.access, &api, &api_refresh, &signin] {
        named("/auth/jwt/refresh/", "refresh", token).expect(401).await;
    }
    for token in [&api, &api_refresh, &signin] {
        named("/auth/jwt/verify/", "token", token).expect(401).await;
    }
    for token in [&jwts.access, &jwts.refresh, &signin, &api_refresh] {
        house.get("/api/me/").bearer(token).expect(401).await;
    }
    for token in [&jwts.access, &jwts.refresh, &api] {
        named("/api/refresh/", "refresh_token", token).expect(401).await;
        house.post("/refresh").bearer(token).expect(404).await;
        named("/validation", "token", token).expect(401).await;
        named("/get_user", "token", token).expect(400).await;
    }
}

#[tokio::test]
async fn h101_a_jwt_of_another_installation_under_the_same_key_opens_nothing() {
    let (here, there) = (House::open().await, House::open().await);
    let ours = Everywhere::open(&here, "ada").await;
    Everywhere::open(&there, "ada").await;
    assert!(ours.good(&there).await.iter().all(|(_, good)| !good));
}

#[tokio::test]
async fn h103_whoever_is_switched_off_or_deleted_is_out_with_the_next_request() {
    let house = House::open().await;
    let (off, gone) = (Everywhere::open(&house, "off").await, house.person("gone").await);
    let (jwts, api) = (house.jwts(&gone.email).await, api_pair(&house, &gone).await);
    house.deactivate(&off.who.email).await;
    house.delete_account(&gone.email).await;

    assert!(off.good(&house).await.iter().all(|(_, good)| !good));
    house.me(&jwts.access).expect(401).await;
    house.post("/auth/jwt/verify/").json(&json!({ "token": jwts.access })).expect(401).await;
    house.post("/auth/jwt/refresh/").json(&json!({ "refresh": jwts.refresh })).expect(401).await;
    house.get("/api/me/").bearer(&api.0).expect(401).await;
    house.post("/api/refresh/").json(&json!({ "refresh_token": api.1 })).expect(401).await;
    house.reactivate(&off.who.email).await;
    assert!(off.good(&house).await.iter().all(|(_, good)| !good));
}

#[tokio::test]
async fn h103_a_change_of_groups_is_told_until_the_jwt_is_refreshed() {
    let house = House::open().await;
    let (ada, jwts) = somebody(&house, "ada").await;
    let prompt = |said: crate::support::Said| said.header("x-refresh-token").to_owned();
    let refresh = async || {
        let body = json!({ "refresh": jwts.refresh });
        house.post("/auth/jwt/refresh/").json(&body).expect(200).await.text_of("access")
    };
    assert_eq!(prompt(house.me(&jwts.access).expect(200).await), "");
    house.join(&ada, "editors").await;
    assert_eq!(prompt(house.me(&jwts.access).expect(200).await), "1");
    let joined = refresh().await;
    assert_eq!(prompt(house.me(&joined).expect(200).await), "");

    house.leave(&ada, "editors").await;
    assert_eq!(prompt(house.me(&joined).expect(200).await), "1");
    assert_eq!(prompt(house.me(&refresh().await).expect(200).await), "");
}

#[tokio::test]
async fn h104_a_refresh_token_shown_again_ends_everything_that_came_of_it() {
    let house = House::with(&[("jwt.rotate_refresh_tokens", "true")]).await;
    let (ada, jwts) = somebody(&house, "ada").await;
    let (_, api) = api_pair(&house, &ada).await;
    for (path, field, refresh, access) in [
        ("/auth/jwt/refresh/", "refresh", jwts.refresh, "access"),
        ("/api/refresh/", "refresh_token", api, "access_token"),
    ] {
        let ask = |token: &str| house.post(path).json(&json!({ field: token }));
        let next = ask(&refresh).expect(200).await;
        house.forward(TimeDelta::seconds(11));
        ask(&refresh).expect(401).await;
        ask(&next.text_of(field)).expect(401).await;
        let access = next.text_of(access);
        let me = if field == "refresh" {
            house.me(&access)
        } else {
            house.get("/api/me/").bearer(&access)
        };
        me.expect(401).await;
    }
}

#[tokio::test]
async fn h104_of_many_who_refresh_at_once_one_generation_comes() {
    for grace in ["10", "0"] {
        let settings =
            [("tokens.refresh_grace_seconds", grace), ("jwt.rotate_refresh_tokens", "true")];
        let house = House::with(&settings).await;
        let (ada, jwts) = somebody(&house, "ada").await;
        let (_, api) = api_pair(&house, &ada).await;
        for (path, field, refresh) in [
            ("/auth/jwt/refresh/", "refresh", jwts.refresh),
            ("/api/refresh/", "refresh_token", api),
        ] {
            let ask = || house.post(path).json(&json!({ field: refresh })).into_future();
            let said = [ask(), ask(), ask(), ask()];
            let said = futures_util::future::join_all(said).await;
            let mut pairs: Vec<_> = said.iter().filter(|said| said.status == 200).collect();
            pairs.dedup_by(|one, other| one.text == other.text);
            assert_eq!(pairs.len(), 1, "{path}: {said:?}");
            assert!(said.iter().all(|said| [200, 401].contains(&said.status)), "{said:?}");
        }
    }
}

#[tokio::test]
async fn h104_nothing_is_refreshed_after_a_logout() {
    let house = House::open().await;
    let (ada, jwts) = somebody(&house, "ada").await;
    let (access, refresh) = api_pair(&house, &ada).await;
    let body = json!({ "refresh_token": refresh });
    house.post("/api/logout/").json(&body).expect(200).await;
    house.post("/api/refresh/").json(&body).expect(401).await;
    house.get("/api/me/").bearer(&access).expect(401).await;

    let body = json!({ "refresh": jwts.refresh });
    house.post("/auth/jwt/blacklist/").json(&body).expect(200).await;
    house.post("/auth/jwt/refresh/").json(&body).expect(401).await;
    house.me(&jwts.access).expect(401).await;
}
