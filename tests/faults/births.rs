//! A server killed at its first start, perhaps in the middle of making the tables.

use std::time::{Duration, Instant};

use cambio::sandbox::Sandbox;

use crate::{
    inspect,
    journal::below,
    place::Place,
    scene::Scale,
    server::{self, Server},
    verdict::Verdict,
};

/// Kills first starts, each on an `SQLite` file of its own.
pub async fn play(sandbox: &Sandbox, scale: Scale, verdict: &mut Verdict) {
    let (mut unready, mut slowest, mut halves) = (0, Duration::ZERO, Vec::new());
    let rounds = scale.of(50, 5);
    for _ in 0..rounds {
        let place = Place::with_file(sandbox);
        let server = Server::spawn(&place);
        let began = Instant::now();
        let life = Duration::from_micros(u64::try_from(below(60_000)).unwrap());
        let mut was_ready = false;
        while began.elapsed() < life {
            was_ready = was_ready || server::is_ready(&place).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.kill();
        unready += usize::from(!was_ready);
        let (again, took) = Server::start(&place).await;
        slowest = slowest.max(took);
        halves.extend(inspect::halves(&place).await);
        again.kill();
    }
    verdict.tell("first_starts_killed", rounds);
    verdict.tell("of_them_before_ready", unready);
    verdict.within("slowest_start_after_a_killed_one", slowest, Duration::from_secs(2));
    verdict.none("halves", &halves);
}
