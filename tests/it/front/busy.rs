//! More to do than can be done: told at once, and never at the cost of what is cheap.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::timeout;

use crate::support::House;

#[tokio::test]
async fn more_logins_than_can_wait_are_sent_away_with_a_time() {
    let settings = [("hashing.threads", "1"), ("hashing.queue", "1")];
    let house = House::with(&settings).await;
    house.activated("ada").await;

    let logins = (0..24).map(|_| house.log_in("ada@example.com").into_future());
    let said = join_all(logins).await;

    let (served, sent_away): (Vec<_>, Vec<_>) = said.iter().partition(|said| said.status == 200);
    assert!(!served.is_empty() && !sent_away.is_empty(), "{} served", served.len());
    for said in sent_away {
        assert_eq!((said.status, said.header("retry-after")), (503, "1"), "{said:?}");
        assert_eq!(said.json(), json!({ "detail": "Busy at the moment. Please try again." }));
    }
    house.log_in("ada@example.com").expect(200).await;
}

#[tokio::test]
async fn a_login_that_waited_too_long_is_sent_away() {
    let settings = [("hashing.threads", "1"), ("hashing.queue", "1000"), ("hashing.wait_ms", "1")];
    let patient = House::open().await;
    patient.register("ada").await;
    let house = patient.second_node(&settings).await;

    let logins = (0..16).map(|_| house.log_in("ada@example.com").into_future());
    let said = join_all(logins).await;

    assert!(said.iter().any(|said| said.status == 503));
    assert!(said.iter().all(|said| matches!(said.status, 400 | 503)));
}

#[tokio::test]
async fn a_flood_of_logins_does_not_keep_anybody_else() {
    let house = House::with(&[("hashing.threads", "1"), ("hashing.queue", "1000")]).await;
    let ada = house.person("ada").await;
    let flood = join_all((0..64).map(|_| house.log_in("nobody@example.com").into_future()));

    let me = async {
        let call = house.get("/auth/users/me/").token(&ada.auth_token);
        timeout(Duration::from_secs(2), call.expect(200).into_future()).await.unwrap();
    };
    tokio::pin!(flood);

    // Whoever shows a token is served while the flood still waits.
    tokio::select! {
        biased;
        () = async { for _ in 0..3 { me_again(&house, &ada.auth_token).await; } } => {}
        _ = &mut flood => panic!("the flood was over first"),
    }
    me.await;
    flood.await;
}

async fn me_again(house: &House, token: &str) {
    house.get("/auth/users/me/").token(token).expect(200).await;
}
