//! Seed 2: "`RESTful` API for user authentication".

use serde_json::json;

use super::example;
use crate::support::House;

/// Its examples use the password `password`, which a default installation refuses as too common.
async fn house() -> House {
    House::with(&[("passwords.check_common", "false")]).await
}

#[tokio::test]
async fn the_examples_in_their_order() {
    let house = house().await;

    // User Registration
    let body = example(r#"{"password": "password", "email": "user@example.com"}"#);
    let said = house.post("/api/register/").json(&body).expect(201).await;
    said.is(&example(r#"{"id": 1, "email": "user@example.com"}"#));

    // Authentication (Obtaining Access and Refresh Token)
    let body = example(r#"{"email": "user@example.com", "password": "password"}"#);
    let said = house.post("/api/login/").json(&body).expect(200).await;
    let (access, refresh) = (said.text_of("access_token"), said.text_of("refresh_token"));
    assert!(access.starts_with("eyJ"));
    assert_eq!(refresh.len(), "d952527b-caef-452c-8c93-1100214f82e5".len());
    said.is(&json!({ "access_token": access, "refresh_token": refresh }));

    // Access Token Refresh
    let body = json!({ "refresh_token": refresh });
    let said = house.post("/api/refresh/").json(&body).expect(200).await;
    let (access, refresh) = (said.text_of("access_token"), said.text_of("refresh_token"));
    said.is(&json!({ "access_token": access, "refresh_token": refresh }));

    // Retrieving Personal Information
    let said = house.get("/api/me/").bearer(&access).expect(200).await;
    said.is(&example(r#"{"id": 1, "username": "user@example.com", "email": "user@example.com"}"#));

    // Updating Personal Information
    let body = example(r#"{"username": "John Smith"}"#);
    let said = house.put("/api/me/").bearer(&access).json(&body).expect(200).await;
    said.is(&example(r#"{"id": 1, "username": "John Smith", "email": "user@example.com"}"#));

    // Logout (Invalidating Refresh Token)
    let body = json!({ "refresh_token": refresh });
    let said = house.post("/api/logout/").json(&body).expect(200).await;
    said.is(&example(r#"{"success": "User logged out."}"#));
    house.post("/api/refresh/").json(&body).expect(401).await;
}

/// The token of the document was signed by somebody else, and its time is over.
#[tokio::test]
async fn the_token_of_the_document_opens_nothing_here() {
    let house = house().await;
    let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoxMjMsInVzZXJuYW1lIjoiZXhhbXBsZ\
                 VVzZXIiLCJleHAiOjE3MTIxNDYxNDd9.zKobBlRuOiJSxCmi-iYap1bejfnvK6M3qtnkT0ssDKA";
    house.get("/api/me/").bearer(token).expect(401).await;
}

/// Where nobody has registered, its requests are answered as a stranger's.
#[tokio::test]
async fn the_refresh_tokens_of_the_document_are_nobodys() {
    let house = house().await;
    let body = example(r#"{"refresh_token": "d952527b-caef-452c-8c93-1100214f82e5"}"#);
    house.post("/api/refresh/").json(&body).expect(401).await;
    let body = example(r#"{"refresh_token": "eb0464c2-ed6e-4346-a709-042c33946154"}"#);
    house.post("/api/logout/").json(&body).expect(400).await;
    let body = example(r#"{"email": "user@example.com", "password": "password"}"#);
    house.post("/api/login/").json(&body).expect(401).await;
}
