//! A refresh token takes another's place, and an access token with it.
//!
//! Four statements, and whoever refreshes waits for each of them. On PostgreSQL, where each is a round trip, they are sent as
//! one, which needs no transaction if nothing was written before it: the hot path of everything that writes is worth the
//! second text (ADR 0003).

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{BigInt, Binary, Bool, Nullable, Text},
};

use super::{
    AnyConnection, Driver, Stage, faults, micros,
    tokens::{self, NewToken},
};
use crate::{
    domain::{
        ended::Ended,
        token::{Digest, FamilyId},
    },
    error::Fault,
};

/// What takes the place of what.
#[derive(Debug)]
pub struct Rotation<'a> {
    /// The refresh token that is used up.
    pub used: Digest,
    /// The answer to it, sealed for a retry.
    pub sealed: Option<&'a [u8]>,
    /// The refresh token in its place, and when its time is over.
    pub refresh: (Digest, DateTime<Utc>),
    /// The family of all of them.
    pub family: FamilyId,
    /// The access token that comes with it.
    pub access: NewToken<'a>,
    /// Whether the family's other access tokens end.
    pub alone: bool,
}

/// Uses a refresh token up and stores what takes its place; false, and nothing is changed, if somebody else was first (R1).
pub fn rotate(
    conn: &mut AnyConnection,
    rotation: &Rotation<'_>,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    if let Driver::Postgres(postgres) = &mut conn.driver {
        if rotation.alone {
            conn.ended.push(Ended::Replaced(rotation.family));
        }
        let before = conn.stage;
        if before == Stage::Awaited {
            // Before it is known: its answer may be lost.
            conn.stage = Stage::Done;
        }
        let together = Together::new(rotation, now);
        let won = faults::postgres(|| Ok(together.execute(postgres.as_mut())? == 1))?;
        if !won {
            conn.stage = before;
        }
        return Ok(won);
    }
    let Rotation { used, sealed, refresh, family, access, alone } = rotation;
    if !tokens::consume_refresh(conn, *used, now, *sealed)? {
        return Ok(false);
    }
    if *alone {
        tokens::delete_access_of(conn, *family)?;
    }
    tokens::insert_access(conn, *family, access, now)?;
    tokens::insert_refresh(conn, refresh.0, *family, (now, refresh.1))?;
    Ok(true)
}

/// An access token as the statements that do several things at once insert it.
#[derive(Debug)]
pub(super) struct AccessRow {
    digest: [u8; 32],
    kind: &'static str,
    scope: String,
    now: i64,
    end: Option<i64>,
    resources: String,
}

impl AccessRow {
    pub(super) fn of(new: &NewToken<'_>, now: DateTime<Utc>) -> Self {
        Self {
            digest: new.digest.0,
            kind: new.kind.word(),
            scope: new.scope.to_string(),
            now: micros(now),
            end: new.expires_at.map(micros),
            resources: new.resources.join(" "),
        }
    }

    /// The insertion, for the families that an earlier part of the statement tells as its column `family`.
    pub(super) fn insert_from<'b>(
        &'b self,
        part: &'static str,
        out: &mut AstPass<'_, 'b, Pg>,
    ) -> QueryResult<()> {
        out.push_sql("insert into access_tokens ");
        out.push_sql("(digest, kind, family_id, scope, issued_at, expires_at, resources) select ");
        out.push_bind_param::<Binary, _>(&self.digest)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(self.kind)?;
        out.push_sql(", family, ");
        out.push_bind_param::<Text, _>(&self.scope)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.now)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.end)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.resources)?;
        out.push_sql(" from ");
        out.push_sql(part);
        Ok(())
    }
}

/// The same as one statement. Its parts see what was there before it: the tokens that end are not the one that comes.
#[derive(Debug)]
struct Together<'a> {
    rotation: &'a Rotation<'a>,
    access: AccessRow,
    now: i64,
    refresh_end: i64,
}

impl<'a> Together<'a> {
    fn new(rotation: &'a Rotation<'a>, now: DateTime<Utc>) -> Self {
        let access = AccessRow::of(&rotation.access, now);
        Self { rotation, access, now: micros(now), refresh_end: micros(rotation.refresh.1) }
    }
}

impl QueryId for Together<'_> {
    type QueryId = Together<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for Together<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Rotation { used, sealed, refresh, alone, .. } = self.rotation;
        out.push_sql("with used as (update refresh_tokens set consumed_at = ");
        out.push_bind_param::<BigInt, _>(&self.now)?;
        out.push_sql(", sealed = ");
        out.push_bind_param::<Nullable<Binary>, _>(sealed)?;
        out.push_sql(" where digest = ");
        out.push_bind_param::<Binary, _>(&used.0)?;
        out.push_sql(" and consumed_at is null returning family_id as family), ");
        out.push_sql(
            "ended as (delete from access_tokens using used where family_id = used.family and ",
        );
        out.push_bind_param::<Bool, _>(alone)?;
        out.push_sql("), access as (");
        self.access.insert_from("used", &mut out)?;
        out.push_sql(") insert into refresh_tokens ");
        out.push_sql("(digest, family_id, issued_at, expires_at) select ");
        out.push_bind_param::<Binary, _>(&refresh.0.0)?;
        out.push_sql(", used.family, ");
        out.push_bind_param::<BigInt, _>(&self.now)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.refresh_end)?;
        out.push_sql(" from used");
        Ok(())
    }
}

impl<Conn> RunQueryDsl<Conn> for Together<'_> {}
