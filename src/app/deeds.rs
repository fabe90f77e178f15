//! A deed on the thread it runs on: its connection, its transaction, and what it may touch.

use std::{collections::HashSet, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use super::{freshness::Freshness, memory::Memory, principals::Shown};
use crate::{
    clock::Clock,
    crypto::keys::Keys,
    domain::{
        client::Client, credential::Principal, origin::Origin, policy::Policy, token::Digest,
    },
    entropy::Entropy,
    error::{Error, Fault, Outcome},
    store::{
        AnyConnection,
        open::{Connection, Loan, Store, is_alive},
        transaction,
    },
    usecases::{Ctx, introspect::Live},
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
}

impl Shared {
    pub(super) fn read<T>(
        &self,
        now: DateTime<Utc>,
        patience: Duration,
        deed: impl FnOnce(&mut Ctx<'_>) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut loan = self.store.reader_within(patience)?;
        let outcome = deed(&mut self.ctx(&mut loan.any, now));
        if let Err(Error::Fault(_)) = &outcome {
            doubt(&mut loan);
        }
        outcome
    }

    pub(super) fn transact<T>(
        &self,
        lent: Result<Loan, Fault>,
        now: DateTime<Utc>,
        deed: impl Fn(&mut Ctx<'_>) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut loan = lent?;
        let begun = transaction::begin(&mut loan.any);
        if begun.is_err() {
            loan.broken = true;
        }
        begun?;
        // What a deed that failed has left behind has ended nothing.
        drop(loan.any.take_ended());
        let done = self.deed(&mut loan.any, now, deed).and_then(|done| {
            let committed = transaction::commit(&mut loan.any);
            // After the commit and before the answer; a commit that failed may have happened all the same.
            self.fresh.end_here(&loan.any.take_ended());
            committed?;
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
