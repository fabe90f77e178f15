//! Who calls on a house: people with a password, and registered clients.

use cambio::{
    domain::{
        client::{ClientId, ClientKind, ClientOptions, GrantType, ProviderRule},
        email::Email,
        scope::ScopeSet,
    },
    usecases::{
        clients::{self, RegisterClient},
        manage::{self, Which},
    },
};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::{Call, House};

/// The password of everybody here.
pub const PASSWORD: &str = "dormouse-teapot-42";

/// An active account and its auth token.
pub struct Person {
    /// Its address.
    pub email: String,
    /// Its number, as the wire says it.
    pub id: i64,
    /// `Token …`.
    pub auth_token: String,
}

/// A registered client.
#[derive(Debug, Clone)]
pub struct OAuthClient {
    /// Its id.
    pub id: String,
    /// Its secret; a public client has none.
    pub secret: Option<String>,
}

impl House {
    /// Registers `name@example.com`; the account waits for its activation.
    pub async fn register(&self, name: &str) -> i64 {
        let body = sheet(&format!("{name}@example.com"));
        let said = self.post("/auth/users/").json(&body).expect(201).await;
        said.json()["id"].as_i64().unwrap()
    }

    /// Registers and activates `name@example.com` by its letter.
    pub async fn activated(&self, name: &str) -> i64 {
        let id = self.register(name).await;
        self.activate_by_letter(&format!("{name}@example.com")).await;
        id
    }

    /// Opens the link of the latest letter to that address.
    pub async fn activate_by_letter(&self, email: &str) {
        let (uid, token) = self.mail.link_to(email).await;
        let body = json!({ "uid": uid, "token": token });
        self.post("/auth/users/activation/").json(&body).expect(204).await;
    }

    /// Registers, activates and logs in `name@example.com`.
    pub async fn person(&self, name: &str) -> Person {
        let id = self.activated(name).await;
        let email = format!("{name}@example.com");
        let auth_token = self.log_in(&email).expect(200).await.text_of("auth_token");
        Person { email, id, auth_token }
    }

    /// Switches an account off, as an administrator does.
    pub async fn deactivate(&self, email: &str) {
        let which = which(email);
        self.app.write(move |ctx| manage::deactivate(ctx, &which)).await.unwrap();
    }

    /// Switches an account on, as an administrator does.
    pub async fn reactivate(&self, email: &str) {
        let which = which(email);
        self.app.write(move |ctx| manage::activate(ctx, &which)).await.unwrap();
    }

    /// Deletes an account, as an administrator does.
    pub async fn delete_account(&self, email: &str) {
        let which = which(email);
        self.app.write(move |ctx| manage::delete(ctx, &which)).await.unwrap();
    }

    /// `token/login` with the common password.
    pub fn log_in(&self, email: &str) -> Call {
        self.post("/auth/token/login/").json(&json!({ "email": email, "password": PASSWORD }))
    }

    /// A confidential client that may convert and refresh.
    pub async fn client(&self, id: &str) -> OAuthClient {
        self.client_with(wish(id, ClientKind::Confidential)).await
    }

    /// The same without a secret.
    pub async fn public_client(&self, id: &str) -> OAuthClient {
        self.client_with(wish(id, ClientKind::Public)).await
    }

    /// Registers any client.
    pub async fn client_with(&self, wish: RegisterClient) -> OAuthClient {
        let done = self.app.write(move |ctx| clients::register(ctx, &wish)).await.unwrap();
        let secret = done.secret.map(|secret| secret.expose_secret().to_owned());
        OAuthClient { id: done.client.id.as_str().to_owned(), secret }
    }

    /// A conversion by that client.
    pub fn convert(&self, client: &OAuthClient, backend: &str, token: &str) -> Call {
        let fields = [("grant_type", "convert_token"), ("backend", backend), ("token", token)];
        self.post("/auth/convert-token/").form(&client.signed(&fields))
    }

    /// A rotation by that client.
    pub fn refresh(&self, client: &OAuthClient, refresh_token: &str) -> Call {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        self.post("/auth/token/").form(&client.signed(&fields))
    }

    /// `users/me` with a Bearer token.
    pub fn me(&self, access_token: &str) -> Call {
        self.get("/auth/users/me/").bearer(access_token)
    }
}

impl OAuthClient {
    /// The fields with this client's own before them.
    pub fn signed<'a>(&'a self, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let secret = self.secret.as_deref().map(|secret| ("client_secret", secret));
        let own = std::iter::once(("client_id", self.id.as_str())).chain(secret);
        own.chain(fields.iter().copied()).collect()
    }
}

/// A registration, filled in.
pub fn sheet(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "re_password": PASSWORD })
}

fn which(email: &str) -> Which {
    Which::Email(Email::parse(email).unwrap())
}

/// What the clients here are registered with.
pub fn wish(id: &str, kind: ClientKind) -> RegisterClient {
    RegisterClient {
        name: id.to_owned(),
        id: ClientId::parse(id),
        secret: None,
        kind,
        grants: vec![GrantType::ConvertToken, GrantType::RefreshToken],
        redirect_uris: Vec::new(),
        scopes: ScopeSet::parse("read write"),
        providers: ProviderRule::Any,
        options: ClientOptions::default(),
    }
}
