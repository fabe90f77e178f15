//! Somebody new who comes many times at the same moment, to two nodes: one account, and tokens that open it.

use cambio::sandbox::{NewToken, Provider};
use futures_util::future::join_all;
use serde_json::json;

use super::nodes::Nodes;
use crate::support::{OAuthClient, Said, callers::PASSWORD};

const ROUNDS: usize = 100;
const CALLERS: usize = 8;

struct Race {
    nodes: Nodes,
    client: OAuthClient,
}

impl Race {
    async fn new() -> Self {
        let nodes = Nodes::open(&[]).await;
        let client = nodes.first().client("web-client").await;
        Self { nodes, client }
    }

    /// Somebody of that id whom the provider tells of at every node, by as many tokens as there are callers,
    /// so that no two of them are asked about as one.
    fn knows(&self, provider: Provider, id: &str, email: &str) {
        for caller in 0..CALLERS {
            let mut token = NewToken::new(provider, &format!("{id}-{caller}"), id);
            token.email = Some(email.to_owned());
            token.email_verified = true;
            self.nodes.of(caller).sandbox.add_token(token);
        }
    }

    async fn run(&self, backend: &str, id: &str) -> Vec<Said> {
        let call = |caller: usize| {
            let token = format!("{id}-{caller}");
            self.nodes.of(caller).convert(&self.client, backend, &token).into_future()
        };
        join_all((0..CALLERS).map(call)).await
    }

    /// The one account that all those answers open, at either node.
    async fn one_account(&self, said: &[Said]) -> i64 {
        let mut ids = Vec::new();
        for (caller, said) in said.iter().enumerate() {
            assert_eq!(said.status, 200, "{said:?}");
            let access = said.text_of("access_token");
            let me = self.nodes.of(caller + 1).me(&access).expect(200).await;
            ids.push(me.json()["id"].as_i64().unwrap());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
        ids[0]
    }
}

#[tokio::test]
async fn somebody_new_becomes_one_account() {
    let race = Race::new().await;
    for round in 0..ROUNDS {
        let id = format!("{}", 1000 + round);
        race.knows(Provider::Yandex, &id, &format!("ada{round}@yandex.ru"));
        race.one_account(&race.run("yandex-oauth2", &id).await).await;
    }
    assert_eq!(race.nodes.first().accounts().await.len(), ROUNDS);
}

#[tokio::test]
async fn somebody_new_without_an_address_becomes_one_account() {
    let race = Race::new().await;
    for round in 0..ROUNDS / 4 {
        let id = format!("{}", 1000 + round);
        // VK vouches for no address.
        race.knows(Provider::VkId, &id, "same@example.com");
        race.one_account(&race.run("vk-oauth2", &id).await).await;
    }
    assert_eq!(race.nodes.first().accounts().await.len(), ROUNDS / 4);
}

#[tokio::test]
async fn somebody_who_comes_from_two_providers_at_once_becomes_one_account() {
    let race = Race::new().await;
    for round in 0..ROUNDS / 4 {
        let (id, email) = (format!("{}", 1000 + round), format!("ada{round}@yandex.ru"));
        race.knows(Provider::Yandex, &id, &email);
        race.knows(Provider::Google, &id, &email);
        let (yandex, google) =
            tokio::join!(race.run("yandex-oauth2", &id), race.run("google-oauth2", &id));
        race.one_account(&[yandex, google].concat()).await;
    }
    assert_eq!(race.nodes.first().accounts().await.len(), ROUNDS / 4);
}

#[tokio::test]
async fn somebody_who_comes_while_a_trap_waits_gets_one_account_and_good_tokens() {
    let race = Race::new().await;
    for round in 0..ROUNDS / 4 {
        let (id, email) = (format!("{}", 1000 + round), format!("victim{round}@example.com"));
        let body = json!({ "email": email, "password": PASSWORD, "re_password": PASSWORD });
        race.nodes.of(round).post("/auth/users/").json(&body).expect(201).await;
        race.knows(Provider::Google, &id, &email);
        race.one_account(&race.run("google-oauth2", &id).await).await;
        race.nodes.of(round).log_in(&email).expect(400).await;
    }
    assert_eq!(race.nodes.first().accounts().await.len(), ROUNDS / 4);
}

#[tokio::test]
async fn somebody_who_registers_and_comes_at_once_is_never_two_accounts() {
    let race = Race::new().await;
    for round in 0..ROUNDS / 4 {
        let (id, email) = (format!("{}", 1000 + round), format!("ada{round}@example.com"));
        race.knows(Provider::Google, &id, &email);
        let body = json!({ "email": email, "password": PASSWORD, "re_password": PASSWORD });
        let register = race.nodes.of(round).post("/auth/users/").json(&body);
        let (registered, said) =
            tokio::join!(register.into_future(), race.run("google-oauth2", &id));
        assert!(matches!(registered.status, 201 | 400), "{registered:?}");
        race.one_account(&said).await;
    }
    assert_eq!(race.nodes.first().accounts().await.len(), ROUNDS / 4);
}
