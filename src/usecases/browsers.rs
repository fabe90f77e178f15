//! Signing in on our own pages: who a browser belongs to at this moment.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    Ctx,
    login::{self, Checked},
};
use crate::{
    crypto::{fingerprint, secret},
    domain::{
        account::Account,
        audit::{Event, EventKind},
        browser::{BrowserSession, SESSION_IDLE, SESSION_LIFE},
    },
    error::Outcome,
    store::{
        accounts,
        browser_sessions::{self, StoredSession},
    },
};

/// How rarely the use of a session is written down.
const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Signs a browser in with a password that was found right, and out of whatever it was signed in to. The
/// secret is new each time, so that one known before opens nothing (session fixation).
pub fn sign_in(
    ctx: &mut Ctx<'_>,
    checked: &Checked,
    before: Option<&SecretString>,
) -> Outcome<SecretString> {
    let account = login::enter(ctx, checked)?;
    open(ctx, &account, before)
}

/// Signs a browser in to an account that has proved itself otherwise.
pub(super) fn open(
    ctx: &mut Ctx<'_>,
    account: &Account,
    before: Option<&SecretString>,
) -> Outcome<SecretString> {
    if let Some(before) = before {
        sign_out(ctx, before)?;
    }
    ctx.tell(Event::new(EventKind::SignedIn).of(account.id).with("browser"));
    let secret = secret::token(ctx.entropy, "");
    let session = StoredSession {
        account: account.id,
        epoch: account.epoch,
        auth_time: ctx.now,
        seen_at: ctx.now,
        expires_at: ctx.now + SESSION_LIFE,
    };
    browser_sessions::insert(ctx.conn, secret::digest(&secret), &session)?;
    Ok(secret)
}

/// Who is signed in: the session must be in time, and its account active and in the same epoch.
pub fn find(ctx: &mut Ctx<'_>, shown: Option<&SecretString>) -> Outcome<Option<BrowserSession>> {
    let Some(digest) = shown.map(secret::digest) else { return Ok(None) };
    let Some(found) = browser_sessions::find(ctx.conn, digest)? else { return Ok(None) };
    if found.expires_at <= ctx.now || found.seen_at + SESSION_IDLE <= ctx.now {
        return Ok(None);
    }
    let account = accounts::find(ctx.conn, found.account)?.filter(Account::is_active);
    let account = account.filter(|account| account.epoch == found.epoch);
    let StoredSession { auth_time, seen_at, .. } = found;
    Ok(account.map(|account| BrowserSession { digest, account, auth_time, seen_at }))
}

/// Whether the use of a session is worth noting.
pub fn is_stale(session: &BrowserSession, now: DateTime<Utc>) -> bool {
    session.seen_at + TOUCH_EVERY < now
}

/// Notes the use of a session.
pub fn touch(ctx: &mut Ctx<'_>, session: &BrowserSession) -> Outcome<()> {
    Ok(browser_sessions::touch(ctx.conn, session.digest, ctx.now)?)
}

/// Signs a browser out; what was allowed to applications stays.
pub fn sign_out(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<()> {
    let digest = secret::digest(shown);
    if let Some(session) = browser_sessions::find(ctx.conn, digest)? {
        ctx.tell(Event::new(EventKind::SessionEnded).of(session.account).with("browser"));
    }
    Ok(browser_sessions::delete(ctx.conn, digest)?)
}

/// What a form of ours carries to prove that a page of ours sent it: made of what only this browser holds. A form
/// that decides about something is about that alone, so that what was shown is what is decided; of others it is
/// empty.
pub fn form_token(browser: &SecretString, session: Option<&SecretString>, about: &str) -> String {
    let session = session.map_or("", |secret| secret.expose_secret());
    let browser = browser.expose_secret();
    fingerprint::sha256_hex(&format!("cambio form {browser} {session} {about}"))
}

/// Whether a form carries the right one.
pub fn is_form_token(
    shown: &str,
    (browser, session): (&SecretString, Option<&SecretString>),
    about: &str,
) -> bool {
    fingerprint::same(shown, &form_token(browser, session, about))
}
