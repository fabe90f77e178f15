//! Authorization codes, by their digests.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{AnyConnection, instant, micros, on, schema::codes, unreadable};
use crate::{
    domain::{
        account::AccountId,
        client::ClientKey,
        code::{Code, CodeStage},
        scope::ScopeSet,
        token::{Digest, FamilyId},
    },
    error::Fault,
};

/// A code as stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = codes)]
struct Row {
    client_key: i64,
    account_id: i64,
    epoch: i64,
    redirect_uri: String,
    redirect_sent: bool,
    scope: String,
    resources: String,
    challenge: Option<String>,
    nonce: Option<String>,
    auth_time: i64,
    expires_at: i64,
    consumed_at: Option<i64>,
    family_id: Option<i64>,
}

impl TryFrom<Row> for Code {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        Ok(Self {
            client: ClientKey(row.client_key),
            account: AccountId(row.account_id),
            epoch: row.epoch,
            redirect_uri: row.redirect_uri,
            redirect_sent: row.redirect_sent,
            scope: ScopeSet::parse(&row.scope).ok_or_else(|| unreadable("scope"))?,
            resources: row.resources.split_whitespace().map(str::to_owned).collect(),
            challenge: row.challenge,
            nonce: row.nonce,
            auth_time: instant(row.auth_time)?,
            expires_at: instant(row.expires_at)?,
            stage: match row.consumed_at {
                None => CodeStage::Open,
                Some(_) => CodeStage::Used { family: row.family_id.map(FamilyId) },
            },
        })
    }
}

/// Stores a new code.
pub fn insert(conn: &mut AnyConnection, digest: Digest, code: &Code) -> Result<(), Fault> {
    on!(conn, c => diesel::insert_into(codes::table)
        .values((
            codes::digest.eq(&digest.0[..]),
            codes::client_key.eq(code.client.0),
            codes::account_id.eq(code.account.0),
            codes::epoch.eq(code.epoch),
            codes::redirect_uri.eq(&code.redirect_uri),
            codes::redirect_sent.eq(code.redirect_sent),
            codes::scope.eq(code.scope.to_string()),
            codes::resources.eq(code.resources.join(" ")),
            codes::challenge.eq(code.challenge.as_deref()),
            codes::nonce.eq(code.nonce.as_deref()),
            codes::auth_time.eq(micros(code.auth_time)),
            codes::expires_at.eq(micros(code.expires_at)),
        ))
        .execute(c)?);
    Ok(())
}

/// The code of that digest.
pub fn find(conn: &mut AnyConnection, digest: Digest) -> Result<Option<Code>, Fault> {
    let row: Option<Row> = on!(conn, c => codes::table
        .filter(codes::digest.eq(&digest.0[..]))
        .select(Row::as_select())
        .get_result(c)
        .optional()?);
    row.map(Code::try_from).transpose()
}

/// Uses a code up; false if somebody else was first (R1).
pub fn consume(
    conn: &mut AnyConnection,
    digest: Digest,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let won = on!(conn, c => diesel::update(codes::table)
        .filter(codes::digest.eq(&digest.0[..]))
        .filter(codes::consumed_at.is_null())
        .set(codes::consumed_at.eq(Some(micros(now))))
        .execute(c)?);
    Ok(won == 1)
}

/// Notes what came of a code.
pub fn update_family(
    conn: &mut AnyConnection,
    digest: Digest,
    family: FamilyId,
) -> Result<(), Fault> {
    on!(conn, c => diesel::update(codes::table)
        .filter(codes::digest.eq(&digest.0[..]))
        .set(codes::family_id.eq(Some(family.0)))
        .execute(c)?);
    Ok(())
}

/// Deletes what an account has been given codes for and not redeemed, at one client.
pub fn delete_open(
    conn: &mut AnyConnection,
    account: AccountId,
    client: ClientKey,
) -> Result<(), Fault> {
    on!(conn, c => diesel::delete(codes::table)
        .filter(codes::account_id.eq(account.0))
        .filter(codes::client_key.eq(client.0))
        .filter(codes::consumed_at.is_null())
        .execute(c)?);
    Ok(())
}

/// Deletes at most `limit` codes whose time was over before an instant.
pub fn prune(conn: &mut AnyConnection, before: DateTime<Utc>, limit: i64) -> Result<usize, Fault> {
    let over: Vec<Vec<u8>> = on!(conn, c => codes::table
        .filter(codes::expires_at.lt(micros(before)))
        .order(codes::expires_at.asc())
        .select(codes::digest)
        .limit(limit)
        .load(c)?);
    Ok(on!(conn, c => diesel::delete(codes::table)
        .filter(codes::digest.eq_any(&over))
        .execute(c)?))
}
