//! Every way in that a person has, and every session that comes of one.

use serde_json::{Value, json};

use crate::support::{Call, House, OAuthClient, Person, callers, people::google};
use cambio::{
    domain::client::{ClientKind, GrantType},
    usecases::clients::RegisterClient,
};

/// Logs in with a name and a password at every dialect that takes them.
pub fn logins(house: &House, email: &str, password: &str) -> Vec<Call> {
    let by_email = json!({ "email": email, "password": password });
    let by_name = json!({ "username": email, "password": password });
    vec![
        house.post("/auth/token/login/").json(&by_email),
        house.post("/auth/jwt/create/").json(&by_email),
        house.post("/api/login/").json(&by_email),
        house.post("/signin").json(&by_name),
    ]
}

/// A client that may show its users' passwords.
pub async fn trusted_client(house: &House) -> OAuthClient {
    let grants = vec![GrantType::Password, GrantType::RefreshToken];
    let wish =
        RegisterClient { grants, ..callers::wish("trusted-client", ClientKind::Confidential) };
    house.client_with(wish).await
}

/// Somebody with a session of every dialect.
pub struct Everywhere {
    /// Who.
    pub who: Person,
    client: OAuthClient,
    jwt: (String, String),
    oauth: (String, String),
    api: (String, String),
    signin: String,
}

impl Everywhere {
    /// Logs in everywhere.
    pub async fn open(house: &House, name: &str) -> Self {
        let who = house.person(name).await;
        let jwts = house.jwts(&who.email).await;
        let client = house.client("web-client").await;
        house.sandbox.add_token(google(name, &who.email));
        let oauth = house.convert(&client, "google-oauth2", name).expect(200).await;
        let body = json!({ "email": who.email, "password": callers::PASSWORD });
        let api = house.post("/api/login/").json(&body).expect(200).await;
        let body = json!({ "username": who.email, "password": callers::PASSWORD });
        let signin = house.post("/signin").json(&body).expect(200).await.text_of("token");
        Self {
            client,
            jwt: (jwts.access, jwts.refresh),
            oauth: (oauth.text_of("access_token"), oauth.text_of("refresh_token")),
            api: (api.text_of("access_token"), api.text_of("refresh_token")),
            signin,
            who,
        }
    }

    /// Everything those sessions can be used for, each with whether it still can.
    pub async fn good(&self, house: &House) -> Vec<(&'static str, bool)> {
        let post = |path: &str, body: Value| house.post(path).json(&body);
        let calls = [
            ("auth token", house.get("/auth/users/me/").token(&self.who.auth_token)),
            ("JWT", house.me(&self.jwt.0)),
            ("JWT verified", post("/auth/jwt/verify/", json!({ "token": self.jwt.0 }))),
            ("JWT refreshed", post("/auth/jwt/refresh/", json!({ "refresh": self.jwt.1 }))),
            ("OAuth access", house.me(&self.oauth.0)),
            ("OAuth refresh", house.refresh(&self.client, &self.oauth.1)),
            ("/api JWT", house.get("/api/me/").bearer(&self.api.0)),
            ("/api refresh", post("/api/refresh/", json!({ "refresh_token": self.api.1 }))),
            ("/signin JWT", post("/validation", json!({ "token": self.signin }))),
            ("/signin renewed", house.post("/refresh").bearer(&self.signin)),
        ];
        let mut good = Vec::new();
        for (name, call) in calls {
            good.push((name, call.await.status == 200));
        }
        good
    }
}

/// Those that are still good.
pub fn left(good: &[(&'static str, bool)]) -> Vec<&'static str> {
    good.iter().filter(|(_, good)| *good).map(|(name, _)| *name).collect()
}
