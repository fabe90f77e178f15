//! `cambio mail`: what an administrator sees of the outbox, and does to it.

use cambio::{
    clock::{Clock as _, SystemClock},
    mail::transport::SendError,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::shell::Shell;
use crate::support::House;

/// A house whose one letter was parked at its first try, and a terminal beside it.
async fn parked() -> (House, Shell) {
    let house = House::with(&[("mail.max_attempts", "1")]).await;
    house.register("ada").await;
    let error = SendError::Permanent("the mail server answered 550 5.1.1".to_owned());
    house.mail.transport().fail_next(1, &error);
    house.mail.round().await;
    let shell = Shell::at(&house);
    (house, shell)
}

fn listed(shell: &Shell) -> Vec<Value> {
    shell.json(&["mail", "list"]).as_array().unwrap().clone()
}

#[tokio::test]
async fn a_parked_letter_is_listed_without_its_address() {
    let (house, shell) = parked().await;

    let all = listed(&shell);

    let letter = &all[0];
    assert_eq!(all.len(), 1);
    assert_eq!([&letter["kind"], &letter["attempts"]], [&json!("activation"), &json!(1)]);
    assert_eq!(letter["last_error"], json!("the mail server answered 550 5.1.1"));
    assert_eq!(letter["parked_at"], json!("2024-02-29T12:00:00Z"));
    assert!(letter["next_try"].is_null());
    for told in [shell.ok(&["mail", "list"]), json!(all).to_string()] {
        assert!(told.contains("activation") && told.contains("550 5.1.1"), "{told}");
        assert!(!told.contains("ada") && !told.contains('@'), "{told}");
    }
    drop(house);
}

#[tokio::test]
async fn one_that_waits_is_listed_with_its_next_try() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    assert_eq!(shell.ok(&["mail", "list"]), "no letter waits\n");
    house.register("ada").await;
    house.mail.transport().fail_next(1, &SendError::Temporary("450".to_owned()));
    house.mail.round().await;

    let letter = &listed(&shell)[0];

    assert_eq!(letter["next_try"], json!("2024-02-29T12:00:30Z"));
    assert!(letter["parked_at"].is_null());
    let id = letter["id"].to_string();
    assert_eq!(shell.json(&["mail", "list", "--after", &id]), json!([]));
}

#[tokio::test]
async fn a_parked_letter_can_be_tried_again() {
    let (house, shell) = parked().await;
    let id = listed(&shell)[0]["id"].to_string();
    assert_eq!(house.mail.round().await, 0);

    assert_eq!(shell.json(&["mail", "retry", &id]), json!({ "retried": 1 }));

    let letter = &listed(&shell)[0];
    assert!(letter["parked_at"].is_null() && letter["attempts"] == json!(0), "{letter}");
    // The terminal has a clock of its own; the house's stands still in the past.
    house.tamper("update outbox set due_at = 0").await;
    assert_eq!(house.mail.round().await, 1);
    house.activate_by_letter("ada@example.com").await;
    assert!(shell.refused(&["mail", "retry", &id]).contains("there is none"));
}

#[tokio::test]
async fn all_that_did_not_leave_can_be_tried_again_at_once() {
    let house = House::open().await;
    for name in ["ada", "bob", "eve"] {
        house.register(name).await;
    }
    house.tamper("update outbox set parked_at = 1 where recipient = 'ada@example.com'").await;
    let later = (SystemClock.now() + TimeDelta::hours(8)).timestamp_micros();
    let put_back = format!("due_at = {later} where recipient = 'bob@example.com'");
    house.tamper(&format!("update outbox set {put_back}")).await;
    let shell = Shell::at(&house);

    assert_eq!(shell.json(&["mail", "retry", "--all"]), json!({ "retried": 2 }));

    assert!(listed(&shell).iter().all(|letter| letter["parked_at"].is_null()));
    house.tamper("update outbox set due_at = 0").await;
    assert_eq!(house.mail.round().await, 3);
}

#[tokio::test]
async fn a_letter_that_a_courier_has_is_left_to_it() {
    let house = House::open().await;
    house.register("ada").await;
    // On its way: lent for half a minute, by the terminal's clock.
    let soon = (SystemClock.now() + TimeDelta::seconds(20)).timestamp_micros();
    house.tamper(&format!("update outbox set attempts = 1, due_at = {soon}")).await;
    let shell = Shell::at(&house);

    assert_eq!(shell.json(&["mail", "retry", "--all"]), json!({ "retried": 0 }));

    assert_eq!(listed(&shell)[0]["attempts"], json!(1));
}

#[tokio::test]
async fn a_letter_can_be_thrown_away() {
    let (house, shell) = parked().await;
    let id = listed(&shell)[0]["id"].clone();

    let told = shell.json(&["mail", "drop", &id.to_string()]);

    assert_eq!(told, json!({ "id": id, "dropped": true }));
    assert_eq!(shell.json(&["mail", "list"]), json!([]));
    assert!(shell.refused(&["mail", "drop", &id.to_string()]).contains("there is none"));
    assert_eq!(house.mail.round().await, 0);
}

#[test]
fn which_letter_to_try_again_must_be_said() {
    let shell = Shell::with(&[]);
    assert!(shell.refused(&["mail", "retry"]).contains("--all"));
    assert!(shell.refused(&["mail", "retry", "1", "--all"]).contains("--all"));
}
