//! People as administrators see them, and every kind of token they can have.

use cambio::{
    domain::{
        account::{AccountId, Group},
        client::{ClientKind, GrantType},
    },
    usecases::{
        clients::RegisterClient,
        groups,
        manage::{self, Which},
    },
};
use serde_json::json;

use super::{Call, House, OAuthClient, Person, callers, callers::PASSWORD};

/// What `jwt/create` hands out.
pub struct Jwts {
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: String,
}

impl House {
    /// Registers, activates and logs in an administrator.
    pub async fn admin(&self, name: &str) -> Person {
        let person = self.person(name).await;
        let which = Which::Id(AccountId(person.id));
        self.app.write(move |ctx| manage::make_admin(ctx, &which)).await.unwrap();
        person
    }

    /// Puts somebody into a group.
    pub async fn join(&self, person: &Person, group: &str) {
        let (id, group) = (AccountId(person.id), Group::parse(group).unwrap());
        self.app.write(move |ctx| groups::add(ctx, id, &group)).await.unwrap();
    }

    /// Takes somebody out of a group.
    pub async fn leave(&self, person: &Person, group: &str) {
        let (id, group) = (AccountId(person.id), Group::parse(group).unwrap());
        self.app.write(move |ctx| groups::remove(ctx, id, &group)).await.unwrap();
    }

    /// `jwt/create` with the common password.
    pub async fn jwts(&self, email: &str) -> Jwts {
        let body = json!({ "email": email, "password": PASSWORD });
        let said = self.post("/auth/jwt/create/").json(&body).expect(200).await;
        Jwts { access: said.text_of("access"), refresh: said.text_of("refresh") }
    }

    /// The access token of a conversion of Google's token of that name.
    pub async fn google_access(&self, client: &OAuthClient, token: &str) -> String {
        let said = self.convert(client, "google-oauth2", token).expect(200).await;
        said.text_of("access_token")
    }

    /// The access token of a client that acts for itself.
    pub async fn machine(&self, id: &str) -> String {
        let grants = vec![GrantType::ClientCredentials];
        let wish = RegisterClient { grants, ..callers::wish(id, ClientKind::Confidential) };
        let client = self.client_with(wish).await;
        let fields = client.signed(&[("grant_type", "client_credentials")]);
        self.post("/auth/token/").form(&fields).expect(200).await.text_of("access_token")
    }

    /// A login with that password.
    pub fn log_in_with(&self, email: &str, password: &str) -> Call {
        self.post("/auth/token/login/").json(&json!({ "email": email, "password": password }))
    }
}
