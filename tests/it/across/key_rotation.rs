//! The keys are rotated twenty times while tokens are made and verified at two nodes (fault F30).

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use cambio::{
    crypto::{
        jwt::Jws,
        jwt_key::{Algorithm, VerifyingKey},
    },
    domain::{
        client::{AccessForm, ClientKind, ClientOptions, GrantType},
        scope::ScopeSet,
    },
    usecases::{clients::RegisterClient, keys},
};
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::Value;

use super::nodes::Nodes;
use crate::support::{House, OAuthClient, callers::wish};

const ROTATIONS: usize = 20;
const VERIFIERS: usize = 8;

/// Whoever verifies tokens by itself: it keeps the published keys, and reads them again when a token names one
/// it does not know, as libraries do (OpenID Connect Core §10.1.1).
struct Verifier<'h> {
    house: &'h House,
    kept: Value,
    read: usize,
}

impl<'h> Verifier<'h> {
    async fn new(house: &'h House) -> Self {
        Self { house, kept: published(house).await, read: 1 }
    }

    async fn accepts(&mut self, token: &str) -> bool {
        if !self.knows(token) {
            self.kept = published(self.house).await;
            self.read += 1;
        }
        verifies(&self.kept, token)
    }

    fn knows(&self, token: &str) -> bool {
        key(&self.kept, token).is_some()
    }
}

async fn published(house: &House) -> Value {
    house.get("/oauth/jwks").expect(200).await.json()
}

fn key<'k>(keys: &'k Value, token: &str) -> Option<&'k Value> {
    let jws = Jws::parse_as("at+jwt", token).ok()?;
    keys["keys"].as_array()?.iter().find(|key| key["kid"].as_str() == jws.kid())
}

fn verifies(keys: &Value, token: &str) -> bool {
    let key = key(keys, token).and_then(|key| VerifyingKey::from_jwk(key, &[Algorithm::ES256]));
    Jws::parse_as("at+jwt", token).ok().zip(key).is_some_and(|(jws, key)| jws.verify(&key).is_ok())
}

async fn service(house: &House) -> OAuthClient {
    let options = ClientOptions { access_form: AccessForm::Jwt, ..ClientOptions::default() };
    let wish = RegisterClient {
        grants: vec![GrantType::ClientCredentials],
        scopes: ScopeSet::parse("jobs"),
        options,
        ..wish("night-shift", ClientKind::Confidential)
    };
    house.client_with(wish).await
}

async fn token(house: &House, client: &OAuthClient) -> String {
    let call =
        house.post("/oauth/token").form(&client.signed(&[("grant_type", "client_credentials")]));
    call.expect(200).await.text_of("access_token")
}

#[tokio::test]
async fn f30_twenty_rotations_under_load_fail_no_verifier() {
    let nodes = Nodes::open(&[]).await;
    let client = service(nodes.first()).await;
    let first = token(nodes.first(), &client).await;
    let (over, made) = (AtomicBool::new(false), AtomicUsize::new(0));
    let verify = async |caller: usize| {
        let mut verifier = Verifier::new(nodes.of(caller + 1)).await;
        while !over.load(Ordering::Relaxed) {
            let token = token(nodes.of(caller), &client).await;
            made.fetch_add(1, Ordering::Relaxed);
            assert!(verifier.accepts(&token).await, "a token that nobody can verify");
        }
        assert!(verifier.accepts(&first).await, "a token of before all rotations");
        verifier.read
    };
    let rotate = async {
        for rotation in 0..ROTATIONS {
            nodes.of(rotation).app.write(keys::rotate).await.unwrap();
            let due = (rotation + 1) * VERIFIERS * 2;
            while made.load(Ordering::Relaxed) < due {
                tokio::task::yield_now().await;
            }
        }
        over.store(true, Ordering::Relaxed);
    };
    let (reads, ()) = tokio::join!(join_all((0..VERIFIERS).map(verify)), rotate);
    assert!(reads.iter().all(|read| (2..=ROTATIONS + 1).contains(read)), "{reads:?}");
}

#[tokio::test]
async fn f30_who_reads_the_keys_only_when_their_time_is_over_knows_the_one_that_signs() {
    let nodes = Nodes::open(&[]).await;
    let client = service(nodes.first()).await;
    token(nodes.first(), &client).await;
    for rotation in 0..ROTATIONS {
        let kept = published(nodes.of(rotation)).await;
        nodes.of(rotation).app.write(keys::rotate).await.unwrap();
        // Ten minutes: `max-age` of the list.
        nodes.first().forward(TimeDelta::seconds(599));
        let token = token(nodes.of(rotation + 1), &client).await;
        assert!(verifies(&kept, &token), "rotation {rotation}");
        nodes.first().forward(TimeDelta::seconds(1));
    }
}
