//! A letter that cannot be handed over: tried again, later and later, and at last set aside.

use cambio::mail::transport::SendError;
use chrono::TimeDelta;

use crate::support::House;

fn busy() -> SendError {
    SendError::Temporary("450 try again later".to_owned())
}

fn never() -> SendError {
    SendError::Permanent("550 no such mailbox".to_owned())
}

/// How often the one letter was tried, and whether it was set aside.
async fn state(house: &House) -> (u32, bool) {
    let query = "select attempts || ' ' || coalesce(parked_at, 0) as line from outbox";
    let lines = house.lines(query).await;
    let (attempts, parked) = lines.first().unwrap().split_once(' ').unwrap();
    (attempts.parse().unwrap(), parked != "0")
}

#[tokio::test]
async fn the_waits_are_30_seconds_and_thrice_as_long_each_time() {
    let house = House::open().await;
    house.register("ada").await;
    house.mail.transport().fail_next(10, &busy());

    house.mail.round().await;
    for (tried, wait) in [(1, 30), (2, 90), (3, 270), (4, 810), (5, 2430), (6, 7290)] {
        house.forward(TimeDelta::seconds(wait) - TimeDelta::milliseconds(1));
        house.mail.round().await;
        assert_eq!(state(&house).await, (tried, false), "too early");
        house.forward(TimeDelta::milliseconds(1));
        house.mail.round().await;
        assert_eq!(state(&house).await, (tried + 1, false), "too late");
    }
}

#[tokio::test]
async fn it_leaves_as_soon_as_the_way_is_free() {
    let house = House::open().await;
    house.register("ada").await;
    house.mail.transport().fail_next(3, &busy());
    for seconds in [0, 30, 90] {
        house.forward(TimeDelta::seconds(seconds));
        assert_eq!(house.mail.round().await, 0);
    }

    house.forward(TimeDelta::seconds(270));

    assert_eq!(house.mail.round().await, 1);
    house.activate_by_letter("ada@example.com").await;
}

#[tokio::test]
async fn after_ten_attempts_it_is_set_aside_and_never_tried_again() {
    for error in [busy(), never()] {
        let house = House::open().await;
        house.register("ada").await;
        house.mail.transport().fail_next(10, &error);
        for attempt in 1..=10 {
            assert_eq!(house.mail.round().await, 0);
            assert_eq!(state(&house).await, (attempt, attempt == 10), "{error}");
            house.forward(TimeDelta::hours(8));
        }

        house.forward(TimeDelta::days(30));

        assert_eq!(house.mail.round().await, 0);
        assert_eq!(state(&house).await, (10, true));
        let why = house.lines("select last_error as line from outbox").await;
        assert_eq!(why, [error.to_string()]);
    }
}

#[tokio::test]
async fn a_mail_server_that_is_away_costs_no_letter_a_try() {
    let house = House::open().await;
    house.register("ada").await;
    house.register("bob").await;
    let away = SendError::Unreachable("nobody is there".to_owned());
    house.mail.transport().fail_next(20, &away);
    for _ in 0..20 {
        assert_eq!(house.mail.round().await, 0);
        house.forward(TimeDelta::minutes(10));
        assert_eq!(state(&house).await, (0, false));
    }

    assert_eq!(house.mail.round().await, 2);
    house.activate_by_letter("ada@example.com").await;
}

#[tokio::test]
async fn how_often_it_is_tried_is_a_setting() {
    let house = House::with(&[("mail.max_attempts", "2")]).await;
    house.register("ada").await;
    house.mail.transport().fail_next(2, &busy());
    house.mail.round().await;
    house.forward(TimeDelta::seconds(30));
    house.mail.round().await;

    assert_eq!(state(&house).await, (2, true));
}

#[tokio::test]
async fn the_others_do_not_wait_behind_it() {
    let house = House::open().await;
    house.register("ada").await;
    house.register("bob").await;
    house.mail.transport().fail_next(1, &never());

    assert_eq!(house.mail.round().await, 1);

    assert_eq!(house.mail.transport().letters()[0].to.as_str(), "bob@example.com");
}

#[tokio::test]
async fn one_that_cannot_be_read_lets_the_others_pass() {
    let house = House::open().await;
    house.register("ada").await;
    house.register("bob").await;
    house.tamper("update outbox set kind = 'riddle' where recipient = 'ada@example.com'").await;

    assert_eq!(house.mail.round().await, 1);

    house.activate_by_letter("bob@example.com").await;
}

#[tokio::test]
async fn one_that_was_set_aside_does_not_stand_in_the_way_of_a_new_one() {
    let house = House::with(&[("mail.max_attempts", "1")]).await;
    house.register("ada").await;
    house.mail.transport().fail_next(1, &never());
    house.mail.round().await;

    let again = serde_json::json!({ "email": "ada@example.com" });
    house.post("/auth/users/resend_activation/").json(&again).expect(204).await;

    house.activate_by_letter("ada@example.com").await;
}

#[tokio::test]
async fn one_that_breaks_the_courier_down_is_put_back_like_any_other() {
    let house = House::with(&[("mail.max_attempts", "2")]).await;
    house.register("ada").await;
    house.register("bob").await;
    house.mail.transport().panic_next();
    assert_eq!(house.mail.round().await, 1, "bob's is sent all the same");

    house.forward(TimeDelta::seconds(30));
    house.mail.transport().panic_next();
    assert_eq!(house.mail.round().await, 0);

    assert_eq!(state(&house).await, (2, true));
    let why = house.lines("select last_error as line from outbox").await;
    assert_eq!(why, ["writing or sending it panicked"]);
}
