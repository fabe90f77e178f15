//! How often something may be tried, counted in the database: over all nodes, and over restarts.
//!
//! A login is counted before its password is looked at, whether or not anybody has the name, so that neither many
//! at once nor made-up names get more tries than others. What went well is taken back by [`welcome`].

use chrono::{DateTime, TimeDelta, Utc};

use super::{Ctx, Verdict, login};
use crate::{
    crypto::secret,
    domain::{
        account::{Account, AccountId},
        caller::{Caller, Network},
        email::Email,
        letter::LetterKind,
        limits::{LetterLimits, LoginLimits},
        token::Digest,
        username::Username,
    },
    error::{Error, Outcome, Refusal},
    store::throttles::{self, Throttle},
};

/// A try to log in, as it is counted: from where, and with which name.
#[derive(Debug, Clone, Copy)]
pub struct Try {
    network: Digest,
    name: Digest,
    pair: Digest,
}

impl Try {
    /// With a name that was typed. It is not looked up: whether somebody has it must make no difference.
    pub fn named(from: Caller, typed: &str) -> Self {
        let name = match (Email::parse(typed), Username::parse(typed)) {
            (Some(email), _) => email.key(),
            (None, Some(username)) => username.key(),
            (None, None) => typed.to_lowercase(),
        };
        Self::new(from, &format!("name\0{name}"))
    }

    /// With the password of whoever is logged in already.
    pub fn own(from: Caller, account: AccountId) -> Self {
        Self::new(from, &format!("account\0{}", account.0))
    }

    fn new(from: Caller, name: &str) -> Self {
        let network: Network = from.network();
        Self {
            network: key(&format!("network\0{network}")),
            name: key(name),
            pair: key(&format!("pair\0{network}\0{name}")),
        }
    }
}

/// The key under which something is counted.
fn key(what: &str) -> Digest {
    secret::digest(&what.to_owned().into())
}

/// Counts a try to log in, or refuses it with [`Refusal::TooMany`]: while there is a pause for its name and
/// network; and, unless the network is familiar with the name, while the network is closed, or the name's day is
/// used up. That a network was closed is kept.
pub fn begin(ctx: &mut Ctx<'_>, this: &Try) -> Outcome<Verdict<()>> {
    let (rules, now) = (ctx.policy.limits.logins, ctx.now);
    // Always in this order, or two of them would wait for each other.
    let mut name = throttles::hold(ctx.conn, this.name, None, now)?;
    let mut pair = throttles::hold(ctx.conn, this.pair, Some(this.network), now)?;
    if now - pair.last >= LoginLimits::DAY {
        pair.tries = 0;
    }
    open(&pair, now)?;
    if !is_familiar(&pair, now) {
        if let Some(closed) = close_network(ctx, this, &rules)? {
            return Ok(Verdict::Refused(closed));
        }
        spend_day(&mut name, &rules, now)?;
    }
    count(&mut pair, now);
    pair.closed = now + rules.pause_after(pair.tries);
    count(&mut name, now);
    throttles::update(ctx.conn, this.pair, &pair)?;
    throttles::update(ctx.conn, this.name, &name)?;
    Ok(Verdict::Done(()))
}

/// Takes back a try whose password was right, and is familiar with its network from now on; if the account may log
/// in. Otherwise it stays a try that went wrong, or it could be told from one.
pub fn welcome(ctx: &mut Ctx<'_>, this: &Try, checked: &login::Checked) -> Outcome<()> {
    match login::unchanged(ctx, checked) {
        Ok(_) => forgive(ctx, this),
        Err(Error::Refused(_)) => Ok(()),
        Err(fault) => Err(fault),
    }
}

/// Nothing went wrong with the names of the account from there.
pub(super) fn forgive_all(ctx: &mut Ctx<'_>, from: Caller, account: &Account) -> Outcome<()> {
    if !ctx.policy.limits.logins.count() {
        return Ok(());
    }
    let names = [
        account.email.as_ref().map(Email::as_str),
        account.username.as_ref().map(Username::as_str),
    ];
    for name in names.into_iter().flatten() {
        forgive(ctx, &Try::named(from, name))?;
    }
    Ok(())
}

