//! Stopping: what is under way is finished, and nothing new begins.

use std::{io::ErrorKind, net::TcpListener, time::Duration};

use cambio::server;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::support::{House, callers::sheet};

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_house_closes() {
    let house = House::open().await;
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let running = server::start_bare(&house.app, house.config(), listener).unwrap();
    let body = sheet("ada@example.com").to_string();
    let head = format!(
        "POST /auth/users/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut line = TcpStream::connect(address).await.unwrap();
    line.write_all(head.as_bytes()).await.unwrap();
    // The one worker has begun with the first caller when it has answered the second.
    answered(address).await;

    let stopping = tokio::spawn(running.stop());
    closed(address).await;
    line.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.unwrap();

    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    timeout(Duration::from_secs(10), stopping).await.unwrap().unwrap();
    assert_eq!(house.mail.all_to("ada@example.com").await.len(), 1);
}

#[tokio::test]
async fn who_never_finishes_is_waited_for_no_longer_than_allowed() {
    let house = House::with(&[("server.shutdown_seconds", "1")]).await;
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let running = server::start_bare(&house.app, house.config(), listener).unwrap();
    let mut line = TcpStream::connect(address).await.unwrap();
    let head = "POST /auth/users/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                Content-Length: 100\r\n\r\n";
    line.write_all(head.as_bytes()).await.unwrap();
    answered(address).await;

    timeout(Duration::from_secs(8), running.stop()).await.unwrap();
}

async fn answered(address: std::net::SocketAddr) {
    let mut line = TcpStream::connect(address).await.unwrap();
    let request = b"GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    line.write_all(request).await.unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// Waits until nobody is let in any more.
async fn closed(address: std::net::SocketAddr) {
    let refused = async {
        loop {
            match TcpStream::connect(address).await {
                Err(why) if why.kind() == ErrorKind::ConnectionRefused => return,
                _ => tokio::task::yield_now().await,
            }
        }
    };
    timeout(Duration::from_secs(10), refused).await.unwrap();
}
