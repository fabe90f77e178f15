//! Stopping with a letter in hand.

use std::{net::TcpListener, time::Duration};

use cambio::{courier::Office, server};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net,
    sync::oneshot,
    time::timeout,
};

use crate::support::House;

/// A mail server that takes one letter, and says so when it is let.
struct Post {
    port: u16,
    has_it: oneshot::Receiver<()>,
    let_go: oneshot::Sender<()>,
}

impl Post {
    async fn open() -> Self {
        let listener = net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (has, has_it) = oneshot::channel();
        let (let_go, wait) = oneshot::channel();
        tokio::spawn(async move {
            let (line, _) = listener.accept().await.unwrap();
            let (read, mut write) = line.into_split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 here\r\n").await.unwrap();
            let mut gates = Some((has, wait));
            while let Some(said) = lines.next_line().await.unwrap() {
                let answer: &[u8] = if said == "DATA" { b"354 go on\r\n" } else { b"250 fine\r\n" };
                write.write_all(answer).await.unwrap();
                if said != "DATA" {
                    continue;
                }
                while lines.next_line().await.unwrap().is_some_and(|line| line != ".") {}
                let (has, wait) = gates.take().unwrap();
                has.send(()).unwrap();
                wait.await.unwrap();
                write.write_all(b"250 taken\r\n").await.unwrap();
            }
        });
        Self { port, has_it, let_go }
    }
}

#[tokio::test]
async fn a_letter_that_is_being_handed_over_is_struck_off_before_the_house_closes() {
    let post = Post::open().await;
    let port = post.port.to_string();
    let house = House::with(&[
        ("mail.transport", "smtp"),
        ("mail.smtp.host", "127.0.0.1"),
        ("mail.smtp.port", &port),
        ("mail.smtp.tls", "none"),
    ])
    .await;
    house.register("ada").await;
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let office = Office::build(house.config()).unwrap();
    let running = server::start(&house.app, house.config(), listener, office).unwrap();
    post.has_it.await.unwrap();

    let mut stopping = tokio::spawn(running.stop());
    assert!(timeout(Duration::from_millis(300), &mut stopping).await.is_err(), "it waits");
    post.let_go.send(()).unwrap();
    timeout(Duration::from_secs(10), stopping).await.unwrap().unwrap();

    assert!(house.lines("select kind as line from outbox").await.is_empty());
}
