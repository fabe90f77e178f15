//! Letting a device in that has no keyboard (RFC 8628).

use chrono::TimeDelta;
use secrecy::SecretString;

use super::{
    Ctx, Verdict,
    claims::{self, Occasion},
    clients, issue,
};
use crate::{
    crypto::secret,
    domain::{
        account::Account,
        audit::{Event, EventKind},
        browser::BrowserSession,
        client::Client,
        device::{DEVICE_LIFE, DEVICE_PAUSE, DeviceCode, DeviceStage, UserCode},
        grant::{Grant, How},
        scope::ScopeSet,
        token::{Digest, IssuedTokens},
    },
    error::{DeviceNo, Fault, Outcome, Refusal, Why},
    store::{accounts, clients as client_store, device_codes},
};

/// Both codes of a device.
#[derive(Debug)]
pub struct Begun {
    /// What the device shows itself with.
    pub device_code: SecretString,
    /// What somebody types.
    pub user_code: UserCode,
}

/// A device asks to be let in.
pub fn begin(ctx: &mut Ctx<'_>, client: &Client, wanted: Option<&ScopeSet>) -> Outcome<Begun> {
    let device_code = secret::token(ctx.entropy, "cdc_");
    let drawn = UserCode::from_bytes(&ctx.entropy.bytes::<64>());
    let user_code = drawn.ok_or_else(|| Fault::internal("chance gave no user code"))?;
    let device = DeviceCode {
        digest: secret::digest(&device_code),
        client: client.key,
        scope: clients::scope_for(ctx.policy, client, wanted)?,
        stage: DeviceStage::Waiting,
        account: None,
        epoch: 0,
        auth_time: None,
        pause: DEVICE_PAUSE,
        polled_at: None,
        expires_at: ctx.now + DEVICE_LIFE,
    };
    device_codes::insert(ctx.conn, &device, digest_of(&user_code))?;
    Ok(Begun { device_code, user_code })
}

fn digest_of(code: &UserCode) -> Digest {
    secret::digest(&code.as_str().into())
}

/// The device that shows a code somebody has typed, and its client: if it still waits.
pub fn show(ctx: &mut Ctx<'_>, code: &UserCode) -> Outcome<(DeviceCode, Client)> {
    let gone = || Refusal::BadGrant(Why::Unknown);
    let device = device_codes::find_by_user(ctx.conn, digest_of(code))?.ok_or_else(gone)?;
    if device.stage != DeviceStage::Waiting || device.expires_at <= ctx.now {
        return Err(gone().into());
    }
    let client = client_store::find_by_key(ctx.conn, device.client)?;
    let client = client.filter(|client| client.enabled).ok_or_else(gone)?;
    Ok((device, client))
}

/// Somebody decides about a device, once.
pub fn decide(
    ctx: &mut Ctx<'_>,
    session: &BrowserSession,
    code: &UserCode,
    stage: DeviceStage,
) -> Outcome<()> {
    let (device, client) = show(ctx, code)?;
    if !device_codes::update_stage(ctx.conn, device.digest, (DeviceStage::Waiting, stage))? {
        return Err(Refusal::BadGrant(Why::Used).into());
    }
    if stage == DeviceStage::Allowed {
        let event = Event::new(EventKind::ConsentGiven).of(session.account.id).at(&client.id);
        ctx.tell(event.with(device.scope.to_string()));
    }
    let who = (session.account.id, session.account.epoch);
    Ok(device_codes::update_account(ctx.conn, device.digest, who, session.auth_time)?)
}

/// A device asks whether it is let in.
pub fn redeem(
    ctx: &mut Ctx<'_>,
    client: &Client,
    shown: &SecretString,
) -> Outcome<Verdict<IssuedTokens>> {
    let unknown = || Refusal::BadGrant(Why::Unknown);
    let device = device_codes::find(ctx.conn, secret::digest(shown))?.ok_or_else(unknown)?;
    if device.client != client.key || device.stage == DeviceStage::Redeemed {
        return Err(unknown().into());
    }
    if device.expires_at <= ctx.now {
        return Err(Refusal::Device(DeviceNo::Expired).into());
    }
    match device.stage {
        DeviceStage::Waiting => waits(ctx, &device),
        DeviceStage::Allowed => let_in(ctx, client, &device).map(Verdict::Done),
        DeviceStage::Denied | DeviceStage::Redeemed => {
            Err(Refusal::Device(DeviceNo::Denied).into())
        }
    }
}

/// RFC 8628 §3.5: who asks too early pauses five seconds longer, from then on.
fn waits(ctx: &mut Ctx<'_>, device: &DeviceCode) -> Outcome<Verdict<IssuedTokens>> {
    let early = device.polled_at.is_some_and(|at| ctx.now < at + device.pause);
    let (pause, no) = if early {
        (device.pause + TimeDelta::seconds(5), DeviceNo::Slower)
    } else {
        (device.pause, DeviceNo::Waits)
    };
    device_codes::update_polled(ctx.conn, device.digest, ctx.now, pause)?;
    Ok(Verdict::Refused(Refusal::Device(no)))
}

fn let_in(ctx: &mut Ctx<'_>, client: &Client, device: &DeviceCode) -> Outcome<IssuedTokens> {
    let account = match device.account {
        Some(id) => accounts::find(ctx.conn, id)?.filter(Account::is_active),
        None => None,
    };
    let account = account.filter(|account| account.epoch == device.epoch);
    let account = account.ok_or(Refusal::BadGrant(Why::Revoked))?;
    let step = (DeviceStage::Allowed, DeviceStage::Redeemed);
    if !device_codes::update_stage(ctx.conn, device.digest, step)? {
        return Err(Refusal::BadGrant(Why::Used).into());
    }
    let grant = Grant {
        account: Some(account.id),
        epoch: account.epoch,
        client: Some(client.key),
        scope: device.scope.only(&client.scopes),
        how: How::DeviceCode,
        auth_time: device.auth_time,
        resources: Vec::new(),
        readable: client.readable(),
    };
    let mut tokens = issue::opaque(ctx, &grant, clients::refresh_for(client))?;
    let occasion = Occasion {
        client,
        scope: &grant.scope,
        auth_time: grant.auth_time,
        nonce: None,
        access: &tokens.access,
    };
    tokens.id_token = claims::id_token(ctx, &account, &occasion)?;
    Ok(tokens)
}
