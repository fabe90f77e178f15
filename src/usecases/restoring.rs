//! The token of seed 3's restoring link: uid and token in one word, encrypted where a key is set.

use secrecy::{ExposeSecret as _, SecretString};

use super::Ctx;
use crate::{
    domain::account::AccountId,
    error::{Outcome, Refusal},
};

/// One word for a link's account and token.
pub(super) fn pack(ctx: &Ctx<'_>, id: AccountId, token: &SecretString) -> SecretString {
    let word = format!("{}.{}", id.uid(), token.expose_secret());
    match &ctx.keys.restoring {
        Some(key) => key.seal(word.as_bytes(), ctx.now, ctx.entropy),
        None => word.into(),
    }
}

/// Reads [`pack`]; what is no such word is as good as any wrong one.
pub(super) fn unpack(ctx: &Ctx<'_>, shown: &SecretString) -> Outcome<(AccountId, SecretString)> {
    let opened = match &ctx.keys.restoring {
        Some(key) => key.open(shown)?.and_then(|bytes| String::from_utf8(bytes).ok()),
        None => Some(shown.expose_secret().to_owned()),
    };
    let parts = opened.as_deref().and_then(|word| word.split_once('.'));
    let parts = parts.and_then(|(uid, token)| Some((AccountId::from_uid(uid)?, token.into())));
    Ok(parts.ok_or(Refusal::BadMailToken)?)
}
