//! Calls that come too often: logins of all names together, clients, and codes of devices.

use cambio::{
    domain::client::{ClientKind, GrantType},
    usecases::clients::RegisterClient,
};
use chrono::TimeDelta;
use serde_json::json;

use crate::{
    oauth_server::browser::Browser,
    support::{House, OAuthClient, callers},
};

async fn client(house: &House, id: &str, kind: ClientKind) -> OAuthClient {
    let grants = match kind {
        ClientKind::Confidential => vec![GrantType::ClientCredentials],
        ClientKind::Public => vec![GrantType::DeviceCode],
    };
    house.client_with(RegisterClient { grants, ..callers::wish(id, kind) }).await
}

#[tokio::test]
async fn g094_from_one_address_thirty_log_in_within_a_minute() {
    let house = House::with(&[("limits.login_names", "0")]).await;
    let log_in = |at: usize| {
        let name = format!("person-{at}@example.com");
        house.post("/auth/token/login/").json(&json!({ "email": name, "password": "wrong" }))
    };
    for at in 0..30 {
        log_in(at).expect(400).await;
    }
    let said = log_in(30).expect(429).await;
    assert_eq!(said.header("retry-after"), "2");
    house.forward(TimeDelta::seconds(2));
    log_in(31).expect(400).await;
    log_in(32).expect(429).await;
    house.forward(TimeDelta::seconds(60));
    for at in 33..63 {
        log_in(at).expect(400).await;
    }
    log_in(63).expect(429).await;
}

#[tokio::test]
async fn d037_g094_the_secret_of_a_client_is_guessed_twenty_times_a_minute() {
    let house =
        House::with(&[("limits.enabled", "true"), ("server.trusted_proxies", "127.0.0.1")]).await;
    let good = client(&house, "machine", ClientKind::Confidential).await;
    let bad = OAuthClient { secret: Some("wrong".to_owned()), ..good.clone() };
    let grant = [("grant_type", "client_credentials")];
    let ask = |client: &OAuthClient, path: &str, from: &str| {
        let fields = if path.ends_with("token") { &grant[..] } else { &[("token", "x")] };
        house.post(path).form(&client.signed(fields)).header("X-Forwarded-For", from)
    };
    let (from, path) = ("203.0.113.9", "/oauth/token");
    ask(&good, path, from).expect(200).await;
    for at in 0..20 {
        let path = ["/oauth/token", "/oauth/introspect", "/oauth/revoke"][at % 3];
        ask(&bad, path, from).expect(401).await;
    }
    let said = ask(&bad, path, from).expect(429).await.error("temporarily_unavailable");
    assert_eq!(said.header("retry-after"), "3");
    ask(&good, path, from).expect(429).await;
    ask(&good, path, "198.51.100.1").expect(200).await;
    house.forward(TimeDelta::seconds(3));
    ask(&good, path, from).expect(200).await;
}

#[tokio::test]
async fn g094_a_client_calls_the_token_endpoint_no_more_often_than_allowed() {
    let house = House::with(&[
        ("limits.token_requests_per_second", "2"),
        ("limits.token_request_burst", "6"),
        ("server.trusted_proxies", "127.0.0.1"),
    ])
    .await;
    let machine = client(&house, "machine", ClientKind::Confidential).await;
    let other = client(&house, "other", ClientKind::Confidential).await;
    let ask = |client: &OAuthClient, from: &str| {
        let form = client.signed(&[("grant_type", "client_credentials")]);
        house.post("/oauth/token").form(&form).header("X-Forwarded-For", from)
    };
    // From wherever it calls.
    for at in 0..6 {
        ask(&machine, &format!("203.0.113.{at}")).expect(200).await;
    }
    let said = ask(&machine, "203.0.113.9").expect(429).await.error("temporarily_unavailable");
    assert_eq!(said.header("retry-after"), "1");
    ask(&other, "203.0.113.9").expect(200).await;
    house.forward(TimeDelta::seconds(1));
    ask(&machine, "203.0.113.9").expect(200).await;

    // A public client proves nothing: nobody uses up what is another's.
    let tv = client(&house, "television", ClientKind::Public).await;
    let begin = |from: &str| {
        house.post("/oauth/device").form(&tv.signed(&[])).header("X-Forwarded-For", from)
    };
    for _ in 0..6 {
        begin("203.0.113.1").expect(200).await;
    }
    begin("203.0.113.1").expect(429).await;
    let begun = begin("203.0.113.2").expect(200).await;
    // A device goes on asking only after this word.
    let poll = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", &begun.text_of("device_code")),
    ];
    let polled = house.post("/oauth/token").form(&tv.signed(&poll));
    polled.header("X-Forwarded-For", "203.0.113.1").expect(400).await.error("slow_down");
}

#[tokio::test]
async fn g094_codes_of_devices_are_guessed_twenty_times_a_minute() {
    let house = House::open_limited().await;
    house.activated("ada").await;
    let browser = Browser::new(&house);
    let page = browser.follow("/device").await;
    let on = browser.sign_in(&page, "ada@example.com").await;
    let page = browser.follow(on.header("location")).await.with_status(200);
    for _ in 0..20 {
        browser.send(&page, &[("user_code", "BBBB-BBBB")]).await.with_status(400);
    }
    let said = browser.send(&page, &[("user_code", "BBBB-BBBB")]).await.with_status(429);
    assert!(said.text.contains("Too many attempts"), "{}", said.text);
    assert_eq!(said.header("retry-after"), "3");
    house.forward(TimeDelta::seconds(3));
    browser.send(&page, &[("user_code", "BBBB-BBBB")]).await.with_status(400);
}

#[tokio::test]
async fn g091_the_page_says_that_it_was_tried_too_often_and_keeps_the_name() {
    let house = House::open_limited().await;
    house.activated("ada").await;
    let browser = Browser::new(&house);
    let page = browser.open("/account/sign-in").await;
    let wrong = [("name", "ada@example.com"), ("password", "wrong")];
    for _ in 0..5 {
        browser.send(&page, &wrong).await.with_status(400);
    }
    let said = browser.sign_in(&page, "ada@example.com").await.with_status(429);
    assert!(said.text.contains("Too many attempts") && said.text.contains("ada@example.com"));
    assert_eq!(said.header("retry-after"), "1");
    house.forward(TimeDelta::seconds(1));
    browser.sign_in(&page, "ada@example.com").await.with_status(303);
}
