//! Traces that reach a collector, or do not.

use std::{
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};

use cambio::{
    clock::SystemClock,
    sandbox::{self, Apps, Sandbox},
};
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::json;
use tempfile::TempDir;

use crate::{
    cli::{
        process::{Process, free_port},
        shell::Shell,
    },
    support::{
        Call, Said,
        callers::{PASSWORD, sheet},
        collector::{Collector, told},
        database::Database,
        house::caller,
        scrape::{self, Scrape},
    },
};

/// The example of W3C Trace Context: sampled, and not.
const THEIRS: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const NOT_SAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
const THEIR_TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const THEIR_SPAN: &str = "b7ad6b7169203331";

/// A server of its own, with the emulated providers as its providers.
struct Served {
    base: String,
    shell: Shell,
    process: Process,
    // Outlive the process.
    _sandbox: Sandbox,
    _database: Database,
    _dir: TempDir,
}

impl Served {
    /// One that is told where its collector is.
    async fn traced(collector: &str, settings: &[(&str, &str)]) -> Self {
        let own = [("CAMBIO_TELEMETRY__OTLP_ENDPOINT", collector)];
        Self::with(&[&own[..], settings].concat()).await
    }

    async fn with(settings: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let sandbox = sandbox::start(listener, Apps::demo(), Arc::new(SystemClock), 1);
        let sandbox = sandbox.await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let database = Database::make(dir.path()).await;
        let listen = format!("127.0.0.1:{}", free_port());
        let base = format!("http://{listen}");
        let own = [
            ("CAMBIO_SERVER__LISTEN", listen.as_str()),
            ("CAMBIO_SERVER__DRAIN_SECONDS", "0"),
            ("CAMBIO_PUBLIC_URL", &base),
            ("CAMBIO_DATABASE__URL", database.url()),
        ];
        let shell = Shell::with(&[&own[..], settings].concat());
        shell.file("cambio.toml", &sandbox.config_fragment());
        let mut process = Process::start(shell.command(&["--config", "cambio.toml", "serve"]));
        process.ready(&base).await;
        Self { base, shell, process, _sandbox: sandbox, _database: database, _dir: dir }
    }

    fn get(&self, path: &str) -> Call {
        Call::new(caller().get(format!("{}{path}", self.base)))
    }

    fn post(&self, path: &str) -> Call {
        Call::new(caller().post(format!("{}{path}", self.base)))
    }

    /// Converts a token of a provider as a client that is registered for it.
    async fn convert(&self, token: &str) -> Said {
        let create = ["--config", "cambio.toml", "client", "create", "--name", "A", "--type"];
        let created = self.shell.run(&[&create[..], &["public", "--json"]].concat()).json();
        let id = created["client_id"].as_str().unwrap();
        let form = [
            ("grant_type", "convert_token"),
            ("client_id", id),
            ("backend", "google-oauth2"),
            ("token", token),
        ];
        self.post("/auth/convert-token/").form(&form).await
    }

    /// Tells it to stop, and how long it took.
    async fn stop(&mut self) -> Duration {
        let began = Instant::now();
        self.process.tell_to_stop();
        assert_eq!(self.process.ended().await, Some(0));
        began.elapsed()
    }
}

/// The one span of that name, and below that one if it is said.
fn one<'a>(spans: &'a [Span], name: &str, below: Option<&Span>) -> &'a Span {
    let is_it = |span: &&Span| {
        let inside = below
            .is_none_or(|it| span.parent_span_id == it.span_id && span.trace_id == it.trace_id);
        span.name == name && inside
    };
    spans.iter().find(is_it).unwrap_or_else(|| panic!("no {name}: {spans:#?}"))
}

