//! Passwords that are guessed: one account's from one place, from many, all at once, and one for each account.

use std::future::IntoFuture as _;

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use super::ways::{logins, trusted_client};
use crate::support::{Call, House, callers::PASSWORD};

const WRONG: &str = "dormouse-teapot-43";
const ADA: &str = "ada@example.com";

/// The usual limits, but for the one of a minute, in a house where callers say who they are as a proxy would.
async fn house_behind_a_proxy() -> House {
    House::with(&[("limits.logins_per_minute", "0"), ("server.trusted_proxies", "127.0.0.1")]).await
}

/// A login from that address.
fn log_in(house: &House, from: &str, (name, password): (&str, &str)) -> Call {
    let body = json!({ "email": name, "password": password });
    house.post("/auth/token/login/").header("X-Forwarded-For", from).json(&body)
}

async fn statuses(calls: impl IntoIterator<Item = Call>) -> Vec<u16> {
    let mut statuses = Vec::new();
    for call in calls {
        statuses.push(call.await.status);
    }
    statuses
}

#[tokio::test]
async fn g091_wrong_passwords_are_followed_by_pauses_that_double() {
    let house = house_behind_a_proxy().await;
    house.activated("ada").await;
    let from = "203.0.113.9";
    let wrong = || log_in(&house, from, (ADA, WRONG));

    let said = statuses((0..200).map(|_| wrong())).await;
    assert_eq!((&said[..5], said[5..].iter().all(|status| *status == 429)), (&[400; 5][..], true));
    // Nor is the right one looked at.
    log_in(&house, from, (ADA, PASSWORD)).expect(429).await;

    for pause in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        let said = wrong().expect(429).await;
        assert_eq!(said.header("retry-after"), pause.to_string());
        let unit = if pause == 1 { "second" } else { "seconds" };
        let told = format!("Request was throttled. Expected available in {pause} {unit}.");
        said.is(&json!({ "detail": told }));
        house.forward(TimeDelta::milliseconds(pause * 1000 - 1));
        wrong().expect(429).await;
        house.forward(TimeDelta::milliseconds(1));
        wrong().expect(400).await;
    }
    house.forward(TimeDelta::minutes(15));
    log_in(&house, from, (ADA, PASSWORD)).expect(200).await;
    assert_eq!(statuses((0..6).map(|_| wrong())).await, [400, 400, 400, 400, 400, 429]);
}

#[tokio::test]
async fn g091_nobody_but_a_trusted_proxy_says_where_a_login_comes_from() {
    let house = House::with(&[("limits.logins_per_minute", "0")]).await;
    house.activated("ada").await;
    let said = (0..50).map(|at| {
        let from = format!("203.0.113.{at}");
        let call = log_in(&house, &from, (ADA, WRONG)).header("X-Real-IP", &from);
        call.header("Forwarded", &format!("for={from}")).header("Client-IP", &from)
    });
    let said = statuses(said).await;
    assert_eq!(said.iter().filter(|status| **status == 400).count(), 5, "{said:?}");
}

#[tokio::test]
async fn g091_what_stands_before_the_trusted_part_of_the_header_is_not_believed() {
    let house = house_behind_a_proxy().await;
    house.activated("ada").await;
    let said = (0..50).map(|at| {
        let trail = format!("198.51.100.{at}, 203.0.113.9");
        log_in(&house, &trail, (ADA, WRONG)).header("Forwarded", &format!("for=192.0.2.{at}"))
    });
    let said = statuses(said).await;
    assert_eq!(said.iter().filter(|status| **status == 400).count(), 5, "{said:?}");
}

#[tokio::test]
async fn g091_all_addresses_of_a_64_are_one() {
    let house = house_behind_a_proxy().await;
    house.activated("ada").await;
    let said = (0..50).map(|at| {
        let from = format!("2001:db8:1:2:{at:x}::{at:x}");
        log_in(&house, &from, (ADA, WRONG))
    });
    let said = statuses(said).await;
    assert_eq!(said.iter().filter(|status| **status == 400).count(), 5, "{said:?}");
    log_in(&house, "2001:db8:1:3::1", (ADA, WRONG)).expect(400).await;
}

