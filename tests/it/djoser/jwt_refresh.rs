//! `jwt/refresh/`, `jwt/verify/`, `jwt/blacklist/`.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{Call, House, callers::PASSWORD, sessions::Jwts};

fn refresh(house: &House, token: &str) -> Call {
    house.post("/auth/jwt/refresh/").json(&json!({ "refresh": token }))
}

fn verify(house: &House, token: &str) -> Call {
    house.post("/auth/jwt/verify/").json(&json!({ "token": token }))
}

fn blacklist(house: &House, token: &str) -> Call {
    house.post("/auth/jwt/blacklist/").json(&json!({ "refresh": token }))
}

async fn refused(call: Call) {
    let said = call.expect(401).await;
    assert_eq!(said.header("www-authenticate"), "Bearer realm=\"api\"");
    said.is(&json!({ "detail": "Token is invalid or expired", "code": "token_not_valid" }));
}

async fn somebody(house: &House) -> Jwts {
    let ada = house.person("ada").await;
    house.jwts(&ada.email).await
}

#[tokio::test]
async fn a_refresh_token_gives_access_tokens_again_and_again() {
    let house = House::open().await;
    let jwt = somebody(&house).await;

    let said = refresh(&house, &jwt.refresh).expect(200).await;
    assert_eq!(said.json().as_object().unwrap().keys().collect::<Vec<_>>(), ["access"]);
    house.me(&said.text_of("access")).expect(200).await;
    let form = house.post("/auth/jwt/refresh").form(&[("refresh", &jwt.refresh)]).expect(200).await;
    house.me(&form.text_of("access")).expect(200).await;
    house.me(&jwt.access).expect(200).await;
}

#[tokio::test]
async fn a_refresh_token_is_good_for_a_day_however_it_is_used() {
    let house = House::open().await;
    let jwt = somebody(&house).await;
    house.forward(TimeDelta::hours(24) - TimeDelta::seconds(1));
    refresh(&house, &jwt.refresh).expect(200).await;
    house.forward(TimeDelta::seconds(1));
    refused(refresh(&house, &jwt.refresh)).await;
    refused(verify(&house, &jwt.refresh)).await;
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    let house = House::open().await;
    let client = house.client("app").await;
    let jwt = somebody(&house).await;
    let opaque = house.convert(&client, "google-oauth2", "ok-1").expect(200).await;
    let tampered = format!("{}x", jwt.refresh);
    let opaque = opaque.text_of("refresh_token");
    for token in ["x", &jwt.access, &tampered, &opaque] {
        refused(refresh(&house, token)).await;
        refused(blacklist(&house, token)).await;
    }
    refused(house.post("/auth/jwt/refresh/").json(&json!({ "refresh": 5 }))).await;
    for body in [json!({}), json!({ "refresh": "" }), json!({ "refresh": null })] {
        let said = house.post("/auth/jwt/refresh/").json(&body).expect(400).await.json();
        assert!(said["refresh"].is_array(), "{body}");
    }
    let said = house.get("/auth/jwt/refresh/").expect(405).await;
    assert_eq!(said.header("allow"), "POST, OPTIONS");
}

#[tokio::test]
async fn verify_tells_whether_either_token_is_good() {
    let house = House::open().await;
    let jwt = somebody(&house).await;
    for token in [&jwt.access, &jwt.refresh] {
        verify(&house, token).expect(200).await.is(&json!({}));
        refused(verify(&house, &format!("{token}x"))).await;
    }
    refused(verify(&house, "x")).await;
    for body in [json!({}), json!({ "token": "" }), json!({ "token": null })] {
        let said = house.post("/auth/jwt/verify/").json(&body).expect(400).await.json();
        assert!(said["token"].is_array(), "{body}");
    }
}

#[tokio::test]
async fn the_blacklist_ends_the_whole_login_once() {
    let house = House::open().await;
    let jwt = somebody(&house).await;
    let other = house.jwts("ada@example.com").await;

    blacklist(&house, &jwt.refresh).expect(200).await.is(&json!({}));

    refused(refresh(&house, &jwt.refresh)).await;
    refused(blacklist(&house, &jwt.refresh)).await;
    let said = verify(&house, &jwt.refresh).expect(400).await;
    said.is(&json!({ "non_field_errors": ["Token is blacklisted"] }));
    house.me(&jwt.access).expect(401).await;
    house.me(&other.access).expect(200).await;
}

#[tokio::test]
async fn a_password_change_a_switch_off_and_a_deletion_end_them_at_once() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let jwt = house.jwts(&ada.email).await;
    let body = json!({ "current_password": PASSWORD, "new_password": "brand-new-teapot-7" });
    house.post("/auth/users/set_password/").json(&body).token(&ada.auth_token).expect(204).await;
    refused(refresh(&house, &jwt.refresh)).await;
    refused(verify(&house, &jwt.access)).await;

    let bob = house.person("bob").await;
    let jwt = house.jwts(&bob.email).await;
    house.deactivate(&bob.email).await;
    let said = refresh(&house, &jwt.refresh).expect(401).await.json();
    assert_eq!(said.as_object().unwrap().keys().collect::<Vec<_>>(), ["detail"]);
    refused(verify(&house, &jwt.access)).await;

    let eve = house.person("eve").await;
    let jwt = house.jwts(&eve.email).await;
    let password = json!({ "current_password": PASSWORD });
    house.delete("/auth/users/me/").json(&password).token(&eve.auth_token).expect(204).await;
    refused(refresh(&house, &jwt.refresh)).await;
    refused(verify(&house, &jwt.refresh)).await;
}
