//! Seed 0's `users/me/settings`: one JSON document per account.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Call, House, Person};

const PATH: &str = "/users/me/settings";

fn put(house: &House, who: &Person, document: &Value) -> Call {
    house.put(PATH).json(document).token(&who.auth_token)
}

#[tokio::test]
async fn it_is_empty_at_first_replaced_by_put_and_merged_by_patch() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    house.get(PATH).token(&ada.auth_token).expect(200).await.is(&json!({}));

    let first = json!({ "theme": "dark", "privacy": { "email": false, "name": true } });
    put(&house, &ada, &first).expect(200).await.is(&first);
    let patch = json!({ "privacy": { "email": null, "city": "Lviv" } });
    let patch = house.patch(PATH).json(&patch).token(&ada.auth_token).expect(200).await;
    let both = json!({ "theme": "dark", "privacy": { "name": true, "city": "Lviv" } });
    patch.is(&both);

    house.get("/auth/users/me/settings/").token(&ada.auth_token).expect(200).await.is(&both);
    let merge = r#"{"theme":null}"#;
    let patch = house.patch(PATH).body("application/merge-patch+json", merge);
    assert!(patch.token(&ada.auth_token).expect(200).await.json()["theme"].is_null());
}

#[tokio::test]
async fn everybody_has_their_own_and_it_goes_with_the_account() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let bob = house.person("bob").await;
    put(&house, &ada, &json!({ "a": 1 })).expect(200).await;

    house.get(PATH).token(&bob.auth_token).expect(200).await.is(&json!({}));
    house.get(PATH).expect(401).await;
    house.put(PATH).json(&json!({})).expect(401).await;
    let password = json!({ "current_password": crate::support::callers::PASSWORD });
    house.delete("/users/me/").json(&password).token(&ada.auth_token).expect(204).await;
}

#[tokio::test]
async fn two_devices_do_not_overwrite_each_other_unawares() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let tag = house.get(PATH).token(&ada.auth_token).expect(200).await.header("etag").to_owned();
    let phone = put(&house, &ada, &json!({ "by": "phone" })).header("If-Match", &tag).expect(200);
    let newer = phone.await.header("etag").to_owned();

    let laptop = || put(&house, &ada, &json!({ "by": "laptop" }));
    laptop().header("If-Match", &tag).expect(412).await;
    laptop().header("If-Match", &format!("W/{newer}")).expect(412).await;
    laptop().header("If-Match", &format!("\"x\", {newer}")).expect(200).await;
    laptop().header("If-Match", "*").expect(200).await;
    laptop().expect(200).await;
}

#[tokio::test]
async fn of_many_with_one_tag_exactly_one_writes() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    for _ in 0..2 {
        let tag = house.get(PATH).token(&ada.auth_token).await.header("etag").to_owned();
        let (house, ada, tag) = (&house, &ada, &tag);
        let calls = (0..6).map(|n| async move {
            put(house, ada, &json!({ "n": n, "t": tag })).header("If-Match", tag).await.status
        });
        let said = join_all(calls).await;
        assert_eq!(said.iter().filter(|status| **status == 200).count(), 1, "{said:?}");
        assert_eq!(said.iter().filter(|status| **status == 412).count(), 5, "{said:?}");
    }
}

#[tokio::test]
async fn what_is_no_object_too_deep_or_too_large_is_refused() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let nested = |levels: usize| (1..levels).fold(json!({}), |inner, _| json!({ "a": inner }));
    put(&house, &ada, &nested(16)).expect(200).await;

    for body in [nested(17), json!([1]), json!("x"), json!(null)] {
        let said = put(&house, &ada, &body).expect(400).await.json();
        assert!(said["non_field_errors"].is_array(), "{body}");
    }
    let raw = |kind: &str, text: String| house.put(PATH).body(kind, text).token(&ada.auth_token);
    raw("application/json", r#"{"a":1,"a":2}"#.to_owned()).expect(400).await;
    raw("application/json", "{".to_owned()).expect(400).await;
    raw("text/plain", "{}".to_owned()).expect(415).await;
    let long = |length: usize| json!({ "a": "x".repeat(length) });
    put(&house, &ada, &long(65_536 - 8)).expect(200).await;
    put(&house, &ada, &long(65_536 - 7)).expect(413).await;
    house.patch(PATH).json(&json!({ "b": 1 })).token(&ada.auth_token).expect(413).await;
}
