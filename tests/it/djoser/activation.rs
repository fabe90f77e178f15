//! `users/activation/`: the link of the letter.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{House, Said, callers::PASSWORD};

async fn activate(house: &House, (uid, token): (&str, &str)) -> Said {
    let link = json!({ "uid": uid, "token": token });
    house.post("/auth/users/activation/").json(&link).await
}

fn invalid() -> Value {
    json!({ "token": ["Invalid token for given user."] })
}

#[tokio::test]
async fn an_account_works_once_it_is_activated() {
    let house = House::open().await;
    house.register("ada").await;
    house.log_in("ada@example.com").expect(400).await;

    let (uid, token) = house.mail.link_to("ada@example.com").await;
    let said = activate(&house, (&uid, &token)).await.with_status(204);

    assert!(said.text.is_empty() && said.header("content-type").is_empty());
    let auth_token = house.log_in("ada@example.com").expect(200).await.text_of("auth_token");
    house.get("/auth/users/me/").token(&auth_token).expect(200).await;
}

#[tokio::test]
async fn a_form_activates_too() {
    let house = House::open().await;
    house.register("ada").await;
    let (uid, token) = house.mail.link_to("ada@example.com").await;

    let fields = [("uid", uid.as_str()), ("token", token.as_str())];
    house.post("/auth/users/activation").form(&fields).expect(204).await;
}

#[tokio::test]
async fn a_confirmation_follows_unless_the_house_sends_none() {
    for (setting, letters) in [("true", 2), ("false", 1)] {
        let house = House::with(&[("registration.send_confirmation", setting)]).await;
        house.activated("ada").await;
        let all = house.mail.all_to("ada@example.com").await;
        assert_eq!(all.len(), letters, "{setting}");
    }
}

#[tokio::test]
async fn a_link_works_once_and_is_stale_until_the_first_login() {
    let house = House::open().await;
    house.register("ada").await;
    let (uid, token) = house.mail.link_to("ada@example.com").await;
    activate(&house, (&uid, &token)).await.with_status(204);

    let said = activate(&house, (&uid, &token)).await.with_status(403);
    said.is(&json!({ "detail": "Stale token for given user." }));

    house.log_in("ada@example.com").expect(200).await;
    activate(&house, (&uid, &token)).await.with_status(400).is(&invalid());
}

#[tokio::test]
async fn a_link_is_good_for_72_hours_and_not_a_second_more() {
    let house = House::open().await;
    house.register("ada").await;
    let first = house.mail.link_to("ada@example.com").await;
    house.forward(TimeDelta::hours(1));
    house.register("bob").await;
    let second = house.mail.link_to("bob@example.com").await;

    house.forward(TimeDelta::hours(71));
    activate(&house, (&first.0, &first.1)).await.with_status(400).is(&invalid());
    house.forward(TimeDelta::seconds(3599));
    activate(&house, (&second.0, &second.1)).await.with_status(204);
}

#[tokio::test]
async fn how_long_a_link_is_good_is_a_setting() {
    let house = House::with(&[("registration.activation_hours", "1")]).await;
    house.register("ada").await;
    let (uid, token) = house.mail.link_to("ada@example.com").await;

    house.forward(TimeDelta::minutes(60));

    activate(&house, (&uid, &token)).await.with_status(400);
}

#[tokio::test]
async fn a_wrong_token_and_a_uid_of_nobody_are_answered_alike() {
    let house = House::open().await;
    house.register("ada").await;
    let (uid, token) = house.mail.link_to("ada@example.com").await;
    let first = if token.starts_with('x') { "y" } else { "x" };
    let wrong = format!("{first}{}", &token[1..]);

    activate(&house, (&uid, &wrong)).await.with_status(400).is(&invalid());
    activate(&house, ("OTk5OTk", &token)).await.with_status(400).is(&invalid());
    activate(&house, (&uid, &token)).await.with_status(204);
}

#[tokio::test]
async fn a_uid_that_cannot_be_one_is_told() {
    let house = House::open().await;
    house.register("ada").await;
    let (_, token) = house.mail.link_to("ada@example.com").await;
    for uid in ["!!", "1", "LTE", "MS41", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"] {
        let said = activate(&house, (uid, &token)).await.with_status(400);
        said.is(&json!({ "uid": ["Invalid user id or user doesn't exist."] }));
    }
}

#[tokio::test]
async fn the_token_of_one_account_does_not_activate_another() {
    let house = House::open().await;
    house.register("ada").await;
    house.register("bob").await;
    let (ada, _) = house.mail.link_to("ada@example.com").await;
    let (_, token) = house.mail.link_to("bob@example.com").await;

    activate(&house, (&ada, &token)).await.with_status(400).is(&invalid());

    house.log_in("ada@example.com").expect(400).await;
}

#[tokio::test]
async fn an_account_that_was_switched_off_does_not_come_back_by_its_old_link() {
    let house = House::open().await;
    house.register("ada").await;
    let (uid, token) = house.mail.link_to("ada@example.com").await;
    house.deactivate("ada@example.com").await;

    activate(&house, (&uid, &token)).await.with_status(400).is(&invalid());

    house.log_in("ada@example.com").expect(400).await;
}

#[tokio::test]
async fn eight_at_once_activate_once() {
    let house = House::open().await;
    house.register("ada").await;
    let (uid, token) = house.mail.link_to("ada@example.com").await;

    let tries = (0..8).map(|_| activate(&house, (&uid, &token)));
    let said = futures_util::future::join_all(tries).await;

    let how_many = |status| said.iter().filter(|one| one.status == status).count();
    assert_eq!((how_many(204), how_many(403)), (1, 7));
    assert_eq!(house.mail.all_to("ada@example.com").await.len(), 2);
}

#[tokio::test]
async fn what_is_missing_is_told() {
    let house = House::open().await;
    let required = json!(["This field is required."]);

    let said = house.post("/auth/users/activation/").json(&json!({})).expect(400).await;

    said.is(&json!({ "uid": required, "token": required }));
}

#[tokio::test]
async fn a_link_is_no_password_and_a_password_no_link() {
    let house = House::open().await;
    house.register("ada").await;
    let (uid, token) = house.mail.link_to("ada@example.com").await;

    activate(&house, (&uid, PASSWORD)).await.with_status(400);
    let login = json!({ "email": "ada@example.com", "password": token });
    house.post("/auth/token/login/").json(&login).expect(400).await;
    house.get("/auth/users/me/").token(&token).expect(401).await;
}
