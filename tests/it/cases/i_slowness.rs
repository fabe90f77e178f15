//! Connections that cost nothing to whoever opens them (109): too many, too slow, or never read from.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{interval, timeout},
};

use crate::support::House;

const HASTE: [(&str, &str); 4] = [
    ("server.header_timeout_seconds", "1"),
    ("server.body_timeout_seconds", "1"),
    ("server.write_timeout_seconds", "1"),
    ("server.keep_alive_seconds", "1"),
];

/// Long enough for a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(20);

async fn knock(house: &House) -> TcpStream {
    TcpStream::connect(house.base().trim_start_matches("http://")).await.unwrap()
}

/// What comes until the house hangs up.
async fn heard(line: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A line that is torn down tells no end.
    let _ = timeout(PATIENCE, line.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn i109_one_address_has_so_many_connections_and_gets_them_back() {
    let mut settings = HASTE.to_vec();
    settings.extend([("limits.enabled", "true"), ("server.max_connections_per_address", "8")]);
    settings[0] = ("server.header_timeout_seconds", "3");
    let house = House::with(&settings).await;
    let mut lines = Vec::new();
    for _ in 0..40 {
        lines.push(knock(&house).await);
    }
    // Those that are too many are hung up on at once, before they have said anything.
    let began = Instant::now();
    for line in &mut lines[8..] {
        assert_eq!(heard(line).await, "");
    }
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    // The others are, once they have taken too long; and then there is room again.
    for line in &mut lines[..8] {
        let said = heard(line).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
    }
    let mut line = knock(&house).await;
    let call = "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    line.write_all(call.as_bytes()).await.unwrap();
    assert!(heard(&mut line).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn i109_a_proxy_brings_as_many_as_it_likes() {
    let settings = [
        ("limits.enabled", "true"),
        ("server.max_connections_per_address", "2"),
        ("server.trusted_proxies", "127.0.0.1"),
    ];
    let house = House::with(&settings).await;
    let call = "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let mut lines = Vec::new();
    for _ in 0..20 {
        lines.push(knock(&house).await);
    }
    for line in &mut lines {
        line.write_all(call.as_bytes()).await.unwrap();
        assert!(heard(line).await.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn i109_a_body_that_drips_has_no_longer_than_one_that_does_not_come() {
    let house = House::with(&HASTE).await;
    let head = "POST /auth/users/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
    for (head, drop) in [
        (format!("{head}Content-Length: 60000\r\n\r\n"), " ".to_owned()),
        (format!("{head}Transfer-Encoding: chunked\r\n\r\n"), "1\r\n \r\n".to_owned()),
        (format!("{head}Transfer-Encoding: chunked\r\n\r\n"), "1;a=b\r\n \r\n".to_owned()),
    ] {
        let began = Instant::now();
        let (mut hears, mut speaks) = knock(&house).await.into_split();
        speaks.write_all(head.as_bytes()).await.unwrap();
        let dripping = async {
            let mut beat = interval(Duration::from_millis(50));
            while speaks.write_all(drop.as_bytes()).await.is_ok() {
                beat.tick().await;
            }
        };
        let mut answer = Vec::new();
        let hearing = async {
            let _ = hears.read_to_end(&mut answer).await;
        };
        timeout(PATIENCE, async { tokio::join!(dripping, hearing) }).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&answer));
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn i109_what_hangs_on_chunks_topples_nothing() {
    let house = House::with(&HASTE).await;
    let head = "POST /auth/users/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    let long = "x".repeat(64 * 1024);
    for body in [
        format!("2;{long}\r\n{{}}\r\n0\r\n\r\n"),
        format!("2\r\n{{}}\r\n0\r\nX-Trailer: {long}\r\n\r\n"),
        "2\r\n{}\r\n0\r\nContent-Length: 60\r\nAuthorization: Bearer x\r\n\r\n".to_owned(),
        format!("{}0\r\n\r\n", "1\r\n \r\n".repeat(20_000)),
    ] {
        let mut line = knock(&house).await;
        // It may hang up before it has heard all of it.
        let _ = line.write_all(format!("{head}{body}").as_bytes()).await;
        let said = heard(&mut line).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{said}");
    }
    house.get("/health/ready").expect(200).await;
}

#[tokio::test]
async fn i109_an_answer_that_nobody_reads_is_not_held_for_ever() {
    let house = House::with(&HASTE).await;
    let mut line = knock(&house).await;
    let call = "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n".repeat(100);
    // Once all that lies between is full, the house stops reading, and after a while it hangs up.
    let speaking = async { while line.write_all(call.as_bytes()).await.is_ok() {} };
    timeout(Duration::from_mins(1), speaking).await.unwrap();
    house.get("/health/ready").expect(200).await;
}

#[tokio::test]
async fn i109_a_line_on_which_nothing_is_said_is_hung_up_on() {
    let house = House::with(&HASTE).await;
    let mut line = knock(&house).await;
    let began = Instant::now();
    line.write_all(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let said = heard(&mut line).await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}