#[tokio::test]
async fn a_request_is_a_trace_with_its_deeds_and_its_hash() {
    let collector = Collector::start().await;
    let mut served = Served::traced(&collector.address, &[]).await;
    let said = served.post("/auth/users/").json(&sheet("ada@example.com")).expect(201).await;
    served.get("/typed/by/somebody").expect(404).await;
    served.stop().await;

    let spans = collector.spans();
    let request = one(&spans, "POST /auth/users", None);
    assert_eq!(told(request, "http.request.method").as_deref(), Some("POST"));
    assert_eq!(told(request, "http.route").as_deref(), Some("/auth/users"));
    assert_eq!(told(request, "http.response.status_code").as_deref(), Some("201"));
    assert_eq!(told(request, "request.id").as_deref(), Some(said.header("x-request-id")));
    assert!(request.parent_span_id.is_empty() && request.links.is_empty());
    for name in ["database read", "hash", "database write"] {
        let child = one(&spans, name, Some(request));
        for time in ["busy_ns", "idle_ns"] {
            let nanos: u64 = told(child, time).unwrap().parse().unwrap();
            assert!(nanos > 0, "{time} of {name}");
        }
        assert!(child.end_time_unix_nano <= request.end_time_unix_nano, "{name} ends after it");
    }
    assert_eq!(told(one(&spans, "GET unknown", None), "http.route").as_deref(), Some("unknown"));
}

#[tokio::test]
async fn what_a_provider_was_asked_is_below_the_request_with_its_outcome() {
    let collector = Collector::start().await;
    let mut served = Served::traced(&collector.address, &[]).await;
    served.convert("ok-1").await.with_status(200);
    served.convert("no-token-of-google").await.with_status(400);
    served.stop().await;

    let spans = collector.spans();
    let requests = spans.iter().filter(|span| span.name == "POST /auth/convert-token");
    let mut outcomes: Vec<_> = requests
        .map(|request| {
            let asked = one(&spans, "provider", Some(request));
            assert_eq!(told(asked, "provider").as_deref(), Some("google-oauth2"));
            let call = one(&spans, "provider call", Some(asked));
            assert_eq!(told(call, "server.address").as_deref(), Some("127.0.0.1"));
            (told(asked, "outcome").unwrap(), told(call, "outcome").unwrap())
        })
        .collect();
    outcomes.sort();
    let pair = |asked: &str, call: &str| (asked.to_owned(), call.to_owned());
    assert_eq!(outcomes, [pair("identified", "answered"), pair("refused", "answered")]);
}

#[tokio::test]
async fn nothing_that_was_typed_is_in_a_trace() {
    let collector = Collector::start().await;
    let mut served = Served::traced(&collector.address, &[]).await;
    served.post("/auth/users/").json(&sheet("ada@example.com")).expect(201).await;
    let login = json!({ "email": "ada@example.com", "password": "guessed-it" });
    served.post("/auth/token/login/").json(&login).expect(400).await;
    served.get("/typed/by/somebody?code=hush").expect(404).await;
    served.get("/oauth/authorize?client_id=inquired&state=hush").await;
    served.get("/auth/users/me/").bearer("cat_shown").expect(401).await;
    served.get("/auth/users/me/").header("traceparent", "no-trace-of-mine").expect(401).await;
    let converted = served.convert("ok-1").await.with_status(200);
    served.stop().await;

    assert!(collector.spans().len() > 10, "{:#?}", collector.spans());
    let bytes = |(head, body): (String, Vec<u8>)| [head.into_bytes(), body].concat();
    let came: Vec<u8> = collector.batches().into_iter().flat_map(bytes).collect();
    let came = String::from_utf8_lossy(&came).into_owned();
    assert!(came.contains("/auth/convert-token"));
    for hidden in [
        PASSWORD,
        "guessed-it",
        "ada@",
        "example.com",
        "typed",
        "hush",
        "inquired",
        "cat_",
        "no-trace",
        "ok-1",
        &converted.text_of("access_token"),
        &converted.text_of("refresh_token"),
    ] {
        assert!(!came.contains(hidden), "{hidden} is in a trace");
    }
}

#[tokio::test]
async fn a_callers_trace_is_a_link_unless_callers_are_trusted() {
    let collector = Collector::start().await;
    let mut served = Served::traced(&collector.address, &[]).await;
    served.get("/auth/users/me/").header("traceparent", THEIRS).expect(401).await;
    served.stop().await;

    let spans = collector.spans();
    let request = one(&spans, "GET /auth/users/me", None);
    assert!(request.parent_span_id.is_empty(), "the caller is no parent");
    assert_ne!(hex::encode(&request.trace_id), THEIR_TRACE);
    let links: Vec<String> = request.links.iter().map(|link| hex::encode(&link.trace_id)).collect();
    assert_eq!(links, [THEIR_TRACE]);
}

