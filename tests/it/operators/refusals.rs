//! Events of refusals: they outlive the deed that was not done, and a flood of them fills nothing.

use cambio::{courier::Office, server};
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;
use tokio::{task::yield_now, time::timeout};

use crate::{
    oauth_server::{browser::Browser, flow::redemption},
    support::{House, OAuthClient, callers::PASSWORD, people},
};

#[tokio::test]
async fn a_failed_sign_in_is_told_of_the_account_and_of_nobody_by_name() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let before = house.latest_event().await;
    house.log_in_with(&ada.email, "wrong-teapot-42").expect(400).await;
    house.log_in("root@example.com").expect(400).await;
    let body = json!({ "current_password": "wrong", "new_password": PASSWORD });
    let call = house.post("/auth/users/set_password/").token(&ada.auth_token);
    call.json(&body).expect(400).await;
    house.deactivate(&ada.email).await;
    house.log_in(&ada.email).expect(400).await;

    let told = house.told_since(before).await;
    let of = |line: &str| told.iter().filter(|told| *told == line).count();
    assert_eq!(of(&format!("sign_in_failed account {} password", ada.id)), 1);
    assert_eq!(of("sign_in_failed password"), 1);
    assert_eq!(of(&format!("sign_in_failed account {} current password", ada.id)), 1);
    assert_eq!(of(&format!("sign_in_failed account {} not active, or changed", ada.id)), 1);
    let rows = house.dump("audit_events", &["client_id", "detail", "request_id"]).await;
    assert!(rows.iter().all(|row| !row.contains("root") && !row.contains('\n')), "{rows:?}");
}

#[tokio::test]
async fn a_client_that_does_not_prove_itself_is_told_if_there_is_one() {
    let house = House::open().await;
    let client = house.client("app-client").await;
    let before = house.latest_event().await;
    let wrong = OAuthClient { secret: Some("cs_wrong".to_owned()), ..client.clone() };
    house.refresh(&wrong, "crt_any").expect(401).await;
    let nobody = OAuthClient { id: "made-up".to_owned(), ..wrong };
    house.refresh(&nobody, "crt_any").expect(401).await;

    let told = house.told_since(before).await;
    assert_eq!(told, ["client_refused client app-client secret", "client_refused no such client"]);
}

#[tokio::test]
async fn a_refresh_token_that_comes_back_is_told_with_the_end_it_made() {
    let house = House::with(&[("tokens.refresh_grace_seconds", "0")]).await;
    let client = house.client("app-client").await;
    house.sandbox.add_token(people::google("tok", "ada@example.com"));
    let first = house.convert(&client, "google-oauth2", "tok").expect(200).await;
    let first = first.text_of("refresh_token");
    house.refresh(&client, &first).expect(200).await;
    let before = house.latest_event().await;
    for _ in 0..3 {
        house.refresh(&client, &first).expect(400).await.error("invalid_grant");
    }

    let told = house.told_since(before).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("refresh_reused account ") && told[0].ends_with("client app-client")
    );
}

#[tokio::test]
async fn a_code_that_comes_back_is_told() {
    let house = House::open().await;
    let ada = house.activated("ada").await;
    let client = house.web_client("web-client").await;
    let code = Browser::new(&house).code(&client, "ada@example.com").await;
    house.redeem(&client, &code).expect(200).await;
    let before = house.latest_event().await;
    house.token(&client, &redemption(&code)).expect(400).await.error("invalid_grant");

    let told = house.told_since(before).await;
    assert_eq!(told, [format!("code_replayed account {ada} client web-client")]);
}

#[tokio::test]
async fn a_flood_of_wrong_passwords_is_a_number_and_does_not_hide_whom_it_is_about() {
    let house = House::with(&[("audit.refused_per_minute", "10")]).await;
    let ada = house.activated("ada").await;
    let before = house.latest_event().await;
    let guess = |n: usize| house.log_in(&format!("nobody{n}@example.com"));
    join_all((0..40).map(|n| async move { guess(n).expect(400).await })).await;
    house.log_in_with("ada@example.com", "wrong-teapot-42").expect(400).await;
    house.forward(TimeDelta::minutes(1));

    let told = house.told_since(before).await;
    let one_by_one = told.iter().filter(|line| *line == "sign_in_failed password").count();
    assert_eq!(one_by_one, 5);
    assert!(told.contains(&format!("sign_in_failed account {ada} password")), "{told:?}");
    let all = house.events().await;
    let times: i64 = all.iter().filter(|e| e.event == "sign_in_failed").map(|e| e.times).sum();
    assert_eq!((all.iter().map(|e| e.times).max(), times), (Some(35), 41));
    let scrape = house.scrape().await;
    scrape.tells("cambio_audit_events_total{event=\"sign_in_failed\"}", 41.0);
}

#[tokio::test]
async fn the_clerk_writes_refusals_while_the_house_is_open() {
    let house = House::open().await;
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let office = Office::build(house.config()).unwrap();
    let running = server::start(&house.app, house.config(), listener, office).unwrap();
    house.log_in("nobody@example.com").expect(400).await;

    let written = timeout(std::time::Duration::from_secs(20), async {
        while house.dump("audit_events", &["event"]).await.is_empty() {
            yield_now().await;
        }
    });
    written.await.unwrap();
    house.log_in("nobody@example.com").expect(400).await;
    running.stop().await;
    assert_eq!(house.dump("audit_events", &["event"]).await, ["sign_in_failed"; 2]);
}
