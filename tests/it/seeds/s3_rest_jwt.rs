//! Seed 3: "django-rest-jwt-auth".
#![expect(clippy::doc_markdown, reason = "the seed is quoted to the letter")]

use chrono::TimeDelta;
use serde_json::json;

use super::example;
use crate::support::{House, callers::PASSWORD};

const SETTINGS: [(&str, &str); 4] = [
    // JWT_SECRET, JWT_ALGORITHM, JWT_ROLE, EMAIL_ENCRYPT_KEY; a secret such as 'super-secret-key'
    // keeps this server from starting.
    ("dialects.signin.jwt_secret", "k9Jq2Vw7Xz4Lm1Np6Rt3Ys8Ab5Cd0Ef2"),
    ("dialects.signin.jwt_algorithm", "HS256"),
    ("dialects.signin.jwt_role", "postgres"),
    ("dialects.signin.email_encrypt_key", "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="),
];

/// 4. "JSON data that sends" and 5. "Data that retrievs".
#[tokio::test]
async fn what_is_sent_and_what_comes_back() {
    let house = House::with(&SETTINGS).await;

    let body = json!({ "email": "ada@example.com", "password": PASSWORD, "username": "ada" });
    let said = house.post("/signup").json(&body).expect(200).await.json();
    assert_eq!((&said["user"]["username"], &said["status"]), (&json!("ada"), &json!(200)));
    assert!(said["user"].get("password").is_none());

    let body = json!({ "username": "ada", "password": PASSWORD });
    let said = house.post("/signin").json(&body).expect(200).await;
    let token = said.text_of("token");
    said.is(&json!({ "token": token, "status": 200 }));

    let said = house.post("/refresh").header("Authorization", &token).expect(200).await;
    let new = said.text_of("token");
    said.is(&json!({ "token": new, "status": 200 }));
}

/// "username or you can use boolean field email_as_name"; "independent if email was used as username".
#[tokio::test]
async fn the_address_as_the_name() {
    let house = House::with(&SETTINGS).await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD, "email_as_name": true });
    house.post("/signup").json(&body).expect(200).await;

    let body = json!({ "username": "ada@example.com", "password": PASSWORD });
    house.post("/signin").json(&body).expect(200).await;
}

/// "Needed in 'restoring_email' field"; "Needs 'restoring_password' & 'restoring_token': token - is
/// restoring query parameter in email link that was sent."
#[tokio::test]
async fn a_restored_password() {
    let house = House::with(&SETTINGS).await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD, "email_as_name": true });
    house.post("/signup").json(&body).expect(200).await;
    house.forward(TimeDelta::seconds(1));

    let said = house.post("/restore").json(&json!({ "restoring_email": "ada@example.com" })).await;
    let names: Vec<_> = said.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!((said.status, names.as_slice()), (200, &["message".into(), "status".into()][..]));
    let text = house.mail.last_to("ada@example.com").await.rendered.text;
    let token = text.split("?restoring=").nth(1).unwrap().split_whitespace().next().unwrap();
    let body = json!({ "restoring_password": "walrus-oyster-17", "restoring_token": token });
    house.post("/restore").json(&body).expect(200).await;

    let body = json!({ "username": "ada@example.com", "password": "walrus-oyster-17" });
    house.post("/signin").json(&body).expect(200).await;
}

/// 6. "Error cases".
#[tokio::test]
async fn an_error_has_the_shape_of_the_document() {
    let house = House::with(&SETTINGS).await;
    let body = json!({ "username": "nobody", "password": PASSWORD });
    let said = house.post("/signin").json(&body).await.json();

    assert_eq!(said["status"], 404);
    assert!(said["error"]["message"].is_string());
    assert_eq!((said.as_object().unwrap().len(), said["error"].as_object().unwrap().len()), (2, 1));
}

/// 2. `path('<path>/', include('django_rest_jwt_auth.urls'))`, "pathes: /signin /signup /refresh".
#[tokio::test]
async fn the_paths_stand_under_a_path_of_ones_own() {
    let house = House::with(&[("dialects.signin.path", "/accounts")]).await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD, "username": "ada" });
    house.post("/accounts/signup").json(&body).expect(200).await;
    let body = json!({ "username": "ada", "password": PASSWORD });
    let token = house.post("/accounts/signin").json(&body).expect(200).await.text_of("token");
    house.post("/accounts/refresh").header("Authorization", &token).expect(200).await;
    house.post("/signin").json(&body).expect(404).await;
}

/// 5. "From */signup*: JSON with created user object [except password]"; "From */restore*: If was or not
/// email sent. {'message', 'status'}".
#[tokio::test]
async fn what_is_answered_has_the_keys_of_the_document_and_no_more() {
    let house = House::with(&SETTINGS).await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD, "username": "ada" });
    let said = house.post("/signup").json(&body).expect(200).await;
    let user = said.json()["user"].clone();
    assert!(!said.text.contains("password") && !said.text.contains(PASSWORD));
    said.is(&json!({ "user": user, "status": 200 }));

    for email in ["ada@example.com", "nobody@example.com"] {
        let said = house.post("/restore").json(&json!({ "restoring_email": email })).await;
        let message = said.text_of("message");
        said.is(&json!({ "message": message, "status": 200 }));
    }
}

/// 4. "required", field by field, and 6. the error for each.
#[tokio::test]
async fn what_is_required_is_demanded() {
    let house = House::with(&SETTINGS).await;
    for (path, body) in [
        ("/signup", json!({ "password": PASSWORD, "username": "ada" })),
        ("/signup", json!({ "email": "ada@example.com", "username": "ada" })),
        ("/signup", json!({ "email": "ada@example.com", "password": PASSWORD })),
        ("/signin", json!({ "password": PASSWORD })),
        ("/signin", json!({ "username": "ada" })),
        ("/refresh", json!({})),
        ("/restore", json!({ "restoring_password": PASSWORD })),
        ("/restore", json!({ "restoring_token": "x" })),
    ] {
        let said = house.post(path).json(&body).expect(400).await;
        let message = said.json()["error"]["message"].as_str().unwrap().to_owned();
        let mut error =
            example(r#"{ "status": 400, "error": { "message": "Error explanation" } }"#);
        error["error"]["message"] = json!(message);
        said.is(&error);
    }
}
