//! Of several links for one purpose the newest is good, whenever their letters leave.

use cambio::usecases::asked;
use chrono::TimeDelta;
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::support::{House, Person};

async fn ask(house: &House, ada: &Person) {
    let body = json!({ "email": ada.email });
    house.post("/auth/users/reset_password/").json(&body).expect(204).await;
    while house.app.write(asked::settle).await.unwrap() {}
    house.forward(TimeDelta::seconds(1));
}

/// Somebody with an empty mailbox.
async fn ada() -> (House, Person) {
    let house = House::open().await;
    let ada = house.person("ada").await;
    house.forward(TimeDelta::seconds(1));
    house.mail.round().await;
    (house, ada)
}

async fn sets_a_password(house: &House, (uid, token): (&str, &str)) -> bool {
    let body = json!({ "uid": uid, "token": token, "new_password": "brand-new-teapot-7" });
    let said = house.post("/auth/users/reset_password_confirm/").json(&body).await;
    assert!([204, 400].contains(&said.status), "{said:?}");
    said.status == 204
}

#[tokio::test]
async fn of_two_that_have_not_been_tried_both_are_sent_and_the_newer_is_good() {
    let (house, ada) = ada().await;
    ask(&house, &ada).await;
    ask(&house, &ada).await;

    assert_eq!(house.mail.round().await, 2);

    let (uid, token) = house.mail.link_to(&ada.email).await;
    assert!(sets_a_password(&house, (&uid, &token)).await);
}

#[tokio::test]
async fn one_that_could_not_be_sent_is_dropped_for_a_newer_one() {
    let (house, ada) = ada().await;
    ask(&house, &ada).await;
    house.tamper("update outbox set attempts = 1").await;
    ask(&house, &ada).await;

    assert_eq!(house.mail.round().await, 1);

    let (uid, token) = house.mail.link_to(&ada.email).await;
    assert!(sets_a_password(&house, (&uid, &token)).await);
}

#[tokio::test]
async fn one_that_was_set_aside_does_not_come_after_a_newer_one() {
    let (house, ada) = ada().await;
    ask(&house, &ada).await;
    house.tamper("update outbox set parked_at = 1, attempts = 10").await;
    ask(&house, &ada).await;
    house.mail.round().await;

    assert!(house.lines("select kind as line from outbox").await.is_empty());
}

#[tokio::test]
async fn the_link_of_one_that_is_on_its_way_ends_with_a_newer_request() {
    let (house, ada) = ada().await;
    ask(&house, &ada).await;
    let lent = house.app.write(cambio::usecases::courier::take).await.unwrap().unwrap();
    let (older, _) = lent.link.unwrap();

    ask(&house, &ada).await;

    let (uid, token) = house.mail.link_to(&ada.email).await;
    assert!(!sets_a_password(&house, (&uid, older.expose_secret())).await);
    assert!(sets_a_password(&house, (&uid, &token)).await);
}

#[tokio::test]
async fn an_older_one_that_would_leave_later_is_dropped() {
    let (house, ada) = ada().await;
    ask(&house, &ada).await;
    // As two requests at once leave them behind on PostgreSQL: neither sees the other's letter.
    let older = "insert into outbox
            (kind, account_id, recipient, language, created_at, due_at, attempts)
        select kind, account_id, recipient, language, created_at - 1, due_at + 60000000, 1 from outbox";
    house.tamper(older).await;
    let (uid, token) = house.mail.link_to(&ada.email).await;

    house.forward(TimeDelta::minutes(1));

    assert_eq!(house.mail.round().await, 0);
    assert!(house.lines("select kind as line from outbox").await.is_empty());
    assert!(sets_a_password(&house, (&uid, &token)).await);
}

#[tokio::test]
async fn links_of_two_purposes_do_not_end_each_other() {
    let (house, ada) = ada().await;
    ask(&house, &ada).await;
    let body = json!({ "email": ada.email });
    house.post("/auth/users/reset_email/").json(&body).expect(204).await;

    assert_eq!(house.mail.round().await, 2);
    let links =
        house.lines("select purpose as line from mail_tokens where consumed_at is null").await;
    assert_eq!(links.len(), 2, "{links:?}");
}
