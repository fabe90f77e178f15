//! Clients that prove themselves on their way down the staircase.

use std::{collections::HashSet, sync::Arc};

use chrono::{DateTime, Utc};

use super::{App, deeds::Shared, freshness::Ties, memory::Remembered};
use crate::{
    crypto::secret,
    domain::{
        caller::Caller,
        client::{Client, ClientId, GrantType},
        credential::ClientCredential,
        origin::Origin,
        token::Digest,
    },
    error::{Error, Outcome, Refusal},
    usecases::{
        Ctx,
        clients::{self, Proven},
    },
};

type Known = Arc<Remembered<Client>>;

impl App {
    /// Proves a client and runs a deed that only reads, in one hop. An assertion is good once, so with one it is
    /// a transaction that writes: it is used up if the deed is done, and not if that is refused.
    pub async fn read_by<T: Send + 'static>(
        &self,
        shown: ClientCredential,
        deed: impl Fn(&mut Ctx<'_>, &Client) -> Outcome<T> + Send + Sync + 'static,
    ) -> Outcome<T> {
        let who = (shown.id.clone(), shown.from);
        self.guarded(who, self.proven(shown, deed)).await
    }

    /// What proves a client, if there were not too many wrong proofs of it from there; one that is wrong is counted.
    pub(super) async fn guarded<T>(
        &self,
        (id, from): (Option<ClientId>, Caller),
        proving: impl Future<Output = Outcome<T>>,
    ) -> Outcome<T> {
        self.0.limits.may_prove(id.as_ref(), from)?;
        let done = proving.await;
        if let Err(Error::Refused(Refusal::BadClient)) = &done {
            self.0.limits.wrong_secret(id.as_ref(), from)?;
        }
        done
    }

    async fn proven<T: Send + 'static>(
        &self,
        shown: ClientCredential,
        deed: impl Fn(&mut Ctx<'_>, &Client) -> Outcome<T> + Send + Sync + 'static,
    ) -> Outcome<T> {
        let shared = Arc::clone(&self.0.shared);
        let is_used_up = shown.assertion.is_some();
        let deed = move |ctx: &mut Ctx<'_>| {
            let client = shared.prove(ctx, &shown)?;
            deed(ctx, &client)
        };
        if is_used_up { self.write(deed).await } else { self.read(deed).await }
    }

    /// Who a client is; from memory, if it has proved itself by the same secret not long ago.
    pub async fn prove(&self, shown: ClientCredential) -> Outcome<Client> {
        let who = (shown.id.clone(), shown.from);
        self.guarded(who, async {
            if let Some(known) = self.recall_client(&shown, self.now()) {
                return Ok(Client::clone(&known));
            }
            self.proven(shown, |_, client| Ok(client.clone())).await
        })
        .await
    }

    /// Who a client is, if it may use the grant type. It is counted.
    pub async fn prove_for(&self, shown: ClientCredential, grant: GrantType) -> Outcome<Client> {
        let (id, from) = (shown.id.clone(), shown.from);
        let proving = async {
            if let Some(known) = self.recall_client(&shown, self.now()) {
                return clients::permitted(&known, grant).cloned();
            }
            // In the same deed: an assertion that is good for nothing here is not used up.
            self.proven(shown, move |_, client| clients::permitted(client, grant).cloned()).await
        };
        let client = self.guarded((id, from), proving).await?;
        self.0.limits.token(&client, from)?;
        Ok(client)
    }

    /// Whether scripts of that origin may call: some client that is switched on is registered with it.
    pub async fn is_allowed_origin(&self, origin: &Origin) -> Outcome<bool> {
        let now = self.now();
        if let Some(origins) = self.0.shared.origins.find(&(), now) {
            return Ok(origins.contains(origin));
        }
        let shared = Arc::clone(&self.0.shared);
        let origins = self.read_at(now, move |ctx| {
            let noted = shared.fresh.note();
            let origins: HashSet<Origin> = clients::allowed_origins(ctx)?.into_iter().collect();
            let ties = Ties { any_client: true, ..Ties::default() };
            let known = Remembered::new(origins, ties, noted, (now, None));
            shared.origins.keep((), &known);
            Ok(known)
        });
        Ok(origins.await?.contains(origin))
    }

    /// The client that has proved itself so not long ago. One that signs assertions proves itself anew each time.
    pub(super) fn recall_client(
        &self,
        shown: &ClientCredential,
        now: DateTime<Utc>,
    ) -> Option<Known> {
        self.0.shared.clients.find(&key_of(shown)?, now)
    }
}

impl Shared {
    /// Proves a client, and remembers it if it did so by a secret.
    pub(super) fn prove(&self, ctx: &mut Ctx<'_>, shown: &ClientCredential) -> Outcome<Known> {
        let noted = self.fresh.note();
        let Proven { client, until } = clients::prove(ctx, shown)?;
        let ties = Ties { client: Some(client.key), ..Ties::default() };
        let known = Remembered::new(client, ties, noted, (ctx.now, until));
        if let Some(key) = key_of(shown) {
            self.clients.keep(key, &known);
        }
        Ok(known)
    }
}

/// One digest of id and secret: whoever shows another secret is somebody else.
fn key_of(shown: &ClientCredential) -> Option<Digest> {
    if shown.assertion.is_some() {
        return None;
    }
    let id = shown.id.as_ref().map(ClientId::as_str)?;
    Some(secret::digest_of_pair(id, shown.secret.as_ref()))
}
