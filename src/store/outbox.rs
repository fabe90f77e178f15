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

/// How many letters wait, and since when.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    /// Those due.
    pub due: i64,
    /// Those due later.
    pub later: i64,
    /// Those set aside.
    pub parked: i64,
    /// When the oldest one was asked for that is not set aside.
    pub oldest: Option<DateTime<Utc>>,
}

/// How many letters wait at that instant.
pub fn waiting_at(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<Waiting, Fault> {
    let is_due = || outbox::parked_at.is_null().and(outbox::due_at.le(micros(now)));
    let is_later = || outbox::parked_at.is_null().and(outbox::due_at.gt(micros(now)));
    let due = on!(conn, c => outbox::table.filter(is_due()).count().get_result(c)?);
    let later = on!(conn, c => outbox::table.filter(is_later()).count().get_result(c)?);
    let parked = on!(conn, c => outbox::table
        .filter(outbox::parked_at.is_not_null())
        .count()
        .get_result(c)?);
    let oldest: Option<i64> = on!(conn, c => outbox::table
        .filter(outbox::parked_at.is_null())
        .select(diesel::dsl::min(outbox::created_at))
        .get_result(c)?);
    Ok(Waiting { due, later, parked, oldest: oldest.map(instant).transpose()? })
}

/// Removes a letter; false if there is none of that number.
pub fn delete(conn: &mut AnyConnection, id: i64) -> Result<bool, Fault> {
    let gone = on!(conn, c => diesel::delete(outbox::table)
        .filter(outbox::id.eq(id))
        .execute(c)?);
    Ok(gone == 1)
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

/// Puts a letter back that was not tried at all: the try that it was lent for does not count.
pub fn give_back(
    conn: &mut AnyConnection,
    id: i64,
    due_at: DateTime<Utc>,
    error: &str,
) -> Result<(), Fault> {
    on!(conn, c => diesel::update(outbox::table)
        .filter(outbox::id.eq(id))
        .set((
            outbox::due_at.eq(micros(due_at)),
            outbox::attempts.eq(outbox::attempts - 1),
            outbox::last_error.eq(Some(error)),
        ))
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

/// Removes the letters of a kind to an account that have been tried in vain, parked ones among them.
pub fn delete_tried(
    conn: &mut AnyConnection,
    account: AccountId,
    kind: LetterKind,
) -> Result<(), Fault> {
    on!(conn, c => diesel::delete(outbox::table)
        .filter(outbox::account_id.eq(account.0))
        .filter(outbox::kind.eq(kind.word()))
        .filter(outbox::attempts.gt(0))
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

/// A letter as an administrator sees it: neither its address nor anything it will say.
#[derive(Debug, Clone)]
pub struct ListedLetter {
    /// Its number.
    pub id: i64,
    /// Which letter it is, in the word it is stored under.
    pub kind: String,
    /// Whom it is about.
    pub account: AccountId,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// How often it has been tried.
    pub attempts: i64,
    /// Whether it will be tried again.
    pub prospect: Prospect,
    /// Why it did not leave at the last try.
    pub last_error: Option<String>,
}

/// Whether a letter will be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prospect {
    /// It will, then or soon after.
    Next(DateTime<Utc>),
    /// It was set aside then.
    Parked(DateTime<Utc>),
}

type ListedColumns = (i64, String, i64, i64, i64, i64, Option<i64>, Option<String>);

fn listed(row: ListedColumns) -> Result<ListedLetter, Fault> {
    let (id, kind, account, created_at, attempts, due_at, parked_at, last_error) = row;
    Ok(ListedLetter {
        id,
        kind,
        account: AccountId(account),
        created_at: instant(created_at)?,
        attempts,
        prospect: match parked_at {
            Some(at) => Prospect::Parked(instant(at)?),
            None => Prospect::Next(instant(due_at)?),
        },
        last_error,
    })
}

/// At most `limit` letters whose numbers come after one, in the order of their numbers.
pub fn list(conn: &mut AnyConnection, after: i64, limit: i64) -> Result<Vec<ListedLetter>, Fault> {
    let rows: Vec<ListedColumns> = on!(conn, c => outbox::table
        .filter(outbox::id.gt(after))
        .order(outbox::id.asc())
        .limit(limit)
        .select((
            outbox::id,
            outbox::kind,
            outbox::account_id,
            outbox::created_at,
            outbox::attempts,
            outbox::due_at,
            outbox::parked_at,
            outbox::last_error,
        ))
        .load(c)?);
    rows.into_iter().map(listed).collect()
}

/// Whether there is a letter of that number.
pub fn exists(conn: &mut AnyConnection, id: i64) -> Result<bool, Fault> {
    let found: Option<i64> = on!(conn, c => outbox::table
        .filter(outbox::id.eq(id))
        .select(outbox::id)
        .get_result(c)
        .optional()?);
    Ok(found.is_some())
}

/// Makes letters due now that were set aside, or put back for longer than until `soon`, and forgets their
/// tries: that one, or all of them. One that a courier has at this moment is left to it.
pub fn revive(
    conn: &mut AnyConnection,
    one: Option<i64>,
    (now, soon): (DateTime<Utc>, DateTime<Utc>),
) -> Result<usize, Fault> {
    let (least, most) = one.map_or((i64::MIN, i64::MAX), |id| (id, id));
    Ok(on!(conn, c => diesel::update(outbox::table)
        .filter(outbox::id.between(least, most))
        .filter(outbox::parked_at.is_not_null().or(outbox::due_at.gt(micros(soon))))
        .set((
            outbox::parked_at.eq(None::<i64>),
            outbox::due_at.eq(micros(now)),
            outbox::attempts.eq(0),
        ))
        .execute(c)?))
}
