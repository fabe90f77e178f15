//! The threads of the database: how much may wait for them, and how long.

use std::{sync::mpsc, time::Duration};

use tokio::{sync::oneshot, task::JoinHandle, time::timeout};

use crate::support::House;

/// A deed that holds the one database thread until it is let go.
struct Hold {
    let_go: mpsc::Sender<()>,
    held: JoinHandle<()>,
}

impl Hold {
    async fn on(house: &House) -> Self {
        let (let_go, wait) = mpsc::channel();
        let (begun, begins) = oneshot::channel();
        let app = house.app.clone();
        let held = tokio::spawn(async move {
            let hold = app.read(move |_| {
                let _ = begun.send(());
                let _ = wait.recv();
                Ok(())
            });
            hold.await.unwrap();
        });
        begins.await.unwrap();
        Self { let_go, held }
    }

    async fn end(self) {
        self.let_go.send(()).unwrap();
        self.held.await.unwrap();
    }
}

#[tokio::test]
async fn who_finds_the_queue_full_is_sent_away_at_once() {
    let house = House::with(&[
        ("database.threads", "1"),
        ("database.queue", "1"),
        ("database.acquire_timeout_ms", "60000"),
    ])
    .await;
    let ada = house.person("ada").await;
    let hold = Hold::on(&house).await;
    let waiting = tokio::spawn(house.get("/auth/users/me/").token(&ada.auth_token).into_future());

    // One of the two finds the only place taken.
    let second = house.get("/auth/users/me/").token(&ada.auth_token).into_future();
    let sent_away = timeout(Duration::from_secs(5), either(waiting, second)).await.unwrap();
    assert_eq!((sent_away.0.status, sent_away.0.header("retry-after")), (503, "1"));

    hold.end().await;
    assert_eq!(sent_away.1.await.status, 200);
    house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
}

#[tokio::test]
async fn who_waited_too_long_is_sent_away_although_the_thread_is_still_held() {
    let house =
        House::with(&[("database.threads", "1"), ("database.acquire_timeout_ms", "800")]).await;
    let ada = house.person("ada").await;
    let hold = Hold::on(&house).await;
    let call = house.get("/auth/users/me/").token(&ada.auth_token).into_future();

    let said = timeout(Duration::from_secs(5), call).await.unwrap();

    assert_eq!((said.status, said.header("retry-after")), (503, "1"));
    hold.end().await;
    house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
}

#[tokio::test]
async fn a_house_whose_threads_are_held_lives_but_is_not_ready() {
    let house =
        House::with(&[("database.threads", "1"), ("database.acquire_timeout_ms", "800")]).await;
    let hold = Hold::on(&house).await;

    house.get("/health/live").expect(200).await;
    house.get("/health/ready").expect(503).await;

    hold.end().await;
    house.get("/health/ready").expect(200).await;
}

type Waiting = std::pin::Pin<Box<dyn Future<Output = crate::support::Said> + Send>>;

/// Whoever is answered first, and the other one, still waiting.
async fn either(
    one: JoinHandle<crate::support::Said>,
    other: Waiting,
) -> (crate::support::Said, Waiting) {
    let one: Waiting = Box::pin(async move { one.await.unwrap() });
    let (first, _, mut rest) = futures_util::future::select_all([one, other]).await;
    (first, rest.remove(0))
}
