//! Access and refresh tokens, by their digests.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{
    AnyConnection, accounts, before, instant, micros, on,
    schema::{access_tokens, accounts as account_table, clients, families, refresh_tokens},
    unreadable,
};
use crate::{
    domain::{
        account::Account,
        client::ClientKey,
        ended::Ended,
        grant::How,
        scope::ScopeSet,
        token::{Digest, FamilyId, RefreshStage, TokenKind},
    },
    error::Fault,
};

/// A stored access or auth token with everything its validity hangs on, read by one statement.
#[derive(Debug, Clone)]
pub struct FoundToken {
    /// Which door it opens.
    pub kind: TokenKind,
    /// Its family.
    pub family: FoundFamily,
    /// What it allows.
    pub scope: ScopeSet,
    /// When it was last known to be used (auth tokens) or issued.
    pub issued_at: DateTime<Utc>,
    /// When its time is over; `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// The resources it is for; none in particular when empty.
    pub resources: Vec<String>,
}

impl FoundToken {
    /// Whether its own time is over, or that of its whole family.
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.end().is_some_and(|end| end <= now)
    }

    /// When that will be.
    pub fn end(&self) -> Option<DateTime<Utc>> {
        [self.expires_at, self.family.expires_at].into_iter().flatten().min()
    }
}

/// A family as far as a check needs it.
#[derive(Debug, Clone)]
pub struct FoundFamily {
    /// Its number.
    pub id: FamilyId,
    /// What the grant allows at most.
    pub scope: String,
    /// How it came about.
    pub how: How,
    /// The account's epoch when it was granted.
    pub epoch: i64,
    /// When it was revoked, if it was.
    pub revoked_at: Option<i64>,
    /// When it ends however it is used.
    pub expires_at: Option<DateTime<Utc>>,
    /// The account it speaks for.
    pub account: Option<Account>,
    /// The client it was given to, and whether that is enabled.
    pub client: Option<(ClientKey, bool)>,
    /// When the person proved to be there, where OpenID Connect is to tell.
    pub auth_time: Option<DateTime<Utc>>,
    /// The resources it was allowed for.
    pub resources: Vec<String>,
}

impl FoundFamily {
    /// Whether it stands: not revoked, of the account's present epoch, with an active account and an
    /// enabled client where it has them.
    pub fn stands(&self) -> bool {
        let account = self.account.as_ref();
        self.revoked_at.is_none()
            && account.is_none_or(|account| account.is_active() && account.epoch == self.epoch)
            && self.client.is_none_or(|(_, enabled)| enabled)
    }
}

type FamilyColumns = (i64, String, String, i64, Option<i64>, Option<i64>, Option<i64>, String);

fn family(
    (id, scope, how, epoch, revoked_at, expires_at, auth_time, resources): FamilyColumns,
    account: Option<accounts::Row>,
    client: Option<(i64, bool)>,
) -> Result<FoundFamily, Fault> {
    Ok(FoundFamily {
        id: FamilyId(id),
        scope,
        how: How::parse(&how).ok_or_else(|| unreadable("way of a grant"))?,
        epoch,
        revoked_at,
        expires_at: expires_at.map(instant).transpose()?,
        account: account.map(Account::try_from).transpose()?,
        client: client.map(|(key, enabled)| (ClientKey(key), enabled)),
        auth_time: auth_time.map(instant).transpose()?,
        resources: uris(&resources),
    })
}

fn uris(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// What is stored of an access token.
#[derive(Debug, Clone, Copy)]
pub struct NewToken<'a> {
    /// Its digest.
    pub digest: Digest,
    /// Which door it opens.
    pub kind: TokenKind,
    /// What it allows.
    pub scope: &'a ScopeSet,
    /// When its time is over.
    pub expires_at: Option<DateTime<Utc>>,
    /// The resources it is for.
    pub resources: &'a [String],
}

/// Stores an access or auth token of a family.
pub fn insert_access(
    conn: &mut AnyConnection,
    family: FamilyId,
    new: &NewToken<'_>,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    on!(conn, c => diesel::insert_into(access_tokens::table)
        .values((
            access_tokens::digest.eq(&new.digest.0[..]),
            access_tokens::kind.eq(new.kind.word()),
            access_tokens::family_id.eq(family.0),
            access_tokens::scope.eq(new.scope.to_string()),
            access_tokens::issued_at.eq(micros(now)),
            access_tokens::expires_at.eq(new.expires_at.map(micros)),
            access_tokens::resources.eq(new.resources.join(" ")),
        ))
        .execute(c)?);
    Ok(())
}

