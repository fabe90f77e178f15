//! From where a request comes, and what is written down of the deeds that were refused.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use super::App;
use crate::{
    domain::audit::{Event, EventKind, Whence},
    error::{Error, Fault, Outcome},
    usecases::audit::{self, Told},
};

tokio::task_local! {
    /// From where whatever this task asks of the house is brought about. A door hands on what somebody wants, and this
    /// is nothing they want: so it does not pass through every door's hands.
    static WHENCE: Whence;
}

/// From where the present task asks.
pub(super) fn whence() -> Whence {
    WHENCE.try_with(|whence| *whence).unwrap_or_default()
}

/// Whoever writes events of refusals: so many in a minute, and of the others how many there were.
pub(super) struct Clerk {
    /// Of events that name an account, and of those that do not; neither crowds out the other.
    most: u32,
    desk: Mutex<Desk>,
    waits: Notify,
    /// Held while events are written that have left the desk: whoever wants the last ones waits for these.
    pen: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Desk {
    minute: i64,
    admitted: [u32; 2],
    beyond: BTreeMap<EventKind, i64>,
    /// Events of deeds that were not kept, for the next round.
    waiting: Vec<Told>,
}

impl Clerk {
    pub(super) fn new(refused_per_minute: u32) -> Self {
        let most = (refused_per_minute / 2).max(1);
        Self {
            most,
            desk: Mutex::default(),
            waits: Notify::new(),
            pen: tokio::sync::Mutex::default(),
        }
    }

    /// Of the events of one deed those that are to be written with it.
    pub(super) fn admit(&self, mut told: Vec<Told>) -> Vec<Told> {
        // The common case takes no lock.
        if told.iter().any(|told| told.event.kind.is_refusal()) {
            let mut desk = self.desk();
            told.retain(|told| desk.admits(told, self.most));
        }
        told
    }

    /// Takes the refusals among the events of a deed that is not kept.
    pub(super) fn leave(&self, mut told: Vec<Told>) {
        told.retain(|told| told.event.kind.is_refusal());
        if told.is_empty() {
            return;
        }
        let mut desk = self.desk();
        told.retain(|told| desk.admits(told, self.most));
        desk.waiting.append(&mut told);
        drop(desk);
        self.waits.notify_one();
    }

    /// What is to be written by now; at the end also how many there were in a minute that is not over.
    fn take(&self, now: DateTime<Utc>, at_the_end: bool) -> Vec<Told> {
        let mut desk = self.desk();
        if at_the_end || minute_of(now) != desk.minute {
            desk.turn(minute_of(now), now);
        }
        mem::take(&mut desk.waiting)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        // A panic elsewhere leaves a count, at worst, one off.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    fn admits(&mut self, told: &Told, most: u32) -> bool {
        if !told.event.kind.is_refusal() {
            return true;
        }
        if minute_of(told.at) != self.minute {
            self.turn(minute_of(told.at), told.at);
        }
        let [nameless, named] = &mut self.admitted;
        let admitted = if told.event.account.is_some() { named } else { nameless };
        if *admitted < most {
            *admitted += 1;
            return true;
        }
        *self.beyond.entry(told.event.kind).or_default() += 1;
        false
    }

    /// A new minute begins: of the one before, those beyond the limit are told by their number.
    fn turn(&mut self, minute: i64, now: DateTime<Utc>) {
        (self.minute, self.admitted) = (minute, [0; 2]);
        for (kind, times) in mem::take(&mut self.beyond) {
            let event =
                Event { times, ..Event::new(kind).with("more than are written one by one") };
            self.waiting.push(Told { event, whence: Whence::default(), at: now });
        }
    }
}

fn minute_of(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(60)
}

impl App {
    /// Does what is to be done in the knowledge from where it is brought about.
    pub async fn on_behalf<F: Future>(whence: Whence, done: F) -> F::Output {
        WHENCE.scope(whence, done).await
    }

    /// Waits until an event of a refusal waits to be written.
    pub async fn refusal_waits(&self) {
        self.0.shared.clerk.waits.notified().await;
    }

    /// Writes the events of refusals that wait.
    pub async fn note_refusals(&self) -> Outcome<()> {
        self.note(false).await
    }

    /// The same when nothing more will come.
    pub async fn note_last_refusals(&self) -> Outcome<()> {
        self.note(true).await
    }

    async fn note(&self, at_the_end: bool) -> Outcome<()> {
        let _alone = self.0.shared.clerk.pen.lock().await;
        let told = self.0.shared.clerk.take(self.now(), at_the_end);
        if told.is_empty() {
            return Ok(());
        }
        self.write(move |ctx| audit::write(ctx, &told)).await
    }

    /// Tells of a refusal that is no deed's.
    pub(super) fn tell_refusal(&self, event: Event) {
        let told = vec![Told { event, whence: whence(), at: self.now() }];
        self.0.shared.count(&told);
        self.0.shared.clerk.leave(told);
    }

    /// What a deed answered that was not kept; what it told of refusals is.
    pub(super) fn undone(&self, undone: Undone) -> Error {
        self.0.shared.clerk.leave(undone.told);
        undone.error
    }
}

/// A deed that is not kept, and what it told.
#[derive(Debug)]
pub(super) struct Undone {
    pub(super) error: Error,
    pub(super) told: Vec<Told>,
}

impl Undone {
    /// Whether the deed met another one and may be tried again.
    pub(super) fn is_conflict(&self) -> bool {
        matches!(self.error, Error::Fault(Fault::Conflict { .. }))
    }
}

impl<E: Into<Error>> From<E> for Undone {
    fn from(error: E) -> Self {
        Self { error: error.into(), told: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::Clerk;
    use crate::{
        domain::{
            account::AccountId,
            audit::{Event, EventKind, Whence},
        },
        usecases::audit::Told,
    };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_040 + seconds, 0).expect("an instant")
    }

    fn failed(seconds: i64, account: Option<i64>) -> Told {
        let event = Event::new(EventKind::SignInFailed);
        let event = Event { account: account.map(AccountId), ..event };
        Told { event, whence: Whence::default(), at: at(seconds) }
    }

    #[test]
    fn a_flood_is_counted_and_does_not_hide_whom_it_names() {
        let clerk = Clerk::new(20);
        for _ in 0..1000 {
            clerk.leave(vec![failed(1, None)]);
        }
        clerk.leave(vec![failed(2, Some(7))]);

        let written = clerk.take(at(3), false);
        assert_eq!(written.len(), 11);
        assert_eq!(written.last().and_then(|told| told.event.account), Some(AccountId(7)));
        let later = clerk.take(at(61), false);
        let times: Vec<i64> = later.iter().map(|told| told.event.times).collect();
        assert_eq!(times, [990]);
    }

    #[test]
    fn what_was_counted_is_told_at_the_end_and_a_new_minute_begins_anew() {
        let clerk = Clerk::new(2);
        clerk.leave(vec![failed(1, None), failed(1, None), failed(1, None)]);
        assert_eq!(clerk.take(at(2), true).len(), 2);
        clerk.leave(vec![failed(60, None)]);
        assert_eq!(clerk.take(at(60), false).len(), 1);
        assert!(clerk.take(at(200), true).is_empty());
    }

    #[test]
    fn a_deed_that_is_kept_is_always_told() {
        let clerk = Clerk::new(2);
        let told = || Told { event: Event::new(EventKind::SignedIn), ..failed(0, None) };
        assert_eq!(clerk.admit((0..100).map(|_| told()).collect()).len(), 100);
        clerk.leave(vec![told()]);
        assert!(clerk.take(at(0), true).is_empty(), "it did not happen");
    }
}
