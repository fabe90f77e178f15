//! Deeds that meet: tried again by themselves, and the caller is told only when that does not help.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use cambio::{
    domain::account::AccountState,
    error::{Error, Fault},
    store::accounts::{self, NewAccount},
};

use crate::support::House;

fn conflict() -> Error {
    Fault::Conflict { what: "somebody was first".to_owned() }.into()
}

#[tokio::test]
async fn a_conflict_is_tried_again_from_the_start() {
    let house = House::open().await;
    let tries = Arc::new(AtomicUsize::new(0));

    let counted = Arc::clone(&tries);
    let done = house.app.write(move |_| match counted.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => Err(conflict()),
        _ => Ok("done"),
    });

    assert_eq!(done.await.unwrap(), "done");
    assert_eq!(tries.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_conflict_that_does_not_go_away_is_given_up() {
    let house = House::open().await;
    let tries = Arc::new(AtomicUsize::new(0));

    let counted = Arc::clone(&tries);
    let done = house.app.write(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Err::<(), _>(conflict())
    });

    assert!(matches!(done.await, Err(Error::Fault(Fault::Conflict { .. }))));
    assert_eq!(tries.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_fault_of_another_kind_is_not_tried_again() {
    let house = House::open().await;
    let tries = Arc::new(AtomicUsize::new(0));

    let counted = Arc::clone(&tries);
    let done = house.app.write(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Err::<(), _>(Fault::internal("broken").into())
    });

    done.await.unwrap_err();
    assert_eq!(tries.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_breaks_a_unique_rule_is_a_conflict_on_both_databases() {
    let house = House::open().await;
    house.register("ada").await;
    let email = cambio::domain::email::Email::parse("ADA@example.com").unwrap();

    let now = house.app.now();
    let broken = house.app.write(move |ctx| {
        let new = NewAccount {
            email: Some(&email),
            email_verified_at: None,
            username: None,
            name: "",
            first_name: "",
            last_name: "",
            password: accounts::NO_PASSWORD,
            state: AccountState::Pending,
            language: None,
            created_at: now,
        };
        Ok(drop(accounts::insert(ctx.conn, &new)?))
    });

    assert!(matches!(broken.await, Err(Error::Fault(Fault::Conflict { .. }))));
}
