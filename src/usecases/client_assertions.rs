//! Clients that sign who they are instead of showing a secret (RFC 7521 §4.2, RFC 7523 §2.2 and §3).

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use super::{Ctx, audit};
use crate::{
    crypto::{
        fingerprint,
        jwt::Jws,
        jwt_time::{self, TimeRule},
        key_set::{self, KeySet},
    },
    domain::{
        audit::{Event, EventKind},
        client::{Client, ClientId, ClientKind},
        policy::Policy,
        token::Digest,
    },
    error::{Outcome, Refusal},
    store::{clients, spent_assertions},
};

/// By how many seconds a client's clock may differ.
const LEEWAY: i64 = 30;
/// How many seconds ahead an assertion may end, and how long it may live.
const LONGEST: i64 = 300;
/// Most bytes of a `jti`.
const JTI_MAX: usize = 256;
/// The type that draft-ietf-oauth-rfc7523bis has for them; a plain JWT is taken as well.
const TYPE: &str = "client-authentication+jwt";

/// Which client signed the assertion, one that names itself so, too, if `named` is there. It is used up.
///
/// Whatever is wrong, with the client or with the assertion, is one refusal and the same work: the signature of
/// a client that is not known is tried with a key of nobody's.
pub(super) fn prove(
    ctx: &mut Ctx<'_>,
    named: Option<&ClientId>,
    assertion: &SecretString,
) -> Outcome<Client> {
    match judged(ctx, named, assertion)? {
        Ok(client) => Ok(client),
        Err(why) => {
            let client = audit::known_client(ctx, named)?;
            let event = Event::new(EventKind::ClientRefused).with(why);
            ctx.tell(Event { client, ..event });
            tracing::info!(why, "a client's assertion was refused");
            Err(Refusal::BadClient.into())
        }
    }
}

/// The client, or for the log what is wrong.
fn judged(
    ctx: &mut Ctx<'_>,
    named: Option<&ClientId>,
    assertion: &SecretString,
) -> Outcome<Result<Client, &'static str>> {
    let Ok(jws) = Jws::parse_as(TYPE, assertion.expose_secret()) else {
        return Ok(Err("it is no JWT of a type and an algorithm that are taken"));
    };
    let claimed = jws.unverified().as_ref().and_then(subject);
    let client = match &claimed {
        Some(id) => clients::find(ctx.conn, id)?,
        None => None,
    };
    let Some(claims) = verified(&jws, client.as_ref()) else {
        return Ok(Err("no key of such a client signed it"));
    };
    let proven = client.filter(|client| client.enabled && client.kind == ClientKind::Confidential);
    let Some(client) = proven.filter(|client| named.is_none_or(|named| *named == client.id)) else {
        return Ok(Err("the client is switched off, or the request names another one"));
    };
    let fresh = match judge(ctx.policy, &claims, &client.id, ctx.now) {
        Ok(fresh) => fresh,
        Err(why) => return Ok(Err(why)),
    };
    if !spent_assertions::insert(ctx.conn, fresh.digest, fresh.until)? {
        return Ok(Err("it was used before"));
    }
    Ok(Ok(client))
}

fn subject(claims: &Map<String, Value>) -> Option<ClientId> {
    claims.get("sub").and_then(Value::as_str).and_then(ClientId::parse)
}

/// The claims, if a key of the client signed them. A signature is verified in any case.
fn verified(jws: &Jws<'_>, client: Option<&Client>) -> Option<Map<String, Value>> {
    let kept = client.and_then(|client| client.options.key_set.as_deref());
    let keys = kept.and_then(|text| KeySet::parse(text).ok());
    if let Some(key) = keys.as_ref().and_then(|keys| keys.find(jws)) {
        return jws.verify(key).ok();
    }
    // What comes of it is nothing, whatever it is.
    let _ = jws.verify(&key_set::decoy(jws.algorithm())?);
    None
}

/// An assertion that holds: what it is remembered by, and until when.
struct Fresh {
    digest: Digest,
    until: DateTime<Utc>,
}

/// RFC 7523 §3, and a single audience (RFC 9700 §2.5, draft-ietf-oauth-rfc7523bis).
fn judge(
    policy: &Policy,
    claims: &Map<String, Value>,
    client: &ClientId,
    now: DateTime<Utc>,
) -> Result<Fresh, &'static str> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(client.as_str()) || text("sub") != Some(client.as_str()) {
        return Err("iss and sub are not both the client_id");
    }
    if !claims.get("aud").and_then(sole).is_some_and(|aud| is_ours(policy, aud)) {
        return Err("aud is not the issuer alone, nor the token endpoint alone");
    }
    jwt_time::check(claims, TimeRule { leeway: LEEWAY, max_age: None }, now)
        .map_err(|_which| "it is over, not valid yet, or without exp")?;
    let number = |name: &str| claims.get(name).and_then(Value::as_i64);
    let end = number("exp").unwrap_or(i64::MAX);
    let start = number("iat").unwrap_or_else(|| now.timestamp()).min(now.timestamp());
    if end > start.saturating_add(LONGEST + LEEWAY) {
        return Err("it lives longer than five minutes");
    }
    let jti = text("jti").filter(|jti| (1..=JTI_MAX).contains(&jti.len()));
    let jti = jti.ok_or("it has no jti of 1 to 256 bytes")?;
    Ok(Fresh {
        digest: Digest(fingerprint::of_all(&[client.as_str().as_bytes(), jti.as_bytes()])),
        until: now + TimeDelta::seconds(2 * LONGEST),
    })
}

/// One text, or the only one of a list.
fn sole(audience: &Value) -> Option<&str> {
    match audience {
        Value::String(one) => Some(one),
        Value::Array(list) => match list.as_slice() {
            [Value::String(one)] => Some(one),
            _ => None,
        },
        _ => None,
    }
}

fn is_ours(policy: &Policy, audience: &str) -> bool {
    audience == policy.issuer || audience.strip_prefix(&policy.issuer) == Some("/oauth/token")
}
