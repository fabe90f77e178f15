//! Resources called in a way they do not take.

use reqwest::Method;
use serde_json::json;

use crate::support::House;

/// Resources that say at once that a method is wrong, and those that want a login first.
const OPEN: [&str; 3] = ["/auth/token/login/", "/auth/jwt/create/", "/auth/convert-token/"];
const CLOSED: [&str; 6] = [
    "/auth/users/activation/",
    "/auth/users/resend_activation/",
    "/auth/token/logout/",
    "/auth/revoke-token/",
    "/auth/invalidate-sessions/",
    "/auth/disconnect-backend/",
];

#[tokio::test]
async fn a_wrong_method_is_told_with_the_right_ones() {
    let house = House::open().await;
    for path in OPEN {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
            let said = house.call(method, path).expect(405).await;
            assert_eq!(said.header("allow"), "POST, OPTIONS", "{path}");
            said.is(&json!({ "detail": "Method not allowed." }));
        }
    }
}

#[tokio::test]
async fn where_a_login_is_due_it_is_asked_for_first() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    for path in CLOSED {
        house.get(path).expect(401).await;
        let said = house.get(path).token(&ada.auth_token).expect(405).await;
        assert_eq!(said.header("allow"), "POST, OPTIONS", "{path}");
    }
}

#[tokio::test]
async fn users_take_what_their_list_says() {
    let house = House::open().await;
    let ada = house.person("ada").await;

    let said = house.call(Method::PUT, "/auth/users/").token(&ada.auth_token).expect(405).await;

    assert_eq!(said.header("allow"), "GET, POST, HEAD, OPTIONS");
}

#[tokio::test]
async fn options_of_an_open_resource_need_no_login() {
    let house = House::open().await;
    for path in OPEN {
        let said = house.call(Method::OPTIONS, path).expect(200).await;
        assert_eq!(said.header("allow"), "POST, OPTIONS");
    }
}

#[tokio::test]
async fn a_bad_credential_is_told_before_a_wrong_method() {
    let house = House::open().await;

    house.get("/auth/token/login/").token("nobody").expect(401).await;
}

#[tokio::test]
async fn a_method_nobody_has_heard_of_is_a_wrong_one() {
    let house = House::open().await;

    let method = Method::from_bytes(b"BREW").unwrap();
    house.call(method, "/auth/token/login/").expect(405).await;
}
