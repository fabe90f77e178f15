//! Seed 2's contract: `/api/register`, `login`, `refresh`, `logout` and `me`.

mod accounts;
mod me;
mod places;
mod sessions;
mod tokens;

use serde_json::{Value, json};

use crate::support::{Call, House, callers::PASSWORD};

/// A pair of tokens.
struct Pair {
    access: String,
    refresh: String,
}

impl House {
    fn api_register(&self, email: &str) -> Call {
        self.post("/api/register/").json(&json!({ "email": email, "password": PASSWORD }))
    }

    fn api_login(&self, email: &str, password: &str) -> Call {
        self.post("/api/login/").json(&json!({ "email": email, "password": password }))
    }

    async fn api_pair(&self, email: &str) -> Pair {
        let said = self.api_login(email, PASSWORD).expect(200).await;
        Pair { access: said.text_of("access_token"), refresh: said.text_of("refresh_token") }
    }

    /// Registers and logs in.
    async fn api_person(&self, email: &str) -> Pair {
        self.api_register(email).expect(201).await;
        self.api_pair(email).await
    }

    fn api_with(&self, call: &str, refresh: &str) -> Call {
        self.post(&format!("/api/{call}/")).json(&json!({ "refresh_token": refresh }))
    }

    fn api_me(&self, access: &str) -> Call {
        self.get("/api/me/").bearer(access)
    }
}

/// What a JWT claims, unverified.
fn claims(jwt: &str) -> Value {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    let part = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
