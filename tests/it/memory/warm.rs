//! Somebody with a credential of every kind, each of which the house knows by heart.

use cambio::sandbox::{NewToken, Provider};
use serde_json::json;

use crate::support::{Call, House, OAuthClient, Person, Said, callers::PASSWORD};

/// What can be asked of a house that it may know by heart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// djoser's record with an auth token.
    AuthToken,
    /// The same with simplejwt's JWT.
    Jwt,
    /// The same with an OAuth access token.
    Access,
    /// Seed 2's record.
    Api,
    /// Seed 3's record.
    Signin,
    /// What the access token is worth.
    Introspection,
}

/// Everything that can be asked.
pub const ASKS: [Ask; 6] =
    [Ask::AuthToken, Ask::Jwt, Ask::Access, Ask::Api, Ask::Signin, Ask::Introspection];

/// Ada, whose house remembers her.
pub struct Ada {
    pub house: House,
    pub client: OAuthClient,
    pub who: Person,
    pub jwt: String,
    pub jwt_refresh: String,
    pub access: String,
    pub refresh: String,
    api: String,
    pub api_refresh: String,
    signin: String,
}

impl Ada {
    /// Ada in a house of her own, not yet known by heart.
    pub async fn new() -> Self {
        let house = House::open().await;
        let client = house.client("web-client").await;
        let who = house.person("ada").await;
        let jwts = house.jwts(&who.email).await;
        let mut token = NewToken::new(Provider::Google, "ada", "42");
        token.email = Some(who.email.clone());
        token.email_verified = true;
        house.sandbox.add_token(token);
        let said = house.convert(&client, "google-oauth2", "ada").expect(200).await;
        let named = json!({ "email": who.email, "password": PASSWORD });
        let api = house.post("/api/login/").json(&named).expect(200).await;
        let named = json!({ "username": who.email, "password": PASSWORD });
        let signin = house.post("/signin").json(&named).expect(200).await;
        Self {
            jwt: jwts.access,
            jwt_refresh: jwts.refresh,
            access: said.text_of("access_token"),
            refresh: said.text_of("refresh_token"),
            api: api.text_of("access_token"),
            api_refresh: api.text_of("refresh_token"),
            signin: signin.text_of("token"),
            house,
            client,
            who,
        }
    }

    /// The same, and the house remembers every credential.
    pub async fn known() -> Self {
        let ada = Self::new().await;
        ada.warm_up().await;
        ada
    }

    /// Asks everything until all of it is answered from memory, in one go.
    pub async fn warm_up(&self) {
        for _ in 0..1000 {
            let before = self.house.app.recalled();
            for ask in ASKS {
                assert!(self.is_good(ask).await, "{ask:?}");
            }
            if self.house.app.recalled() == before + 6 {
                return;
            }
        }
        panic!("the house remembers nothing");
    }

    /// The question.
    pub fn ask(&self, ask: Ask) -> Call {
        let me = self.house.get("/auth/users/me/");
        match ask {
            Ask::AuthToken => me.token(&self.who.auth_token),
            Ask::Jwt => me.bearer(&self.jwt),
            Ask::Access => me.bearer(&self.access),
            Ask::Api => self.house.get("/api/me/").bearer(&self.api),
            Ask::Signin => self.house.post("/get_user").json(&json!({ "token": self.signin })),
            Ask::Introspection => {
                let fields = self.client.signed(&[("token", &self.access)]);
                self.house.post("/oauth/introspect").form(&fields)
            }
        }
    }

    /// Whether what it shows is good.
    pub async fn is_good(&self, ask: Ask) -> bool {
        let said: Said = self.ask(ask).await;
        match said.status {
            200 => ask != Ask::Introspection || said.json()["active"] == true,
            401 => false,
            // As seed 3 says it.
            400 | 404 if ask == Ask::Signin => false,
            other => panic!("{ask:?}: {other} {}", said.text),
        }
    }

    /// What is good still.
    pub async fn left(&self) -> Vec<Ask> {
        let mut left = Vec::new();
        for ask in ASKS {
            if self.is_good(ask).await {
                left.push(ask);
            }
        }
        left
    }
}
