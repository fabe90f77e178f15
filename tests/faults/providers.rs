//! F15, F16: a provider is not there, breaks off, answers nonsense, or drips.

use std::time::{Duration, Instant};

use cambio::sandbox::{Action, Junk, Rule, Sandbox};
use futures_util::future::join_all;

use crate::{
    callers::{Caller, Said},
    inspect,
    place::Place,
    probe::{Probe, until},
    proxy::{Proxy, Way},
    scene::{self, Scale},
    server,
    verdict::{Verdict, p99},
};

const SECOND: Duration = Duration::from_secs(1);
const YANDEX: &str = "yandex-oauth2";

/// What a provider does, by its name.
fn troubles() -> Vec<(&'static str, Option<Action>)> {
    vec![
        ("refused", None),
        ("reset", Some(Action::ResetBefore)),
        ("cut", Some(Action::ResetMidBody)),
        ("status_500", Some(Action::Status(500))),
        ("status_503", Some(Action::Status(503))),
        ("html", Some(Action::Junk(Junk::Html))),
        ("fifty_mb", Some(Action::Huge { bytes: 50 << 20, declared: false })),
        ("hang", Some(Action::Hang)),
    ]
}

/// Somebody nobody has seen before.
async fn stranger(caller: &Caller, number: usize) -> Said {
    caller.convert(YANDEX, &format!("ok-{}", 5000 + number)).await.unwrap()
}

/// F15.
pub async fn failing(scale: Scale) -> Verdict {
    let sandbox = scene::emulators().await;
    let port = url::Url::parse(sandbox.base_url()).unwrap().port().unwrap();
    let proxy = Proxy::before(port);
    let place = Place::with_file(&sandbox).with_providers_behind(&proxy, &sandbox);
    let (server, load) = scene::begin(&place).await;
    let (mut verdict, mut number) = (Verdict::default(), 0);
    let mut normal = Probe::of(&load).checks(scale.of(500, 50)).await;
    let normal = p99(&mut normal);
    verdict.took("token_check_p99_before", normal);
    let mut others = Vec::new();
    for (what, action) in troubles() {
        number += 1;
        let began = until(SECOND * 30, || async { stranger(&load.caller, 0).await.status == 200 });
        verdict.took(&format!("{what}_ready_after"), began.await);
        let before = inspect::count(&place, "from accounts").await;
        begin(&sandbox, &proxy, action.as_ref());
        let calls = async { trouble(&load.caller, &mut number, scale.of(40, 14)).await };
        let probe = Probe::of(&load);
        let (said, mut checks) = tokio::join!(calls, probe.checks(scale.of(500, 50)));
        end(&sandbox, &proxy);
        others.append(&mut checks);
        // An answer that cannot be read is the provider's fault for good: 502, until the breaker opens.
        let unreadable = matches!(what, "html" | "fifty_mb");
        let right = |said: &&Said| said.status == 503 || unreadable && said.status == 502;
        let odd: Vec<&Said> = said.iter().filter(|said| !right(said)).collect();
        verdict.none(&format!("{what}_not_put_off"), &odd);
        let slowest = said.iter().map(|said| said.took).max().unwrap_or_default();
        verdict.within(&format!("{what}_slowest"), slowest, Duration::from_millis(5500));
        let made = inspect::count(&place, "from accounts").await - before;
        verdict.exactly(&format!("{what}_accounts_made"), made, 0);
    }
    bad_tls(&place, port, &mut verdict).await;
    verdict.within(
        "token_check_p99",
        p99(&mut others),
        normal.mul_f64(1.2).max(normal + SECOND / 200),
    );
    drop(server);
    sandbox.stop().await;
    verdict
}

/// Strangers, two at a time.
async fn trouble(caller: &Caller, number: &mut usize, count: usize) -> Vec<Said> {
    let mut all = Vec::new();
    for _ in 0..count / 2 {
        *number += 2;
        all.extend(join_all([stranger(caller, *number), stranger(caller, *number + 1)]).await);
    }
    all
}

fn begin(sandbox: &Sandbox, proxy: &Proxy, action: Option<&Action>) {
    if let Some(action) = action {
        sandbox.faults().add(Rule::new(action.clone()));
    } else {
        proxy.behave(|manner| manner.way = Way::Refuse);
        proxy.reset();
    }
}

fn end(sandbox: &Sandbox, proxy: &Proxy) {
    sandbox.faults().clear();
    proxy.behave(|manner| manner.way = Way::Open);
}

/// A provider that is spoken to with TLS and does not speak it.
async fn bad_tls(place: &Place, port: u16, verdict: &mut Verdict) {
    let info = format!("https://127.0.0.1:{port}/yandex/info");
    let other = place.beside().with("PROVIDERS__YANDEX_OAUTH2__INFO_URL", info);
    let file = format!("sqlite://{}", other.file("tls.db").display());
    let other = other.with("DATABASE__URL", file);
    let (server, load) = scene::begin(&other).await;
    let said = stranger(&load.caller, 1).await;
    verdict.exactly("bad_tls_status", said.status.into(), 503);
    verdict.within("bad_tls_slowest", said.took, Duration::from_millis(5500));
    drop(server);
}

/// F16: two hundred at once at a provider that says a byte a second.
pub async fn dripping(scale: Scale) -> Verdict {
    let sandbox = scene::emulators().await;
    let port = url::Url::parse(sandbox.base_url()).unwrap().port().unwrap();
    let proxy = Proxy::before(port);
    let place = Place::with_file(&sandbox)
        .with_providers_behind(&proxy, &sandbox)
        .with("PROVIDERS__EGRESS__MAX_IN_FLIGHT", 64);
    let (server, load) = scene::begin(&place).await;
    let (mut verdict, files) = (Verdict::default(), server.files());
    sandbox.faults().add(Rule::new(Action::Drip(1)));
    let caller = &load.caller;
    let (mut widest, mut most) = (0, 0);
    let all = join_all((0..200).map(|number| stranger(caller, number)));
    let watch = async {
        for _ in 0..100 {
            widest = widest.max(proxy.open());
            most = most.max(server.files());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let (said, ()) = tokio::join!(all, watch);
    verdict.exactly("answered_503", said.iter().filter(|said| said.status == 503).count(), 200);
    verdict.at_most("calls_under_way", widest, 64);
    // Two hundred connections of the callers, 64 to the provider.
    verdict.at_most("files_opened", most - files, 200 + 64 + 20);
    let mut times: Vec<Duration> = said.iter().map(|said| said.took).collect();
    times.sort();
    verdict.within("put_off_without_a_turn", times[200 - 64 - 1], SECOND);
    let began = Instant::now();
    let at_once = SECOND / 10;
    let open = until(SECOND * 40, || async {
        let said = stranger(caller, 300).await;
        said.status == 503 && said.took < at_once
    });
    verdict.within("breaker_open_after", open.await, SECOND * 30);
    tokio::time::sleep(Duration::from_secs(scale.of(15, 1)).saturating_sub(began.elapsed())).await;
    sandbox.faults().clear();
    let closed = until(SECOND * 60, || async { stranger(caller, 1).await.status == 200 });
    verdict.within("breaker_closed_after", closed.await, SECOND * 15);
    if !verdict.missed().is_empty() {
        server::complain(&place);
    }
    drop(server);
    sandbox.stop().await;
    verdict
}