/// The access or auth token of that digest. The hot path: one statement, four tables.
pub fn find_access(conn: &mut AnyConnection, digest: Digest) -> Result<Option<FoundToken>, Fault> {
    type Columns = (
        (String, String, i64, Option<i64>, Option<String>),
        FamilyColumns,
        Option<accounts::Row>,
        Option<(i64, bool)>,
    );
    let found: Option<Columns> = on!(conn, c => access_tokens::table
        .inner_join(families::table.left_join(account_table::table).left_join(clients::table))
        .filter(access_tokens::digest.eq(&digest.0[..]))
        .select((
            (
                access_tokens::kind,
                access_tokens::scope,
                access_tokens::issued_at,
                access_tokens::expires_at,
                access_tokens::resources,
            ),
            (
                families::id,
                families::scope,
                families::how,
                families::epoch,
                families::revoked_at,
                families::expires_at,
                families::auth_time,
                families::resources,
            ),
            Option::<accounts::Row>::as_select(),
            (clients::id, clients::enabled).nullable(),
        ))
        .get_result(c)
        .optional()?);
    let Some(((kind, scope, issued_at, expires_at, own), columns, account, client)) = found else {
        return Ok(None);
    };
    let family = family(columns, account, client)?;
    Ok(Some(FoundToken {
        kind: TokenKind::parse(&kind).ok_or_else(|| unreadable("token kind"))?,
        resources: own.map_or_else(|| family.resources.clone(), |own| uris(&own)),
        family,
        scope: ScopeSet::parse(&scope).ok_or_else(|| unreadable("scope"))?,
        issued_at: instant(issued_at)?,
        expires_at: expires_at.map(instant).transpose()?,
    }))
}

/// The family of that number, for credentials that are not stored themselves.
pub fn find_family(conn: &mut AnyConnection, id: FamilyId) -> Result<Option<FoundFamily>, Fault> {
    type Columns = (FamilyColumns, Option<accounts::Row>, Option<(i64, bool)>);
    let found: Option<Columns> = on!(conn, c => families::table
        .left_join(account_table::table)
        .left_join(clients::table)
        .filter(families::id.eq(id.0))
        .select((
            (
                families::id,
                families::scope,
                families::how,
                families::epoch,
                families::revoked_at,
                families::expires_at,
                families::auth_time,
                families::resources,
            ),
            Option::<accounts::Row>::as_select(),
            (clients::id, clients::enabled).nullable(),
        ))
        .get_result(c)
        .optional()?);
    found.map(|(columns, account, client)| family(columns, account, client)).transpose()
}

/// Notes the use of an auth token and when its time is then over.
pub fn touch(
    conn: &mut AnyConnection,
    digest: Digest,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), Fault> {
    on!(conn, c => diesel::update(access_tokens::table)
        .filter(access_tokens::digest.eq(&digest.0[..]))
        .set((
            access_tokens::issued_at.eq(micros(now)),
            access_tokens::expires_at.eq(Some(micros(expires_at))),
        ))
        .execute(c)?);
    Ok(())
}

/// Deletes the access tokens of a family.
pub fn delete_access_of(conn: &mut AnyConnection, family: FamilyId) -> Result<(), Fault> {
    conn.end(Ended::Replaced(family));
    on!(conn, c => diesel::delete(access_tokens::table)
        .filter(access_tokens::family_id.eq(family.0))
        .execute(c)?);
    Ok(())
}

/// Stores a refresh token.
pub fn insert_refresh(
    conn: &mut AnyConnection,
    digest: Digest,
    family: FamilyId,
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), Fault> {
    on!(conn, c => diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::digest.eq(&digest.0[..]),
            refresh_tokens::family_id.eq(family.0),
            refresh_tokens::issued_at.eq(micros(now)),
            refresh_tokens::expires_at.eq(micros(expires_at)),
        ))
        .execute(c)?);
    Ok(())
}

/// A stored refresh token with its family.
#[derive(Debug, Clone)]
pub struct FoundRefresh {
    /// Its family.
    pub family: FoundFamily,
    /// When its time is over.
    pub expires_at: DateTime<Utc>,
    /// Whether it has been used.
    pub stage: RefreshStage,
}

