//! Signing out at the wish of an application: who it says is signed in, and where people go afterwards.

use super::{Ctx, clients, hints};
use crate::{
    domain::account::AccountId,
    error::{Outcome, Refusal},
};

/// What an application says when it sends somebody to sign out.
#[derive(Debug, Clone)]
pub struct Wish {
    /// An `id_token` that it was given; it may have ended.
    pub hint: Option<String>,
    /// Its id.
    pub client: Option<String>,
    /// Where it wants them sent afterwards.
    pub place: Option<String>,
}

/// What of that is proven.
#[derive(Debug, Default)]
pub struct Proven {
    /// Whom the `id_token` is about.
    pub account: Option<AccountId>,
    /// The client that a place is registered with.
    pub client: Option<String>,
    /// A place that is registered with the application.
    pub place: Option<String>,
}

/// Judges a wish. A place that is not registered with the client that is named is refused: nobody is sent
/// there. A hint that is not ours proves nothing.
pub fn judge(ctx: &mut Ctx<'_>, wish: &Wish) -> Outcome<Proven> {
    let hint = match &wish.hint {
        Some(hint) => hints::read(ctx, hint)?,
        None => None,
    };
    let (account, audience) = hint.unzip();
    let named = match (&wish.client, &audience) {
        // RP-Initiated Logout 1.0 §2: what was signed for one application proves nothing for another.
        (Some(client), Some(audience)) if client != audience => {
            return Err(Refusal::UnknownClient.into());
        }
        (client, audience) => client.as_ref().or(audience.as_ref()),
    };
    let Some(place) = &wish.place else { return Ok(Proven { account, ..Proven::default() }) };
    // A hint that cannot be read, whose key is gone by now, names nobody to send people back to: they stay here.
    if named.is_none() && wish.hint.is_some() {
        return Ok(Proven::default());
    }
    let client = clients::named(ctx, named.map(String::as_str))?.ok_or(Refusal::UnknownClient)?;
    if !client.options.post_logout_uris.iter().any(|uri| uri.as_str() == place) {
        return Err(Refusal::RedirectNotAllowed.into());
    }
    let client = Some(client.id.as_str().to_owned());
    Ok(Proven { account, client, place: Some(place.clone()) })
}
