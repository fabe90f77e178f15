//! A grant's family and its first tokens.
//!
//! On PostgreSQL, where each statement is a round trip, the three rows are sent as one (ADR 0003).

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{BigInt, Binary, Bool, Nullable, Text},
};

use super::{
    AnyConnection, Driver, families, faults, micros,
    rotations::AccessRow,
    tokens::{self, NewToken},
    transaction,
};
use crate::{
    domain::{
        grant::Grant,
        token::{Digest, FamilyId},
    },
    error::Fault,
};

/// What is stored when a grant is answered.
#[derive(Debug)]
pub struct Issue<'a> {
    /// The grant.
    pub grant: &'a Grant,
    /// When the family ends however it is used.
    pub end: DateTime<Utc>,
    /// The access token.
    pub access: NewToken<'a>,
    /// The refresh token, if there is one, and when its time is over.
    pub refresh: Option<(Digest, DateTime<Utc>)>,
}

/// Stores all of it; tells the number of the family.
pub fn insert(
    conn: &mut AnyConnection,
    issue: &Issue<'_>,
    now: DateTime<Utc>,
) -> Result<FamilyId, Fault> {
    transaction::open(conn)?;
    if let Driver::Postgres(postgres) = &mut conn.driver {
        let together = Together::new(issue, now);
        return faults::postgres(|| together.get_result(postgres.as_mut())).map(FamilyId);
    }
    let Issue { grant, end, access, refresh } = issue;
    let family = families::insert(conn, grant, now, Some(*end))?;
    tokens::insert_access(conn, family, access, now)?;
    if let Some((digest, end)) = refresh {
        tokens::insert_refresh(conn, *digest, family, (now, *end))?;
    }
    Ok(family)
}

/// The same as one statement.
#[derive(Debug)]
struct Together<'a> {
    issue: &'a Issue<'a>,
    account: Option<i64>,
    client: Option<i64>,
    scope: String,
    how: &'static str,
    now: i64,
    end: i64,
    auth_time: Option<i64>,
    resources: String,
    access: AccessRow,
    refresh: Option<&'a [u8]>,
    refresh_end: Option<i64>,
    is_renewable: bool,
}

impl<'a> Together<'a> {
    fn new(issue: &'a Issue<'a>, now: DateTime<Utc>) -> Self {
        let Issue { grant, end, access, refresh } = issue;
        Self {
            issue,
            account: grant.account.map(|id| id.0),
            client: grant.client.map(|key| key.0),
            scope: grant.scope.to_string(),
            how: grant.how.word(),
            now: micros(now),
            end: micros(*end),
            auth_time: grant.auth_time.map(micros),
            resources: grant.resources.join(" "),
            access: AccessRow::of(access, now),
            refresh: refresh.as_ref().map(|(digest, _)| &digest.0[..]),
            refresh_end: refresh.map(|(_, end)| micros(end)),
            is_renewable: refresh.is_some(),
        }
    }
}

impl QueryId for Together<'_> {
    type QueryId = Together<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Together<'_> {
    type SqlType = BigInt;
}

impl QueryFragment<Pg> for Together<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("with family as (insert into families (account_id, client_key, scope, how, ");
        out.push_sql("epoch, created_at, expires_at, auth_time, resources) values (");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.account)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.client)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.scope)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(self.how)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.issue.grant.epoch)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.now)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.end)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.auth_time)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.resources)?;
        out.push_sql(") returning id as family), access as (");
        self.access.insert_from("family", &mut out)?;
        out.push_sql("), refresh as (insert into refresh_tokens ");
        out.push_sql("(digest, family_id, issued_at, expires_at) select ");
        out.push_bind_param::<Nullable<Binary>, _>(&self.refresh)?;
        out.push_sql(", family, ");
        out.push_bind_param::<BigInt, _>(&self.now)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.refresh_end)?;
        out.push_sql(" from family where ");
        out.push_bind_param::<Bool, _>(&self.is_renewable)?;
        out.push_sql(") select family from family");
        Ok(())
    }
}

impl<Conn> RunQueryDsl<Conn> for Together<'_> {}
