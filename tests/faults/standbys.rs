//! F09, F10: the primary dies and the standby takes its place; the old one comes back and may not be written.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::{
    cluster::Cluster,
    inspect,
    place::Place,
    scene::{self, Scale},
    server,
    verdict::Verdict,
    verify::{self, Findings},
};

const SECOND: Duration = Duration::from_secs(1);

/// F09: the primary is killed, its synchronous standby promoted.
pub async fn failover(scale: Scale) -> Verdict {
    let mut verdict = Verdict::default();
    let (mut found, mut back) = (Findings::default(), Vec::new());
    for round in 0..scale.of(5, 1) {
        let sandbox = scene::emulators().await;
        let mut primary = Cluster::make(&["synchronous_commit=on"]).await;
        let standby = primary.standby(&[]).await;
        let wait = "alter system set synchronous_standby_names = '*'";
        let client = primary.connect().await;
        client.batch_execute(wait).await.unwrap();
        client.batch_execute("select pg_reload_conf()").await.unwrap();
        let mut place = Place::at(&primary.url(), &sandbox)
            .with("DATABASE__URL", either(&primary, &standby))
            .with("TOKENS__REFRESH_GRACE_SECONDS", 60);
        let (server, load) = scene::begin(&place).await;
        let change = async {
            sleep(SECOND * 2).await;
            primary.stop(if round % 2 == 0 { "KILL" } else { "QUIT" });
            let killed = Instant::now();
            sleep(SECOND).await;
            standby.promote();
            sleep(SECOND * 6).await;
            killed
        };
        let killed = load.work_beside(change).await;
        // The first second may still have answers on their way.
        let writes = load.journal().first_after(killed + SECOND / 2);
        back.push(writes.map_or(SECOND * 60, |writes| writes + SECOND / 2));
        place.database = standby.url();
        let standing = "alter system set synchronous_standby_names = ''";
        let client = standby.connect().await;
        client.batch_execute(standing).await.unwrap();
        client.batch_execute("select pg_reload_conf()").await.unwrap();
        found.add(verify::fresh(&load, &place).await);
        found.add(verify::all(&load).await);
        verdict.none(&format!("odd_answers_{round}"), &load.journal().oddities);
        verdict.at_least(&format!("acks_{round}"), load.journal().count(), 20);
        if !verdict.missed().is_empty() {
            server::complain(&place);
        }
        drop(server);
        sandbox.stop().await;
    }
    found.judge(&mut verdict);
    verdict.within("writes_back_after", back.into_iter().max().unwrap(), SECOND * 10);
    verdict
}

/// Both hosts in one address.
fn either(first: &Cluster, second: &Cluster) -> String {
    format!(
        "postgres:///postgres?user=cambio&host=127.0.0.1,127.0.0.1&port={},{}\
         &target_session_attrs=read-write",
        first.port(),
        second.port()
    )
}

/// F10: a server that can be read only, then one that turns so while connections to it are open.
pub async fn read_only(scale: Scale) -> Verdict {
    let mut verdict = Verdict::default();
    let sandbox = scene::emulators().await;
    let first = Cluster::make(&[]).await;
    let place = Place::at(&first.url(), &sandbox).with("TOKENS__REFRESH_GRACE_SECONDS", 60);
    let second = first.standby(&[]).await;
    let place = place.with("DATABASE__URL", either(&first, &second));
    let (server, load) = scene::begin(&place).await;
    let client = first.connect().await;
    let (mut back, mut issued) = (Vec::new(), 0);
    let tokens = "from refresh_tokens";
    for _ in 0..scale.of(10, 2) {
        let demoted = async {
            sleep(SECOND).await;
            // As a primary that has become a standby says it, and to whoever is connected already.
            let demote = "alter system set default_transaction_read_only = on";
            client.batch_execute(demote).await.unwrap();
            client.batch_execute("select pg_reload_conf()").await.unwrap();
            sleep(SECOND / 2).await;
            let before = inspect::count(&place, tokens).await;
            sleep(SECOND * 2).await;
            issued += inspect::count(&place, tokens).await - before;
            client.batch_execute("set default_transaction_read_only = off").await.unwrap();
            let restore = "alter system reset default_transaction_read_only";
            client.batch_execute(restore).await.unwrap();
            client.batch_execute("select pg_reload_conf()").await.unwrap();
            let restored = Instant::now();
            sleep(SECOND * 3).await;
            restored
        };
        let restored = load.work_beside(demoted).await;
        back.push(load.journal().first_after(restored).unwrap_or(SECOND * 60));
    }
    let found = verify::fresh(&load, &place).await;
    found.judge(&mut verdict);
    verdict.exactly("tokens_issued_by_the_demoted", issued, 0);
    verdict.none("odd_answers", &load.journal().oddities);
    verdict.at_least("put_off", load.journal().put_off, 1);
    verdict.within("writes_back_after", back.into_iter().max().unwrap(), SECOND * 10);
    if !verdict.missed().is_empty() {
        server::complain(&place);
    }
    drop(server);
    sandbox.stop().await;
    verdict
}
