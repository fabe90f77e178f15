//! Two nodes on one PostgreSQL database; on SQLite, which has one node, the same stories with one.

use crate::support::{House, database::Database};

/// The nodes somebody may call.
pub struct Nodes {
    first: House,
    second: Option<House>,
}

impl Nodes {
    /// Opens them.
    pub async fn open(settings: &[(&str, &str)]) -> Self {
        let settings = [&[("database.threads", "4")], settings].concat();
        let first = House::with(&settings).await;
        let second =
            if Database::is_postgres() { Some(first.second_node(&settings).await) } else { None };
        Self { first, second }
    }

    /// The first.
    pub fn first(&self) -> &House {
        &self.first
    }

    /// The node that the caller of that number comes to: each in turn.
    pub fn of(&self, caller: usize) -> &House {
        match &self.second {
            Some(second) if caller % 2 == 1 => second,
            _ => &self.first,
        }
    }
}

#[tokio::test]
async fn what_one_node_gives_the_other_knows_at_once() {
    let nodes = Nodes::open(&[]).await;
    let client = nodes.first().client("web-client").await;
    let said = nodes.of(0).convert(&client, "yandex-oauth2", "ok-5").expect(200).await;
    nodes.of(1).me(&said.text_of("access_token")).expect(200).await;
    let next = nodes.of(1).refresh(&client, &said.text_of("refresh_token")).expect(200).await;
    nodes.of(0).me(&said.text_of("access_token")).expect(401).await;
    nodes.of(0).me(&next.text_of("access_token")).expect(200).await;
}

#[tokio::test]
async fn what_one_node_takes_the_other_does_not_give() {
    let nodes = Nodes::open(&[]).await;
    let client = nodes.first().client("web-client").await;
    for _ in 0..20 {
        let said = nodes.of(1).convert(&client, "yandex-oauth2", "ok-5").expect(200).await;
        let access = said.text_of("access_token");
        let body = serde_json::json!({ "client_id": client.id });
        nodes.of(0).post("/auth/revoke-token/").bearer(&access).json(&body).expect(204).await;
        nodes.of(1).me(&access).expect(401).await;
        nodes.of(1).refresh(&client, &said.text_of("refresh_token")).expect(400).await;
    }
}

#[tokio::test]
async fn a_retry_at_the_other_node_is_answered_alike() {
    let nodes = Nodes::open(&[]).await;
    let client = nodes.first().client("web-client").await;
    let said = nodes.of(0).convert(&client, "yandex-oauth2", "ok-5").expect(200).await;
    let token = said.text_of("refresh_token");
    let first = nodes.of(0).refresh(&client, &token).expect(200).await;
    let again = nodes.of(1).refresh(&client, &token).expect(200).await;
    assert_eq!(first.text, again.text);
}
