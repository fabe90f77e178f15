//! `users/activation/`: the link of the letter.

use serde_json::json;

use crate::support::House;

#[tokio::test]
async fn an_account_works_once_it_is_activated() {
    let house = House::open().await;
    house.register("ada").await;
    house.log_in("ada@example.com").expect(400).await;

    let (uid, token) = house.mail.link_to("ada@example.com").await;
    let link = json!({ "uid": uid, "token": token });
    house.post("/auth/users/activation/").json(&link).expect(204).await;

    let auth_token = house.log_in("ada@example.com").expect(200).await.text_of("auth_token");
    house.get("/auth/users/me/").token(&auth_token).expect(200).await;
}
