//! The keys that sign `id_token`s and access JWTs, their private halves sealed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{AnyConnection, micros, on, schema::signing_keys, unreadable};
use crate::{domain::signing::KeyStage, error::Fault};

/// A key as stored.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// Its name: the thumbprint of its public half.
    pub kid: String,
    /// The algorithm it signs with.
    pub algorithm: String,
    /// Where it stands.
    pub stage: KeyStage,
    /// Its public half, a JWK.
    pub public_jwk: String,
    /// Its private half, sealed.
    pub sealed: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

type Columns = (String, String, String, String, String, i64);

fn key(
    (kid, algorithm, stage, public_jwk, sealed, created_at): Columns,
) -> Result<StoredKey, Fault> {
    let stage = KeyStage::parse(&stage).ok_or_else(|| unreadable("stage of a key"))?;
    let created_at = super::instant(created_at)?;
    Ok(StoredKey { kid, algorithm, stage, public_jwk, sealed, created_at })
}

/// Stores a key. A second one at the stage is a [`Fault::Conflict`], unless it is retired.
pub fn insert(conn: &mut AnyConnection, key: &StoredKey) -> Result<(), Fault> {
    on!(conn, c => diesel::insert_into(signing_keys::table)
        .values((
            signing_keys::kid.eq(&key.kid),
            signing_keys::algorithm.eq(&key.algorithm),
            signing_keys::stage.eq(key.stage.word()),
            signing_keys::public_jwk.eq(&key.public_jwk),
            signing_keys::sealed.eq(&key.sealed),
            signing_keys::created_at.eq(micros(key.created_at)),
        ))
        .execute(c)?);
    Ok(())
}

/// Every key that a token may still be signed with, in the order they were made.
pub fn list(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<Vec<StoredKey>, Fault> {
    let found: Vec<Columns> = on!(conn, c => signing_keys::table
        .filter(signing_keys::expires_at.is_null().or(signing_keys::expires_at.gt(micros(now))))
        .order((signing_keys::created_at.asc(), signing_keys::kid.asc()))
        .select((
            signing_keys::kid,
            signing_keys::algorithm,
            signing_keys::stage,
            signing_keys::public_jwk,
            signing_keys::sealed,
            signing_keys::created_at,
        ))
        .load(c)?);
    found.into_iter().map(key).collect()
}

/// The name of the key of that algorithm at that stage, which is not retired.
pub fn find_kid(
    conn: &mut AnyConnection,
    algorithm: &str,
    stage: KeyStage,
) -> Result<Option<String>, Fault> {
    Ok(on!(conn, c => signing_keys::table
        .filter(signing_keys::algorithm.eq(algorithm))
        .filter(signing_keys::stage.eq(stage.word()))
        .filter(signing_keys::expires_at.is_null())
        .select(signing_keys::kid)
        .get_result(c)
        .optional()?))
}

/// Moves a key to its next stage; false if it was not at the former one any more.
pub fn update_stage(
    conn: &mut AnyConnection,
    kid: &str,
    (from, to): (KeyStage, KeyStage),
    expires_at: Option<DateTime<Utc>>,
) -> Result<bool, Fault> {
    let moved = on!(conn, c => diesel::update(signing_keys::table)
        .filter(signing_keys::kid.eq(kid))
        .filter(signing_keys::stage.eq(from.word()))
        .set((
            signing_keys::stage.eq(to.word()),
            signing_keys::expires_at.eq(expires_at.map(micros)),
        ))
        .execute(c)?);
    Ok(moved == 1)
}

/// Deletes keys that no living token can be signed with.
pub fn prune(conn: &mut AnyConnection, before: DateTime<Utc>) -> Result<usize, Fault> {
    Ok(on!(conn, c => diesel::delete(signing_keys::table)
        .filter(signing_keys::expires_at.lt(micros(before)))
        .execute(c)?))
}
