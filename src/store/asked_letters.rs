//! Letters that somebody asked for by naming an address, until the courier has looked whether anybody has it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{AnyConnection, instant, micros, on, schema::asked_letters, unreadable};
use crate::{
    domain::{email::Email, letter::LetterKind},
    error::Fault,
};

/// A letter that was asked for.
#[derive(Debug, Clone)]
pub struct AskedLetter {
    /// Its number.
    pub id: i64,
    /// Which letter.
    pub kind: LetterKind,
    /// To which address, whoever's that is; `None` if it can be nobody's any more.
    pub email: Option<Email>,
    /// When.
    pub asked_at: DateTime<Utc>,
}

/// Writes down that a letter was asked for.
pub fn insert(
    conn: &mut AnyConnection,
    kind: LetterKind,
    email: &Email,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    on!(conn, c => diesel::insert_into(asked_letters::table)
        .values((
            asked_letters::kind.eq(kind.word()),
            asked_letters::email.eq(email.as_str()),
            asked_letters::asked_at.eq(micros(now)),
        ))
        .execute(c)?);
    Ok(())
}

/// At most `limit` letters of those kinds, in the order in which they were asked for. What a newer version
/// has written down is left to it.
pub fn list(
    conn: &mut AnyConnection,
    kinds: &[LetterKind],
    limit: i64,
) -> Result<Vec<AskedLetter>, Fault> {
    let words = || kinds.iter().map(|kind| kind.word());
    let rows: Vec<(i64, String, String, i64)> = on!(conn, c => asked_letters::table
        .filter(asked_letters::kind.eq_any(words()))
        .order(asked_letters::id.asc())
        .limit(limit)
        .load(c)?);
    let asked = |(id, kind, email, asked_at): (i64, String, String, i64)| {
        Ok(AskedLetter {
            id,
            kind: LetterKind::parse(&kind).ok_or_else(|| unreadable("letter kind"))?,
            email: Email::parse(&email),
            asked_at: instant(asked_at)?,
        })
    };
    rows.into_iter().map(asked).collect()
}

/// Takes a letter out; false if another courier was first (R1).
pub fn take(conn: &mut AnyConnection, id: i64) -> Result<bool, Fault> {
    let taken = on!(conn, c => diesel::delete(asked_letters::table)
        .filter(asked_letters::id.eq(id))
        .execute(c)?);
    Ok(taken == 1)
}
