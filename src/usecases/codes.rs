//! Authorization codes: made when somebody allowed something, redeemed once by the client that asked.

use secrecy::SecretString;

use super::{
    Ctx, Verdict,
    claims::{self, Occasion},
    clients, issue, revoke,
};
use crate::{
    crypto::secret,
    domain::{
        account::Account,
        audit::{Application, Event, EventKind},
        client::Client,
        code::{Ask, CODE_LIFE, Code, CodeStage},
        grant::{Grant, How},
        token::IssuedTokens,
    },
    error::{Fault, Outcome, Refusal, Why},
    store::{accounts, clients as client_store, codes},
};

/// What codes begin with.
pub const CODE_PREFIX: &str = "cac_";

/// A code for what somebody allowed.
pub fn issue(
    ctx: &mut Ctx<'_>,
    client: &Client,
    (account, auth_time): (&Account, chrono::DateTime<chrono::Utc>),
    ask: &Ask,
) -> Outcome<SecretString> {
    let shown = secret::token(ctx.entropy, CODE_PREFIX);
    let code = Code {
        client: client.key,
        account: account.id,
        epoch: account.epoch,
        redirect_uri: ask.redirect_uri.clone(),
        redirect_sent: ask.redirect_sent,
        scope: ask.scope.clone(),
        resources: ask.resources.clone(),
        challenge: ask.challenge.clone(),
        nonce: ask.nonce.clone(),
        auth_time,
        expires_at: ctx.now + CODE_LIFE,
        stage: CodeStage::Open,
    };
    codes::insert(ctx.conn, secret::digest(&shown), &code)?;
    Ok(shown)
}

/// What a code stands for, if it is the client's and was sent to that place. Uses nothing up: an attempt of
/// somebody else must not burn it (R2).
pub fn recall(
    ctx: &mut Ctx<'_>,
    client: &Client,
    shown: &SecretString,
    redirect_uri: Option<&str>,
) -> Outcome<Code> {
    let unknown = Refusal::BadGrant(Why::Unknown);
    let code = codes::find(ctx.conn, secret::digest(shown))?.ok_or(unknown.clone())?;
    if code.client != client.key {
        return Err(unknown.into());
    }
    // RFC 6749 §4.1.3: identical, if the authorization request had one.
    match redirect_uri {
        Some(uri) if uri == code.redirect_uri => Ok(code),
        Some(_) => Err(Refusal::BadGrant(Why::ForeignAudience).into()),
        None if code.redirect_sent => {
            Err(Refusal::BadRequest("redirect_uri is missing: the code was asked for with one")
                .into())
        }
        None => Ok(code),
    }
}

/// Redeems a code that is found in order. One that was redeemed before ends what came of it
/// (RFC 6749 §4.1.2); the caller has seen to it that only whoever knows the verifier comes this far.
pub fn redeem(
    ctx: &mut Ctx<'_>,
    client: &Client,
    shown: &SecretString,
    code: &Code,
) -> Outcome<Verdict<IssuedTokens>> {
    if let CodeStage::Used { .. } = code.stage {
        return again(ctx, code);
    }
    if code.expires_at <= ctx.now {
        return Err(Refusal::BadGrant(Why::Expired).into());
    }
    let account = accounts::find(ctx.conn, code.account)?.filter(Account::is_active);
    let account = account.filter(|account| account.epoch == code.epoch);
    let account = account.ok_or(Refusal::BadGrant(Why::Revoked))?;
    // The client was proven before this transaction began.
    let client = client_store::find_by_key(ctx.conn, client.key)?.filter(|client| client.enabled);
    let client = client.ok_or(Refusal::BadClient)?;
    let digest = secret::digest(shown);
    if !codes::consume(ctx.conn, digest, ctx.now)? {
        // Somebody was first, and has committed by now.
        let code = codes::find(ctx.conn, digest)?;
        return again(ctx, &code.ok_or(Refusal::BadGrant(Why::Unknown))?);
    }
    let grant = Grant {
        account: Some(account.id),
        epoch: account.epoch,
        client: Some(client.key),
        scope: code.scope.only(&client.scopes),
        how: How::AuthorizationCode,
        auth_time: Some(code.auth_time),
        resources: code.resources.clone(),
        readable: client.readable(),
    };
    if grant.scope.is_empty() {
        return Err(Refusal::ScopeNotAllowed.into());
    }
    let (mut tokens, family) = issue::with_family(ctx, &grant, clients::refresh_for(&client))?;
    codes::update_family(ctx.conn, digest, family)?;
    let occasion = Occasion {
        client: &client,
        scope: &grant.scope,
        auth_time: grant.auth_time,
        nonce: code.nonce.as_deref(),
        access: &tokens.access,
    };
    tokens.id_token = claims::id_token(ctx, &account, &occasion)?;
    Ok(Verdict::Done(tokens))
}

fn again(ctx: &mut Ctx<'_>, code: &Code) -> Outcome<Verdict<IssuedTokens>> {
    let CodeStage::Used { family } = code.stage else {
        return Err(Fault::internal("a used code is not used").into());
    };
    let event = Event::new(EventKind::CodeReplayed).of(code.account);
    ctx.tell(Event { client: Some(Application::Key(code.client)), ..event });
    if let Some(family) = family {
        tracing::warn!(account = code.account.0, "a code was redeemed twice; what came of it ends");
        revoke::family(ctx, family)?;
    }
    Ok(Verdict::Refused(Refusal::BadGrant(Why::Used)))
}
