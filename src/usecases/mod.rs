//! Deeds: check, decide, write.
//!
//! A deed is a plain function that is handed a [`Ctx`]. It runs inside one transaction, opened by the
//! staircase (`app::App::write`): `Ok` is kept, `Err` is dropped. A refusal that must leave a trace is a
//! [`Verdict`], which the staircase keeps and then refuses (`app::App::settle`).

pub mod addresses;
pub mod administration;
pub mod api_sessions;
pub mod apps;
pub mod asked;
pub mod asks;
pub mod audit;
pub mod authenticate;
pub mod browsers;
pub mod claims;
mod client_assertions;
pub mod client_changes;
pub mod clients;
pub mod codes;
pub mod convert;
pub mod courier;
pub mod device;
pub mod dialect_jwt;
pub mod disconnect;
pub mod groups;
pub mod health;
pub mod introspect;
pub mod issue;
pub mod jwt;
pub mod keys;
pub mod letters;
mod links;
pub mod login;
pub mod logout;
pub mod manage;
pub mod names;
pub mod passwords;
pub mod profile;
pub mod prune;
pub mod refresh;
pub mod register;
mod restoring;
pub mod revoke;
mod rotation;
pub mod self_registration;
pub mod settings;
pub mod signin_sessions;
pub mod social_login;
pub mod sweep;
pub mod templates;
pub mod throttle;

use chrono::{DateTime, Utc};

use self::audit::Told;
use crate::{
    crypto::keys::Keys,
    domain::{audit::Whence, policy::Policy},
    entropy::Entropy,
    error::{Error, Outcome, Refusal},
    store::AnyConnection,
};

/// Everything a deed may touch, and nothing else.
pub struct Ctx<'a> {
    /// The connection, inside a transaction if the deed writes.
    pub conn: &'a mut AnyConnection,
    /// The instant of the request, read once at the door.
    pub now: DateTime<Utc>,
    /// Where secrets come from.
    pub entropy: &'a dyn Entropy,
    /// The rules of this installation.
    pub policy: &'a Policy,
    /// What it signs and verifies with.
    pub keys: &'a Keys,
    /// Set by a deed that put a letter into the outbox: the courier is woken once it is committed.
    pub letter_waits: bool,
    /// From where it was brought about, and by whom as far as that is proven.
    pub whence: Whence,
    /// The events that it told.
    pub told: &'a mut Vec<Told>,
}

impl Ctx<'_> {
    /// The same at another instant.
    pub(crate) fn at(&mut self, now: DateTime<Utc>) -> Ctx<'_> {
        Ctx {
            conn: &mut *self.conn,
            now,
            entropy: self.entropy,
            policy: self.policy,
            keys: self.keys,
            letter_waits: self.letter_waits,
            whence: self.whence,
            told: &mut *self.told,
        }
    }
}

/// A transaction's answer when a refusal must be kept, too: what was written stays either way.
#[derive(Debug)]
pub enum Verdict<T> {
    /// It was done.
    Done(T),
    /// It was refused, and what the refusal wrote (a revocation) stays.
    Refused(Refusal),
}

impl<T> Verdict<T> {
    /// The answer for the caller, once the transaction is committed.
    pub fn settle(self) -> Outcome<T> {
        match self {
            Self::Done(value) => Ok(value),
            Self::Refused(refusal) => Err(Error::Refused(refusal)),
        }
    }

    /// The same refusal, or another answer made of what was done.
    pub(crate) fn and_then<U>(self, tell: impl FnOnce(T) -> Outcome<U>) -> Outcome<Verdict<U>> {
        match self {
            Self::Done(value) => Ok(Verdict::Done(tell(value)?)),
            Self::Refused(refusal) => Ok(Verdict::Refused(refusal)),
        }
    }
}
