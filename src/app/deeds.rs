//! A deed on the thread it runs on: its connection, its transaction, and what it may touch.

use std::{collections::HashSet, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use super::{
    audit::{Clerk, Undone},
    freshness::Freshness,
    memory::Memory,
    principals::Shown,
};
use crate::{
    clock::Clock,
    crypto::keys::Keys,
    domain::{
        audit::Whence, client::Client, credential::Principal, origin::Origin, policy::Policy,
        token::Digest,
    },
    entropy::Entropy,
    error::{Error, Fault, Outcome},
    meters::{Meters, Stopwatch},
    store::{
        AnyConnection,
        open::{Connection, Loan, Store, is_alive},
        transaction,
    },
    usecases::{
        Ctx,
        audit::{self, Told},
        introspect::Live,
    },
};

/// What the lanes share.
pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) policy: Policy,
    pub(super) keys: Keys,
    pub(super) letter_waits: Notify,
    pub(super) fresh: Arc<Freshness>,
    pub(super) principals: Memory<Shown, Principal>,
    pub(super) live: Memory<Digest, Live>,
    pub(super) clients: Memory<Digest, Client>,
    pub(super) origins: Memory<(), HashSet<Origin>>,
    pub(super) meters: Meters,
    pub(super) clerk: Clerk,
}

impl Shared {
    /// Runs a deed that only reads. Whether it is refused or not, what it told of refusals waits to be written.
    pub(super) fn read<T>(
        &self,
        (now, whence): (DateTime<Utc>, Whence),
        patience: Duration,
        deed: impl FnOnce(&mut Ctx<'_>) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut loan = self.store.reader_within(patience)?;
        let mut told = Vec::new();
        let outcome = deed(&mut self.ctx(&mut loan.any, (now, whence), &mut told));
        if let Err(Error::Fault(_)) = &outcome {
            doubt(&mut loan);
        }
        self.count(&told);
        self.clerk.leave(told);
        outcome
    }

    pub(super) fn transact<T>(
        &self,
        lent: Result<Loan, Fault>,
        at: (DateTime<Utc>, Whence),
        deed: impl Fn(&mut Ctx<'_>) -> Outcome<T>,
    ) -> Result<T, Undone> {
        let mut loan = lent?;
        let begun = transaction::begin(&mut loan.any);
        if begun.is_err() {
            loan.broken = true;
        }
        begun?;
        // What a deed that failed has left behind has ended nothing.
        drop(loan.any.take_ended());
        let done = self.deed(&mut loan.any, at, deed).and_then(|done| {
            let began = Stopwatch::start();
            let committed = transaction::commit(&mut loan.any);
            // After the commit and before the answer; a commit that failed may have happened all the same.
            self.fresh.end_here(&loan.any.take_ended());
            committed?;
            self.meters.commits.took.took(began.elapsed());
            self.meters.commits.deeds.counted(1);
            Ok(done)
        });
        if done.is_err() {
            if loan.any.has_kept() {
                // It cannot be undone, or nobody knows whether it happened.
                self.fresh.end_here(&loan.any.take_ended());
            }
            loan.broken = transaction::roll_back(&mut loan.any).is_err();
        }
        let (value, letter_waits) = done?;
        self.wake(letter_waits);
        Ok(value)
    }

    /// Runs the deed, writes the events it told, and tells whether it put a letter into the outbox.
    pub(super) fn deed<T>(
        &self,
        conn: &mut AnyConnection,
        at: (DateTime<Utc>, Whence),
        deed: impl Fn(&mut Ctx<'_>) -> Outcome<T>,
    ) -> Result<(T, bool), Undone> {
        let mut told = Vec::new();
        let mut ctx = self.ctx(conn, at, &mut told);
        let done = deed(&mut ctx);
        let letter_waits = ctx.letter_waits;
        let value = match done {
            Ok(value) => value,
            Err(error) => return Err(Undone { error, told }),
        };
        self.count(&told);
        let told = self.clerk.admit(told);
        audit::write(&mut self.ctx(conn, at, &mut Vec::new()), &told)?;
        Ok((value, letter_waits))
    }

    /// Counts events, those beyond the limit, too.
    pub(super) fn count(&self, told: &[Told]) {
        told.iter().for_each(|told| self.meters.house.event(told.event.kind.word()));
    }

    fn ctx<'a>(
        &'a self,
        conn: &'a mut AnyConnection,
        (now, whence): (DateTime<Utc>, Whence),
        told: &'a mut Vec<Told>,
    ) -> Ctx<'a> {
        Ctx {
            conn,
            now,
            entropy: self.entropy.as_ref(),
            policy: &self.policy,
            keys: &self.keys,
            letter_waits: false,
            whence,
            told,
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
