//! `me/`: looking at oneself, and changing a little.

use serde_json::json;

use crate::support::House;

#[tokio::test]
async fn one_is_shown_id_user_name_and_address() {
    let house = House::open().await;
    let pair = house.api_person("ada@example.com").await;

    let said = house.api_me(&pair.access).expect(200).await;

    let id = said.json()["id"].as_i64().unwrap();
    said.is(&json!({ "id": id, "username": "ada@example.com", "email": "ada@example.com" }));
}

#[tokio::test]
async fn a_user_name_may_hold_spaces_and_is_nobody_elses() {
    let house = House::open().await;
    let ada = house.api_person("ada@example.com").await;
    let eve = house.api_person("eve@example.com").await;
    let name = json!({ "username": "John Smith" });

    let said = house.put("/api/me/").bearer(&ada.access).json(&name).expect(200).await;
    assert_eq!(said.json()["username"], "John Smith");
    house.put("/api/me/").bearer(&ada.access).json(&name).expect(200).await;

    let same = json!({ "username": "JOHN smith" });
    let said = house.patch("/api/me/").bearer(&eve.access).json(&same).expect(400).await;
    assert!(said.json()["username"].is_array());
    let posing = json!({ "username": "ada@example.com" });
    house.patch("/api/me/").bearer(&eve.access).json(&posing).expect(400).await;
    house.put("/api/me/").bearer(&eve.access).json(&json!({ "username": "" })).expect(400).await;
}

#[tokio::test]
async fn a_new_address_is_believed_once_its_link_is_opened() {
    let house = House::open().await;
    let pair = house.api_person("ada@example.com").await;
    let new = json!({ "email": "countess@example.com" });

    let said = house.put("/api/me/").bearer(&pair.access).json(&new).expect(200).await;
    assert_eq!(said.json()["email"], "ada@example.com");
    let (uid, token) = house.mail.link_to("countess@example.com").await;
    let link = json!({ "uid": uid, "token": token });
    house.post("/auth/users/activation/").json(&link).expect(204).await;

    let me = house.api_me(&pair.access).expect(200).await.json();
    assert_eq!(me["email"], "countess@example.com");
}

#[tokio::test]
async fn an_address_of_somebody_else_is_not_to_be_had() {
    let house = House::open().await;
    house.api_register("ada@example.com").expect(201).await;
    let eve = house.api_person("eve@example.com").await;

    let taken = json!({ "email": "Ada@example.com" });
    let said = house.patch("/api/me/").bearer(&eve.access).json(&taken).expect(400).await;

    assert!(said.json()["email"].is_array());
}

#[tokio::test]
async fn an_empty_change_changes_nothing_and_privileges_cannot_be_had() {
    let house = House::open().await;
    let pair = house.api_person("ada@example.com").await;
    let before = house.api_me(&pair.access).expect(200).await.json();
    for body in [json!({}), json!({ "is_admin": true, "id": 1, "is_active": false, "name": "x" })] {
        house.put("/api/me/").bearer(&pair.access).json(&body).expect(200).await.is(&before);
    }
}
