//! What was asked of the server and what it acknowledged.
//!
//! A step is noted before it is asked for and noted as done when its answer has arrived in full. What is
//! still "asked" when the server dies may have happened or not; what is "done" must have.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use cambio::entropy::{Entropy, OsEntropy};

use crate::{callers::Said, ledger::Ledger};

/// A registration and what became of it.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// Its number, once the registration was acknowledged.
    pub id: Option<i64>,
    /// Its activation.
    pub activation: Step,
    /// Its login.
    pub session: Session,
    /// Whether anything has happened to it since the last check.
    pub fresh: bool,
}

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Step {
    /// Not asked for.
    #[default]
    No,
    /// Asked for, not answered.
    Asked,
    /// Acknowledged.
    Done,
}

/// An auth token and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Session {
    /// None was handed out.
    #[default]
    None,
    /// Handed out.
    In(String),
    /// Its end was asked for, not answered.
    Leaving(String),
    /// Its end was acknowledged.
    Out(String),
}

/// A pair of tokens that was handed out.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: String,
    /// The access tokens it had before, the oldest first.
    pub former: Vec<String>,
    /// Where it stands.
    pub standing: Standing,
    /// Whether anything has happened to it since the last check.
    pub fresh: bool,
}

impl Grant {
    /// The one of an answer.
    pub fn of(said: &Said) -> Self {
        Self {
            access: said.text("access_token"),
            refresh: said.text("refresh_token"),
            former: Vec::new(),
            standing: Standing::Good,
            fresh: true,
        }
    }
}

/// Where a grant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It must work.
    Good,
    /// Its rotation was asked for, not answered.
    Rotating,
    /// Its end was asked for, not answered.
    Ending,
    /// Its end was acknowledged.
    Ended,
}

/// Everything so far.
#[derive(Default)]
pub struct Journal {
    /// By address.
    pub people: BTreeMap<String, Person>,
    /// In the order they were handed out.
    pub grants: Vec<Grant>,
    /// Access tokens that rotations have ended, since the last check.
    pub replaced: Vec<String>,
    /// Answers that should not have been given.
    pub oddities: Vec<String>,
    /// How many answers of each kind were acknowledged.
    pub acknowledged: BTreeMap<&'static str, usize>,
    /// How many calls were put off with 503.
    pub put_off: usize,
    /// Whether the server is being killed: from now on calls may fail.
    pub killing: bool,
    /// Whether whoever works is to stop.
    pub over: bool,
    /// When each acknowledgement arrived.
    pub acks: Vec<Instant>,
    /// The longest time anybody waited for an answer.
    pub slowest: Duration,
    /// How many 503 did not say when to come again.
    pub unpromising: usize,
    /// Where acknowledgements are entered for good.
    pub ledger: Option<Ledger>,
}

impl Journal {
    /// Counts an acknowledgement.
    pub fn acknowledge(&mut self, what: &'static str, said: &Said) {
        *self.acknowledged.entry(what).or_default() += 1;
        self.acks.push(Instant::now());
        if let Some(ledger) = &self.ledger {
            ledger.enter(what, &said.body.to_string());
        }
    }

    /// How many acknowledgements there were of all kinds.
    pub fn count(&self) -> usize {
        self.acknowledged.values().sum()
    }

    /// How long after that moment the first acknowledgement arrived.
    pub fn first_after(&self, moment: Instant) -> Option<Duration> {
        let first = self.acks.iter().find(|ack| **ack >= moment)?;
        Some(first.duration_since(moment))
    }

    /// A good grant that nobody works with, drawn by chance and marked.
    pub fn draw(&mut self, to: Standing) -> Option<(usize, Grant)> {
        let good: Vec<usize> = (0..self.grants.len())
            .rev()
            .filter(|at| self.grants[*at].standing == Standing::Good)
            .take(200)
            .collect();
        let at = *good.get(below(good.len().max(1)))?;
        self.grants[at].standing = to;
        self.grants[at].fresh = true;
        Some((at, self.grants[at].clone()))
    }
}

/// A number drawn by chance.
pub fn below(bound: usize) -> usize {
    let entropy: &dyn Entropy = &OsEntropy;
    usize::from_le_bytes(entropy.bytes()) % bound
}