fn forgive(ctx: &mut Ctx<'_>, this: &Try) -> Outcome<()> {
    let now = ctx.now;
    let mut name = throttles::hold(ctx.conn, this.name, None, now)?;
    let mut pair = throttles::hold(ctx.conn, this.pair, Some(this.network), now)?;
    name.tries = (name.tries - pair.tries.min(1)).max(0);
    (pair.tries, pair.closed, pair.good) = (0, now, Some(now));
    throttles::update(ctx.conn, this.name, &name)?;
    throttles::update(ctx.conn, this.pair, &pair)?;
    Ok(())
}

/// Whether another letter that was asked for may go to the address; if so, it is counted. Letters to new addresses
/// are counted apart: somebody who names other people's keeps no letter of their own from them.
pub(super) fn letter(ctx: &mut Ctx<'_>, kind: LetterKind, to: &Email) -> Outcome<bool> {
    let (rules, now) = (ctx.policy.limits.letters, ctx.now);
    if !rules.count() {
        return Ok(true);
    }
    let class = if kind == LetterKind::EmailChange { "change" } else { "letter" };
    let key = key(&format!("{class}\0{}", to.key()));
    let mut sent = throttles::hold(ctx.conn, key, None, now)?;
    // An hour after the last, not the first: so there are never more in any hour.
    if now - sent.last >= LetterLimits::HOUR {
        sent.tries = 0;
    }
    let most = i64::from(rules.per_hour);
    let is_used_up = most > 0 && sent.tries >= most;
    if is_used_up || (sent.tries > 0 && now - sent.last < rules.gap) {
        return Ok(false);
    }
    count(&mut sent, now);
    throttles::update(ctx.conn, key, &sent)?;
    Ok(true)
}

fn count(counted: &mut Throttle, now: DateTime<Utc>) {
    if counted.tries == 0 {
        counted.since = now;
    }
    counted.tries += 1;
    counted.last = now;
}

fn open(counted: &Throttle, now: DateTime<Utc>) -> Result<(), Refusal> {
    if counted.closed <= now { Ok(()) } else { Err(too_many(counted.closed - now)) }
}

fn too_many(wait: TimeDelta) -> Refusal {
    Refusal::TooMany { retry_after: wait.to_std().unwrap_or_default() }
}

fn is_familiar(pair: &Throttle, now: DateTime<Utc>) -> bool {
    pair.good.is_some_and(|good| now - good < LoginLimits::FAMILIAR)
}

/// Whether the network is closed, or is now, because it tries one name after another.
fn close_network(ctx: &mut Ctx<'_>, this: &Try, rules: &LoginLimits) -> Outcome<Option<Refusal>> {
    if rules.names == 0 {
        return Ok(None);
    }
    let now = ctx.now;
    let known = throttles::find(ctx.conn, this.network)?;
    if let Some(known) = &known {
        open(known, now)?;
    }
    // What it was closed for does not close it again.
    let window = now - rules.names_within;
    let after = known.map_or(window, |known| known.closed.max(window));
    let others = throttles::count_of(ctx.conn, this.network, this.pair, after)?;
    if others < i64::from(rules.names) {
        return Ok(None);
    }
    let mut network = throttles::hold(ctx.conn, this.network, None, now)?;
    count(&mut network, now);
    network.closed = now + rules.block;
    throttles::update(ctx.conn, this.network, &network)?;
    Ok(Some(too_many(rules.block)))
}

/// Once the name's day is used up, strange networks have one try in the longest pause, all of them together.
fn spend_day(name: &mut Throttle, rules: &LoginLimits, now: DateTime<Utc>) -> Outcome<()> {
    if now - name.since >= LoginLimits::DAY {
        name.tries = 0;
    }
    if rules.per_day > 0 && name.tries >= i64::from(rules.per_day) {
        open(name, now)?;
        name.closed = now + rules.longest;
    }
    Ok(())
}
