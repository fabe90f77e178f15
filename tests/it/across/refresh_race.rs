//! One refresh token shown by many at the same time, at two nodes: one new generation, no more.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;

use super::nodes::Nodes;
use crate::support::{OAuthClient, Said};

const ROUNDS: usize = 200;
const CALLERS: usize = 8;

struct Race {
    nodes: Nodes,
    client: OAuthClient,
}

impl Race {
    async fn with(settings: &[(&str, &str)]) -> Self {
        let nodes = Nodes::open(settings).await;
        let client = nodes.first().client("web-client").await;
        Self { nodes, client }
    }

    async fn tokens(&self) -> Said {
        self.nodes.first().convert(&self.client, "yandex-oauth2", "ok-5").expect(200).await
    }

    /// The token, shown by all callers at once.
    async fn run(&self, token: &str) -> Vec<Said> {
        let call = |caller| self.nodes.of(caller).refresh(&self.client, token).into_future();
        join_all((0..CALLERS).map(call)).await
    }

    async fn is_open(&self, access: &str, node: usize) -> bool {
        self.nodes.of(node).me(access).await.status == 200
    }
}

#[tokio::test]
async fn c026_with_grace_everybody_gets_the_same_pair() {
    let race = Race::with(&[]).await;
    let mut token = race.tokens().await.text_of("refresh_token");
    for round in 0..ROUNDS {
        let said = race.run(&token).await;
        let pairs: BTreeSet<_> =
            said.iter().map(|said| (said.status, said.text.as_str())).collect();
        assert_eq!(pairs.len(), 1, "round {round}: {pairs:?}");
        assert_eq!(said[0].status, 200, "round {round}: {:?}", said[0]);
        token = said[0].text_of("refresh_token");
    }
    let last = race.nodes.of(1).refresh(&race.client, &token).expect(200).await;
    assert!(race.is_open(&last.text_of("access_token"), 0).await);
}

#[tokio::test]
async fn c026_without_grace_one_is_served_and_the_others_end_the_family() {
    let race = Race::with(&[("tokens.refresh_grace_seconds", "0")]).await;
    for round in 0..ROUNDS / 4 {
        let said = race.run(&race.tokens().await.text_of("refresh_token")).await;
        let served: Vec<_> = said.iter().filter(|said| said.status == 200).collect();
        assert_eq!(served.len(), 1, "round {round}: {said:?}");
        let refused = said.iter().filter(|said| said.status == 400).count();
        assert_eq!(refused, CALLERS - 1, "round {round}: {said:?}");
        // A token shown twice was stolen: what the one was served is over, too.
        assert!(!race.is_open(&served[0].text_of("access_token"), round).await, "round {round}");
    }
}

#[tokio::test]
async fn c029_a_rotation_and_a_revocation_at_once_leave_nothing_good() {
    let race = Race::with(&[]).await;
    for round in 0..ROUNDS / 4 {
        let said = race.tokens().await;
        let (access, token) = (said.text_of("access_token"), said.text_of("refresh_token"));
        let body = json!({ "client_id": race.client.id });
        let revoke = race.nodes.of(round).post("/auth/revoke-token/").bearer(&access).json(&body);
        let rotate = race.nodes.of(round + 1).refresh(&race.client, &token);
        let (revoked, rotated) = tokio::join!(revoke.into_future(), rotate.into_future());

        // Either the revocation came first, or the rotation ended the token that was to be revoked.
        match (revoked.status, rotated.status) {
            (204, 200) => {
                let access = rotated.text_of("access_token");
                assert!(!race.is_open(&access, round).await, "round {round}");
            }
            (204, 400) | (401, 200) => {}
            other => panic!("round {round}: {other:?} {revoked:?} {rotated:?}"),
        }
    }
}

#[tokio::test]
async fn c029_a_refresh_token_used_and_revoked_at_once_leaves_nothing_good() {
    let race = Race::with(&[]).await;
    for round in 0..ROUNDS {
        let token = race.tokens().await.text_of("refresh_token");
        let named = race.client.signed(&[("token", &token)]);
        let revoke = race.nodes.of(round).post("/oauth/revoke").form(&named).expect(200);
        let rotate = race.nodes.of(round + 1).refresh(&race.client, &token);
        let (_, rotated) = tokio::join!(revoke.into_future(), rotate.into_future());

        assert!([200, 400].contains(&rotated.status), "round {round}: {rotated:?}");
        if rotated.status == 200 {
            let (access, next) =
                (rotated.text_of("access_token"), rotated.text_of("refresh_token"));
            assert!(!race.is_open(&access, round).await, "round {round}");
            assert!(!race.nodes.of(round).is_live(&race.client, &access).await, "round {round}");
            race.nodes.of(round).refresh(&race.client, &next).expect(400).await;
        }
        race.nodes.of(round).refresh(&race.client, &token).expect(400).await;
    }
}

#[tokio::test]
async fn c029_rotations_and_the_end_of_all_sessions_at_once_leave_nothing_good() {
    let race = Race::with(&[]).await;
    let login = race.nodes.first().person("ada").await;
    for round in 0..ROUNDS / 4 {
        let mut token =
            cambio::sandbox::NewToken::new(cambio::sandbox::Provider::Google, "ada", "42");
        token.email = Some(login.email.clone());
        token.email_verified = true;
        race.nodes.first().sandbox.add_token(token);
        let said =
            race.nodes.first().convert(&race.client, "google-oauth2", "ada").expect(200).await;
        let body = json!({ "client_id": race.client.id });
        let node = race.nodes.of(round);
        let end = node.post("/auth/invalidate-sessions/").token(&login.auth_token).json(&body);
        let token = said.text_of("refresh_token");
        let (ended, rotated) = tokio::join!(end.expect(204).into_future(), race.run(&token));

        drop(ended);
        for said in rotated.iter().filter(|said| said.status == 200) {
            assert!(!race.is_open(&said.text_of("access_token"), round).await, "round {round}");
        }
        assert!(rotated.iter().all(|said| matches!(said.status, 200 | 400)), "{rotated:?}");
    }
}
