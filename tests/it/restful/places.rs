//! Where the calls are, and what they say when they are called otherwise.

use reqwest::Method;

use crate::support::House;

#[tokio::test]
async fn the_dialect_can_be_moved() {
    let house = House::with(&[("dialects.api.path", "/v2/accounts")]).await;
    house.get("/v2/accounts/me/").expect(401).await;
    house.get("/v2/accounts/me").expect(401).await;
    house.get("/api/me/").expect(404).await;
}

#[tokio::test]
async fn the_dialect_can_be_switched_off() {
    let house = House::with(&[("dialects.api.enabled", "false")]).await;
    house.get("/api/me/").expect(404).await;
    house.api_register("ada@example.com").expect(404).await;
    house.post("/signin").expect(400).await;
}

#[tokio::test]
async fn another_method_is_told_with_those_there_are() {
    let house = House::open().await;
    for (method, path, allowed) in [
        (Method::GET, "/api/login/", "POST, OPTIONS"),
        (Method::DELETE, "/api/me/", "GET, PUT, PATCH, HEAD, OPTIONS"),
    ] {
        let said = house.call(method, path).expect(405).await;
        assert_eq!(said.header("allow"), allowed);
        assert!(said.json()["error"].is_string());
    }
    let said = house.call(Method::OPTIONS, "/api/register/").expect(200).await;
    assert_eq!(said.header("allow"), "POST, OPTIONS");
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_told_as_an_error() {
    let house = House::open().await;
    for (kind, body, status) in [
        ("application/json", "{", 400),
        ("application/json", "[]", 400),
        ("application/json", "{\"email\":\"a\",\"email\":\"b\"}", 400),
        ("text/plain", "x", 415),
    ] {
        let said = house.post("/api/login/").body(kind, body).expect(status).await;
        assert!(said.json()["error"].is_string(), "{body}");
    }
}
