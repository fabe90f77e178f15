//! `POST users/`: which new passwords will do.

use serde_json::{Value, json};

use crate::support::{House, Said};

async fn registering(house: &House, password: &str) -> Said {
    let body = json!({
        "email": "ada.lovelace@example.com",
        "name": "Wandering Willow",
        "password": password,
        "re_password": password,
    });
    house.post("/auth/users/").json(&body).await
}

async fn complaints(house: &House, password: &str) -> Value {
    registering(house, password).await.with_status(400).json()["password"].clone()
}

#[tokio::test]
async fn a_short_common_number_is_told_all_three() {
    let house = House::open().await;

    let told = complaints(&house, "1234").await;

    let short = "This password is too short. It must contain at least 8 characters.";
    let common = "This password is too common.";
    assert_eq!(told, json!([short, common, "This password is entirely numeric."]));
}

#[tokio::test]
async fn a_password_like_the_address_or_the_name_is_refused() {
    let house = House::open().await;

    for password in ["ada.lovelace@example.com", "ada.lovelace", "lovelace@example"] {
        let told = complaints(&house, password).await;
        assert_eq!(told, json!(["The password is too similar to the email address."]));
    }
    let told = complaints(&house, "wandering willow").await;
    assert_eq!(told, json!(["The password is too similar to the name."]));
}

#[tokio::test]
async fn common_passwords_are_refused_in_any_case() {
    let house = House::open().await;
    for password in ["password", "Iloveyou", "QWERTY123"] {
        let told = complaints(&house, password).await;
        assert_eq!(told, json!(["This password is too common."]), "{password}");
    }
}

#[tokio::test]
async fn digits_alone_will_not_do_in_any_script() {
    let house = House::open().await;
    for password in ["481516234242", "٤٨١٥١٦٢٣٤٢٤٢"] {
        let told = complaints(&house, password).await;
        assert_eq!(told, json!(["This password is entirely numeric."]));
    }
}

#[tokio::test]
async fn a_password_longer_than_256_characters_is_refused_not_cut() {
    let house = House::open().await;

    let told = complaints(&house, &"xylophone".repeat(29)).await;

    assert_eq!(told, json!(["This password is too long. It must contain at most 256 characters."]));
}

#[tokio::test]
async fn sentences_and_pictures_are_good_passwords() {
    let house = House::open().await;
    for (n, password) in
        ["it rained all day long", "🦀🐳🌵🎻🧭🪁🧶🎈", "비밀번호가아닙니다"].into_iter().enumerate()
    {
        let email = format!("p{n}@example.com");
        let body = json!({ "email": email, "password": password, "re_password": password });
        house.post("/auth/users/").json(&body).expect(201).await;
        let (uid, token) = house.mail.link_to(&email).await;
        let link = json!({ "uid": uid, "token": token });
        house.post("/auth/users/activation/").json(&link).expect(204).await;
        let login = json!({ "email": email, "password": password });
        house.post("/auth/token/login/").json(&login).expect(200).await;
    }
}

#[tokio::test]
async fn the_two_passwords_must_be_the_same() {
    let house = House::open().await;
    let body = json!({
        "email": "ada@example.com",
        "password": "dormouse-teapot-42",
        "re_password": "dormouse-teapot-43",
    });

    let said = house.post("/auth/users/").json(&body).expect(400).await;

    said.is(&json!({ "non_field_errors": ["The two password fields didn't match."] }));
}

#[tokio::test]
async fn a_weak_password_is_told_before_a_wrong_retyping() {
    let house = House::open().await;
    let body = json!({ "email": "ada@example.com", "password": "1", "re_password": "2" });

    let said = house.post("/auth/users/").json(&body).expect(400).await;

    assert!(said.json()["password"].is_array() && said.json()["non_field_errors"].is_null());
}

#[tokio::test]
async fn retyping_can_be_done_without() {
    let house = House::with(&[("registration.password_retype", "false")]).await;
    let body = json!({ "email": "ada@example.com", "password": "dormouse-teapot-42" });

    house.post("/auth/users/").json(&body).expect(201).await;
}

#[tokio::test]
async fn each_rule_is_a_setting() {
    let house = House::with(&[
        ("passwords.min_length", "12"),
        ("passwords.max_length", "64"),
        ("passwords.check_common", "false"),
        ("passwords.check_numeric", "false"),
        ("passwords.check_similar", "false"),
    ])
    .await;

    let short = "This password is too short. It must contain at least 12 characters.";
    assert_eq!(complaints(&house, "password").await, json!([short]));
    let long = "This password is too long. It must contain at most 64 characters.";
    assert_eq!(complaints(&house, &"1".repeat(65)).await, json!([long]));
    registering(&house, "123456789012").await.with_status(201);
}

#[tokio::test]
async fn spaces_around_a_password_do_not_count_as_the_contract_has_it() {
    let house = House::open().await;
    let body = json!({
        "email": "ada@example.com",
        "password": " dormouse-teapot-42 ",
        "re_password": "dormouse-teapot-42",
    });

    house.post("/auth/users/").json(&body).expect(201).await;
}
