//! Devices that wait for somebody to let them in, by the digests of both codes.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::{AnyConnection, instant, micros, on, schema::device_codes, unreadable};
use crate::{
    domain::{
        account::AccountId,
        client::ClientKey,
        device::{DeviceCode, DeviceStage},
        scope::ScopeSet,
        token::Digest,
    },
    error::Fault,
};

/// A device as stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = device_codes)]
struct Row {
    digest: Vec<u8>,
    client_key: i64,
    scope: String,
    stage: String,
    account_id: Option<i64>,
    epoch: i64,
    auth_time: Option<i64>,
    pause: i64,
    polled_at: Option<i64>,
    expires_at: i64,
    resources: String,
}

impl TryFrom<Row> for DeviceCode {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        let digest = row.digest.try_into().map_err(|_long| unreadable("digest"))?;
        Ok(Self {
            digest: Digest(digest),
            client: ClientKey(row.client_key),
            scope: ScopeSet::parse(&row.scope).ok_or_else(|| unreadable("scope"))?,
            stage: DeviceStage::parse(&row.stage).ok_or_else(|| unreadable("stage of a device"))?,
            account: row.account_id.map(AccountId),
            epoch: row.epoch,
            auth_time: row.auth_time.map(instant).transpose()?,
            pause: TimeDelta::seconds(row.pause),
            polled_at: row.polled_at.map(instant).transpose()?,
            expires_at: instant(row.expires_at)?,
            resources: row.resources.split_whitespace().map(str::to_owned).collect(),
        })
    }
}

/// Stores a device that waits. A user code that is in use is a [`Fault::Conflict`].
pub fn insert(
    conn: &mut AnyConnection,
    device: &DeviceCode,
    user_digest: Digest,
) -> Result<(), Fault> {
    on!(conn, c => diesel::insert_into(device_codes::table)
        .values((
            device_codes::digest.eq(&device.digest.0[..]),
            device_codes::user_digest.eq(&user_digest.0[..]),
            device_codes::client_key.eq(device.client.0),
            device_codes::scope.eq(device.scope.to_string()),
            device_codes::stage.eq(device.stage.word()),
            device_codes::epoch.eq(device.epoch),
            device_codes::pause.eq(device.pause.num_seconds()),
            device_codes::expires_at.eq(micros(device.expires_at)),
            device_codes::resources.eq(device.resources.join(" ")),
        ))
        .execute(c)?);
    Ok(())
}

/// The device of that device code.
pub fn find(conn: &mut AnyConnection, digest: Digest) -> Result<Option<DeviceCode>, Fault> {
    let row: Option<Row> = on!(conn, c => device_codes::table
        .filter(device_codes::digest.eq(&digest.0[..]))
        .select(Row::as_select())
        .get_result(c)
        .optional()?);
    row.map(DeviceCode::try_from).transpose()
}

/// The device of that user code.
pub fn find_by_user(conn: &mut AnyConnection, digest: Digest) -> Result<Option<DeviceCode>, Fault> {
    let row: Option<Row> = on!(conn, c => device_codes::table
        .filter(device_codes::user_digest.eq(&digest.0[..]))
        .select(Row::as_select())
        .get_result(c)
        .optional()?);
    row.map(DeviceCode::try_from).transpose()
}

/// Notes that a device asked, and how long it is to pause from now on.
pub fn update_polled(
    conn: &mut AnyConnection,
    digest: Digest,
    now: DateTime<Utc>,
    pause: TimeDelta,
) -> Result<(), Fault> {
    on!(conn, c => diesel::update(device_codes::table)
        .filter(device_codes::digest.eq(&digest.0[..]))
        .set((
            device_codes::polled_at.eq(Some(micros(now))),
            device_codes::pause.eq(pause.num_seconds()),
        ))
        .execute(c)?);
    Ok(())
}

/// Moves a device on; false if it was not at that stage any more (R1).
pub fn update_stage(
    conn: &mut AnyConnection,
    digest: Digest,
    (from, to): (DeviceStage, DeviceStage),
) -> Result<bool, Fault> {
    let moved = on!(conn, c => diesel::update(device_codes::table)
        .filter(device_codes::digest.eq(&digest.0[..]))
        .filter(device_codes::stage.eq(from.word()))
        .set(device_codes::stage.eq(to.word()))
        .execute(c)?);
    Ok(moved == 1)
}

/// Notes who lets the device in.
pub fn update_account(
    conn: &mut AnyConnection,
    digest: Digest,
    (account, epoch): (AccountId, i64),
    auth_time: DateTime<Utc>,
) -> Result<(), Fault> {
    on!(conn, c => diesel::update(device_codes::table)
        .filter(device_codes::digest.eq(&digest.0[..]))
        .set((
            device_codes::account_id.eq(Some(account.0)),
            device_codes::epoch.eq(epoch),
            device_codes::auth_time.eq(Some(micros(auth_time))),
        ))
        .execute(c)?);
    Ok(())
}

/// Deletes the devices of a client that an account let in and that have not come for their tokens yet.
pub fn delete_open(
    conn: &mut AnyConnection,
    account: AccountId,
    client: ClientKey,
) -> Result<(), Fault> {
    on!(conn, c => diesel::delete(device_codes::table)
        .filter(device_codes::account_id.eq(Some(account.0)))
        .filter(device_codes::client_key.eq(client.0))
        .filter(device_codes::stage.eq(DeviceStage::Allowed.word()))
        .execute(c)?);
    Ok(())
}

/// Deletes at most `limit` devices whose time was over before an instant.
pub fn prune(conn: &mut AnyConnection, before: DateTime<Utc>, limit: i64) -> Result<usize, Fault> {
    let over: Vec<Vec<u8>> = on!(conn, c => device_codes::table
        .filter(device_codes::expires_at.lt(micros(before)))
        .order(device_codes::expires_at.asc())
        .select(device_codes::digest)
        .limit(limit)
        .load(c)?);
    Ok(on!(conn, c => diesel::delete(device_codes::table)
        .filter(device_codes::digest.eq_any(&over))
        .execute(c)?))
}
