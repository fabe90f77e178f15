//! The guarded line to one provider: takes turns, tries once more, and leaves it alone when it is ill.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, sleep, timeout},
};
use tracing::{Instrument as _, field::Empty};

use super::{
    answer::Answer,
    breaker::{Breaker, Health},
    error::{Outage, ProviderError},
    fetch::{Ask, Fetcher},
};
use crate::{config::providers::Egress, domain::provider::ProviderName, meters::Provider as Meter};

/// The frame of one conversion: its instant, and when it must be over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cx {
    /// The request's instant.
    pub(super) now: DateTime<Utc>,
    /// When the caller is answered at the latest.
    pub(super) deadline: Instant,
}

/// After which failures a call is made once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// Only when nothing was sent: a code must not be shown twice.
    Unsent,
    /// Also when the answer was cut off, or a gateway answered 502, 503 or 504.
    CutOff,
    /// Also on 500, with which some answer bad tokens at first.
    Failed,
}

impl Again {
    fn allows(self, why: &ProviderError) -> bool {
        let ProviderError::Unavailable(outage) = why else { return false };
        match outage {
            // RFC 9110 §15.5.9: who answers 408 has not got the request.
            Outage::Connect | Outage::Status(408) => true,
            Outage::Closed | Outage::Status(502..=504) => self != Self::Unsent,
            Outage::Status(500) => self == Self::Failed,
            Outage::Status(_) | Outage::Timeout | Outage::BreakerOpen(_) | Outage::Crowded => false,
        }
    }
}

/// The line to one provider. Every call of its room goes through here.
pub(super) struct Line {
    provider: ProviderName,
    meter: Option<Meter>,
    fetcher: Fetcher,
    turns: Semaphore,
    patience: Duration,
    breakers: Mutex<HashMap<String, Breaker>>,
}

impl Line {
    /// A line under the rules of egress.
    pub(super) fn new(provider: ProviderName, fetcher: Fetcher, rules: &Egress) -> Self {
        Self {
            provider,
            meter: None,
            fetcher,
            turns: Semaphore::new(rules.max_in_flight),
            patience: Duration::from_millis(rules.queue_ms),
            breakers: Mutex::default(),
        }
    }

    /// The same, with the open breakers counted.
    pub(super) fn counted(self, meter: Meter) -> Self {
        Self { meter: Some(meter), ..self }
    }

    /// The provider at its other end.
    pub(super) fn provider(&self) -> &ProviderName {
        &self.provider
    }

    /// Asks, once more when `again` allows it, and reads the answer.
    pub(super) async fn ask(
        &self,
        ask: &Ask,
        again: Again,
        cx: &Cx,
    ) -> Result<Answer, ProviderError> {
        let _turn = self.turn().await?;
        let host = ask.url.host_str().unwrap_or_default();
        self.admit(host, cx.now)?;
        let mut answer = self.once(ask).await;
        if let Err(why) = &answer
            && again.allows(why)
            && cx.deadline.saturating_duration_since(Instant::now()) >= Duration::from_secs(1)
        {
            sleep(jitter()).await;
            answer = self.once(ask).await;
        }
        // Only the last word counts: a 500 that becomes a refusal was the caller's doing.
        self.note(host, health(&answer), cx.now);
        answer
    }

    async fn once(&self, ask: &Ask) -> Result<Answer, ProviderError> {
        let host = ask.url.host_str().unwrap_or_default();
        let span = tracing::info_span!(
            target: "spans",
            "provider call",
            otel.kind = "client",
            server.address = host,
            outcome = Empty,
        );
        let asked = async { Answer::read(&self.fetcher.call(ask).await?) };
        let told = asked.instrument(span.clone()).await;
        span.record("outcome", told.as_ref().map_or_else(ProviderError::word, |_| "answered"));
        told
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, ProviderError> {
        let crowded = ProviderError::Unavailable(Outage::Crowded);
        match timeout(self.patience, self.turns.acquire()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(crowded),
        }
    }

    fn admit(&self, host: &str, now: DateTime<Utc>) -> Result<(), ProviderError> {
        let admitted = match self.breakers().get_mut(host) {
            None => Ok(()),
            Some(breaker) => breaker.admit(now),
        };
        admitted.map_err(|left| {
            let left = left.to_std().unwrap_or_default().max(Duration::from_secs(1));
            ProviderError::Unavailable(Outage::BreakerOpen(left))
        })
    }

    fn note(&self, host: &str, health: Health, now: DateTime<Utc>) {
        let mut breakers = self.breakers();
        let opened = breakers.entry(host.to_owned()).or_default().note(health, now);
        let open = breakers.values().filter(|breaker| breaker.is_open()).count();
        drop(breakers);
        self.meter.iter().for_each(|meter| meter.open_breakers(open));
        if opened {
            tracing::warn!(provider = %self.provider, host, "fails too often, left alone for 10 s");
        }
    }

    fn breakers(&self) -> MutexGuard<'_, HashMap<String, Breaker>> {
        // A panic elsewhere leaves counts, at worst, one off.
        self.breakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn health(answer: &Result<Answer, ProviderError>) -> Health {
    match answer {
        Err(ProviderError::Unavailable(_) | ProviderError::Malformed(_)) => Health::Ill,
        Err(ProviderError::RateLimited { .. }) => Health::Strained,
        Ok(_)
        | Err(
            ProviderError::BadRequest(_)
            | ProviderError::Refused(_)
            | ProviderError::Misconfigured(_),
        ) => Health::Well,
    }
}

/// 50 to 150 ms, different for each caller, so that those who failed together do not return together.
fn jitter() -> Duration {
    Duration::from_millis(50 + RandomState::new().hash_one(()) % 101)
}

#[cfg(test)]
mod tests {
    use super::{Again, health, jitter};
    use crate::{
        error::Why,
        providers::{
            breaker::Health,
            error::{Flaw, Outage, ProviderError},
        },
    };
    use std::time::Duration;

    #[test]
    fn a_code_is_shown_twice_only_when_it_was_not_shown_at_all() {
        for (outage, unsent, cut_off, failed) in [
            (Outage::Connect, true, true, true),
            (Outage::Closed, false, true, true),
            (Outage::Status(503), false, true, true),
            (Outage::Status(500), false, false, true),
            (Outage::Status(501), false, false, false),
            (Outage::Timeout, false, false, false),
        ] {
            let why = ProviderError::Unavailable(outage);
            assert_eq!(Again::Unsent.allows(&why), unsent, "{outage:?}");
            assert_eq!(Again::CutOff.allows(&why), cut_off, "{outage:?}");
            assert_eq!(Again::Failed.allows(&why), failed, "{outage:?}");
        }
        assert!(!Again::Failed.allows(&ProviderError::Refused(Why::Unknown)));
        assert!(!Again::Failed.allows(&ProviderError::Malformed(Flaw::TooLarge)));
    }

    #[test]
    fn what_the_caller_caused_says_nothing_of_the_providers_health() {
        assert_eq!(health(&Err(ProviderError::Refused(Why::Unknown))), Health::Well);
        assert_eq!(health(&Err(ProviderError::Malformed(Flaw::NotJson))), Health::Ill);
        let limited = ProviderError::RateLimited { retry_after: Duration::from_secs(1) };
        assert_eq!(health(&Err(limited)), Health::Strained);
    }

    #[test]
    fn the_pause_before_another_try_is_50_to_150_ms() {
        for _ in 0..100 {
            assert!((50..=150).contains(&jitter().as_millis()));
        }
    }
}
