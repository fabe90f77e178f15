//! The breaker: leaves a provider alone that fails too often.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

/// How far back failures count.
const WINDOW: TimeDelta = TimeDelta::seconds(30);
/// For how long an open breaker lets nobody through, and a probe may take.
const OPEN: TimeDelta = TimeDelta::seconds(10);
/// How many calls the window must hold before their failures mean anything.
const ENOUGH: u32 = 10;

/// How a call ended, as far as the provider's health goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// It answered, if only with a refusal.
    Well,
    /// It wants to be asked less often: half a failure.
    Strained,
    /// It failed.
    Ill,
}

impl Health {
    fn half_failures(self) -> u32 {
        match self {
            Self::Well => 0,
            Self::Strained => 1,
            Self::Ill => 2,
        }
    }
}

/// Opens for 10 s when at least 10 calls were made in 30 s and half of them failed; then lets one
/// call through and does as that one ends.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    seconds: VecDeque<Second>,
    state: State,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Closed,
    Open {
        since: DateTime<Utc>,
    },
    /// One call is under way to try; when it never reports, another may try after a while.
    Probing {
        since: DateTime<Utc>,
    },
}

/// The calls that ended in one second.
#[derive(Debug)]
struct Second {
    at: i64,
    calls: u32,
    half_failures: u32,
}

impl Breaker {
    /// Whether a call may be made now; if not, for how long not.
    pub(super) fn admit(&mut self, now: DateTime<Utc>) -> Result<(), TimeDelta> {
        let since = match self.state {
            State::Closed => return Ok(()),
            State::Open { since } | State::Probing { since } => since,
        };
        let left = OPEN - (now - since);
        // Calls that began a little earlier may come later; a clock that was set back closes nobody out.
        if left > TimeDelta::zero() && since - now < WINDOW {
            return Err(left.min(OPEN));
        }
        self.state = State::Probing { since: now };
        Ok(())
    }

    /// Notes how a call ended; says whether the breaker opened by it.
    pub(super) fn note(&mut self, health: Health, now: DateTime<Utc>) -> bool {
        match self.state {
            // A straggler that was let through before; it says nothing new.
            State::Open { .. } => false,
            State::Probing { .. } if health == Health::Ill => self.open(now),
            State::Probing { .. } => {
                *self = Self::default();
                false
            }
            State::Closed => {
                self.count(health, now);
                if self.is_failing() { self.open(now) } else { false }
            }
        }
    }

    /// Whether it lets nobody through, or one to try.
    pub(super) fn is_open(&self) -> bool {
        self.state != State::Closed
    }

    fn open(&mut self, now: DateTime<Utc>) -> bool {
        self.seconds.clear();
        self.state = State::Open { since: now };
        true
    }

    fn count(&mut self, health: Health, now: DateTime<Utc>) {
        let at = now.timestamp();
        let window = WINDOW.num_seconds();
        // What lies further ahead was counted before the clock was set back.
        self.seconds.retain(|second| (second.at - at).abs() < window);
        let half_failures = health.half_failures();
        match self.seconds.back_mut() {
            Some(second) if second.at == at => {
                second.calls += 1;
                second.half_failures += half_failures;
            }
            _ => self.seconds.push_back(Second { at, calls: 1, half_failures }),
        }
    }

    fn is_failing(&self) -> bool {
        let calls: u32 = self.seconds.iter().map(|second| second.calls).sum();
        let half_failures: u32 = self.seconds.iter().map(|second| second.half_failures).sum();
        calls >= ENOUGH && half_failures >= calls
    }
}

#[cfg(test)]
mod tests {
    use super::{Breaker, Health};
    use chrono::{DateTime, TimeDelta, Utc};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("an instant")
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..10 {
            breaker.note(Health::Ill, at(0));
        }
        breaker
    }

    #[test]
    fn it_opens_at_ten_calls_of_which_half_failed() {
        let mut breaker = Breaker::default();
        for second in 0..5 {
            assert!(!breaker.note(Health::Well, at(second)));
        }
        for second in 5..9 {
            assert!(!breaker.note(Health::Ill, at(second)));
        }
        assert!(breaker.admit(at(9)).is_ok());
        assert!(breaker.note(Health::Ill, at(9)));
        assert_eq!(breaker.admit(at(10)), Err(TimeDelta::seconds(9)));
    }

    #[test]
    fn nine_failures_are_not_enough_and_old_ones_are_forgotten() {
        let mut breaker = Breaker::default();
        for _ in 0..9 {
            breaker.note(Health::Ill, at(0));
        }
        assert!(breaker.admit(at(0)).is_ok());
        assert!(!breaker.note(Health::Ill, at(30)));
    }

    #[test]
    fn refused_callers_never_open_it() {
        let mut breaker = Breaker::default();
        for second in 0..1000 {
            assert!(!breaker.note(Health::Well, at(second / 100)));
        }
    }

    #[test]
    fn being_limited_counts_half() {
        let mut breaker = Breaker::default();
        let opened: Vec<bool> = (0..10).map(|_| breaker.note(Health::Strained, at(0))).collect();
        assert!(opened[9]);
        let mut mixed = Breaker::default();
        for _ in 0..10 {
            mixed.note(Health::Well, at(0));
        }
        for _ in 0..9 {
            assert!(!mixed.note(Health::Strained, at(0)));
        }
    }

    #[test]
    fn after_ten_seconds_one_call_tries_and_decides() {
        let mut breaker = opened();
        assert!(breaker.admit(at(9)).is_err());
        assert!(breaker.admit(at(10)).is_ok());
        assert!(breaker.admit(at(10)).is_err());
        assert!(!breaker.note(Health::Well, at(11)));
        assert!(breaker.admit(at(11)).is_ok() && breaker.admit(at(11)).is_ok());

        let mut still_ill = opened();
        assert!(still_ill.admit(at(10)).is_ok());
        assert!(still_ill.note(Health::Ill, at(11)));
        assert!(still_ill.admit(at(20)).is_err());
        assert!(still_ill.admit(at(21)).is_ok());
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_it_neither_open_nor_failing() {
        let mut breaker = opened();
        assert!(breaker.admit(at(-1)).is_err());
        assert!(breaker.admit(at(-3600)).is_ok());

        let mut failing = Breaker::default();
        for _ in 0..9 {
            failing.note(Health::Ill, at(0));
        }
        assert!(!failing.note(Health::Ill, at(-3600)));
    }

    #[test]
    fn a_probe_that_never_reports_does_not_hold_it_open_for_ever() {
        let mut breaker = opened();
        assert!(breaker.admit(at(10)).is_ok());
        assert!(breaker.admit(at(19)).is_err());
        assert!(breaker.admit(at(20)).is_ok());
    }
}
