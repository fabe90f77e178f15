//! Clients that prove themselves on their way down the staircase.

use super::App;
use crate::{
    domain::{
        client::{Client, GrantType},
        credential::ClientCredential,
    },
    error::Outcome,
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

    /// Who a client is, if it may use the grant type.
    pub async fn prove_for(&self, shown: ClientCredential, grant: GrantType) -> Outcome<Client> {
        self.read_by(shown, move |_, client| clients::permitted(client, grant).cloned()).await
    }
}
