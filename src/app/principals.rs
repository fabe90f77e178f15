//! Deeds of somebody who shows a credential: who that is, and whether it may.

use super::App;
use crate::{
    domain::{
        credential::{Credential, Principal},
        reach::Act,
    },
    error::{Outcome, Refusal},
    usecases::{
        Ctx,
        authenticate::{self, Authenticated},
    },
};

impl App {
    /// Authenticates and runs a deed that only reads, in one hop; for whoever may look at the account.
    pub async fn read_as<T: Send + 'static>(
        &self,
        shown: Option<Credential>,
        deed: impl FnOnce(&mut Ctx<'_>, &Principal) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        self.read_to(Some(Act::Look), shown, deed).await
    }

    /// The same for whoever may do that; for anybody whose credential is good where it is nothing.
    pub async fn read_to<T: Send + 'static>(
        &self,
        act: Option<Act>,
        shown: Option<Credential>,
        deed: impl FnOnce(&mut Ctx<'_>, &Principal) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let shown = shown.ok_or(Refusal::NoCredential)?;
        let (done, touch) = self
            .read(move |ctx| {
                let Authenticated { principal, touch } = authenticate::authenticate(ctx, &shown)?;
                act.map_or(Ok(()), |act| authenticate::permitted(&principal, act))?;
                Ok((deed(ctx, &principal)?, touch))
            })
            .await?;
        if let Some(digest) = touch
            && let Err(error) = self.write(move |ctx| authenticate::touch(ctx, digest)).await
        {
            // Whoever reads need not wait for a database that can be written; the next use is noted instead.
            tracing::warn!(?error, "the use of an auth token could not be noted");
        }
        Ok(done)
    }

    /// Authenticates and runs a deed that writes, in one transaction; for whoever may change the account.
    pub async fn write_as<T: Send + 'static>(
        &self,
        shown: Option<Credential>,
        deed: impl Fn(&mut Ctx<'_>, &Principal) -> Outcome<T> + Send + Sync + 'static,
    ) -> Outcome<T> {
        self.write_to(Act::Change, shown, deed).await
    }

    /// The same for whoever may do that.
    pub async fn write_to<T: Send + 'static>(
        &self,
        act: Act,
        shown: Option<Credential>,
        deed: impl Fn(&mut Ctx<'_>, &Principal) -> Outcome<T> + Send + Sync + 'static,
    ) -> Outcome<T> {
        let shown = shown.ok_or(Refusal::NoCredential)?;
        self.write(move |ctx| {
            let Authenticated { principal, touch } = authenticate::authenticate(ctx, &shown)?;
            authenticate::permitted(&principal, act)?;
            if let Some(digest) = touch {
                authenticate::touch(ctx, digest)?;
            }
            deed(ctx, &principal)
        })
        .await
    }

    /// Refuses a credential that is not good, on calls that need none; none at all is fine.
    pub async fn admit(&self, shown: Option<Credential>) -> Outcome<()> {
        match shown {
            None => Ok(()),
            shown => self.read_to(None, shown, |_, _| Ok(())).await,
        }
    }
}
