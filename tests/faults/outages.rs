//! F03, F08, F11, F12: PostgreSQL crashes, is away, is slow, or takes no more connections.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::{
    cluster::Cluster,
    load::Load,
    place::Place,
    probe::{Probe, until},
    proxy::Proxy,
    scene::{self, Scale},
    server,
    verdict::{Verdict, p99},
    verify::{self, Findings},
};

const SECOND: Duration = Duration::from_secs(1);

/// F03: the postmaster is killed, or shut down at once, and started again.
pub async fn crash(scale: Scale) -> Verdict {
    let sandbox = scene::emulators().await;
    let mut cluster = Cluster::make(&[]).await;
    let place = Place::at(&cluster.url(), &sandbox);
    let (server, load) = scene::begin(&place).await;
    let (mut found, mut back) = (Findings::default(), Vec::new());
    let rounds = scale.of(30, 3);
    for round in 0..rounds {
        let crash = async {
            sleep(Duration::from_millis(700)).await;
            if round % 2 == 0 {
                cluster.kill();
            } else {
                cluster.stop("QUIT");
            }
            sleep(Duration::from_millis(300)).await;
            cluster.start().await;
            let accepts = Instant::now();
            sleep(SECOND * 3 / 2).await;
            accepts
        };
        let accepts = load.work_beside(crash).await;
        back.push(load.journal().first_after(accepts).unwrap_or(SECOND * 60));
        found.add(verify::fresh(&load, &place).await);
    }
    found.add(verify::all(&load).await);
    let mut verdict = Verdict::default();
    verdict.exactly("crashes", back.len(), rounds);
    verdict.within("first_success", back.into_iter().max().unwrap(), SECOND);
    judge(&mut verdict, &load, &found, &place);
    drop(server);
    sandbox.stop().await;
    verdict
}

/// What holds of every outage: nothing is lost, and whoever is put off is told so.
fn judge(verdict: &mut Verdict, load: &Load, found: &Findings, place: &Place) {
    found.judge(verdict);
    let journal = load.journal();
    verdict.tell("acks", journal.count());
    verdict.at_least("put_off", journal.put_off, 1);
    verdict.exactly("put_off_without_retry_after", journal.unpromising, 0);
    verdict.none("odd_answers", &journal.oddities);
    if !verdict.missed().is_empty() {
        server::complain(place);
    }
}

/// F08: PostgreSQL is stopped, then frozen, for a minute each.
pub async fn away(scale: Scale) -> Verdict {
    let sandbox = scene::emulators().await;
    let mut cluster = Cluster::make(&[]).await;
    // What was under way at the beginning of the minute is asked for again at its end.
    let place = Place::at(&cluster.url(), &sandbox).with("TOKENS__REFRESH_GRACE_SECONDS", 60);
    let (server, load) = scene::begin(&place).await;
    let (mut found, mut verdict) = (Findings::default(), Verdict::default());
    let minute = Duration::from_secs(scale.of(50, 5));
    load.work_beside(sleep(SECOND * 3)).await;
    found.add(verify::fresh(&load, &place).await);
    for how in ["stopped", "frozen"] {
        let before = server.memory();
        load.journal().slowest = Duration::ZERO;
        let outage = async {
            sleep(SECOND).await;
            if how == "stopped" {
                cluster.stop("INT");
            } else {
                cluster.freeze();
            }
            let seen = watch(&place, &load, minute).await;
            if how == "stopped" {
                cluster.start().await;
            } else {
                cluster.thaw();
            }
            let accepts = Instant::now();
            sleep(SECOND * 3).await;
            (seen, accepts)
        };
        let (seen, accepts) = load.work_beside(outage).await;
        let back = load.journal().first_after(accepts).unwrap_or(SECOND * 60);
        verdict.within(&format!("{how}_unready_after"), seen.unready, SECOND * 2);
        verdict.exactly(&format!("{how}_tokens_taken"), seen.taken, 0);
        verdict.within(&format!("{how}_slowest_answer"), load.journal().slowest, SECOND * 3);
        verdict.within(&format!("{how}_back_after"), back, SECOND * 2);
        let grown = server.memory().saturating_sub(before) / 1024;
        verdict.at_most(&format!("{how}_memory_grown_mib"), grown, 50);
        found.add(verify::fresh(&load, &place).await);
    }
    judge(&mut verdict, &load, &found, &place);
    drop(server);
    sandbox.stop().await;
    verdict
}

/// What is seen while the database is away.
struct Seen {
    unready: Duration,
    taken: usize,
}

async fn watch(place: &Place, load: &Load, minute: Duration) -> Seen {
    let (began, mut unready, mut taken) = (Instant::now(), None, 0);
    while began.elapsed() < minute {
        if server::get(place, "/health/ready").await == Some(503) && unready.is_none() {
            unready = Some(began.elapsed());
        }
        let token = load.journal().grants.first().map(|grant| grant.access.clone());
        let said = load.caller.bearer_opens(&token.unwrap_or_default()).await;
        taken += usize::from(said.is_ok_and(|said| said.status == 200));
        sleep(Duration::from_millis(100)).await;
    }
    Seen { unready: unready.unwrap_or(minute), taken }
}