#[tokio::test]
async fn a_trusted_callers_trace_is_continued_and_sent_if_it_is() {
    let collector = Collector::start().await;
    // Of our own traces, as good as none is sent.
    let settings = [
        ("CAMBIO_TELEMETRY__TRUST_TRACEPARENT", "true"),
        ("CAMBIO_TELEMETRY__SAMPLE_ONE_IN", "1000000"),
    ];
    let mut served = Served::traced(&collector.address, &settings).await;
    let me = || served.get("/auth/users/me/").expect(401);
    me().header("traceparent", THEIRS).await;
    me().header("traceparent", NOT_SAMPLED).await;
    me().await;
    served.stop().await;

    let spans = collector.spans();
    let requests = spans.iter().filter(|span| span.name == "GET /auth/users/me");
    let requests: Vec<_> = requests
        .map(|span| (hex::encode(&span.trace_id), hex::encode(&span.parent_span_id)))
        .collect();
    assert_eq!(requests, [(THEIR_TRACE.to_owned(), THEIR_SPAN.to_owned())]);
}

#[tokio::test]
async fn a_collector_that_is_away_is_told_once_and_what_is_lost_is_counted() {
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let own = format!("127.0.0.1:{}", free_port());
    let mut served = Served::traced(&nobody, &[("CAMBIO_METRICS__LISTEN", &own)]).await;
    served.post("/auth/users/").json(&sheet("ada@example.com")).expect(201).await;
    served.process.says("spans are lost");
    let said = scrape::read(&format!("http://{own}/metrics")).await.with_status(200);
    let lost = Scrape::parse(&said.text).unwrap().value("cambio_lost_spans_total");
    assert!(lost >= 4.0, "{lost}");

    served.get("/auth/users/me/").expect(401).await;
    let took = served.stop().await;
    assert!(took < Duration::from_secs(8), "{took:?}");
    let lines = served.process.said();
    let warnings = lines.lines().filter(|line| line.contains("spans are lost")).count();
    assert_eq!(warnings, 1, "{lines}");
}

#[tokio::test]
async fn a_collector_that_never_answers_delays_no_request_and_not_the_end() {
    let collector = Collector::deaf().await;
    let mut served = Served::traced(&collector.address, &[]).await;
    let mut slowest = Duration::ZERO;
    // Until a batch is under way, and for some time while it is.
    let mut left = 100;
    while left > 0 {
        let began = Instant::now();
        served.get("/auth/users/me/").bearer("cat_shown").expect(401).await;
        slowest = slowest.max(began.elapsed());
        left -= usize::from(!collector.batches().is_empty());
    }
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    let took = served.stop().await;
    assert!(took < Duration::from_secs(8), "{took:?}");
}

#[tokio::test]
async fn it_is_off_whatever_the_environment_says_to_others() {
    let collector = Collector::start().await;
    let mut served = Served::with(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.address),
        ("OTEL_TRACES_EXPORTER", "otlp"),
    ])
    .await;
    served.get("/auth/users/me/").header("traceparent", THEIRS).expect(401).await;
    served.stop().await;
    assert!(collector.batches().is_empty());
}

#[tokio::test]
async fn a_collector_that_wants_a_key_is_shown_it() {
    let collector = Collector::start().await;
    let key = [("OTEL_EXPORTER_OTLP_HEADERS", "x-collector-key=open-sesame")];
    let mut served = Served::traced(&format!("{}/otlp/", collector.address), &key).await;
    served.get("/auth/users/me/").expect(401).await;
    served.stop().await;

    let batches = collector.batches();
    assert!(!batches.is_empty());
    for (head, _) in batches {
        assert!(head.starts_with("POST /otlp/v1/traces HTTP/1.1"), "{head}");
        let head = head.to_ascii_lowercase();
        assert!(head.contains("content-type: application/x-protobuf"), "{head}");
        assert!(head.contains("x-collector-key: open-sesame"), "{head}");
    }
    assert!(!served.process.said().contains("open-sesame"));
}

#[test]
fn an_address_that_is_none_is_refused() {
    for wrong in ["ftp://collector", "https://u:p@collector", "https://collector?x=1"] {
        let shell = Shell::with(&[("CAMBIO_TELEMETRY__OTLP_ENDPOINT", wrong)]);
        let told = shell.run(&["config", "check"]);
        assert!(told.code == 1 && told.out.contains("telemetry.otlp_endpoint"), "{told:?}");
    }
}
