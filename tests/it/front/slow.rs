//! Callers who take their time.

use std::time::{Duration, Instant};

use crate::support::House;

const HASTE: [(&str, &str); 2] =
    [("server.body_timeout_seconds", "1"), ("server.header_timeout_seconds", "1")];

#[tokio::test]
async fn a_body_that_does_not_come_is_waited_for_no_longer_than_allowed() {
    let house = House::with(&HASTE).await;
    let began = Instant::now();

    let answer = house
        .raw(
            b"POST /auth/users/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
              Content-Length: 100\r\n\r\n{\"email\":",
        )
        .await;

    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("The request body did not arrive in time."), "{answer}");
    let waited = began.elapsed();
    assert!((Duration::from_secs(1)..Duration::from_secs(8)).contains(&waited), "{waited:?}");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_cut_off() {
    let house = House::with(&HASTE).await;
    let began = Instant::now();

    let answer = house.raw(b"GET /auth/users/me/ HTTP/1.1\r\nHost: a\r\nX-Slow: ").await;

    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(began.elapsed() < Duration::from_secs(8));
}

#[tokio::test]
async fn a_body_that_is_cut_off_harms_nobody() {
    let house = House::open().await;
    let request = b"POST /auth/users/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                    Content-Length: 100\r\n\r\n{";
    for _ in 0..20 {
        house.hang_up_after(request).await;
    }

    house.get("/health/ready").expect(200).await;
}
