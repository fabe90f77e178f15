//! The outbox as an administrator sees it: what waits, what was set aside, once more, or never.

use chrono::TimeDelta;

use super::{Ctx, courier::LEASE};
use crate::{
    error::{Outcome, Refusal},
    store::outbox::{self, ListedLetter, Waiting},
};

/// What has not left yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Letters that the next courier takes.
    pub due: i64,
    /// Letters that are tried again later, or are on their way.
    pub later: i64,
    /// Letters that were set aside.
    pub parked: i64,
    /// How long the oldest that was not set aside has been waiting; none at all if there is none.
    pub oldest: TimeDelta,
}

/// What has not left yet.
pub fn backlog(ctx: &mut Ctx<'_>) -> Outcome<Backlog> {
    let Waiting { due, later, parked, oldest } = outbox::waiting_at(ctx.conn, ctx.now)?;
    let oldest = oldest.map_or(TimeDelta::zero(), |at| (ctx.now - at).max(TimeDelta::zero()));
    Ok(Backlog { due, later, parked, oldest })
}

/// At most `limit` letters whose numbers come after one.
pub fn list(ctx: &mut Ctx<'_>, after: i64, limit: i64) -> Outcome<Vec<ListedLetter>> {
    Ok(outbox::list(ctx.conn, after, limit)?)
}

/// Makes a letter due now and forgets its tries; tells whether that changed anything. One that a courier
/// has, or will take within half a minute, is left alone.
pub fn retry(ctx: &mut Ctx<'_>, id: i64) -> Outcome<usize> {
    if !outbox::exists(ctx.conn, id)? {
        return Err(Refusal::NotFound.into());
    }
    Ok(outbox::revive(ctx.conn, Some(id), (ctx.now, ctx.now + LEASE))?)
}

/// The same for every letter; tells how many it made due.
pub fn retry_all(ctx: &mut Ctx<'_>) -> Outcome<usize> {
    Ok(outbox::revive(ctx.conn, None, (ctx.now, ctx.now + LEASE))?)
}

/// Throws a letter away that was not sent.
pub fn throw_away(ctx: &mut Ctx<'_>, id: i64) -> Outcome<()> {
    if outbox::delete(ctx.conn, id)? { Ok(()) } else { Err(Refusal::NotFound.into()) }
}
