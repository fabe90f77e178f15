//! `DELETE users/me/` and `users/{id}/`.

use serde_json::json;

use crate::support::{House, callers::PASSWORD};

#[tokio::test]
async fn an_account_goes_with_its_password_and_takes_its_tokens_along() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let jwt = house.jwts(&ada.email).await;
    let body = json!({ "current_password": PASSWORD });

    let gone = house.delete("/auth/users/me/").json(&body).token(&ada.auth_token).expect(204).await;

    assert_eq!(gone.text, "");
    house.get("/auth/users/me/").token(&ada.auth_token).expect(401).await;
    let said = house.get("/auth/users/me/").bearer(&jwt.access).expect(401).await;
    assert_eq!(said.text_of("code"), "user_not_found");
    house.log_in(&ada.email).expect(400).await;
    house.register("ada").await;
}

#[tokio::test]
async fn without_the_password_nothing_goes() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let bodies =
        [json!({}), json!({ "current_password": "" }), json!({ "current_password": "nope" })];
    for body in bodies.iter().chain([&json!({ "current_password": [PASSWORD] })]) {
        let call = house.delete("/auth/users/me/").json(body).token(&ada.auth_token);
        let said = call.expect(400).await.json();
        assert!(said["current_password"].is_array(), "{body}");
    }
    house.delete("/auth/users/me/").token(&ada.auth_token).expect(400).await;
    house
        .delete("/auth/users/me/")
        .json(&json!({ "current_password": PASSWORD }))
        .expect(401)
        .await;
    house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
}

#[tokio::test]
async fn an_administrator_deletes_others_with_its_own_password() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let root = house.admin("root").await;
    let path = format!("/auth/users/{}/", ada.id);

    let form = [("current_password", PASSWORD)];
    house.delete(&path).form(&form).token(&root.auth_token).expect(204).await;

    house.log_in(&ada.email).expect(400).await;
    house.delete(&path).form(&form).token(&root.auth_token).expect(404).await;
}

#[tokio::test]
async fn who_came_through_a_provider_has_no_password_to_delete_with() {
    let house = House::open().await;
    let client = house.client("app").await;
    let access = house.google_access(&client, "ok-1").await;
    for typed in ["x", "!"] {
        let body = json!({ "current_password": typed });
        let said = house.delete("/auth/users/me/").json(&body).bearer(&access).expect(400).await;
        assert!(said.json()["current_password"].is_array());
    }
}
