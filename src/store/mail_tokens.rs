//! The links of letters: one purpose each, used once.

use chrono::{DateTime, Utc};
use diesel::{dsl::exists, prelude::*, select};

use super::{AnyConnection, instant, micros, on, schema::mail_tokens, unreadable};
use crate::{
    domain::{account::AccountId, email::Email, letter::LinkPurpose, token::Digest},
    error::Fault,
};

/// What is stored of a link.
#[derive(Debug)]
pub struct NewMailToken<'a> {
    /// The digest of its token.
    pub digest: Digest,
    /// Whose link it is.
    pub account: AccountId,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The account's epoch; a later one ends the link.
    pub epoch: i64,
    /// The new address it proves, where it does.
    pub email: Option<&'a Email>,
    /// When the letter was asked for.
    pub asked_at: DateTime<Utc>,
    /// When its time is over.
    pub expires_at: DateTime<Utc>,
}

/// Stores a link.
pub fn insert(conn: &mut AnyConnection, new: &NewMailToken<'_>) -> Result<(), Fault> {
    on!(conn, c => diesel::insert_into(mail_tokens::table)
        .values((
            mail_tokens::digest.eq(&new.digest.0[..]),
            mail_tokens::account_id.eq(new.account.0),
            mail_tokens::purpose.eq(new.purpose.word()),
            mail_tokens::epoch.eq(new.epoch),
            mail_tokens::email.eq(new.email.map(Email::as_str)),
            mail_tokens::asked_at.eq(micros(new.asked_at)),
            mail_tokens::expires_at.eq(micros(new.expires_at)),
        ))
        .execute(c)?);
    Ok(())
}

/// A stored link.
#[derive(Debug, Clone)]
pub struct MailToken {
    /// The account's epoch when it was made.
    pub epoch: i64,
    /// The new address it proves, where it does.
    pub email: Option<Email>,
    /// When its letter was asked for.
    pub asked_at: DateTime<Utc>,
    /// When its time is over.
    pub expires_at: DateTime<Utc>,
    /// When it was used, if it was.
    pub consumed_at: Option<DateTime<Utc>>,
}

/// The account's link of that digest and purpose.
pub fn find(
    conn: &mut AnyConnection,
    digest: Digest,
    account: AccountId,
    purpose: LinkPurpose,
) -> Result<Option<MailToken>, Fault> {
    type Columns = (i64, Option<String>, i64, i64, Option<i64>);
    let found: Option<Columns> = on!(conn, c => mail_tokens::table
        .filter(mail_tokens::digest.eq(&digest.0[..]))
        .filter(mail_tokens::account_id.eq(account.0))
        .filter(mail_tokens::purpose.eq(purpose.word()))
        .select((
            mail_tokens::epoch,
            mail_tokens::email,
            mail_tokens::asked_at,
            mail_tokens::expires_at,
            mail_tokens::consumed_at,
        ))
        .first(c)
        .optional()?);
    let Some((epoch, email, asked_at, expires_at, consumed_at)) = found else { return Ok(None) };
    let email = match email.as_deref().map(Email::parse) {
        Some(None) => return Err(unreadable("e-mail address")),
        Some(parsed) => parsed,
        None => None,
    };
    Ok(Some(MailToken {
        epoch,
        email,
        asked_at: instant(asked_at)?,
        expires_at: instant(expires_at)?,
        consumed_at: consumed_at.map(instant).transpose()?,
    }))
}

/// Uses up a link; false if somebody else was first (R1).
pub fn consume(
    conn: &mut AnyConnection,
    digest: Digest,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let won = on!(conn, c => diesel::update(mail_tokens::table)
        .filter(mail_tokens::digest.eq(&digest.0[..]))
        .filter(mail_tokens::consumed_at.is_null())
        .set(mail_tokens::consumed_at.eq(Some(micros(now))))
        .execute(c)?);
    Ok(won == 1)
}

/// Deletes the account's links of a purpose whose letters were asked for before an instant.
pub fn delete_older(
    conn: &mut AnyConnection,
    (account, purpose): (AccountId, LinkPurpose),
    asked_before: DateTime<Utc>,
) -> Result<(), Fault> {
    on!(conn, c => diesel::delete(mail_tokens::table)
        .filter(mail_tokens::account_id.eq(account.0))
        .filter(mail_tokens::purpose.eq(purpose.word()))
        .filter(mail_tokens::asked_at.lt(micros(asked_before)))
        .execute(c)?);
    Ok(())
}

/// Whether the account has a link of a purpose whose letter was asked for after an instant.
pub fn has_newer(
    conn: &mut AnyConnection,
    (account, purpose): (AccountId, LinkPurpose),
    asked_after: DateTime<Utc>,
) -> Result<bool, Fault> {
    let newer = mail_tokens::table
        .filter(mail_tokens::account_id.eq(account.0))
        .filter(mail_tokens::purpose.eq(purpose.word()))
        .filter(mail_tokens::asked_at.gt(micros(asked_after)));
    Ok(on!(conn, c => select(exists(newer)).get_result(c)?))
}

/// Deletes the account's links of a purpose.
pub fn delete_of(
    conn: &mut AnyConnection,
    account: AccountId,
    purpose: LinkPurpose,
) -> Result<(), Fault> {
    on!(conn, c => diesel::delete(mail_tokens::table)
        .filter(mail_tokens::account_id.eq(account.0))
        .filter(mail_tokens::purpose.eq(purpose.word()))
        .execute(c)?);
    Ok(())
}

/// Deletes every link that an account has.
pub fn delete_all(conn: &mut AnyConnection, account: AccountId) -> Result<(), Fault> {
    on!(conn, c => diesel::delete(mail_tokens::table)
        .filter(mail_tokens::account_id.eq(account.0))
        .execute(c)?);
    Ok(())
}

/// Deletes at most `limit` links whose time was over before an instant.
pub fn prune(conn: &mut AnyConnection, before: DateTime<Utc>, limit: i64) -> Result<usize, Fault> {
    let over: Vec<Vec<u8>> = on!(conn, c => mail_tokens::table
        .filter(mail_tokens::expires_at.lt(micros(before)))
        .order(mail_tokens::expires_at.asc())
        .select(mail_tokens::digest)
        .limit(limit)
        .load(c)?);
    Ok(on!(conn, c => diesel::delete(mail_tokens::table)
        .filter(mail_tokens::digest.eq_any(&over))
        .execute(c)?))
}
