//! Seed 3's contract: `/signup`, `signin`, `refresh`, `restore`, `validation` and `get_user`.

mod accounts;
mod restore;
mod sessions;
mod shape;

use serde_json::{Value, json};

use crate::support::{Call, House, Said, callers::PASSWORD};

impl House {
    fn sign_up(&self, body: &Value) -> Call {
        self.post("/signup").json(body)
    }

    /// Signs up with a user name and the common password.
    async fn signed_up(&self, name: &str) -> Value {
        let email = format!("{name}@example.com");
        let body = json!({ "email": email, "password": PASSWORD, "username": name });
        self.sign_up(&body).expect(200).await.json()["user"].clone()
    }

    fn sign_in(&self, name: &str, password: &str) -> Call {
        self.post("/signin").json(&json!({ "username": name, "password": password }))
    }

    async fn signed_in(&self, name: &str) -> String {
        self.sign_in(name, PASSWORD).expect(200).await.text_of("token")
    }

    fn renew(&self, token: &str) -> Call {
        self.post("/refresh").header("Authorization", token)
    }

    fn with_token(&self, call: &str, token: &str) -> Call {
        self.post(&format!("/{call}")).json(&json!({ "token": token }))
    }
}

impl Said {
    /// Insists on the one shape in which this dialect says no.
    fn says_no(self) -> Self {
        let body = self.json();
        let names: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["error", "status"], "{self:?}");
        assert_eq!(body["status"], self.status, "{self:?}");
        assert!(body["error"]["message"].is_string(), "{self:?}");
        self
    }
}
