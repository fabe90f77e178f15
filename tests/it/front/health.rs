//! Whether the process lives, and whether it can serve.

use reqwest::Method;
use serde_json::json;

use crate::support::{House, tables::undo_migrations};

#[tokio::test]
async fn a_house_lives_and_is_ready() {
    let house = House::open().await;

    let said = house.get("/health/live").expect(200).await;
    assert_eq!(
        (said.text.as_str(), said.header("content-type")),
        ("ok", "text/plain; charset=utf-8")
    );
    house.get("/health/ready").expect(200).await.is(&json!({ "status": "ready" }));
    house.get("/health/ready/").expect(200).await;
}

#[tokio::test]
async fn without_its_tables_it_lives_but_is_not_ready() {
    let house = House::open().await;
    undo_migrations(&house.app).await;

    house.get("/health/live").expect(200).await;
    house.get("/health/ready").expect(503).await.is(&json!({ "status": "unavailable" }));
}

#[tokio::test]
async fn monitors_may_ask_with_head_and_nobody_with_post() {
    let house = House::open().await;
    for path in ["/health/live", "/health/ready"] {
        let said = house.call(Method::HEAD, path).expect(200).await;
        assert!(said.text.is_empty());
        let said = house.post(path).expect(405).await;
        assert_eq!(said.header("allow"), "GET, HEAD, OPTIONS");
    }
}

#[tokio::test]
async fn health_is_told_to_whoever_asks() {
    let house = House::open().await;

    house.get("/health/ready").bearer("garbage").expect(200).await;
}

#[tokio::test]
async fn who_is_about_to_stop_is_not_ready_but_serves() {
    let house = House::open().await;

    house.app.begin_to_stop();

    house.get("/health/ready").expect(503).await.is(&json!({ "status": "stopping" }));
    house.get("/health/live").expect(200).await;
    house.person("ada").await;
}
