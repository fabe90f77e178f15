//! For tests: a server on this machine that says what it was told to say, and counts how often.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use url::Url;

use super::{fetch::Fetcher, guard::Line};
use crate::{config::providers::Egress, domain::provider::ProviderName};

/// The server; it answers every request alike, each on a connection of its own.
pub(super) struct Canned {
    /// Its address.
    pub(super) url: Url,
    asked: Arc<AtomicUsize>,
    answer: Arc<Mutex<Vec<u8>>>,
}

impl Canned {
    /// Says these bytes.
    pub(super) async fn raw(answer: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let url = Url::parse(&format!("http://{address}/")).expect("a URL");
        let canned =
            Self { url, asked: Arc::default(), answer: Arc::new(Mutex::new(answer.into())) };
        let (asked, answer) = (Arc::clone(&canned.asked), Arc::clone(&canned.answer));
        tokio::spawn(async move {
            while let Ok((mut caller, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let _ = caller.read(&mut request).await;
                asked.fetch_add(1, Ordering::SeqCst);
                let said = answer.lock().expect("unpoisoned").clone();
                let _ = caller.write_all(&said).await;
            }
        });
        canned
    }

    /// Says this JSON.
    pub(super) async fn json(answer: &Value) -> Self {
        Self::raw(as_json(answer)).await
    }

    /// Says this JSON from now on.
    pub(super) fn now_says(&self, answer: &Value) {
        *self.answer.lock().expect("unpoisoned") = as_json(answer);
    }

    /// How often it was asked.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn as_json(answer: &Value) -> Vec<u8> {
    let body = answer.to_string();
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json";
    format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// A line that may call it.
pub(super) fn line() -> Line {
    let rules = Egress { allow_private_network: true, ..Egress::default() };
    let name = ProviderName::parse("google-oauth2").expect("a name");
    Line::new(name, Fetcher::build(&rules, Vec::new()).expect("a client"), &rules)
}
