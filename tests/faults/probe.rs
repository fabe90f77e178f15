//! Small measurements beside a load.

use std::time::{Duration, Instant};

use crate::{callers::Caller, load::Load};

/// Asks one thing after another and tells how long each took.
pub struct Probe(Caller);

impl Probe {
    /// One that asks the same server.
    pub fn of(load: &Load) -> Self {
        Self(load.caller.clone())
    }

    /// So many checks of a token that nobody has.
    pub async fn checks(&self, count: usize) -> Vec<Duration> {
        let mut times = Vec::new();
        for _ in 0..count {
            let said = self.0.bearer_opens("none").await.unwrap();
            assert_eq!(said.status, 401, "{said:?}");
            times.push(said.took);
        }
        times
    }
}

/// How long it takes until something is so; as long as the patience lasts at most.
pub async fn until<F: Future<Output = bool>>(patience: Duration, is: impl Fn() -> F) -> Duration {
    let began = Instant::now();
    while began.elapsed() < patience && !is().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    began.elapsed()
}
