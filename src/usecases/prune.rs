//! Taking away what is over. Validity never depends on it: everything is checked when it is used.

use chrono::TimeDelta;

use super::Ctx;
use crate::{
    domain::limits::LoginLimits,
    error::Outcome,
    store::{
        accounts, audit_events, browser_sessions, clients, codes, device_codes, families,
        mail_tokens, signing_keys, spent_assertions, spent_states, throttles, tokens,
    },
};

/// How long something that is over is kept, so that the log can still be explained by the tables.
const KEPT: TimeDelta = TimeDelta::days(1);

/// One small batch of each kind; tells how many rows went or were emptied. Zero means that nothing is left to do.
pub fn batch(ctx: &mut Ctx<'_>, limit: i64) -> Outcome<usize> {
    let before = ctx.now - KEPT;
    // Families first: one that lives as long as its token is used is found by that token.
    let mut gone = families::prune(ctx.conn, before, limit)?;
    // With a copy of the database and an old token its answer opens the tokens of today.
    let retried = ctx.now - ctx.policy.lifetimes.refresh_grace;
    gone += tokens::forget_answers(ctx.conn, retried, limit)?;
    gone += tokens::prune_access(ctx.conn, before, limit)?;
    gone += mail_tokens::prune(ctx.conn, before, limit)?;
    gone += spent_states::prune(ctx.conn, before, limit)?;
    gone += device_codes::prune(ctx.conn, before, limit)?;
    gone += spent_assertions::prune(ctx.conn, before, limit)?;
    gone += browser_sessions::prune(ctx.conn, before, limit)?;
    gone += codes::prune(ctx.conn, before, limit)?;
    let familiar = ctx.now - LoginLimits::FAMILIAR;
    gone += throttles::prune(ctx.conn, (before, familiar), limit)?;
    gone += signing_keys::prune(ctx.conn, before)?;
    gone += clients::prune_secrets(ctx.conn, before)?;
    let (events, refusals) = ctx.policy.events_kept;
    gone += audit_events::prune(ctx.conn, (ctx.now - events, ctx.now - refusals), limit)?;
    let unactivated = ctx.now - ctx.policy.lifetimes.activation;
    gone += accounts::prune_pending(ctx.conn, unactivated, limit)?;
    Ok(gone)
}
