//! The numbers for Prometheus.

use serde_json::json;

use crate::{
    cli::{
        process::{Process, free_port},
        shell::Shell,
    },
    support::{House, callers::PASSWORD, database::Database, house::caller, people, scrape},
};

fn requests(route: &str, method: &str, status: &str) -> String {
    let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
    format!("cambio_http_request_duration_seconds_count{{{labels}}}")
}

fn refusals(dialect: &str, reason: &str, why: &str) -> String {
    format!("cambio_refusals_total{{dialect=\"{dialect}\",reason=\"{reason}\",why=\"{why}\"}}")
}

#[tokio::test]
async fn requests_are_counted_by_the_pattern_that_took_them() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let before = house.scrape().await;

    for path in ["/auth/users/me/", "/auth/users/me"] {
        house.get(path).token(&ada.auth_token).expect(200).await;
    }
    for id in ["1", "2", "no-number"] {
        house.get(&format!("/auth/users/{id}/")).expect(401).await;
    }
    house.get("/what/somebody/typed").expect(404).await;
    house.get("/what/somebody/else/typed").expect(404).await;

    let told = house.scrape().await;
    told.tells(&requests("/auth/users/me", "GET", "2xx"), 2.0);
    told.tells(&requests("/auth/users/{id}", "GET", "4xx"), 3.0);
    told.tells(&requests("unknown", "GET", "4xx"), 2.0);
    told.tells("cambio_http_requests_in_progress", 0.0);
    let series = |name: &str| told.series.keys().filter(|key| key.contains(name)).count();
    assert_eq!(series("typed") + series("no-number"), 0);
    assert!(before.value("cambio_queue_wait_duration_seconds_count{queue=\"database\"}") > 0.0);
}

#[tokio::test]
async fn every_no_is_counted_with_its_reason_and_dialect() {
    let house = House::open().await;

    house.get("/auth/users/me/").expect(401).await;
    house.get("/auth/users/me/").bearer("cat_nobody").expect(401).await;
    let wrong = json!({ "email": "nobody@example.com", "password": PASSWORD });
    house.post("/auth/token/login/").json(&wrong).expect(400).await;
    let login = json!({ "email": "nobody@example.com", "password": PASSWORD });
    house.post("/api/login").header("Accept-Language", "ru").json(&login).expect(401).await;
    house.post("/auth/token/").form(&[("grant_type", "refresh_token")]).expect(401).await;
    house.post("/signin").json(&json!({ "email": "a@b.example", "password": "x" })).await;

    let told = house.scrape().await;
    told.tells(&refusals("djoser", "no_credential", ""), 1.0);
    told.tells(&refusals("djoser", "bad_credential", "unknown"), 1.0);
    told.tells(&refusals("djoser", "bad_login", ""), 1.0);
    // Said in another language, it is the same dialect's no.
    told.tells(&refusals("api", "bad_login", ""), 1.0);
    let of = |dialect: &str| {
        let label = format!("dialect=\"{dialect}\"");
        let all = told.series.iter().filter(|(key, _)| key.contains(&label));
        all.map(|(_, value)| value).sum::<f64>()
    };
    assert!((of("oauth") - 1.0).abs() < 1e-9 && (of("signin") - 1.0).abs() < 1e-9, "{told:#?}");
}

#[tokio::test]
async fn commits_hashes_letters_and_cleared_rows_are_counted() {
    let house = House::open().await;
    house.register("ada").await;

    let told = house.scrape().await;
    told.tells("cambio_outbox_letters{state=\"due\"}", 1.0);
    told.tells("cambio_outbox_letters{state=\"parked\"}", 0.0);
    told.tells("cambio_hash_duration_seconds_count", 1.0);
    told.tells("cambio_queue_wait_duration_seconds_count{queue=\"hashing\"}", 1.0);
    told.tells("cambio_database_up", 1.0);
    let commits = told.value("cambio_commit_duration_seconds_count");
    assert!(commits >= 1.0 && told.value("cambio_commit_deeds_sum") >= commits);
    let pool = if Database::is_postgres() { "all" } else { "write" };
    assert!(
        told.series.contains_key(&format!(
            "cambio_database_connections{{pool=\"{pool}\",state=\"busy\"}}"
        ))
    );

    house.forward(chrono::TimeDelta::seconds(90));
    house.scrape().await.tells("cambio_outbox_oldest_age_seconds", 90.0);
    house.mail.round().await;
    let told = house.scrape().await;
    told.tells("cambio_letters_total{outcome=\"sent\"}", 1.0);
    told.tells("cambio_outbox_letters{state=\"due\"}", 0.0);
    told.tells("cambio_outbox_oldest_age_seconds", 0.0);
    for queue in ["database", "writer", "hashing"] {
        told.tells(&format!("cambio_queue_waiting{{queue=\"{queue}\"}}"), 0.0);
        told.tells(&format!("cambio_queue_turned_away_total{{queue=\"{queue}\"}}"), 0.0);
    }
}

