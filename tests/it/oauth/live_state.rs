//! What happens to an account or a client is felt by every token with the next request.

use cambio::{
    domain::{account::AccountId, client::ClientId, password::Password},
    sandbox::{NewToken, Provider},
    usecases::{
        clients,
        manage::{self, Which},
    },
};
use serde_json::json;

use crate::support::{House, OAuthClient, Person, callers::PASSWORD};

/// Ada with one credential of every kind.
struct Ada {
    house: House,
    client: OAuthClient,
    who: Person,
    jwt: String,
    access: String,
    refresh: String,
}

impl Ada {
    async fn new() -> Self {
        let house = House::open().await;
        let client = house.client("web-client").await;
        let who = house.person("ada").await;
        let login = json!({ "email": who.email, "password": PASSWORD });
        let jwt = house.post("/auth/jwt/create/").json(&login).expect(200).await;
        let mut token = NewToken::new(Provider::Google, "ada", "42");
        token.email = Some(who.email.clone());
        token.email_verified = true;
        house.sandbox.add_token(token);
        let said = house.convert(&client, "google-oauth2", "ada").expect(200).await;
        let (access, refresh) = (said.text_of("access_token"), said.text_of("refresh_token"));
        Self { jwt: jwt.text_of("access"), access, refresh, house, client, who }
    }

    fn which(&self) -> Which {
        Which::Id(AccountId(self.who.id))
    }

    /// The statuses of an auth token, a JWT, an access token and a refresh token.
    async fn statuses(&self) -> [u16; 4] {
        let me = || self.house.get("/auth/users/me/");
        [
            me().token(&self.who.auth_token).await.status,
            me().bearer(&self.jwt).await.status,
            me().bearer(&self.access).await.status,
            self.house.refresh(&self.client, &self.refresh).await.status,
        ]
    }

    async fn nothing_is_left(&self) {
        assert_eq!(self.statuses().await, [401, 401, 401, 400]);
    }

    async fn switch_client(&self, on: bool) {
        let id = ClientId::parse(&self.client.id).unwrap();
        self.house.app.write(move |ctx| clients::switch(ctx, &id, on)).await.unwrap();
    }
}

#[tokio::test]
async fn everything_is_good_at_first() {
    assert_eq!(Ada::new().await.statuses().await, [200; 4]);
}

#[tokio::test]
async fn a_deactivated_account_has_nothing_left_and_gets_none_of_it_back() {
    let ada = Ada::new().await;
    let which = ada.which();
    ada.house.app.write(move |ctx| manage::deactivate(ctx, &which)).await.unwrap();
    ada.nothing_is_left().await;
    ada.house.log_in(&ada.who.email).expect(400).await;
    ada.house.convert(&ada.client, "google-oauth2", "ada").expect(400).await;

    let which = ada.which();
    ada.house.app.write(move |ctx| manage::activate(ctx, &which)).await.unwrap();
    ada.nothing_is_left().await;
    ada.house.log_in(&ada.who.email).expect(200).await;
    ada.house.convert(&ada.client, "google-oauth2", "ada").expect(200).await;
}

#[tokio::test]
async fn a_new_password_ends_everything() {
    let ada = Ada::new().await;
    let (which, hash) = (
        ada.which(),
        ada.house.app.hash(&Password::new("another-teapot-17".to_owned())).await.unwrap(),
    );
    ada.house.app.write(move |ctx| manage::set_password(ctx, &which, &hash)).await.unwrap();
    ada.nothing_is_left().await;
    ada.house.log_in(&ada.who.email).expect(400).await;
    ada.house.convert(&ada.client, "google-oauth2", "ada").expect(200).await;
}

#[tokio::test]
async fn a_deleted_account_has_nothing_left_and_its_person_is_somebody_new() {
    let ada = Ada::new().await;
    let which = ada.which();
    ada.house.app.write(move |ctx| manage::delete(ctx, &which)).await.unwrap();
    ada.nothing_is_left().await;
    let said = ada.house.convert(&ada.client, "google-oauth2", "ada").expect(200).await;
    let me = ada.house.me(&said.text_of("access_token")).expect(200).await;
    assert_ne!(me.json()["id"], ada.who.id);
}

#[tokio::test]
async fn the_tokens_of_a_client_rest_while_it_is_switched_off() {
    let ada = Ada::new().await;
    ada.switch_client(false).await;
    assert_eq!(ada.statuses().await, [200, 200, 401, 401]);
    ada.switch_client(true).await;
    assert_eq!(ada.statuses().await, [200; 4]);
}

#[tokio::test]
async fn the_tokens_of_a_deleted_client_are_gone() {
    let ada = Ada::new().await;
    let id = ClientId::parse(&ada.client.id).unwrap();
    ada.house.app.write(move |ctx| clients::delete(ctx, &id)).await.unwrap();
    assert_eq!(ada.statuses().await, [200, 200, 401, 401]);
    // The same name again is another client.
    ada.house.client(&ada.client.id).await;
    assert_eq!(ada.statuses().await[2], 401);
}

#[tokio::test]
async fn one_client_that_is_switched_off_is_nothing_to_another() {
    let ada = Ada::new().await;
    let other = ada.house.client("other-client").await;
    let said = ada.house.convert(&other, "google-oauth2", "ada").expect(200).await;
    ada.switch_client(false).await;
    ada.house.me(&said.text_of("access_token")).expect(200).await;
}

#[tokio::test]
async fn logging_out_ends_the_auth_tokens_and_nothing_else() {
    let ada = Ada::new().await;
    let second = ada.house.log_in(&ada.who.email).await.text_of("auth_token");
    ada.house.post("/auth/token/logout/").token(&ada.who.auth_token).expect(204).await;
    assert_eq!(ada.statuses().await, [401, 200, 200, 200]);
    ada.house.get("/auth/users/me/").token(&second).expect(401).await;
}

#[tokio::test]
async fn logging_out_by_another_credential_ends_the_auth_tokens_too() {
    let ada = Ada::new().await;
    ada.house.post("/auth/token/logout/").bearer(&ada.access).expect(204).await;
    assert_eq!(ada.statuses().await, [401, 200, 200, 200]);
}
