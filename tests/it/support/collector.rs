//! A collector of traces: takes OTLP over HTTP, and keeps what came.

use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, common::v1::any_value::Value, trace::v1::Span,
};
use prost::Message as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A collector on a port of its own.
#[derive(Clone)]
pub struct Collector {
    /// Its address, as the settings have it.
    pub address: String,
    is_deaf: bool,
    came: Arc<Mutex<Vec<Batch>>>,
}

/// What came at one time: the head of the request, and its body.
type Batch = (String, Vec<u8>);

impl Collector {
    /// Starts it.
    pub async fn start() -> Self {
        Self::with(false).await
    }

    /// Starts one that takes everything and never answers.
    pub async fn deaf() -> Self {
        Self::with(true).await
    }

    async fn with(is_deaf: bool) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let own = Self { address, is_deaf, came: Arc::default() };
        let collector = own.clone();
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                tokio::spawn(collector.clone().serve(line));
            }
        });
        own
    }

    /// Everything that came, as it came.
    pub fn batches(&self) -> Vec<Batch> {
        self.came.lock().unwrap().clone()
    }

    /// Every span that came.
    pub fn spans(&self) -> Vec<Span> {
        let read = |(_, body): Batch| ExportTraceServiceRequest::decode(&*body).unwrap();
        let resources = self.batches().into_iter().map(read).flat_map(|batch| batch.resource_spans);
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }

    async fn serve(self, mut line: TcpStream) {
        let mut read = Vec::new();
        loop {
            if let Some(batch) = whole(&read) {
                self.came.lock().unwrap().push(batch);
                read.clear();
                let ok = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
                if !self.is_deaf && line.write_all(ok).await.is_err() {
                    return;
                }
            }
            let mut piece = [0; 4096];
            match line.read(&mut piece).await {
                Ok(0) | Err(_) => return,
                Ok(length) => read.extend_from_slice(&piece[..length]),
            }
        }
    }
}

/// The head and the body of a request that is there in full.
fn whole(read: &[u8]) -> Option<Batch> {
    let end = read.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().unwrap())
    })?;
    let body = read.get(end + 4..end + 4 + length)?;
    Some((head, body.to_vec()))
}

/// What a span says under a key.
pub fn told(span: &Span, key: &str) -> Option<String> {
    let found = span.attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    }
}
