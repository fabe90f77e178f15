//! Who a credential proves to be, from memory where that is as good as asking.
//!
//! The one place where the result of [`authenticate`] is kept. A deed that writes authenticates in its own
//! transaction, always.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    App,
    freshness::{Noted, Ties},
    memory::Remembered,
};
use crate::{
    crypto::secret,
    domain::{
        credential::{Credential, JwtDialect, Principal, Scheme},
        reach::Act,
        token::Digest,
    },
    error::{Outcome, Refusal},
    usecases::{
        Ctx,
        authenticate::{self, Authenticated},
    },
};

/// A principal, read just now or not long ago.
pub type Known = Arc<Remembered<Principal>>;

/// A credential by its digest and by how it was shown: the same token under another scheme is another credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Shown(u8, Digest);

impl Shown {
    /// `None` of one that is good for nothing.
    fn new(credential: &Credential) -> Option<Self> {
        let (how, token) = match credential {
            Credential::Bearer(token) => (0, token),
            Credential::AuthToken(token) => (1, token),
            Credential::Jwt(shown) => match shown.scheme {
                Scheme::Bearer => (2, &shown.token),
                Scheme::Jwt => (3, &shown.token),
                Scheme::Token => (4, &shown.token),
            },
            Credential::DialectJwt(JwtDialect::Api, token) => (5, token),
            Credential::DialectJwt(JwtDialect::Signin, token) => (6, token),
            Credential::Malformed(_) => return None,
        };
        Some(Self(how, secret::digest(token)))
    }
}

impl App {
    /// Who shows the credential, and may look at the account. From memory, without a thread or a question to the database, if it was read not
    /// long ago and nothing that it hangs on has ended since, on this node or any other.
    pub async fn who(&self, shown: Option<Credential>) -> Outcome<Known> {
        self.who_to(Act::Look, shown).await
    }

    /// The same of whoever may do that: for what comes before the deed.
    pub async fn who_to(&self, act: Act, shown: Option<Credential>) -> Outcome<Known> {
        let known = self.known(shown).await?;
        authenticate::permitted(&known, act)?;
        Ok(known)
    }

    /// The same, whatever it may.
    pub async fn known(&self, shown: Option<Credential>) -> Outcome<Known> {
        let shown = shown.ok_or(Refusal::NoCredential)?;
        let (now, key) = (self.now(), Shown::new(&shown));
        match self.recall(key, now) {
            Some(known) => Ok(known),
            None => self.look_up((key, shown), now, |_, known| Ok(Arc::clone(known))).await,
        }
    }

    /// Authenticates and runs a deed that only reads, in one hop; for whoever may look at the account.
    pub async fn read_as<T: Send + 'static>(
        &self,
        shown: Option<Credential>,
        deed: impl FnOnce(&mut Ctx<'_>, &Principal) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        self.read_to(Act::Look, shown, deed).await
    }

    /// The same for whoever may do that. It is asked of a principal out of memory, too.
    pub async fn read_to<T: Send + 'static>(
        &self,
        act: Act,
        shown: Option<Credential>,
        deed: impl FnOnce(&mut Ctx<'_>, &Principal) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let shown = shown.ok_or(Refusal::NoCredential)?;
        let (now, key) = (self.now(), Shown::new(&shown));
        let deed = move |ctx: &mut Ctx<'_>, known: &Known| {
            authenticate::permitted(known, act)?;
            deed(ctx, known)
        };
        match self.recall(key, now) {
            Some(known) => {
                let reading = move |ctx: &mut Ctx<'_>| {
                    note(ctx, &known);
                    deed(ctx, &known)
                };
                self.read_at(now, reading).await
            }
            None => self.look_up((key, shown), now, deed).await,
        }
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
            let Authenticated { principal, touch, .. } = authenticate::authenticate(ctx, &shown)?;
            authenticate::permitted(&principal, act)?;
            note(ctx, &principal);
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
            shown => self.known(shown).await.map(drop),
        }
    }

    /// How many checks of tokens were answered from memory.
    pub fn recalled(&self) -> u64 {
        self.0.shared.principals.found() + self.0.shared.live.found()
    }

    fn recall(&self, key: Option<Shown>, now: DateTime<Utc>) -> Option<Known> {
        self.0.shared.principals.find(&key?, now)
    }

    /// Authenticates, remembers whom, and runs the deed on the same connection.
    async fn look_up<T: Send + 'static>(
        &self,
        (key, shown): (Option<Shown>, Credential),
        now: DateTime<Utc>,
        deed: impl FnOnce(&mut Ctx<'_>, &Known) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let shared = Arc::clone(&self.0.shared);
        let reading = move |ctx: &mut Ctx<'_>| {
            let noted = shared.fresh.note();
            let authenticated = authenticate::authenticate(ctx, &shown)?;
            let touch = authenticated.touch;
            let known = remembered(authenticated, noted, now);
            // One whose use is to be noted is not kept until it is; nor one whose caller is told something each time.
            let is_kept = touch.is_none() && !is_outdated(&shown);
            if let Some(key) = key.filter(|_| is_kept) {
                shared.principals.keep(key, &known);
            }
            note(ctx, &known);
            Ok((deed(ctx, &known)?, touch))
        };
        let (done, touch) = self.read_at(now, reading).await?;
        if let Some(digest) = touch
            && let Err(error) = self.write(move |ctx| authenticate::touch(ctx, digest)).await
        {
            // Whoever reads need not wait for a database that can be written; the next use is noted instead.
            tracing::warn!(?error, "the use of an auth token could not be noted");
        }
        Ok(done)
    }
}

/// Whoever does what the deed tells of.
fn note(ctx: &mut Ctx<'_>, principal: &Principal) {
    ctx.whence.principal = principal.account.as_ref().map(|account| account.id);
}

fn remembered(found: Authenticated, noted: Noted, now: DateTime<Utc>) -> Known {
    let Authenticated { principal, until, .. } = found;
    let ties = Ties {
        account: principal.account.as_ref().map(|account| account.id),
        family: Some(principal.family),
        client: principal.client,
        any_client: false,
    };
    Remembered::new(principal, ties, noted, (now, until))
}

fn is_outdated(shown: &Credential) -> bool {
    matches!(shown, Credential::Jwt(jwt) if jwt.is_outdated())
}