/// F11: everything PostgreSQL says takes two seconds each way, then a fifth of one.
pub async fn slow(scale: Scale) -> Verdict {
    let sandbox = scene::emulators().await;
    let cluster = Cluster::make(&[]).await;
    let proxy = Proxy::before(cluster.port());
    let place = Place::at(&cluster.url(), &sandbox)
        .with("DATABASE__URL", proxy.instead(&cluster.url()))
        .with("TOKENS__REFRESH_GRACE_SECONDS", 60);
    let (server, load) = scene::begin(&place).await;
    let (mut found, mut verdict) = (Findings::default(), Verdict::default());
    load.work_beside(sleep(SECOND * 3)).await;
    let mut normal = Probe::of(&load).checks(50).await;
    let normal = p99(&mut normal);
    verdict.took("token_check_p99_before", normal);
    let mut widest = 0;
    for delay in [2000, 200] {
        load.journal().slowest = Duration::ZERO;
        proxy.behave(|manner| manner.delay = Duration::from_millis(delay));
        let watching = async {
            let began = Instant::now();
            let mut live = Vec::new();
            while began.elapsed() < Duration::from_secs(scale.of(30, 5)) {
                let asked = Instant::now();
                assert_eq!(server::get(&place, "/health/live").await, Some(200));
                live.push(asked.elapsed());
                widest = widest.max(proxy.open());
                sleep(Duration::from_millis(20)).await;
            }
            p99(&mut live)
        };
        let live = load.work_beside(watching).await;
        verdict.within(&format!("live_p99_at_{delay}"), live, Duration::from_millis(50));
        let slowest = load.journal().slowest;
        verdict.within(&format!("slowest_answer_at_{delay}"), slowest, SECOND * 7 / 2);
    }
    proxy.behave(|manner| manner.delay = Duration::ZERO);
    let back = until(SECOND * 30, || async {
        let said = load.caller.bearer_opens("none").await;
        said.is_ok_and(|said| said.status == 401 && said.took < normal * 2 + SECOND / 20)
    });
    verdict.within("back_to_normal_after", back.await, SECOND * 2);
    // The first hangs up halfway, the second without a word.
    for cut in [Proxy::half_close, Proxy::reset] {
        cut(&proxy);
        let back = until(SECOND * 30, || async {
            load.caller.bearer_opens("none").await.is_ok_and(|said| said.status == 401)
        });
        verdict.within("back_after_a_cut", back.await, SECOND * 2);
    }
    // Twice the cores, and as many more as are being given up.
    let cores = std::thread::available_parallelism().unwrap().get();
    verdict.at_most("connections_to_the_database", widest, 4 * cores + 4);
    found.add(verify::fresh(&load, &place).await);
    judge(&mut verdict, &load, &found, &place);
    drop(server);
    sandbox.stop().await;
    verdict
}

/// F12: others hold every connection that PostgreSQL gives.
pub async fn exhausted(scale: Scale) -> Verdict {
    let sandbox = scene::emulators().await;
    let cluster = Cluster::make(&["max_connections=20"]).await;
    let place = Place::at(&cluster.url(), &sandbox);
    let (server, load) = scene::begin(&place).await;
    let mut verdict = Verdict::default();
    // Keys and description are asked for once, as every client does at its start.
    for path in OPEN {
        assert_eq!(server::get(&place, path).await, Some(200), "{path}");
    }
    let holders = hold(&cluster).await;
    verdict.exactly("held_by_others", holders.len(), 20);
    let (began, mut open, mut asked) = (Instant::now(), 0, 0);
    let (mut put_off, mut calls, mut slowest) = (0, 0, Duration::ZERO);
    while began.elapsed() < Duration::from_secs(scale.of(20, 4)) {
        let checks =
            futures_util::future::join_all((0..16).map(|_| load.caller.bearer_opens("none")));
        let opens = futures_util::future::join_all(OPEN.map(|path| server::get(&place, path)));
        let (checks, opens) = tokio::join!(checks, opens);
        open += opens.iter().filter(|status| **status == Some(200)).count();
        asked += opens.len();
        for said in checks.into_iter().map(Result::unwrap) {
            calls += 1;
            put_off += usize::from(said.status == 503);
            slowest = slowest.max(said.took);
        }
    }
    verdict.exactly("put_off", put_off, calls);
    verdict.within("slowest_answer", slowest, SECOND);
    verdict.exactly("live_keys_and_metadata", open, asked);
    drop(holders);
    let back = until(SECOND * 30, || async {
        load.caller.bearer_opens("none").await.is_ok_and(|said| said.status == 401)
    });
    verdict.within("back_after", back.await, SECOND);
    drop(server);
    sandbox.stop().await;
    verdict
}

/// What answers without the database.
const OPEN: [&str; 3] = ["/health/live", "/oauth/jwks", "/.well-known/oauth-authorization-server"];

/// Takes every connection there is, those of the server, too.
async fn hold(cluster: &Cluster) -> Vec<tokio_postgres::Client> {
    let mut holders = vec![cluster.connect().await];
    let hang_up = "select pg_terminate_backend(pid) from pg_stat_activity \
                   where application_name = 'cambio'";
    let began = Instant::now();
    while holders.len() < 20 && began.elapsed() < SECOND * 20 {
        holders[0].batch_execute(hang_up).await.unwrap();
        while let Ok((client, connection)) =
            tokio_postgres::connect(&cluster.url(), tokio_postgres::NoTls).await
        {
            tokio::spawn(connection);
            holders.push(client);
        }
    }
    holders
}
