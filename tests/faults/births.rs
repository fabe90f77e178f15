//! A server killed at its first start, perhaps in the middle of making the tables.

use std::time::{Duration, Instant};

use crate::{
    inspect,
    journal::below,
    place::Place,
    rounds::{emulators, tell},
    server::{self, Server},
};

/// Kills that many first starts, each on a database of its own.
pub async fn play(rounds: usize) {
    let sandbox = emulators().await;
    let (mut unready, mut slowest) = (0, Duration::ZERO);
    for _ in 0..rounds {
        let place = Place::make(&sandbox).await;
        let server = Server::spawn(&place);
        let began = Instant::now();
        let life = Duration::from_micros(u64::try_from(below(40_000)).unwrap());
        let mut was_ready = false;
        while began.elapsed() < life {
            was_ready = was_ready || server::is_ready(&place).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.kill();
        unready += usize::from(!was_ready);
        let (again, took) = Server::start(&place).await;
        slowest = slowest.max(took);
        assert_eq!(inspect::halves(&place).await, Vec::<String>::new());
        again.kill();
    }
    tell(&format!(
        "first starts: {rounds} killed, {unready} of them before they were ready; \
         slowest next start: {slowest:.0?}"
    ));
    assert!(slowest <= Duration::from_secs(2), "{slowest:?}");
    sandbox.stop().await;
}
