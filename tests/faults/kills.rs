//! F01, F02: the server is killed without warning while it works, again and again on one database.

use std::time::{Duration, Instant};

use crate::{
    cluster::Cluster,
    journal::below,
    ledger::Ledger,
    load::Load,
    place::Place,
    scene::{self, Scale},
    server::{self, Server},
    verdict::Verdict,
    verify::{self, Findings},
};

/// How long a start may take until the server is ready.
const READY: Duration = Duration::from_secs(2);

/// F01: on an `SQLite` file.
pub async fn on_a_file(scale: Scale) -> Verdict {
    let sandbox = scene::emulators().await;
    let verdict = play(Place::with_file(&sandbox), scale).await;
    sandbox.stop().await;
    verdict
}

/// F02: on PostgreSQL.
pub async fn on_postgres(scale: Scale) -> Verdict {
    let sandbox = scene::emulators().await;
    let cluster = Cluster::make(&[]).await;
    let verdict = play(Place::at(&cluster.url(), &sandbox), scale).await;
    sandbox.stop().await;
    verdict
}

async fn play(place: Place, scale: Scale) -> Verdict {
    let (mut server, load) = scene::begin(&place).await;
    let ledger = Ledger::at(&place.file("ledger"));
    load.journal().ledger = Some(ledger);
    let (mut found, mut starts) = (Findings::default(), Vec::new());
    let began = Instant::now();
    let (kills, acks, patience) =
        (scale.of(100, 3), scale.of(50_000, 200), Duration::from_secs(scale.of(2400, 120)));
    while (starts.len() < kills || load.journal().count() < acks) && began.elapsed() < patience {
        let life = Duration::from_millis(u64::try_from(50 + below(450)).unwrap());
        work_until_killed(server, &load, life).await;
        let (again, took) = Server::start(&place).await;
        server = again;
        starts.push(took);
        found.add(verify::fresh(&load, &place).await);
        load.journal().killing = false;
    }
    found.add(verify::all(&load).await);
    server.kill();
    judge(&load, &found, &mut starts, (kills, acks), &place)
}

async fn work_until_killed(server: Server, load: &Load, life: Duration) {
    let killer = async {
        tokio::time::sleep(life).await;
        load.journal().killing = true;
        server.kill();
    };
    tokio::join!(load.work(), killer);
}

fn judge(
    load: &Load,
    found: &Findings,
    starts: &mut [Duration],
    (kills, acks): (usize, usize),
    place: &Place,
) -> Verdict {
    let mut verdict = Verdict::default();
    let synced = load.journal().ledger.take().unwrap().close();
    let journal = load.journal();
    verdict.at_least("kills", starts.len(), kills);
    verdict.at_least("acks", journal.count(), acks);
    verdict.exactly("acks_in_ledger", synced, journal.count());
    for (what, count) in &journal.acknowledged {
        verdict.tell(what, *count);
    }
    found.judge(&mut verdict);
    verdict.none("odd_answers", &journal.oddities);
    starts.sort();
    verdict.took("ready_median", starts[starts.len() / 2]);
    verdict.within("ready_slowest", starts[starts.len() - 1], READY);
    for what in ["registrations", "conversions", "rotations"] {
        verdict.at_least(what, journal.acknowledged.get(what).copied().unwrap_or(0), 1);
    }
    if !verdict.missed().is_empty() {
        server::complain(place);
    }
    verdict
}
