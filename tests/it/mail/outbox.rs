//! The outbox: a letter is there with what it tells of, or neither is.

use cambio::usecases::register::{self, Register};
use serde_json::json;

use crate::support::{
    House,
    callers::{PASSWORD, sheet},
};

async fn waiting(house: &House) -> Vec<String> {
    house.lines("select kind || ' to ' || recipient as line from outbox order by id").await
}

#[tokio::test]
async fn a_registration_leaves_its_letter_waiting_until_it_is_sent() {
    let house = House::open().await;
    house.register("ada").await;
    assert_eq!(waiting(&house).await, ["activation to ada@example.com"]);

    assert_eq!(house.mail.round().await, 1);

    assert!(waiting(&house).await.is_empty());
    assert_eq!(house.mail.round().await, 0);
}

#[tokio::test]
async fn an_account_that_is_not_made_leaves_no_letter() {
    let house = House::open().await;
    let wish = Register {
        email: cambio::domain::email::Email::parse("ada@example.com").unwrap(),
        username: None,
        name: String::new(),
        language: None,
        activation: cambio::domain::policy::Activation::First,
    };

    let dropped = house.app.write(move |ctx| {
        register::register(ctx, &wish, "!")?;
        Err::<(), _>(cambio::error::Refusal::NotAllowed.into())
    });
    dropped.await.unwrap_err();

    assert!(waiting(&house).await.is_empty());
    house.register("ada").await;
}

#[tokio::test]
async fn a_refused_registration_leaves_no_letter() {
    let house = House::open().await;
    house.register("ada").await;
    house.mail.round().await;

    house.post("/auth/users/").json(&sheet("ada@example.com")).expect(400).await;
    let weak = json!({ "email": "bob@example.com", "password": "1", "re_password": "1" });
    house.post("/auth/users/").json(&weak).expect(400).await;

    assert!(waiting(&house).await.is_empty());
}

#[tokio::test]
async fn what_waits_holds_no_secret() {
    let house = House::open().await;
    house.register("ada").await;
    let columns = [
        "id",
        "kind",
        "account_id",
        "recipient",
        "language",
        "created_at",
        "due_at",
        "attempts",
        "parked_at",
        "last_error",
    ];
    let before = house.dump("outbox", &columns).await.join("\n");

    let (_, token) = house.mail.link_to("ada@example.com").await;

    assert!(before.contains("ada@example.com") && !before.contains(PASSWORD), "{before}");
    assert!(before.split_whitespace().all(|word| word.len() < 40), "{before}");
    let columns = ["account_id", "purpose", "epoch", "asked_at", "expires_at", "consumed_at"];
    assert!(!house.dump("mail_tokens", &columns).await.join("\n").contains(&token));
    let digests = house.lines("select length(digest) || '' as line from mail_tokens").await;
    assert_eq!(digests, ["32"]);
}

#[tokio::test]
async fn what_has_lost_its_point_is_not_sent() {
    let house = House::open().await;
    house.register("ada").await;
    house.reactivate("ada@example.com").await;

    assert_eq!(house.mail.round().await, 0);
    assert!(waiting(&house).await.is_empty());
}

#[tokio::test]
async fn a_deleted_account_takes_its_letters_along() {
    let house = House::open().await;
    house.register("ada").await;
    house.delete_account("ada@example.com").await;

    assert!(waiting(&house).await.is_empty());
    assert_eq!(house.mail.round().await, 0);
}

#[tokio::test]
async fn letters_leave_in_the_order_they_were_written() {
    let house = House::open().await;
    for name in ["ada", "bob", "eve"] {
        house.register(name).await;
    }
    house.mail.round().await;

    let letters = house.mail.transport().letters();
    let order: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
    assert_eq!(order, ["ada@example.com", "bob@example.com", "eve@example.com"]);
}
