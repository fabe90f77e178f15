//! `signin`, `refresh` and `validation`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{House, callers::PASSWORD};

fn claims(jwt: &str) -> Value {
    let part = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn one_signs_in_by_user_name_or_by_address() {
    let house = House::open().await;
    house.signed_up("ada").await;
    for name in ["ada", "ADA", "ada@example.com", "Ada@Example.com"] {
        let said = house.sign_in(name, PASSWORD).expect(200).await;
        let token = said.text_of("token");
        said.is(&json!({ "token": token, "status": 200 }));
    }
}

#[tokio::test]
async fn unknown_wrong_and_closed_are_one_answer() {
    let house = House::open().await;
    house.signed_up("ada").await;
    house.signed_up("eve").await;
    house.deactivate("eve@example.com").await;

    let wrong = house.sign_in("ada", "wrong-password").expect(404).await.says_no();
    let unknown = house.sign_in("nobody", PASSWORD).expect(404).await;
    let closed = house.sign_in("eve", PASSWORD).expect(404).await;

    assert_eq!([&wrong.text, &unknown.text], [&closed.text; 2]);
    house.post("/signin").json(&json!({ "username": "ada" })).expect(400).await.says_no();
}

#[tokio::test]
async fn the_claims_are_the_published_ones_and_the_session() {
    let house = House::with(&[("dialects.signin.jwt_role", "web_anon")]).await;
    let user = house.signed_up("ada").await;
    let told = claims(&house.signed_in("ada").await);

    assert_eq!(told["role"], "web_anon");
    assert_eq!(told["userid"], user["id"].to_string());
    assert_eq!(told["exp"], house.app.now().timestamp() + 86_400);
    let names: Vec<_> = told.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["exp", "jti", "role", "sid", "userid"]);
}

#[tokio::test]
async fn another_algorithm_can_be_chosen() {
    let house = House::with(&[("dialects.signin.jwt_algorithm", "HS512")]).await;
    house.signed_up("ada").await;
    let token = house.signed_in("ada").await;

    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&header).unwrap()["alg"], "HS512");
    house.with_token("validation", &token).expect(200).await;
}

#[tokio::test]
async fn a_jwt_is_renewed_with_and_without_bearer() {
    let house = House::open().await;
    house.signed_up("ada").await;
    let token = house.signed_in("ada").await;
    house.forward(TimeDelta::hours(1));
    for header in [token.clone(), format!("Bearer {token}"), format!("bearer {token}")] {
        let said = house.renew(&header).expect(200).await;
        let new = said.text_of("token");
        assert_eq!(claims(&new)["exp"], house.app.now().timestamp() + 86_400);
        said.is(&json!({ "token": new, "status": 200 }));
    }
}

#[tokio::test]
async fn an_expired_jwt_is_renewed_within_the_window_alone() {
    let house = House::open().await;
    house.signed_up("ada").await;
    let token = house.signed_in("ada").await;
    house.forward(TimeDelta::days(1));
    house.with_token("validation", &token).expect(401).await.says_no();

    house.forward(TimeDelta::days(13));
    house.renew(&token).expect(200).await;
    house.forward(TimeDelta::days(1) + TimeDelta::minutes(1));
    house.renew(&token).expect(404).await.says_no();
}

#[tokio::test]
async fn without_a_window_nothing_expired_is_renewed() {
    let house = House::with(&[("dialects.signin.refresh_window_seconds", "0")]).await;
    house.signed_up("ada").await;
    let token = house.signed_in("ada").await;
    house.forward(TimeDelta::days(1) + TimeDelta::minutes(1));

    house.renew(&token).expect(404).await.says_no();
}

#[tokio::test]
async fn a_session_ends_after_ninety_days_however_often_it_is_renewed() {
    let house = House::open().await;
    house.signed_up("ada").await;
    let mut token = house.signed_in("ada").await;
    for _ in 0..7 {
        house.forward(TimeDelta::days(12));
        token = house.renew(&token).expect(200).await.text_of("token");
    }
    house.forward(TimeDelta::days(6));

    house.renew(&token).expect(404).await;
}

#[tokio::test]
async fn a_closed_account_and_a_changed_password_renew_nothing() {
    let house = House::open().await;
    house.signed_up("ada").await;
    house.signed_up("eve").await;
    let (ada, eve) = (house.signed_in("ada").await, house.signed_in("eve").await);
    let auth_token = house.log_in("ada@example.com").expect(200).await.text_of("auth_token");
    let body = json!({ "current_password": PASSWORD, "new_password": "walrus-oyster-17" });
    house.post("/auth/users/set_password/").token(&auth_token).json(&body).expect(204).await;
    house.deactivate("eve@example.com").await;

    for token in [&ada, &eve] {
        house.renew(token).expect(404).await.says_no();
        house.with_token("validation", token).expect(401).await.says_no();
    }
}

#[tokio::test]
async fn only_a_jwt_of_this_dialect_is_renewed() {
    let house = House::open().await;
    house.signed_up("ada").await;
    let token = house.signed_in("ada").await;
    let jwts = house.jwts("ada@example.com").await;
    let forged = format!("{token}x");
    let none = "eyJhbGciOiJub25lIn0.eyJyb2xlIjoidXNlciIsInVzZXJpZCI6IjEiLCJleHAiOjk5OTk5OTk5OTl9.";
    for header in [&jwts.access, &jwts.refresh, &forged, none, "nonsense", "Bearer", "Token x"] {
        house.renew(header).expect(404).await.says_no();
    }
    house.post("/refresh").expect(400).await.says_no();
    house.post("/refresh").header("Authorization", "").expect(400).await.says_no();
}

#[tokio::test]
async fn validation_tells_until_when() {
    let house = House::open().await;
    house.signed_up("ada").await;
    let token = house.signed_in("ada").await;

    let said = house.with_token("validation", &token).expect(200).await;

    said.is(&json!({ "message": "The token is valid until 2024-03-01T12:00:00Z.", "status": 200 }));
    house.with_token("validation", "nonsense").expect(401).await.says_no();
    house.post("/validation").json(&json!({})).expect(400).await.says_no();
}
