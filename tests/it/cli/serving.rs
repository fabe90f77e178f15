//! `cambio serve`: what it says, how it stops, what it does not have.

use std::{net::TcpListener, time::Duration};

use cambio::{
    clock::SystemClock,
    sandbox::{self, Apps, Sandbox},
};
use serde_json::Value;

use super::{
    process::{Process, free_port},
    shell::Shell,
};
use crate::support::{Call, house::caller};

/// A server of its own with the emulated providers as its providers.
struct Served {
    base: String,
    sandbox: Sandbox,
    shell: Shell,
    process: Process,
}

impl Served {
    async fn start() -> Self {
        Self::draining("0").await
    }

    /// One that is drained for so many seconds before it stops.
    async fn draining(seconds: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let clock = std::sync::Arc::new(SystemClock);
        let sandbox = sandbox::start(listener, Apps::demo(), clock, 1).await.unwrap();
        let listen = format!("127.0.0.1:{}", free_port());
        let base = format!("http://{listen}");
        let shell = Shell::with(&[
            ("CAMBIO_SERVER__LISTEN", &listen),
            ("CAMBIO_SERVER__DRAIN_SECONDS", seconds),
            ("CAMBIO_PUBLIC_URL", &base),
        ]);
        shell.file("cambio.toml", &sandbox.config_fragment());
        let mut process = Process::start(shell.command(&["--config", "cambio.toml", "serve"]));
        process.ready(&base).await;
        Self { base, sandbox, shell, process }
    }

    /// Registers a public client and converts a token as it.
    fn conversion(&self) -> Call {
        let create = ["--config", "cambio.toml", "client", "create", "--name", "A", "--type"];
        let told = self.shell.run(&[&create[..], &["public", "--json"]].concat());
        let told: Value = told.json();
        let id = told["client_id"].as_str().unwrap();
        let call = caller().post(format!("{}/auth/convert-token/", self.base));
        Call::new(call).form(&[
            ("grant_type", "convert_token"),
            ("client_id", id),
            ("backend", "google-oauth2"),
            ("token", "ok-1"),
        ])
    }
}

#[tokio::test]
async fn told_to_stop_it_finishes_what_is_under_way_and_takes_nothing_new() {
    let mut served = Served::start().await;
    let conversion = served.conversion();
    served.sandbox.latency(Duration::from_millis(700));
    let under_way = tokio::spawn(async move { conversion.await });
    while served.sandbox.log().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    served.process.tell_to_stop();
    served.process.says("stopping");
    let said = under_way.await.unwrap().with_status(200);
    assert!(said.text_of("access_token").starts_with("cat_"));
    assert_eq!(served.process.ended().await, Some(0));
    assert!(caller().get(format!("{}/health/live", served.base)).send().await.is_err());
}

#[tokio::test]
async fn told_to_stop_it_is_not_ready_any_more_and_serves_on_until_it_is_drained() {
    let mut served = Served::draining("300").await;
    let conversion = served.conversion();
    served.process.tell_to_stop();
    served.process.says("stopping");
    let asked = |path: &str| caller().get(format!("{}{path}", served.base)).send();
    // New connections, each of them: the listener is open.
    assert_eq!(asked("/health/ready").await.unwrap().status(), 503);
    assert_eq!(asked("/health/live").await.unwrap().status(), 200);
    conversion.await.with_status(200);
    // Whoever says it twice does not want to wait.
    served.process.tell_to_stop();
    assert_eq!(served.process.ended().await, Some(0));
}

#[tokio::test]
async fn an_idle_server_ends_at_once() {
    let mut served = Served::start().await;
    // A connection that is kept open for the next request must not keep the server.
    let idle = caller();
    idle.get(format!("{}/health/live", served.base)).send().await.unwrap().text().await.unwrap();
    let began = std::time::Instant::now();
    served.process.tell_to_stop();
    assert_eq!(served.process.ended().await, Some(0));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
async fn it_has_none_of_the_sandbox() {
    let served = Served::start().await;
    for path in ["/_emu/log", "/google/tokeninfo", "/yandex/info", "/vkid/oauth2/user_info"] {
        let answer = caller().get(format!("{}{path}", served.base)).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    for id in ["dev-backend", "dev-mobile-app"] {
        let show = ["--config", "cambio.toml", "client", "show", id];
        assert_eq!(served.shell.run(&show).code, 1, "{id}");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let told = Shell::with(&[("CAMBIO_SERVER__LISTEN", &listen)]).run(&["serve"]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains(&format!("server.listen {listen}: ")), "{}", told.err);
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_told_and_ends_the_start() {
    for (url, why) in [
        ("sqlite:///nowhere/at/all/cambio.db", "No such file"),
        ("postgres://nobody@127.0.0.1:1/cambio", "refused"),
    ] {
        let shell =
            Shell::with(&[("CAMBIO_DATABASE__URL", url), ("CAMBIO_SERVER__LISTEN", "127.0.0.1:0")]);
        let told = shell.run(&["serve"]);
        assert_eq!(told.code, 1, "{told:#?}");
        assert!(told.err.contains("database") && told.err.contains(why), "{}", told.err);
    }
}