#[tokio::test]
async fn g091_a_day_of_wrong_passwords_slows_strangers_and_not_the_owner() {
    let house = house_behind_a_proxy().await;
    house.activated("ada").await;
    let home = "192.0.2.1";
    log_in(&house, home, (ADA, PASSWORD)).expect(200).await;
    let stranger = |at: u32| format!("203.0.{}.{}", at / 200, at % 200);

    let said = (0..100).map(|at| log_in(&house, &stranger(at), (ADA, WRONG)));
    assert!(statuses(said).await.iter().all(|status| *status == 400));
    // One more in a quarter of an hour, of all strangers together.
    log_in(&house, &stranger(100), (ADA, WRONG)).expect(400).await;
    let said = (101..120).map(|at| log_in(&house, &stranger(at), (ADA, WRONG)));
    assert!(statuses(said).await.iter().all(|status| *status == 429));
    log_in(&house, home, (ADA, PASSWORD)).expect(200).await;
    house.forward(TimeDelta::minutes(15));
    log_in(&house, &stranger(120), (ADA, PASSWORD)).expect(200).await;
    log_in(&house, &stranger(120), (ADA, PASSWORD)).expect(200).await;
    house.forward(TimeDelta::days(1));
    let said = (200..240).map(|at| log_in(&house, &stranger(at), (ADA, WRONG)));
    assert!(statuses(said).await.iter().all(|status| *status == 400));
}

#[tokio::test]
async fn g091_every_door_counts_together_and_says_so_in_its_own_words() {
    let house = House::with(&[("limits.logins_per_minute", "0")]).await;
    let client = trusted_client(&house).await;
    house.activated("ada").await;
    let grant = [("grant_type", "password"), ("username", ADA), ("password", PASSWORD)];
    let by_grant = || house.post("/auth/token/").form(&client.signed(&grant));
    let wrong =
        logins(&house, ADA, WRONG).into_iter().chain(logins(&house, "ADA@Example.com", WRONG));
    assert!(statuses(wrong.take(5)).await.iter().all(|status| [400, 401, 404].contains(status)));

    let calls = logins(&house, ADA, PASSWORD).into_iter().chain([by_grant()]);
    let mut told = Vec::new();
    for call in calls {
        let said = call.expect(429).await;
        assert_eq!(said.header("retry-after"), "1");
        told.push(said.json());
    }
    let throttled = json!({ "detail": "Request was throttled. Expected available in 1 second." });
    assert_eq!(
        told,
        [
            throttled.clone(),
            throttled,
            json!({ "error": "Too many requests." }),
            json!({ "status": 429, "error": { "message": "Too many requests." } }),
            json!({
                "error": "temporarily_unavailable",
                "error_description": "Too many requests.",
            }),
        ]
    );
    let body = json!({ "email": ADA, "password": PASSWORD });
    let said = house.post("/auth/token/login/").header("Accept-Language", "ru").json(&body);
    let said = said.expect(429).await.text_of("detail");
    assert_eq!(said, "Запрос отклонён: их слишком много. Повторите через 1 секунду.");
}

#[tokio::test]
async fn g091_limits_tell_nobody_whether_there_is_an_account() {
    let house =
        House::with(&[("limits.logins_per_minute", "0"), ("limits.login_names", "0")]).await;
    house.activated("ada").await;
    house.activated("off").await;
    house.deactivate("off@example.com").await;
    house.register("pending").await;
    let mut told = Vec::new();
    for (name, password) in [
        ("nobody@example.com", PASSWORD),
        (ADA, WRONG),
        ("off@example.com", PASSWORD),
        ("pending@example.com", PASSWORD),
    ] {
        let shouted = name.to_uppercase();
        let mut said = Vec::new();
        for at in 0..7 {
            let name = if at % 2 == 0 { name } else { &shouted };
            let body = json!({ "email": name, "password": password });
            let answer = house.post("/auth/token/login/").json(&body).await;
            said.push((
                answer.status,
                answer.text.clone(),
                answer.header("retry-after").to_owned(),
            ));
        }
        told.push(said);
    }
    assert!(told.iter().all(|said| said == &told[0]), "{told:#?}");
    assert_eq!(told[0].iter().map(|said| said.0).filter(|status| *status == 429).count(), 2);
}

