//! Clients that prove themselves on their way down the staircase.

use super::App;
use crate::{
    domain::{
        client::{Client, GrantType},
        credential::ClientCredential,
    },
    error::{Error, Outcome, Refusal},
    usecases::{Ctx, clients},
};

impl App {
    /// Proves a client and runs a deed that only reads, in one hop. An assertion is good once, so with one it is
    /// a transaction that writes: it is used up if the deed is done, and not if that is refused.
    pub async fn read_by<T: Send + 'static>(
        &self,
        shown: ClientCredential,
        deed: impl Fn(&mut Ctx<'_>, &Client) -> Outcome<T> + Send + Sync + 'static,
    ) -> Outcome<T> {
        let (id, from) = (shown.id.clone(), shown.from);
        self.0.limits.may_prove(id.as_ref(), from)?;
        let done = self.proven(shown, deed).await;
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
        let is_used_up = shown.assertion.is_some();
        let deed = move |ctx: &mut Ctx<'_>| {
            let client = clients::prove(ctx, &shown)?;
            deed(ctx, &client)
        };
        if is_used_up { self.write(deed).await } else { self.read(deed).await }
    }

    /// Who a client is.
    pub async fn prove(&self, shown: ClientCredential) -> Outcome<Client> {
        self.read_by(shown, |_, client| Ok(client.clone())).await
    }

    /// Who a client is, if it may use the grant type. It is counted.
    pub async fn prove_for(&self, shown: ClientCredential, grant: GrantType) -> Outcome<Client> {
        let from = shown.from;
        let proven =
            self.read_by(shown, move |_, client| clients::permitted(client, grant).cloned());
        let client = proven.await?;
        self.0.limits.token(&client, from)?;
        Ok(client)
    }
}
