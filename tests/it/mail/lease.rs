//! Who has a letter: one courier at a time, and another one when the first has died.

use std::{sync::Arc, time::Duration};

use cambio::{
    courier::{self, Office},
    mail::{memory::Memory, transport::Transport},
    usecases,
};
use chrono::TimeDelta;
use tokio::{task::yield_now, time::timeout};

use crate::support::{House, mailbox::link};

/// Takes a letter as a courier does that dies before it has handed it over.
async fn take(house: &House) {
    assert!(house.app.write(usecases::courier::take).await.unwrap().is_some());
}

#[tokio::test]
async fn a_letter_whose_courier_died_is_sent_by_the_next_after_30_seconds() {
    let house = House::open().await;
    house.register("ada").await;
    take(&house).await;

    house.forward(TimeDelta::milliseconds(29_999));
    assert_eq!(house.mail.round().await, 0);
    house.forward(TimeDelta::milliseconds(1));

    assert_eq!(house.mail.round().await, 1);
    house.activate_by_letter("ada@example.com").await;
}

#[tokio::test]
async fn a_letter_that_came_twice_works_by_either_copy() {
    let house = House::open().await;
    house.register("ada").await;
    take(&house).await;
    house.forward(TimeDelta::seconds(30));
    house.mail.round().await;
    let again = serde_json::json!({ "email": "ada@example.com" });
    house.post("/auth/users/resend_activation/").json(&again).expect(204).await;

    let letters = house.mail.all_to("ada@example.com").await;

    let (first, second) = (link(&letters[0]), link(&letters[1]));
    assert_ne!(first.1, second.1);
    let body = serde_json::json!({ "uid": first.0, "token": first.1 });
    house.post("/auth/users/activation/").json(&body).expect(204).await;
    let body = serde_json::json!({ "uid": second.0, "token": second.1 });
    house.post("/auth/users/activation/").json(&body).expect(403).await;
}

#[tokio::test]
async fn every_copy_of_a_letter_has_one_message_id_and_no_other_letter_has_it() {
    let house = House::open().await;
    house.register("ada").await;
    house.register("bob").await;
    let first = house.app.write(usecases::courier::take).await.unwrap().unwrap();
    // That courier has sent it and died before it could say so.
    house.forward(TimeDelta::seconds(30));

    let ada = house.mail.last_to("ada@example.com").await;
    let bob = house.mail.last_to("bob@example.com").await;

    assert_eq!(ada.message_id, format!("<{}@localhost>", first.mark));
    assert_ne!(ada.message_id, bob.message_id);
}

#[tokio::test]
async fn two_couriers_send_every_letter_once() {
    let house = House::open().await;
    let other = house.second_node(&[]).await;
    for n in 0..8 {
        house.register(&format!("p{n}")).await;
    }

    // A courier that loses a letter to the other one looks again at its next round.
    for _ in 0..8 {
        tokio::join!(house.mail.round(), other.mail.round());
    }

    let both = [house.mail.transport().letters(), other.mail.transport().letters()].concat();
    let mut addresses: Vec<&str> = both.iter().map(|letter| letter.to.as_str()).collect();
    addresses.sort_unstable();
    assert_eq!(addresses.len(), 8);
    addresses.dedup();
    assert_eq!(addresses.len(), 8);
}

#[tokio::test]
async fn a_courier_at_work_is_woken_by_a_new_letter() {
    let house = House::open().await;
    let memory = Memory::default();
    let transport = Transport::memory(&house.config().mail, memory.clone()).unwrap();
    let office = Office::with_transport(house.config(), transport).unwrap();
    let courier = tokio::spawn(courier::run(house.app.clone(), Arc::new(office)));

    house.register("ada").await;

    // Without being woken it would look again after five seconds only.
    let sent = timeout(Duration::from_secs(4), async {
        while memory.letters().is_empty() {
            yield_now().await;
        }
    });
    sent.await.unwrap();
    courier.abort();
}
