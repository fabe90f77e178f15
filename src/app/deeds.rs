//! A deed on the thread it runs on: its connection, its transaction, and what it may touch.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use crate::{
    clock::Clock,
    crypto::keys::Keys,
    domain::policy::Policy,
    entropy::Entropy,
    error::{Error, Outcome},
    meters::{Meters, Stopwatch},
    store::{
        AnyConnection,
        open::{Connection, Store, is_alive},
        transaction,
    },
    usecases::Ctx,
};

/// What the lanes share.
pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) policy: Policy,
    pub(super) keys: Keys,
    pub(super) letter_waits: Notify,
    pub(super) meters: Meters,
}

impl Shared {
    pub(super) fn read<T>(
        &self,
        now: DateTime<Utc>,
        deed: impl FnOnce(&mut Ctx<'_>) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut loan = self.store.reader()?;
        let outcome = deed(&mut self.ctx(&mut loan.any, now));
        if let Err(Error::Fault(_)) = &outcome {
            doubt(&mut loan);
        }
        outcome
    }

    pub(super) fn transact<T>(
        &self,
        now: DateTime<Utc>,
        deed: impl Fn(&mut Ctx<'_>) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut loan = self.store.writer()?;
        let begun = transaction::begin(&mut loan.any);
        if begun.is_err() {
            loan.broken = true;
        }
        begun?;
        let done = self.deed(&mut loan.any, now, deed).and_then(|done| {
            let began = Stopwatch::start();
            transaction::commit(&mut loan.any)?;
            self.meters.commits.took.took(began.elapsed());
            self.meters.commits.deeds.counted(1);
            Ok(done)
        });
        if done.is_err() {
            loan.broken = transaction::roll_back(&mut loan.any).is_err();
        }
        let (value, letter_waits) = done?;
        self.wake(letter_waits);
        Ok(value)
    }

    /// Runs the deed and tells whether it put a letter into the outbox.
    pub(super) fn deed<T>(
        &self,
        conn: &mut AnyConnection,
        now: DateTime<Utc>,
        deed: impl Fn(&mut Ctx<'_>) -> Outcome<T>,
    ) -> Outcome<(T, bool)> {
        let mut ctx = self.ctx(conn, now);
        let value = deed(&mut ctx)?;
        Ok((value, ctx.letter_waits))
    }

    fn ctx<'a>(&'a self, conn: &'a mut AnyConnection, now: DateTime<Utc>) -> Ctx<'a> {
        Ctx {
            conn,
            now,
            entropy: self.entropy.as_ref(),
            policy: &self.policy,
            keys: &self.keys,
            letter_waits: false,
        }
    }

    pub(super) fn wake(&self, letter_waits: bool) {
        if letter_waits {
            self.letter_waits.notify_one();
        }
    }
}

/// A failure leaves doubt whether the connection still works: it is asked before it is used again.
fn doubt(loan: &mut Connection) {
    loan.broken = !is_alive(&mut loan.any);
}
