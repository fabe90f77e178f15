//! `users/set_password/`: a new password for whoever shows the old one.

use serde_json::{Value, json};

use crate::support::{Call, House, Person, callers::PASSWORD};

const NEW: &str = "brand-new-teapot-7";

fn set(house: &House, who: &Person, body: &Value) -> Call {
    house.post("/auth/users/set_password/").json(body).token(&who.auth_token)
}

#[tokio::test]
async fn every_session_ends_but_the_one_that_asks() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let other = house.log_in(&ada.email).expect(200).await.text_of("auth_token");
    let jwt = house.jwts(&ada.email).await;

    let body = json!({ "current_password": PASSWORD, "new_password": NEW });
    assert_eq!(set(&house, &ada, &body).expect(204).await.text, "");

    house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
    house.get("/auth/users/me/").token(&other).expect(401).await;
    house.me(&jwt.access).expect(401).await;
    house.log_in(&ada.email).expect(400).await;
    house.log_in_with(&ada.email, NEW).expect(200).await;
}

#[tokio::test]
async fn a_jwt_that_changes_the_password_lives_on_with_its_refresh_token() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let jwt = house.jwts(&ada.email).await;

    let body = json!({ "current_password": PASSWORD, "new_password": NEW });
    house.post("/auth/users/set_password/").json(&body).bearer(&jwt.access).expect(204).await;

    house.me(&jwt.access).expect(200).await;
    house.get("/auth/users/me/").token(&ada.auth_token).expect(401).await;
}

#[tokio::test]
async fn the_session_that_asks_ends_too_where_it_is_wished() {
    let house = House::with(&[("passwords.logout_on_change", "true")]).await;
    let ada = house.person("ada").await;

    let body = json!({ "current_password": PASSWORD, "new_password": NEW });
    set(&house, &ada, &body).expect(204).await;

    house.get("/auth/users/me/").token(&ada.auth_token).expect(401).await;
}

#[tokio::test]
async fn a_letter_tells_of_the_change_unless_it_is_switched_off() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let body = json!({ "current_password": PASSWORD, "new_password": NEW });
    set(&house, &ada, &body).expect(204).await;
    let letter = house.mail.last_to(&ada.email).await;
    assert!(letter.rendered.subject.contains("password"), "{}", letter.rendered.subject);

    let house = House::with(&[("notices.password_changed", "false")]).await;
    let ada = house.person("ada").await;
    let before = house.mail.all_to(&ada.email).await.len();
    set(&house, &ada, &body).expect(204).await;
    assert_eq!(house.mail.all_to(&ada.email).await.len(), before);
}

#[tokio::test]
async fn the_old_password_is_really_checked() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    for current in
        [json!("nope"), json!(""), json!(null), json!([PASSWORD]), json!({}), json!(true)]
    {
        let body = json!({ "current_password": current, "new_password": "12345" });
        let said = set(&house, &ada, &body).expect(400).await.json();
        assert!(said["current_password"].is_array() && said["new_password"].is_null(), "{said}");
    }
    let said = set(&house, &ada, &json!({})).expect(400).await.json();
    assert!(said["current_password"].is_array() && said["new_password"].is_array());
    house.post("/auth/users/set_password/").json(&json!({})).expect(401).await;
    house.log_in(&ada.email).expect(200).await;
}

#[tokio::test]
async fn a_new_password_must_be_as_good_as_a_first_one() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    for weak in ["12345", "password", &ada.email] {
        let body = json!({ "current_password": PASSWORD, "new_password": weak });
        let said = set(&house, &ada, &body).expect(400).await.json();
        assert!(said["new_password"].is_array(), "{weak}");
    }
}

#[tokio::test]
async fn it_must_be_typed_twice_where_it_is_wished() {
    let house = House::with(&[("passwords.set_retype", "true")]).await;
    let ada = house.person("ada").await;
    let mut body = json!({ "current_password": PASSWORD, "new_password": NEW });

    let said = set(&house, &ada, &body).expect(400).await.json();
    assert!(said["re_new_password"].is_array());
    body["re_new_password"] = json!("another");
    let said = set(&house, &ada, &body).expect(400).await.json();
    assert!(said["non_field_errors"].is_array());
    body["re_new_password"] = json!(NEW);
    set(&house, &ada, &body).expect(204).await;
}

#[tokio::test]
async fn who_came_through_a_provider_has_no_password_to_change() {
    let house = House::open().await;
    let client = house.client("app").await;
    let access = house.google_access(&client, "ok-1").await;
    let body = json!({ "current_password": "!", "new_password": NEW });

    let said =
        house.post("/auth/users/set_password/").json(&body).bearer(&access).expect(400).await;

    assert!(said.json()["current_password"].is_array());
}
