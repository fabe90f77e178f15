//! Somebody registers with another's address and waits: what was left there opens nothing any more once
//! the owner of the address has come through a provider.

use cambio::{
    domain::account::{AccountId, Group},
    sandbox::{NewToken, Provider},
    usecases::groups,
};
use serde_json::json;

use crate::support::{House, OAuthClient, Said, callers::PASSWORD};

const VICTIM: &str = "victim@example.com";

/// Mallory has registered the address, and the letter has gone to its owner.
struct Trap {
    house: House,
    client: OAuthClient,
    id: i64,
    link: (String, String),
}

impl Trap {
    async fn set() -> Self {
        let house = House::open().await;
        let client = house.client("web-client").await;
        let body = json!({
            "email": VICTIM, "name": "Mallory", "password": PASSWORD, "re_password": PASSWORD,
        });
        let said = house.post("/auth/users/").json(&body).expect(201).await;
        let id = said.json()["id"].as_i64().unwrap();
        let link = house.mail.link_to(VICTIM).await;
        Self { house, client, id, link }
    }

    /// The owner of the address comes through Google.
    async fn victim_comes(&self, verified: bool) -> Said {
        let mut token = NewToken::new(Provider::Google, &format!("victim-{verified}"), "4711");
        token.email = Some(VICTIM.to_owned());
        token.email_verified = verified;
        token.first_name = "Vera".to_owned();
        self.house.sandbox.add_token(token);
        let name = format!("victim-{verified}");
        self.house.convert(&self.client, "google-oauth2", &name).await
    }

    async fn follows_the_link(&self) -> Said {
        let (uid, token) = &self.link;
        let body = json!({ "uid": uid, "token": token });
        self.house.post("/auth/users/activation/").json(&body).await
    }

    /// Everything Mallory may try.
    async fn mallory_gets_nothing(&self) {
        self.house.log_in(VICTIM).expect(400).await;
        let login = json!({ "email": VICTIM, "password": PASSWORD });
        self.house.post("/auth/jwt/create/").json(&login).expect(401).await;
        self.follows_the_link().await.with_status(400);
    }
}

#[tokio::test]
async fn the_account_is_the_victims_and_nothing_of_mallorys_is_left() {
    let trap = Trap::set().await;
    let said = trap.victim_comes(true).await.with_status(200);
    assert_eq!(
        said.json()["user"],
        json!({
            "email": VICTIM, "first_name": "Vera", "last_name": "",
        })
    );
    let me = trap.house.me(&said.text_of("access_token")).expect(200).await;
    assert_eq!(me.json(), json!({ "id": trap.id, "email": VICTIM, "name": "Vera" }));
    trap.mallory_gets_nothing().await;
    assert_eq!(trap.house.accounts().await.len(), 1);
}

#[tokio::test]
async fn the_victims_tokens_outlive_what_mallory_tries() {
    let trap = Trap::set().await;
    let said = trap.victim_comes(true).await;
    trap.mallory_gets_nothing().await;
    trap.house.me(&said.text_of("access_token")).expect(200).await;
    trap.house.refresh(&trap.client, &said.text_of("refresh_token")).expect(200).await;
    trap.victim_comes(true).await.with_status(200);
}

#[tokio::test]
async fn no_letter_of_mallorys_is_sent_any_more() {
    let trap = Trap::set().await;
    let ask = json!({ "email": VICTIM });
    trap.house.post("/auth/users/resend_activation/").json(&ask).expect(204).await;
    trap.victim_comes(true).await.with_status(200);
    trap.house.post("/auth/users/resend_activation/").json(&ask).expect(204).await;
    assert_eq!(trap.house.mail.all_to(VICTIM).await.len(), 1);
}

#[tokio::test]
async fn an_unverified_address_takes_nothing_from_anybody() {
    let trap = Trap::set().await;
    let said = trap.victim_comes(false).await.with_status(400);
    said.error("invalid_grant");
    trap.follows_the_link().await.with_status(204);
    trap.house.log_in(VICTIM).expect(200).await;
}

#[tokio::test]
async fn groups_that_waited_for_mallory_are_gone() {
    let trap = Trap::set().await;
    let id = AccountId(trap.id);
    let staff = Group::parse("staff").unwrap();
    trap.house.app.write(move |ctx| groups::add(ctx, id, &staff)).await.unwrap();
    trap.victim_comes(true).await.with_status(200);
    let left = trap.house.app.read(move |ctx| groups::list(ctx, id)).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn an_account_its_owner_has_activated_is_not_wiped() {
    let trap = Trap::set().await;
    trap.follows_the_link().await.with_status(204);
    trap.victim_comes(true).await.with_status(200);
    trap.house.log_in(VICTIM).expect(200).await;
}

#[tokio::test]
async fn the_address_stays_taken() {
    let trap = Trap::set().await;
    trap.victim_comes(true).await.with_status(200);
    let body = json!({ "email": VICTIM, "password": PASSWORD, "re_password": PASSWORD });
    trap.house.post("/auth/users/").json(&body).expect(400).await;
    trap.mallory_gets_nothing().await;
}
