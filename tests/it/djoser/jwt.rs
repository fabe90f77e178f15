//! `jwt/create/`: simplejwt's pair.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{House, callers::PASSWORD};

/// One part of a JWT, read without asking its signature.
fn part(token: &str, n: usize) -> Value {
    let part = token.split('.').nth(n).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn a_pair_is_access_and_refresh_and_nothing_else() {
    let house = House::open().await;
    house.activated("ada").await;

    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let said = house.post("/auth/jwt/create/").json(&body).expect(200).await;

    let (access, refresh) = (said.text_of("access"), said.text_of("refresh"));
    said.is(&json!({ "access": access, "refresh": refresh }));
}

#[tokio::test]
async fn its_claims_are_those_of_simplejwt_and_the_groups() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    house.join(&ada, "writers").await;
    house.join(&ada, "admins").await;

    let jwt = house.jwts("ada@example.com").await;

    assert_eq!(part(&jwt.access, 0), json!({ "alg": "HS256", "typ": "JWT" }));
    let (access, refresh) = (part(&jwt.access, 1), part(&jwt.refresh, 1));
    assert_eq!(access["groups"], json!(["admins", "writers"]));
    for (claims, kind, life) in [(&access, "access", 300), (&refresh, "refresh", 86_400)] {
        assert_eq!(claims["token_type"], kind);
        assert_eq!(claims["user_id"], ada.id.to_string());
        assert_eq!(claims["iat"], 1_709_208_000);
        assert_eq!(claims["exp"], 1_709_208_000 + life);
        assert_eq!(claims["jti"].as_str().unwrap().len(), 32);
    }
    assert_ne!(access["jti"], refresh["jti"]);
}

#[tokio::test]
async fn without_a_group_the_list_is_empty() {
    let house = House::open().await;
    house.activated("ada").await;

    let jwt = house.jwts("ada@example.com").await;

    assert_eq!(part(&jwt.access, 1)["groups"], json!([]));
}

#[tokio::test]
async fn a_wrong_login_is_401_and_the_same_for_everybody() {
    let house = House::open().await;
    house.activated("ada").await;
    house.register("bob").await;
    house.activated("eve").await;
    house.deactivate("eve@example.com").await;
    for (email, password) in [
        ("ada@example.com", "dormouse-teapot-43"),
        ("nobody@example.com", PASSWORD),
        ("bob@example.com", PASSWORD),
        ("eve@example.com", PASSWORD),
    ] {
        let body = json!({ "email": email, "password": password });
        let said = house.post("/auth/jwt/create/").json(&body).expect(401).await;
        assert_eq!(said.header("www-authenticate"), "Bearer realm=\"api\"");
        said.is(&json!({ "detail": "No active account found with the given credentials" }));
    }
}

#[tokio::test]
async fn what_is_missing_is_told() {
    let house = House::open().await;
    let required = json!(["This field is required."]);

    let said = house.post("/auth/jwt/create/").json(&json!({})).expect(400).await;

    said.is(&json!({ "email": required, "password": required }));
}

#[tokio::test]
async fn the_authorization_header_is_not_looked_at() {
    let house = House::open().await;
    house.activated("ada").await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });

    let call = house.post("/auth/jwt/create").bearer("garbage");

    call.json(&body).expect(200).await;
}

#[tokio::test]
async fn an_access_token_is_good_for_five_minutes() {
    let house = House::open().await;
    house.activated("ada").await;
    let jwt = house.jwts("ada@example.com").await;

    house.forward(TimeDelta::seconds(299));
    house.me(&jwt.access).expect(200).await;
    house.forward(TimeDelta::seconds(1));
    house.me(&jwt.access).expect(401).await;
}

#[tokio::test]
async fn how_long_they_live_is_a_setting() {
    let settings = [("jwt.access_lifetime_seconds", "60"), ("jwt.refresh_lifetime_seconds", "61")];
    let house = House::with(&settings).await;
    house.activated("ada").await;

    let jwt = house.jwts("ada@example.com").await;

    let life = |token: &str| {
        let claims = part(token, 1);
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap()
    };
    assert_eq!((life(&jwt.access), life(&jwt.refresh)), (60, 61));
}

#[tokio::test]
async fn a_jwt_ends_when_its_account_is_switched_off_or_deleted() {
    let house = House::open().await;
    house.activated("ada").await;
    house.activated("bob").await;
    let (ada, bob) = (house.jwts("ada@example.com").await, house.jwts("bob@example.com").await);
    house.deactivate("ada@example.com").await;
    house.delete_account("bob@example.com").await;

    let said = house.me(&ada.access).expect(401).await;
    assert_eq!(said.text_of("code"), "user_inactive");
    let said = house.me(&bob.access).expect(401).await;
    assert_eq!(said.text_of("code"), "user_not_found");

    house.reactivate("ada@example.com").await;
    house.me(&ada.access).expect(401).await;
}

#[tokio::test]
async fn a_token_touched_by_anybody_is_refused() {
    let house = House::open().await;
    house.activated("ada").await;
    let jwt = house.jwts("ada@example.com").await;
    let parts: Vec<&str> = jwt.access.split('.').collect();
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let mut claims = part(&jwt.access, 1);
    claims["user_id"] = json!("1");
    claims["exp"] = json!(9_999_999_999_i64);
    let other = URL_SAFE_NO_PAD.encode(claims.to_string());

    for forged in [
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{other}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], "A".repeat(43)),
    ] {
        house.me(&forged).expect(401).await;
    }
    house.me(&jwt.access).expect(200).await;
}

#[tokio::test]
async fn a_jwt_of_another_key_is_refused() {
    let house = House::open().await;
    house.activated("ada").await;
    let jwt = house.jwts("ada@example.com").await;
    let key = ("jwt.signing_key", "Zk3vW8pQ1sNf6yTb0uXe9rLm4cHg7aJd2iKo5Vq8xPw=");
    let other = house.second_node(&[key]).await;

    other.me(&jwt.access).expect(401).await;
}
