//! Introspection: what resource servers ask for each of their own requests, so from memory where that is as good.

use std::sync::Arc;

use secrecy::SecretString;

use super::{App, freshness::Ties, memory::Remembered};
use crate::{
    crypto::secret,
    domain::credential::ClientCredential,
    error::Outcome,
    usecases::{
        Ctx,
        introspect::{self, Live, Told},
    },
};

/// What is known of a live token.
pub type KnownToken = Arc<Remembered<Live>>;

impl App {
    /// What a token is worth, for a client that proves itself; nothing of what that may not know.
    pub async fn introspect(
        &self,
        shown: ClientCredential,
        token: Option<SecretString>,
    ) -> Outcome<Option<KnownToken>> {
        let who = (shown.id.clone(), shown.from);
        self.guarded(who, self.told(shown, token)).await
    }

    async fn told(
        &self,
        shown: ClientCredential,
        token: Option<SecretString>,
    ) -> Outcome<Option<KnownToken>> {
        let now = self.now();
        let digest = token.as_ref().map(secret::digest);
        if let Some(asking) = self.recall_client(&shown, now)
            && let Some(known) = digest.and_then(|digest| self.0.shared.live.find(&digest, now))
        {
            return Ok(introspect::may_know(&asking, &known)?.then_some(known));
        }
        let shared = Arc::clone(&self.0.shared);
        let is_used_up = shown.assertion.is_some();
        let deed = move |ctx: &mut Ctx<'_>| {
            let noted = shared.fresh.note();
            let asking = shared.prove(ctx, &shown)?;
            let Some(digest) = digest else { return Ok(None) };
            let Some(Told { live, until }) = introspect::introspect(ctx, &asking, digest)? else {
                return Ok(None);
            };
            let ties = Ties {
                account: live.account.as_ref().map(|account| account.id),
                family: Some(live.family),
                client: Some(live.client.key),
                any_client: false,
            };
            // A refresh token is used up by whoever comes first: of that nobody is told in time.
            // In a transaction that writes there may be more than will be committed.
            let is_kept = live.access && !is_used_up;
            let known = Remembered::new(live, ties, noted, (ctx.now, until));
            if is_kept {
                shared.live.keep(digest, &known);
            }
            Ok(Some(known))
        };
        if is_used_up { self.write(deed).await } else { self.read_at(now, deed).await }
    }
}
