//! `users/me/` and the list: what a person may see.

use reqwest::Method;
use serde_json::json;

use crate::support::House;

#[tokio::test]
async fn a_person_sees_itself() {
    let house = House::open().await;
    let ada = house.person("ada").await;

    for path in ["/auth/users/me/", "/auth/users/me"] {
        let said = house.get(path).token(&ada.auth_token).expect(200).await;
        said.is(&json!({ "email": ada.email, "id": ada.id, "name": "" }));
    }
}

#[tokio::test]
async fn the_list_of_a_person_holds_itself_alone() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    house.person("bob").await;

    let said = house.get("/auth/users/").token(&ada.auth_token).expect(200).await;

    said.is(&json!([{ "email": ada.email, "id": ada.id, "name": "" }]));
}

#[tokio::test]
async fn an_administrator_sees_everybody_in_the_order_they_came() {
    let house = House::open().await;
    let ada = house.admin("ada").await;
    let bob = house.register("bob").await;

    let said = house.get("/auth/users/").token(&ada.auth_token).expect(200).await;

    let ids: Vec<i64> =
        said.json().as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [ada.id, bob]);
}

#[tokio::test]
async fn every_credential_of_a_person_opens_it() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let jwt = house.jwts("ada@example.com").await;

    for header in [
        format!("Token {}", ada.auth_token),
        format!("TOKEN {}", ada.auth_token),
        format!("token  {}", ada.auth_token),
        format!("Bearer {}", jwt.access),
        format!("bearer {}", jwt.access),
        format!("JWT {}", jwt.access),
    ] {
        let call = house.get("/auth/users/me/").header("Authorization", &header);
        assert_eq!(call.expect(200).await.json()["id"], ada.id, "{header}");
    }
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    for path in ["/auth/users/me/", "/auth/users/"] {
        let got = house.get(path).token(&ada.auth_token).expect(200).await;
        let head = house.call(Method::HEAD, path).token(&ada.auth_token).expect(200).await;
        assert!(head.text.is_empty());
        assert_eq!(head.header("content-length"), got.text.len().to_string());
        assert_eq!(head.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn options_tell_the_methods_to_those_who_are_logged_in() {
    let house = House::open().await;
    let ada = house.person("ada").await;

    house.call(Method::OPTIONS, "/auth/users/me/").expect(401).await;
    let call = house.call(Method::OPTIONS, "/auth/users/me/").token(&ada.auth_token);
    let said = call.expect(200).await;

    assert!(said.header("allow").contains("GET") && said.header("allow").contains("HEAD"));
}

#[tokio::test]
async fn an_account_switched_off_or_deleted_is_seen_no_more() {
    let house = House::open().await;
    let (ada, bob) = (house.person("ada").await, house.person("bob").await);
    house.deactivate("ada@example.com").await;
    house.delete_account("bob@example.com").await;

    for token in [ada.auth_token, bob.auth_token] {
        house.get("/auth/users/me/").token(&token).expect(401).await;
        house.get("/auth/users/").token(&token).expect(401).await;
    }
}

#[tokio::test]
async fn a_token_in_the_query_or_the_body_is_none() {
    let house = House::open().await;
    let jwt = {
        house.person("ada").await;
        house.jwts("ada@example.com").await
    };
    house.get(&format!("/auth/users/me/?access_token={}", jwt.access)).expect(401).await;
    let fields = [("access_token", jwt.access.as_str())];
    house.post("/auth/token/logout/").form(&fields).expect(401).await;
}
