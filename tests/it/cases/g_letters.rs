//! Somebody's mailbox is filled with letters that others ask for.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{Call, House, callers::PASSWORD};

const ADA: &str = "ada@example.com";

/// Every call by which a letter is asked for with nothing but an address.
fn asks(house: &House, email: &str) -> Vec<Call> {
    let body = json!({ "email": email });
    let mut calls: Vec<Call> =
        ["reset_password", "resend_activation", "reset_email", "reset_username"]
            .iter()
            .map(|name| house.post(&format!("/auth/users/{name}/")).json(&body).expect(204))
            .collect();
    calls.push(house.post("/restore").json(&json!({ "restoring_email": email })).expect(200));
    calls
}

#[tokio::test]
async fn g095_an_address_gets_three_letters_in_an_hour_and_nobody_is_told() {
    let settings = [
        ("limits.letter_requests_per_hour", "0"),
        ("limits.registrations_per_hour", "0"),
        ("registration.reveal_existing", "false"),
    ];
    let house = House::with(&settings).await;
    house.activated("ada").await;
    house.forward(TimeDelta::hours(2));
    let before = house.mail.all_to(ADA).await.len();
    let other = house.second_node(&settings).await;
    let mut at = Vec::new();
    let mut now = 0;
    for minute in [0, 1, 2, 3, 30, 61, 62, 63, 64, 65, 123, 124] {
        house.forward(TimeDelta::minutes(minute - now));
        now = minute;
        for node in [&house, &other] {
            for call in asks(node, ADA).into_iter().chain(asks(node, "nobody@example.com")) {
                call.await;
            }
        }
        let register = json!({ "email": ADA, "password": PASSWORD, "re_password": PASSWORD });
        house.post("/auth/users/").json(&register).expect(201).await;
        let letters = house.mail.all_to(ADA).await.len() - before;
        at.extend((at.len()..letters).map(|_| minute));
    }
    // Three, a minute apart; and an hour after the last the next.
    assert_eq!(at, [0, 1, 2, 62, 63, 64, 124]);
}

#[tokio::test]
async fn g095_a_letter_that_is_not_sent_ends_no_link() {
    let house = House::with(&[("limits.letter_requests_per_hour", "0")]).await;
    house.activated("ada").await;
    house.forward(TimeDelta::minutes(2));
    let ask = || house.post("/auth/users/reset_password/").json(&json!({ "email": ADA }));
    ask().expect(204).await;
    let (uid, token) = house.mail.link_to(ADA).await;
    house.forward(TimeDelta::seconds(59));
    ask().expect(204).await;
    house.mail.round().await;
    let body = json!({ "uid": uid, "token": token, "new_password": "walrus-oyster-17" });
    house.post("/auth/users/reset_password_confirm/").json(&body).expect(204).await;
}

#[tokio::test]
async fn g095_from_one_address_twenty_letters_are_asked_for_in_an_hour_and_nobody_is_told() {
    let house =
        House::with(&[("limits.enabled", "true"), ("server.trusted_proxies", "127.0.0.1")]).await;
    let mut names = Vec::new();
    for at in 0..24 {
        let from = format!("198.51.100.{at}");
        let email = format!("person-{at}@example.com");
        let body = json!({ "email": email, "password": PASSWORD, "re_password": PASSWORD });
        let call = house.post("/auth/users/").json(&body).header("X-Forwarded-For", &from);
        call.expect(201).await;
        house.activate_by_letter(&email).await;
        names.push(email);
    }
    house.forward(TimeDelta::minutes(2));
    let mut got = 0;
    for email in &names {
        let before = house.mail.all_to(email).await.len();
        let body = json!({ "email": email });
        let call = house.post("/auth/users/reset_password/").json(&body);
        call.header("X-Forwarded-For", "203.0.113.9").expect(204).await;
        got += house.mail.all_to(email).await.len() - before;
    }
    assert_eq!(got, 20);
}

#[tokio::test]
async fn g095_new_addresses_of_others_keep_no_letter_from_them() {
    let house = House::open_limited().await;
    let mallory = house.person("mallory").await;
    house.activated("ada").await;
    house.forward(TimeDelta::minutes(2));
    let mut letters = 0;
    for _ in 0..20 {
        let body = json!({ "new_email": "victim@example.com", "current_password": PASSWORD });
        let call = house.post("/auth/users/set_email/").json(&body).token(&mallory.auth_token);
        call.expect(204).await;
        letters = house.mail.all_to("victim@example.com").await.len();
        house.forward(TimeDelta::seconds(61));
    }
    assert_eq!(letters, 3);
    let body =
        json!({ "email": "victim@example.com", "password": PASSWORD, "re_password": PASSWORD });
    house.post("/auth/users/").json(&body).expect(201).await;
    assert_eq!(house.mail.all_to("victim@example.com").await.len(), 4);
}

#[tokio::test]
async fn g095_from_one_address_twenty_register_in_an_hour() {
    let house = House::open_limited().await;
    let register = |at: usize| {
        let email = format!("person-{at}@example.com");
        let both = json!({ "email": email, "password": PASSWORD, "re_password": PASSWORD });
        let one = json!({ "email": email, "password": PASSWORD });
        let name = json!({ "email": email, "password": PASSWORD, "email_as_name": true });
        match at % 3 {
            0 => house.post("/auth/users/").json(&both),
            1 => house.post("/api/register/").json(&one),
            _ => house.post("/signup").json(&name),
        }
    };
    for at in 0..20 {
        let said = register(at).await;
        assert!([200, 201].contains(&said.status), "{said:?}");
    }
    for at in 20..23 {
        let said = register(at).expect(429).await;
        assert_eq!(said.header("retry-after"), "180");
    }
    assert_eq!(house.accounts().await.len(), 20);
    house.forward(TimeDelta::seconds(180));
    register(23).await.with_status(200);
    register(24).expect(429).await;
}
