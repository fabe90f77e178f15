//! Letters that wait to be sent.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{AnyConnection, instant, micros, on, schema::outbox, unreadable};
use crate::{
    domain::{
        account::AccountId,
        email::Email,
        language::Language,
        letter::{Letter, LetterKind},
    },
    error::Fault,
};

/// Puts a letter into the outbox, in the same transaction as whatever it tells of (R13).
pub fn insert(conn: &mut AnyConnection, letter: &Letter, now: DateTime<Utc>) -> Result<(), Fault> {
    on!(conn, c => diesel::insert_into(outbox::table)
        .values((
            outbox::kind.eq(letter.kind.word()),
            outbox::account_id.eq(letter.account.0),
            outbox::recipient.eq(letter.to.as_str()),
            outbox::language.eq(letter.language.tag()),
            outbox::created_at.eq(micros(now)),
            outbox::due_at.eq(micros(now)),
            outbox::attempts.eq(0),
        ))
        .execute(c)?);
    Ok(())
}

/// A letter as it waits.
#[derive(Debug, Clone)]
pub struct WaitingLetter {
    /// Its number.
    pub id: i64,
    /// The letter.
    pub letter: Letter,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// How often it has been tried, this time included.
    pub attempts: i64,
}

type Columns = (i64, String, i64, String, String, i64, i64);

fn waiting(row: Columns) -> Result<WaitingLetter, Fault> {
    let (id, kind, account, recipient, language, created_at, attempts) = row;
    Ok(WaitingLetter {
        id,
        letter: Letter {
            kind: LetterKind::parse(&kind).ok_or_else(|| unreadable("letter kind"))?,
            account: AccountId(account),
            to: Email::parse(&recipient).ok_or_else(|| unreadable("recipient"))?,
            language: Language::parse(&language).ok_or_else(|| unreadable("language"))?,
        },
        created_at: instant(created_at)?,
        attempts,
    })
}

/// A letter out of the outbox.
#[derive(Debug)]
pub enum Taken {
    /// To be sent.
    Letter(WaitingLetter),
    /// One that this version cannot read: perhaps a newer one put it there, and will take it.
    Unreadable(i64),
}

/// Takes the letter that has been due longest, counts the attempt and hides it from every other courier
/// until `until`; `None` when no letter is due. If this courier dies, the letter is due again then.
pub fn take_due(
    conn: &mut AnyConnection,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Taken>, Fault> {
    let due: Option<(i64, i64)> = on!(conn, c => outbox::table
        .filter(outbox::parked_at.is_null())
        .filter(outbox::due_at.le(micros(now)))
        .order((outbox::due_at.asc(), outbox::id.asc()))
        .select((outbox::id, outbox::due_at))
        .first(c)
        .optional()?);
    let Some((id, due_at)) = due else { return Ok(None) };
    let row: Option<Columns> = on!(conn, c => diesel::update(outbox::table)
        .filter(outbox::id.eq(id))
        .filter(outbox::due_at.eq(due_at))
        .filter(outbox::parked_at.is_null())
        .set((outbox::due_at.eq(micros(until)), outbox::attempts.eq(outbox::attempts + 1)))
        .returning((
            outbox::id,
            outbox::kind,
            outbox::account_id,
            outbox::recipient,
            outbox::language,
            outbox::created_at,
            outbox::attempts,
        ))
        .get_result(c)
        .optional()?);
    Ok(row.map(|row| waiting(row).map_or(Taken::Unreadable(id), Taken::Letter)))
}

/// Removes a letter that was sent.
pub fn delete(conn: &mut AnyConnection, id: i64) -> Result<(), Fault> {
    on!(conn, c => diesel::delete(outbox::table).filter(outbox::id.eq(id)).execute(c)?);
    Ok(())
}

/// Puts a letter back until its next try.
pub fn postpone(
    conn: &mut AnyConnection,
    id: i64,
    due_at: DateTime<Utc>,
    error: &str,
) -> Result<(), Fault> {
    on!(conn, c => diesel::update(outbox::table)
        .filter(outbox::id.eq(id))
        .set((outbox::due_at.eq(micros(due_at)), outbox::last_error.eq(Some(error))))
        .execute(c)?);
    Ok(())
}

/// Sets a letter aside that cannot be sent; it stays for an administrator to see.
pub fn park(
    conn: &mut AnyConnection,
    id: i64,
    now: DateTime<Utc>,
    error: &str,
) -> Result<(), Fault> {
    on!(conn, c => diesel::update(outbox::table)
        .filter(outbox::id.eq(id))
        .set((outbox::parked_at.eq(Some(micros(now))), outbox::last_error.eq(Some(error))))
        .execute(c)?);
    Ok(())
}

/// Removes the letters that an account still has waiting.
pub fn delete_of(conn: &mut AnyConnection, account: AccountId) -> Result<(), Fault> {
    on!(conn, c => diesel::delete(outbox::table)
        .filter(outbox::account_id.eq(account.0))
        .execute(c)?);
    Ok(())
}

/// How many letters wait, and how many were set aside.
pub fn count(conn: &mut AnyConnection) -> Result<(i64, i64), Fault> {
    let waiting: i64 = on!(conn, c => outbox::table
        .filter(outbox::parked_at.is_null())
        .count()
        .get_result(c)?);
    let parked: i64 = on!(conn, c => outbox::table
        .filter(outbox::parked_at.is_not_null())
        .count()
        .get_result(c)?);
    Ok((waiting, parked))
}

/// When the next letter is due, if one waits.
pub fn next_due(conn: &mut AnyConnection) -> Result<Option<DateTime<Utc>>, Fault> {
    let due: Option<i64> = on!(conn, c => outbox::table
        .filter(outbox::parked_at.is_null())
        .order(outbox::due_at.asc())
        .select(outbox::due_at)
        .first(c)
        .optional()?);
    due.map(instant).transpose()
}
