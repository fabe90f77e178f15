//! `users/resend_activation/`: the letter once more.

use serde_json::json;

use crate::support::{House, Said};

async fn resend(house: &House, email: &str) -> Said {
    house.post("/auth/users/resend_activation/").json(&json!({ "email": email })).await
}

#[tokio::test]
async fn the_letter_comes_again_with_a_link_of_its_own() {
    let house = House::open().await;
    house.register("ada").await;
    let first = house.mail.link_to("ada@example.com").await;

    resend(&house, "ADA@example.com").await.with_status(204);

    let second = house.mail.link_to("ada@example.com").await;
    assert_eq!(first.0, second.0);
    assert_ne!(first.1, second.1);
}

#[tokio::test]
async fn the_older_link_stays_good() {
    let house = House::open().await;
    house.register("ada").await;
    let (uid, token) = house.mail.link_to("ada@example.com").await;
    resend(&house, "ada@example.com").await;
    house.mail.link_to("ada@example.com").await;

    let link = json!({ "uid": uid, "token": token });
    house.post("/auth/users/activation/").json(&link).expect(204).await;
}

#[tokio::test]
async fn unknown_active_and_switched_off_are_answered_alike_and_get_no_letter() {
    let house = House::open().await;
    house.person("ada").await;
    house.person("bob").await;
    house.deactivate("bob@example.com").await;
    house.mail.round().await;
    let before = house.mail.transport().letters().len();

    let mut answers = Vec::new();
    for email in ["ada@example.com", "bob@example.com", "nobody@example.com"] {
        let said = resend(&house, email).await.with_status(204);
        answers.push((said.text.clone(), said.headers.len()));
    }

    assert_eq!(house.mail.round().await, 0);
    assert_eq!(house.mail.transport().letters().len(), before);
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn what_is_no_address_is_told() {
    let house = House::open().await;

    let said = resend(&house, "ada").await.with_status(400);
    said.is(&json!({ "email": ["Enter a valid email address."] }));
    let said = house.post("/auth/users/resend_activation/").json(&json!({})).expect(400).await;
    said.is(&json!({ "email": ["This field is required."] }));
}