#[tokio::test]
async fn providers_are_counted_by_what_they_answered_and_whether_they_are_left_alone() {
    let house = House::open().await;
    let client = house.public_client("app-client").await;
    let asked = |outcome: &str| {
        let labels = format!("outcome=\"{outcome}\",provider=\"google-oauth2\"");
        format!("cambio_provider_questions_total{{{labels}}}")
    };
    house.sandbox.add_token(people::google("good", "ada@example.com"));
    house.convert(&client, "google-oauth2", "good").expect(200).await;
    house.convert(&client, "google-oauth2", "bad").await;

    let told = house.scrape().await;
    told.tells(&asked("identified"), 1.0);
    told.tells(&asked("refused"), 1.0);
    told.tells("cambio_provider_question_duration_seconds_count{provider=\"google-oauth2\"}", 2.0);
    told.tells("cambio_provider_breaker_open{provider=\"google-oauth2\"}", 0.0);
}

#[tokio::test]
async fn the_program_says_which_it_is() {
    let house = House::open().await;
    let database = if Database::is_postgres() { "postgres" } else { "sqlite" };
    let version = env!("CARGO_PKG_VERSION");
    let told = house.scrape().await;
    told.tells(&format!("cambio_build_info{{database=\"{database}\",version=\"{version}\"}}"), 1.0);
}

#[tokio::test]
async fn a_database_that_is_away_is_told_and_the_rest_is_told_all_the_same() {
    let house = House::open().await;
    house.scrape().await.tells("cambio_database_up", 1.0);
    crate::support::tables::undo_migrations(&house.app).await;
    house.get("/health/live").expect(200).await;

    let told = house.scrape().await;
    told.tells("cambio_database_up", 0.0);
    told.tells(&requests("/health/live", "GET", "2xx"), 1.0);
}

#[tokio::test]
async fn no_number_is_told_of_a_person_or_a_secret() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
    let told = format!("{:?}", house.scrape().await);
    for hidden in [&ada.auth_token[..], "ada", "example.com", PASSWORD] {
        assert!(!told.contains(hidden), "{hidden}");
    }
}

#[tokio::test]
async fn the_numbers_are_on_a_listener_of_their_own() {
    let (public, own) = (free_port(), free_port());
    let (public, own) = (format!("127.0.0.1:{public}"), format!("127.0.0.1:{own}"));
    let shell = Shell::with(&[
        ("CAMBIO_SERVER__LISTEN", &public),
        ("CAMBIO_SERVER__DRAIN_SECONDS", "0"),
        ("CAMBIO_METRICS__LISTEN", &own),
    ]);
    let mut process = Process::start(shell.command(&["serve"]));
    process.ready(&format!("http://{public}")).await;
    process.says("telling metrics");

    let said = scrape::read(&format!("http://{own}/metrics")).await.with_status(200);
    scrape::Scrape::parse(&said.text).unwrap().tells(&requests("/health/live", "GET", "2xx"), 0.0);
    scrape::read(&format!("http://{own}/health/live")).await.with_status(404);
    scrape::read(&format!("http://{public}/metrics")).await.with_status(404);
    process.tell_to_stop();
    assert_eq!(process.ended().await, Some(0));
    assert!(caller().get(format!("http://{own}/metrics")).send().await.is_err());
}

#[tokio::test]
async fn the_public_listener_does_not_tell_them() {
    let address = format!("127.0.0.1:{}", free_port());
    let shell =
        Shell::with(&[("CAMBIO_SERVER__LISTEN", &address), ("CAMBIO_METRICS__LISTEN", &address)]);
    let told = shell.run(&["config", "check"]);
    assert_eq!(told.code, 1);
    assert!(told.out.starts_with("error: metrics.listen (variable"), "{told:?}");
}
