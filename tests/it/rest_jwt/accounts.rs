//! `signup` and `get_user`.

use serde_json::json;

use crate::support::{House, callers::PASSWORD};

#[tokio::test]
async fn a_signup_answers_the_account_and_nothing_that_grants_anything() {
    let house = House::open().await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD, "username": "ada" });

    let said = house.sign_up(&body).expect(200).await;

    let id = said.json()["user"]["id"].as_i64().unwrap();
    said.is(&json!({ "status": 200, "user": {
        "id": id, "username": "ada", "email": "ada@example.com", "email_verified": false,
        "first_name": "", "last_name": "", "date_joined": "2024-02-29T12:00:00Z", "is_active": true,
    }}));
}

#[tokio::test]
async fn the_address_may_be_the_user_name() {
    let house = House::open().await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD, "email_as_name": true });

    let said = house.sign_up(&body).expect(200).await;

    assert_eq!(said.json()["user"]["username"], "ada@example.com");
    house.signed_in("ada@example.com").await;
}

#[tokio::test]
async fn what_is_wrong_is_told_in_one_sentence_each() {
    let house = House::open().await;
    house.signed_up("ada").await;
    let with = |email: &str, password: &str, name: &str| json!({ "email": email, "password": password, "username": name });
    for (body, word) in [
        (json!({}), "email"),
        (json!({ "email": "eve@example.com", "password": PASSWORD }), "email_as_name"),
        (
            json!({ "email": "e@example.com", "password": PASSWORD, "email_as_name": false }),
            "username",
        ),
        (with("no address", PASSWORD, "eve"), "email"),
        (with("ADA@example.com", PASSWORD, "eve"), "email"),
        (with("eve@example.com", PASSWORD, "Ada"), "username"),
        (with("eve@example.com", PASSWORD, "a\u{0}b"), "username"),
        (with("eve@example.com", PASSWORD, "admin"), "username"),
        (with("eve@example.com", "1", "eve"), "password"),
        (with("eve@example.com", "eve@example.com", "eve"), "password"),
    ] {
        let said = house.sign_up(&body).expect(400).await.says_no();
        let message = said.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(word), "{body}: {message}");
    }
}

#[tokio::test]
async fn json_is_read_whatever_type_it_is_sent_under() {
    let house = House::open().await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD, "username": "ada" });
    let form = "application/x-www-form-urlencoded";

    house.post("/signup").body(form, body.to_string()).expect(200).await;
    house.post("/signup").form(&[("email", "eve@example.com")]).expect(400).await.says_no();
    house.post("/signup").expect(400).await.says_no();
    house.post("/signup").body("application/json", "[1]").expect(400).await.says_no();
}

#[tokio::test]
async fn privileges_cannot_be_signed_up_for() {
    let house = House::open().await;
    let body = json!({
        "email": "eve@example.com", "password": PASSWORD, "username": "eve", "is_staff": true,
        "is_superuser": true, "is_admin": true, "is_active": false, "role": "admin", "id": 99,
    });
    let user = house.sign_up(&body).expect(200).await.json()["user"].clone();

    assert_eq!(user["is_active"], true);
    assert_ne!(user["id"], 99);
    let token = house.log_in("eve@example.com").expect(200).await.text_of("auth_token");
    let seen = house.get("/auth/users/").token(&token).expect(200).await.json();
    assert_eq!(seen.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_jwt_says_whose_it_is() {
    let house = House::open().await;
    let user = house.signed_up("ada").await;
    let token = house.signed_in("ada").await;

    let said = house.with_token("get_user", &token).expect(200).await;

    said.is(&json!({ "user": user, "status": 200 }));
}

#[tokio::test]
async fn a_jwt_of_nobody_is_404_and_any_other_bad_one_400() {
    let house = House::open().await;
    house.signed_up("ada").await;
    house.signed_up("eve").await;
    let (ada, eve) = (house.signed_in("ada").await, house.signed_in("eve").await);
    house.delete_account("ada@example.com").await;
    house.deactivate("eve@example.com").await;

    house.with_token("get_user", &ada).expect(404).await.says_no();
    house.with_token("get_user", &eve).expect(400).await.says_no();
    house.with_token("get_user", "nonsense").expect(400).await.says_no();
    house.post("/get_user").json(&json!({})).expect(400).await.says_no();
}

#[tokio::test]
async fn the_address_is_told_as_proven_once_it_is() {
    let house = House::open().await;
    house.signed_up("ada").await;
    let token = house.signed_in("ada").await;

    house.activate_by_letter("ada@example.com").await;

    let user = house.with_token("get_user", &token).expect(200).await.json();
    assert_eq!(user["user"]["email_verified"], true);
}

#[tokio::test]
async fn where_activation_is_required_the_signin_waits_for_it() {
    let house = House::with(&[("dialects.signin.require_activation", "true")]).await;
    let user = house.signed_up("ada").await;
    assert_eq!(user["is_active"], false);
    house.sign_in("ada", PASSWORD).expect(404).await.says_no();

    house.activate_by_letter("ada@example.com").await;

    house.signed_in("ada").await;
}
