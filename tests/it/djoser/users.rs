//! `users/`: registration, and looking at oneself.

use serde_json::json;

use crate::support::{House, callers::PASSWORD};

#[tokio::test]
async fn registering_answers_with_email_id_and_name() {
    let house = House::open().await;
    let body = json!({
        "email": "ada@example.com", "name": "Ada", "password": PASSWORD, "re_password": PASSWORD,
    });

    let said = house.post("/auth/users/").json(&body).expect(201).await;

    let id = said.json()["id"].as_i64().unwrap();
    said.is(&json!({ "email": "ada@example.com", "id": id, "name": "Ada" }));
}

#[tokio::test]
async fn an_address_is_taken_whatever_its_case() {
    let house = House::open().await;
    house.register("ada").await;
    let body = json!({ "email": "ADA@Example.com", "password": PASSWORD, "re_password": PASSWORD });

    let said = house.post("/auth/users/").json(&body).expect(400).await;

    said.is(&json!({ "email": ["An account with this email already exists."] }));
}