/// The refresh token of that digest; one whose family has no refresh tokens any more is as good as none.
pub fn find_refresh(
    conn: &mut AnyConnection,
    digest: Digest,
) -> Result<Option<FoundRefresh>, Fault> {
    type Columns = (
        (i64, Option<i64>, Option<Vec<u8>>),
        FamilyColumns,
        Option<accounts::Row>,
        Option<(i64, bool)>,
    );
    let found: Option<Columns> = before!(conn, c => refresh_tokens::table
        .inner_join(families::table.left_join(account_table::table).left_join(clients::table))
        .filter(refresh_tokens::digest.eq(&digest.0[..]))
        .filter(families::refresh_ended_at.is_null())
        .select((
            (refresh_tokens::expires_at, refresh_tokens::consumed_at, refresh_tokens::sealed),
            (
                families::id,
                families::scope,
                families::how,
                families::epoch,
                families::revoked_at,
                families::expires_at,
                families::auth_time,
                families::resources,
            ),
            Option::<accounts::Row>::as_select(),
            (clients::id, clients::enabled).nullable(),
        ))
        .get_result(c)
        .optional()?);
    let Some(((expires_at, consumed_at, sealed), columns, account, client)) = found else {
        return Ok(None);
    };
    let family = family(columns, account, client)?;
    let stage = match consumed_at {
        None => RefreshStage::Open,
        Some(at) => RefreshStage::Used { at: instant(at)?, sealed },
    };
    Ok(Some(FoundRefresh { family, expires_at: instant(expires_at)?, stage }))
}

/// Uses up a refresh token and keeps its sealed answer; false if somebody else was first (R1).
pub fn consume_refresh(
    conn: &mut AnyConnection,
    digest: Digest,
    now: DateTime<Utc>,
    sealed: Option<&[u8]>,
) -> Result<bool, Fault> {
    let won = on!(conn, c => diesel::update(refresh_tokens::table)
        .filter(refresh_tokens::digest.eq(&digest.0[..]))
        .filter(refresh_tokens::consumed_at.is_null())
        .set((
            refresh_tokens::consumed_at.eq(Some(micros(now))),
            refresh_tokens::sealed.eq(sealed),
        ))
        .execute(c)?);
    Ok(won == 1)
}

/// Whether the refresh token of that digest is there and still open.
pub fn has_open_refresh(conn: &mut AnyConnection, digest: Digest) -> Result<bool, Fault> {
    let open: Option<i64> = on!(conn, c => refresh_tokens::table
        .filter(refresh_tokens::digest.eq(&digest.0[..]))
        .filter(refresh_tokens::consumed_at.is_null())
        .select(refresh_tokens::issued_at)
        .get_result(c)
        .optional()?);
    Ok(open.is_some())
}

/// Forgets at most `limit` answers that were kept for a retry of refreshes made before an instant; tells how many.
pub fn forget_answers(
    conn: &mut AnyConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<usize, Fault> {
    let over: Vec<Vec<u8>> = on!(conn, c => refresh_tokens::table
        .filter(refresh_tokens::sealed.is_not_null())
        .filter(refresh_tokens::consumed_at.lt(micros(before)))
        .order(refresh_tokens::consumed_at.asc())
        .select(refresh_tokens::digest)
        .limit(limit)
        .load(c)?);
    Ok(on!(conn, c => diesel::update(refresh_tokens::table)
        .filter(refresh_tokens::digest.eq_any(&over))
        .set(refresh_tokens::sealed.eq(None::<Vec<u8>>))
        .execute(c)?))
}

/// Deletes at most `limit` access tokens whose time was over before an instant. An auth token takes its
/// family along, which holds nothing else and has no end of its own.
pub fn prune_access(
    conn: &mut AnyConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<usize, Fault> {
    let over: Vec<(Vec<u8>, String, i64)> = on!(conn, c => access_tokens::table
        .filter(access_tokens::expires_at.lt(micros(before)))
        .order(access_tokens::expires_at.asc())
        .select((access_tokens::digest, access_tokens::kind, access_tokens::family_id))
        .limit(limit)
        .load(c)?);
    let auth = |kind: &str| kind == TokenKind::Auth.word();
    let emptied: Vec<i64> =
        over.iter().filter(|(_, kind, _)| auth(kind)).map(|(_, _, family)| *family).collect();
    let digests: Vec<Vec<u8>> = over.into_iter().map(|(digest, _, _)| digest).collect();
    let gone = on!(conn, c => diesel::delete(access_tokens::table)
        .filter(access_tokens::digest.eq_any(&digests))
        .execute(c)?);
    on!(conn, c => diesel::delete(families::table)
        .filter(families::id.eq_any(&emptied))
        .execute(c)?);
    Ok(gone)
}
