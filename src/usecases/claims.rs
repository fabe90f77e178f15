//! What is told about a person, by scope (OpenID Connect Core §5.4), and the signed form of it.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};

use super::{Ctx, issue::jti_of, keys};
use crate::{
    crypto::{fingerprint, jwt},
    domain::{
        account::Account,
        client::{Client, ClientId},
        grant::Grant,
        language::Language,
        scope::ScopeSet,
        signing::SigningAlgorithm,
        username::Username,
    },
    error::Outcome,
    store::groups,
};

/// What an `id_token` tells beside the person.
#[derive(Debug)]
pub(super) struct Occasion<'a> {
    /// Who it is for.
    pub(super) client: &'a Client,
    /// What was allowed.
    pub(super) scope: &'a ScopeSet,
    /// When the person proved to be there.
    pub(super) auth_time: Option<DateTime<Utc>>,
    /// What it is to repeat.
    pub(super) nonce: Option<&'a str>,
    /// The access token it comes with.
    pub(super) access: &'a SecretString,
}

/// Signs who the person is, if the grant is for that.
pub(super) fn id_token(
    ctx: &mut Ctx<'_>,
    account: &Account,
    told: &Occasion<'_>,
) -> Outcome<Option<SecretString>> {
    if !told.scope.has("openid") || ctx.keys.sealing.is_none() {
        return Ok(None);
    }
    let mut claims = about(ctx, account, told.scope)?;
    let client = told.client.id.as_str();
    let own = [
        ("iss", json!(ctx.policy.issuer)),
        ("aud", json!(client)),
        ("azp", json!(client)),
        ("iat", json!(ctx.now.timestamp())),
        ("exp", json!((ctx.now + ctx.policy.lifetimes.access).timestamp())),
        ("auth_time", json!(told.auth_time.map(|at| at.timestamp()))),
        ("nonce", json!(told.nonce)),
        ("at_hash", json!(at_hash(ctx, told.access))),
    ];
    claims.extend(own.into_iter().filter(|(_, value)| !value.is_null()).map(owned));
    Ok(Some(jwt::sign(&claims, &keys::current(ctx)?)?.into()))
}

fn owned((name, value): (&str, Value)) -> (String, Value) {
    (name.to_owned(), value)
}

/// The hash is that of the signature's algorithm: SHA-512 for Ed25519 (RFC 8032 §5.1).
fn at_hash(ctx: &Ctx<'_>, access: &SecretString) -> String {
    match ctx.policy.signing {
        SigningAlgorithm::EdDsa => fingerprint::at_hash_512(access.expose_secret()),
        SigningAlgorithm::Es256 | SigningAlgorithm::Rs256 => {
            fingerprint::at_hash(access.expose_secret())
        }
    }
}

/// What `userinfo` tells of a person.
pub fn about(
    ctx: &mut Ctx<'_>,
    account: &Account,
    scope: &ScopeSet,
) -> Outcome<Map<String, Value>> {
    let mut claims = vec![("sub", json!(account.id.0.to_string()))];
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    if scope.has("profile") {
        claims.extend([
            ("name", json!(filled(&account.name))),
            ("given_name", json!(filled(&account.first_name))),
            ("family_name", json!(filled(&account.last_name))),
            ("preferred_username", json!(account.username.as_ref().map(Username::as_str))),
            ("locale", json!(account.language.map(Language::tag))),
        ]);
    }
    if let Some(email) = account.email.as_ref().filter(|_| scope.has("email")) {
        claims.push(("email", json!(email.as_str())));
        claims.push(("email_verified", json!(account.email_verified_at.is_some())));
    }
    if scope.has("groups") {
        claims.push(("groups", json!(groups::list(ctx.conn, account.id)?)));
    }
    Ok(claims.into_iter().filter(|(_, value)| !value.is_null()).map(owned).collect())
}

/// An access token that a resource server can read (RFC 9068). Here it is known by its digest, as any other.
pub(super) fn access_jwt(
    ctx: &mut Ctx<'_>,
    client: &ClientId,
    grant: &Grant,
) -> Outcome<SecretString> {
    let audience = match grant.audience.as_slice() {
        [] => json!(ctx.policy.issuer),
        [only] => json!(only),
        many => json!(many),
    };
    let subject = grant.account.map_or(client.as_str().to_owned(), |id| id.0.to_string());
    let claims = [
        ("iss", json!(ctx.policy.issuer)),
        ("exp", json!((ctx.now + ctx.policy.lifetimes.access).timestamp())),
        ("iat", json!(ctx.now.timestamp())),
        ("aud", audience),
        ("sub", json!(subject)),
        ("client_id", json!(client.as_str())),
        ("jti", json!(jti_of(ctx).expose_secret())),
        ("scope", json!(grant.scope.to_string())),
        ("auth_time", json!(grant.auth_time.map(|at| at.timestamp()))),
    ];
    let claims: Map<String, Value> =
        claims.into_iter().filter(|(_, value)| !value.is_null()).map(owned).collect();
    Ok(jwt::sign_as("at+jwt", &claims, &keys::current(ctx)?)?.into())
}
