//! What other nodes have ended, heard over PostgreSQL, so that what is remembered here stays true.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::{MissedTickBehavior, interval, sleep};

use super::{App, freshness::BEAT};
use crate::{
    domain::ended::Ended,
    error::Fault,
    meters::Gauge,
    store::{line::Heard, open::Backend},
};

/// How long to wait before a line that was lost is opened anew.
const REST: Duration = Duration::from_millis(250);

impl App {
    /// Listens for as long as the process lives to what other nodes have ended. Nothing is remembered while
    /// nobody can be heard, nor what was read before. On `SQLite` the writer looks out for others.
    pub async fn listen(&self) {
        if self.store().backend() == Backend::Sqlite || !self.0.remembers {
            return std::future::pending().await;
        }
        let is_heard = AtomicBool::new(true);
        let meter = self.meters().house.listener("nodes");
        loop {
            let Err(fault) = self.listen_on_a_line(&is_heard, &meter).await;
            meter.set(0);
            self.0.shared.fresh.distrust();
            // Once, however often it is tried in vain.
            if is_heard.swap(false, Ordering::Relaxed) {
                tracing::warn!(?fault, "other nodes are not heard: every check asks the database");
            }
            sleep(REST).await;
        }
    }

    async fn listen_on_a_line(
        &self,
        is_heard: &AtomicBool,
        meter: &Gauge,
    ) -> Result<std::convert::Infallible, Fault> {
        let fresh = Arc::clone(&self.0.shared.fresh);
        let hearing = Arc::clone(&fresh);
        let line = self.store().line(move |heard| match heard {
            Heard::Ended(words) => {
                hearing.end(&words.split(' ').map(Ended::parse).collect::<Vec<_>>());
            }
            Heard::Lost => hearing.distrust(),
        });
        let line = line.await?;
        is_heard.store(true, Ordering::Relaxed);
        meter.set(1);
        // Whatever was told while nobody listened was missed.
        fresh.end(&[Ended::Everything]);
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beats.tick().await;
            if fresh.is_wanted() {
                let asked = fresh.moment();
                let untold = fresh.take_untold();
                if let Err(fault) = line.beat(&untold).await {
                    if !untold.is_empty() {
                        fresh.owe_everything();
                    }
                    return Err(fault);
                }
                fresh.trust_from(asked);
            }
        }
    }
}
