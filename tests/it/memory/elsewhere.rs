//! F22: what is ended elsewhere, on another node or at the command line, is not accepted 100 ms later.

use std::time::{Duration, Instant};

use cambio::{
    app::App,
    domain::{account::AccountId, client::ClientId},
    usecases::{
        clients,
        manage::{self, Which},
    },
};
use serde_json::json;

use crate::support::{
    House, OAuthClient,
    database::{self, Database},
    tables,
};

/// What is promised.
const WITHIN: Duration = Duration::from_millis(100);

/// Two nodes, or a house and whoever works on its file.
struct Pair {
    here: House,
    client: OAuthClient,
}

impl Pair {
    async fn open() -> Self {
        let here = House::with(&[("database.threads", "2")]).await;
        let client = here.client("web-client").await;
        Self { here, client }
    }

    /// A token that the house knows by heart.
    async fn known(&self, name: &str) -> String {
        let said = self.here.convert(&self.client, "yandex-oauth2", name).expect(200).await;
        let access = said.text_of("access_token");
        self.warm_up(&access).await;
        access
    }

    async fn warm_up(&self, access: &str) {
        for _ in 0..1000 {
            let before = self.here.app.recalled();
            self.here.me(access).expect(200).await;
            if self.here.app.recalled() > before {
                return;
            }
        }
        panic!("the house remembers nothing");
    }

    /// Asks until it is refused; nothing that is asked later than promised may be accepted. Tells when the last
    /// was asked that was.
    async fn refuses_in_time(&self, access: &str) -> Duration {
        let (ended, mut last) = (Instant::now(), Duration::ZERO);
        loop {
            let asked = ended.elapsed();
            match self.here.me(access).await.status {
                401 => return last,
                200 => last = asked,
                other => panic!("{other}"),
            }
            assert!(last <= WITHIN, "accepted {last:?} after it was ended");
        }
    }

    /// Ends the token at another node in one of the ways there are.
    async fn end_at(&self, there: &House, access: &str, way: usize) {
        let body = json!({ "client_id": self.client.id });
        let named = self.client.signed(&[("token", access)]);
        match way % 5 {
            0 => {
                drop(
                    there.post("/auth/revoke-token/").bearer(access).json(&body).expect(204).await,
                );
            }
            1 => drop(there.post("/oauth/revoke").form(&named).expect(200).await),
            2 => {
                let call = there.post("/auth/invalidate-sessions/").bearer(access);
                call.json(&body).expect(204).await;
            }
            3 => self.switch_client(there, false).await,
            _ => {
                let me = there.me(access).expect(200).await.json()["id"].as_i64().unwrap();
                let which = Which::Id(AccountId(me));
                there.app.write(move |ctx| manage::deactivate(ctx, &which)).await.unwrap();
            }
        }
    }

    /// Makes good again whatever of it concerns more than the token.
    async fn mend(&self, email: &str, way: usize) {
        match way % 5 {
            3 => self.switch_client(&self.here, true).await,
            4 => self.here.reactivate(email).await,
            _ => {}
        }
    }

    async fn switch_client(&self, at: &House, on: bool) {
        let id = ClientId::parse(&self.client.id).unwrap();
        at.app.write(move |ctx| clients::switch(ctx, &id, on)).await.unwrap();
    }
}

/// Somebody at the command line: the same program on the same database, in no way connected to the house.
fn command_line(house: &House) -> App {
    tables::app_on(house.database_url())
}

#[tokio::test]
async fn f22_what_one_node_ends_the_other_refuses_within_100_ms() {
    if !Database::is_postgres() {
        // SQLite has one node; what the command line does to its file is told below.
        return;
    }
    let pair = Pair::open().await;
    let there = pair.here.second_node(&[]).await;
    let first = pair.known("ok-5").await;
    let email = pair.here.me(&first).expect(200).await.text_of("email");
    let (mut accepted, mut worst) = (0, Duration::ZERO);
    for way in 0..rounds() {
        let access = pair.known("ok-5").await;
        pair.end_at(&there, &access, way).await;
        let last = pair.refuses_in_time(&access).await;
        accepted += usize::from(last > Duration::ZERO);
        worst = worst.max(last);
        pair.mend(&email, way).await;
    }
    println!("of {} tokens {accepted} were accepted after they were ended", rounds());
    println!("the last time {worst:?} after it");
}

/// How many tokens are ended: few, or as many as `scripts/revocations` wants.
fn rounds() -> usize {
    std::env::var_os("REVOCATIONS").and_then(|many| many.to_str()?.parse().ok()).unwrap_or(10)
}

#[tokio::test]
async fn f22_what_the_command_line_ends_is_refused_within_100_ms() {
    let pair = Pair::open().await;
    let switch = |on: bool| {
        let (app, id) = (command_line(&pair.here), ClientId::parse(&pair.client.id).unwrap());
        let deed = move || app.run_now(|ctx| clients::switch(ctx, &id, on)).map(drop);
        async { tokio::task::spawn_blocking(deed).await.unwrap().unwrap() }
    };
    for _ in 0..3 {
        let access = pair.known("ok-5").await;
        switch(false).await;
        pair.refuses_in_time(&access).await;
        switch(true).await;
    }
    let access = pair.known("ok-5").await;
    let id = pair.here.me(&access).expect(200).await.json()["id"].as_i64().unwrap();
    let app = command_line(&pair.here);
    let deed = move || app.run_now(|ctx| manage::deactivate(ctx, &Which::Id(AccountId(id))));
    tokio::task::spawn_blocking(deed).await.unwrap().unwrap();
    pair.refuses_in_time(&access).await;
}

#[tokio::test]
async fn what_another_node_rotates_is_soon_refused_here() {
    if !Database::is_postgres() {
        return;
    }
    let pair = Pair::open().await;
    let there = pair.here.second_node(&[]).await;
    let said = pair.here.convert(&pair.client, "yandex-oauth2", "ok-5").expect(200).await;
    let access = said.text_of("access_token");
    pair.warm_up(&access).await;
    there.refresh(&pair.client, &said.text_of("refresh_token")).expect(200).await;
    // It is told with the next beat; nobody has lost anything.
    while pair.here.me(&access).await.status == 200 {}
}

/// Ends every session that listens on the house's database.
async fn cut_the_line(house: &House) {
    let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
               where datname = current_database() and pid <> pg_backend_pid() \
               and query like '%pg_listening_channels%'";
    let asking = database::connect(house.database_url()).await;
    assert!(asking.query_one(cut, &[]).await.unwrap().get::<_, i64>(0) > 0);
}

#[tokio::test]
async fn a_house_whose_line_is_lost_trusts_nothing_it_knows() {
    if !Database::is_postgres() {
        return;
    }
    let pair = Pair::open().await;
    let access = pair.known("ok-5").await;
    cut_the_line(&pair.here).await;
    // It is revoked where nobody tells anybody.
    pair.here.tamper_unseen("update families set revoked_at = 1").await;
    pair.refuses_in_time(&access).await;

    // The line is opened anew, and what was known before it was lost is not known after.
    let again = pair.known("ok-5").await;
    assert_ne!(again, access);
    pair.here.me(&access).expect(401).await;
}
