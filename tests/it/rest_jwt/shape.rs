//! Every answer of this dialect has one shape, and only `POST` is taken.

use reqwest::Method;
use serde_json::json;

use crate::support::House;

const CALLS: [&str; 6] = ["signup", "signin", "refresh", "restore", "validation", "get_user"];

#[tokio::test]
async fn another_method_is_405_in_the_same_shape() {
    let house = House::open().await;
    for call in CALLS {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::OPTIONS] {
            let said = house.call(method, &format!("/{call}/")).expect(405).await.says_no();
            assert_eq!(said.header("allow"), "POST");
        }
    }
}

#[tokio::test]
async fn what_is_no_json_object_is_400_in_the_same_shape() {
    let house = House::open().await;
    for call in CALLS.into_iter().filter(|call| *call != "refresh") {
        for body in ["", "{", "[]", "1", "null", "{\"a\":1,\"a\":2}", "\u{0}"] {
            house
                .post(&format!("/{call}"))
                .body("application/json", body)
                .expect(400)
                .await
                .says_no();
        }
        let odd = json!({
            "email": {}, "password": [], "username": true, "token": {}, "restoring_email": [],
        });
        house.post(&format!("/{call}")).json(&odd).expect(400).await.says_no();
        let long = json!({ "username": "x".repeat(70_000) });
        house.post(&format!("/{call}")).json(&long).expect(413).await.says_no();
    }
}

#[tokio::test]
async fn the_dialect_can_be_moved_and_switched_off() {
    let moved = House::with(&[("dialects.signin.path", "/v1/accounts")]).await;
    moved.post("/v1/accounts/signin/").json(&json!({})).expect(400).await.says_no();
    moved.post("/signin/").json(&json!({})).expect(404).await;

    let off = House::with(&[("dialects.signin.enabled", "false")]).await;
    for call in CALLS {
        off.post(&format!("/{call}/")).json(&json!({})).expect(404).await;
    }
}
