//! Callers who take their time.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

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

/// Chunks, each of them sent as soon as there is room, until the house hangs up.
async fn flood(house: &House, head: &str) -> String {
    let address = house.base().trim_start_matches("http://").to_owned();
    let (mut hears, mut speaks) = TcpStream::connect(address).await.unwrap().into_split();
    let head = format!("{head}Host: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    let chunk = format!("4000\r\n{}\r\n", " ".repeat(0x4000));
    let speaking = async {
        speaks.write_all(head.as_bytes()).await.unwrap();
        while speaks.write_all(chunk.as_bytes()).await.is_ok() {}
    };
    let mut answer = Vec::new();
    let hearing = async {
        // A line that is torn down tells no end.
        let _ = hears.read_to_end(&mut answer).await;
    };
    timeout(Duration::from_secs(8), async { tokio::join!(speaking, hearing) }).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn chunks_that_never_end_are_cut_off_once_they_are_too_many() {
    let house = House::open().await;
    let json = "Content-Type: application/json\r\n";
    let head = format!("POST /auth/users/ HTTP/1.1\r\n{json}");
    assert!(flood(&house, &head).await.starts_with("HTTP/1.1 413"));
}

#[tokio::test]
async fn chunks_that_nobody_reads_are_cut_off_once_the_answer_is_out() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    for (head, status) in [
        ("POST /nowhere HTTP/1.1\r\n".to_owned(), "404"),
        ("DELETE /auth/token/login/ HTTP/1.1\r\n".to_owned(), "405"),
        ("GET /auth/users/me/ HTTP/1.1\r\n".to_owned(), "401"),
        (
            format!(
                "POST /auth/token/logout/ HTTP/1.1\r\nAuthorization: Token {}\r\n",
                ada.auth_token
            ),
            "204",
        ),
    ] {
        let answer = flood(&house, &head).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{head}: {answer}");
    }
}

#[tokio::test]
async fn chunks_that_do_not_come_are_waited_for_no_longer_than_allowed() {
    let house = House::with(&HASTE).await;
    let request = "POST /auth/users/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                   Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n";

    let answer = timeout(Duration::from_secs(8), house.raw(request.as_bytes())).await.unwrap();

    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn whoever_sends_chunks_to_their_end_keeps_the_connection() {
    let house = House::open().await;
    let address = house.base().trim_start_matches("http://").to_owned();
    let mut line = TcpStream::connect(address).await.unwrap();
    let chunked =
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    let first = format!("POST /auth/users/ HTTP/1.1\r\nHost: a\r\n{chunked}");
    let next = "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    line.write_all(format!("{first}{next}").as_bytes()).await.unwrap();

    let mut answers = String::new();
    line.read_to_string(&mut answers).await.unwrap();

    assert!(answers.starts_with("HTTP/1.1 400") && answers.contains("HTTP/1.1 200"), "{answers}");
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
