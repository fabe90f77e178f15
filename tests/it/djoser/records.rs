//! `users/` and `users/{id}/`: who may see and change whom.

use serde_json::json;

use crate::support::House;

#[tokio::test]
async fn one_s_own_record_answers_under_its_number() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let path = format!("/auth/users/{}/", ada.id);

    let said =
        house.patch(&path).json(&json!({ "name": "Ada" })).token(&ada.auth_token).expect(200);

    said.await.is(&json!({ "email": ada.email, "id": ada.id, "name": "Ada" }));
    house.get(&path).token(&ada.auth_token).expect(200).await;
    house.get(&path).expect(401).await;
}

#[tokio::test]
async fn other_people_are_not_there() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let eve = house.person("eve").await;
    let path = format!("/auth/users/{}/", ada.id);
    let body = json!({ "name": "x", "current_password": "x" });

    for call in [house.get(&path), house.put(&path), house.patch(&path), house.delete(&path)] {
        call.json(&body).token(&eve.auth_token).expect(404).await;
    }
    let list = house.get("/auth/users/").token(&eve.auth_token).expect(200).await;
    list.is(&json!([{ "email": eve.email, "id": eve.id, "name": "" }]));
}

#[tokio::test]
async fn what_is_no_number_is_nobody() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let own = format!("+{}", ada.id);
    for id in ["0", "-1", "9e9", "1%20or%201", "99999999999999999999", "x.json", &own] {
        house.get(&format!("/auth/users/{id}/")).token(&ada.auth_token).expect(404).await;
    }
    house.post(&format!("/auth/users/{}/set_password/", ada.id)).expect(404).await;
}

#[tokio::test]
async fn an_administrator_sees_and_changes_everybody() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let root = house.admin("root").await;
    let path = format!("/auth/users/{}/", ada.id);

    let all = house.get("/auth/users/").token(&root.auth_token).expect(200).await.json();
    assert_eq!(all.as_array().unwrap().len(), 2);
    house.get(&path).token(&root.auth_token).expect(200).await;
    let put = house.put(&path).json(&json!({ "name": "By admin" })).token(&root.auth_token);
    assert_eq!(put.expect(200).await.text_of("name"), "By admin");
    house.get("/auth/users/999999/").token(&root.auth_token).expect(404).await;
}

#[tokio::test]
async fn a_client_that_acts_for_itself_is_nobody() {
    let house = House::open().await;
    let machine = house.machine("robot").await;
    for path in ["/auth/users/", "/auth/users/me/", "/auth/users/1/"] {
        house.get(path).bearer(&machine).expect(403).await;
    }
}
