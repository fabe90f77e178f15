//! Seed 1, "Email регистрация": register, activate, log in, show the token.

use serde_json::json;

use super::example;
use crate::support::{House, callers::PASSWORD};

/// 1. "Создание пользователя", 2. "Активация пользователя", 3. "Аутентификация (вход)", 4. "Авторизация".
#[tokio::test]
async fn the_four_steps_in_their_order() {
    let house = House::open().await;

    let mut body = example(r#"{ "email": "", "password": "", "re_password": "" }"#);
    body["email"] = json!("email@mail.ru");
    body["password"] = json!(PASSWORD);
    body["re_password"] = json!(PASSWORD);
    let said = house.post("/auth/users/").json(&body).expect(201).await.json();
    assert_eq!(said["email"], "email@mail.ru");
    assert!(said["id"].is_i64() && said.get("password").is_none(), "{said}");

    let (uid, token) = house.mail.link_to("email@mail.ru").await;
    let mut body = example(r#"{ "uid": "{uid}", "token": "{token}" }"#);
    body["uid"] = json!(uid);
    body["token"] = json!(token);
    house.post("/auth/users/activation/").json(&body).expect(204).await;

    let mut body = example(r#"{ "username": "", "password": "" }"#);
    body["username"] = json!("email@mail.ru");
    body["password"] = json!(PASSWORD);
    let said = house.post("/auth/token/login/").json(&body).expect(200).await;
    let token = said.text_of("auth_token");
    assert_eq!(token.len(), "e6da55505e4c9b370921cf91964db0f651ac9dd4".len());
    said.is(&json!({ "auth_token": token }));

    let header = "Token {token}".replace("{token}", &token);
    let me = house.get("/auth/users/me/").header("Authorization", &header).expect(200).await;
    assert_eq!(me.text_of("email"), "email@mail.ru");
}

/// "uid и token получить, когда пользователь перейдет по ссылке из email: '/auth/activate/{uid}/{token}'".
#[tokio::test]
async fn the_link_of_the_letter_has_uid_and_token_in_its_path() {
    let house = House::open().await;
    let body = json!({ "email": "email@mail.ru", "password": PASSWORD, "re_password": PASSWORD });
    house.post("/auth/users/").json(&body).expect(201).await;

    let (uid, token) = house.mail.link_to("email@mail.ru").await;
    let path = "/auth/activate/{uid}/{token}".replace("{uid}", &uid).replace("{token}", &token);

    let letter = house.mail.last_to("email@mail.ru").await;
    assert!(letter.rendered.text.contains(&format!("{}{path}\n", house.base())));
}

/// The empty fields of the document as they stand, and its values, which were somebody else's.
#[tokio::test]
async fn the_values_of_the_document_open_nothing_here() {
    let house = House::open().await;
    house.activated("ada").await;
    let body = example(r#"{ "email": "", "password": "", "re_password": "" }"#);
    let said = house.post("/auth/users/").json(&body).expect(400).await.json();
    assert_eq!(said.as_object().unwrap().len(), 3, "{said}");

    let body = example(r#"{ "uid": "Ms", "token": "78Hh78h88H87HG6H7J9867g6h87657G68H" }"#);
    house.post("/auth/users/activation/").json(&body).expect(400).await;
    let body = example(r#"{ "username": "", "password": "" }"#);
    house.post("/auth/token/login/").json(&body).expect(400).await;
    let header = "Token b35f154d9e14f1271dbc9844f4a0e3013f56ce00";
    house.get("/auth/users/me/").header("Authorization", header).expect(401).await;
}
