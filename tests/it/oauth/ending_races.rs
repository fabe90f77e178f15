//! Who ends tokens while one of them is being renewed ends the renewed one as well.

use futures_util::future::join;
use serde_json::json;
use tokio::task::yield_now;
use tokio_postgres::Client;

use crate::support::{
    Call, House, OAuthClient, Said,
    database::{self, Database},
};

/// One person with tokens of two clients; the second one's access token ends what the first one has.
struct Both {
    house: House,
    client: OAuthClient,
    tokens: Said,
    access: String,
}

impl Both {
    async fn new() -> Self {
        // Nobody gives up waiting for a lock before the story lets go of it.
        let patience =
            [("database.lock_timeout_ms", "20000"), ("database.statement_timeout_ms", "20000")];
        let house = House::with(&patience).await;
        let (client, other) = (house.client("web-client").await, house.client("other-app").await);
        let access = house.google_access(&other, "ok-1").await;
        let tokens = house.convert(&client, "google-oauth2", "ok-1").expect(200).await;
        Self { house, client, tokens, access }
    }

    fn refreshes(&self) -> Call {
        self.house.refresh(&self.client, &self.tokens.text_of("refresh_token"))
    }

    fn ends(&self, what: &str) -> Call {
        let call = self.house.post(&format!("/auth/invalidate-{what}/")).bearer(&self.access);
        call.json(&json!({ "client_id": "web-client" })).expect(204)
    }

    /// Whether what a rotation answered can be used to renew once more.
    async fn goes_on(&self, said: &Said) -> bool {
        let token = said.text_of("refresh_token");
        self.house.refresh(&self.client, &token).await.status == 200
    }
}

#[tokio::test]
async fn of_a_refresh_and_an_end_at_once_no_refresh_token_is_left() {
    let both = Both::new().await;
    for what in ["refresh-tokens", "sessions"] {
        for _ in 0..5 {
            let tokens =
                both.house.convert(&both.client, "google-oauth2", "ok-1").expect(200).await;
            let renew = both.house.refresh(&both.client, &tokens.text_of("refresh_token"));
            let (said, _) = join(renew.into_future(), both.ends(what).into_future()).await;
            assert!([200, 400].contains(&said.status), "{said:?}");
            assert!(said.status == 400 || !both.goes_on(&said).await, "{what}: {said:?}");
        }
    }
}

/// Waits until so many deeds of the house wait for a lock.
async fn until_waiting(watch: &Client, count: i64) {
    let query = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    while watch.query_one(query, &[]).await.unwrap().get::<_, i64>(0) < count {
        yield_now().await;
    }
}

/// A refresh that has used its token up and is held before it has drawn another; meanwhile `end` is done, or
/// as much of it as can be.
async fn held(both: &Both, what: &str, waiting_then: i64) -> Said {
    let url = both.house.database_url();
    let (mut holder, watch) = (database::connect(url).await, database::connect(url).await);
    let hold = holder.transaction().await.unwrap();
    hold.execute("select 1 from access_tokens for update", &[]).await.unwrap();
    let meanwhile = async {
        until_waiting(&watch, 1).await;
        let let_go = async {
            until_waiting(&watch, waiting_then).await;
            hold.rollback().await.unwrap();
        };
        if waiting_then > 1 {
            join(both.ends(what).into_future(), let_go).await;
        } else {
            both.ends(what).await;
            let_go.await;
        }
    };
    join(both.refreshes().expect(200).into_future(), meanwhile).await.0
}

#[tokio::test]
async fn a_refresh_that_is_half_done_does_not_outlive_the_end_of_refresh_tokens() {
    // SQLite does one deed after another.
    if !Database::is_postgres() {
        return;
    }
    let both = Both::new().await;
    // The end has to wait for the used token, which it deletes.
    let said = held(&both, "refresh-tokens", 2).await;

    assert!(!both.goes_on(&said).await);
    both.house.me(&said.text_of("access_token")).expect(200).await;
}

#[tokio::test]
async fn a_refresh_that_is_half_done_does_not_outlive_the_end_of_sessions() {
    if !Database::is_postgres() {
        return;
    }
    let both = Both::new().await;
    let said = held(&both, "sessions", 1).await;

    assert!(!both.goes_on(&said).await);
    both.house.me(&said.text_of("access_token")).expect(401).await;
}