#[tokio::test]
async fn g091_the_password_of_somebody_logged_in_is_guessed_no_faster() {
    let house = House::with(&[("limits.logins_per_minute", "0")]).await;
    let ada = house.person("ada").await;
    let ask = |current: &str| {
        let body = json!({ "current_password": current, "new_password": "walrus-17-oyster" });
        house.post("/auth/users/set_password/").json(&body).token(&ada.auth_token)
    };
    assert_eq!(statuses((0..6).map(|_| ask(WRONG))).await, [400, 400, 400, 400, 400, 429]);
    ask(PASSWORD).expect(429).await;
    house.forward(TimeDelta::seconds(1));
    ask(PASSWORD).expect(204).await;
}

#[tokio::test]
async fn g092_many_at_once_get_no_more_tries_than_one_after_another() {
    let house = house_behind_a_proxy().await;
    house.activated("ada").await;
    let settings = [("limits.logins_per_minute", "0"), ("server.trusted_proxies", "127.0.0.1")];
    let other = house.second_node(&settings).await;
    let calls = (0..100).map(|at| {
        let node = if at % 2 == 0 { &house } else { &other };
        log_in(node, "203.0.113.9", (ADA, WRONG)).into_future()
    });
    let said: Vec<u16> = join_all(calls).await.iter().map(|said| said.status).collect();
    assert_eq!(said.iter().filter(|status| **status == 400).count(), 5, "{said:?}");
    assert_eq!(said.iter().filter(|status| **status == 429).count(), 95, "{said:?}");
    // Nor does a new process know less.
    let third = house.second_node(&settings).await;
    log_in(&third, "203.0.113.9", (ADA, PASSWORD)).expect(429).await;
}

#[tokio::test]
async fn g094_who_tries_one_name_after_another_is_closed_out() {
    let house = house_behind_a_proxy().await;
    house.activated("ada").await;
    let from = "203.0.113.9";
    log_in(&house, from, (ADA, PASSWORD)).expect(200).await;
    let name = |at: usize| format!("person-{at}@example.com");
    let tried: Vec<String> = (0..200).map(name).collect();
    let said = statuses(tried.iter().map(|name| log_in(&house, from, (name, WRONG)))).await;
    assert_eq!(said.iter().position(|status| *status == 429), Some(15), "{said:?}");
    assert!(said[15..].iter().all(|status| *status == 429), "{said:?}");

    // Who has logged in from there before still can, and everybody can from elsewhere.
    log_in(&house, from, (ADA, PASSWORD)).expect(200).await;
    log_in(&house, "198.51.100.1", (&name(1), WRONG)).expect(400).await;
    let said = log_in(&house, from, (&name(300), WRONG)).expect(429).await;
    assert_eq!(said.header("retry-after"), "3600");
    house.forward(TimeDelta::minutes(60));
    let tried: Vec<String> = (400..420).map(name).collect();
    let said = statuses(tried.iter().map(|name| log_in(&house, from, (name, WRONG)))).await;
    assert_eq!(said.iter().filter(|status| **status == 400).count(), 15, "{said:?}");
}

#[tokio::test]
async fn g094_whoever_locks_a_door_locks_only_their_own() {
    let house = house_behind_a_proxy().await;
    house.activated("ada").await;
    let mallory = "203.0.113.9";
    let said = statuses((0..40).map(|_| log_in(&house, mallory, (ADA, WRONG)))).await;
    assert_eq!(said.last(), Some(&429));
    log_in(&house, "198.51.100.1", (ADA, PASSWORD)).expect(200).await;

    // Behind the very same address a mailed link helps.
    house.forward(TimeDelta::minutes(2));
    house.post("/auth/users/reset_password/").json(&json!({ "email": ADA })).expect(204).await;
    let (uid, token) = house.mail.link_to(ADA).await;
    let body = json!({ "uid": uid, "token": token, "new_password": "walrus-oyster-17" });
    let confirm = house.post("/auth/users/reset_password_confirm/").json(&body);
    statuses((0..40).map(|_| log_in(&house, mallory, (ADA, WRONG)))).await;
    confirm.header("X-Forwarded-For", mallory).expect(204).await;
    log_in(&house, mallory, (ADA, "walrus-oyster-17")).expect(200).await;
}
