//! Asked the same thing at the same time, a provider is asked once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use secrecy::ExposeSecret as _;
use tokio::sync::OnceCell;

use super::error::ProviderError;
use crate::{
    crypto::fingerprint,
    domain::provider::{CredentialKind, ProviderCredential, ProviderIdentity},
};

/// What is told of a credential, to everybody who asked.
pub(super) type Told = Result<ProviderIdentity, ProviderError>;

type Flight = OnceCell<Told>;

/// The questions under way at one provider. Nothing is kept once the last who asked has its answer.
#[derive(Default)]
pub(super) struct Flights {
    open: Mutex<HashMap<[u8; 32], Weak<Flight>>>,
}

impl Flights {
    /// Joins the flight of an equal question, or starts one. Should the caller that asks go away,
    /// the next in line asks anew.
    pub(super) async fn share<F>(&self, question: [u8; 32], ask: F) -> Told
    where
        F: Future<Output = Told>,
    {
        let flight = self.board(question);
        flight.get_or_init(|| ask).await.clone()
    }

    fn board(&self, question: [u8; 32]) -> Arc<Flight> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, flight| flight.strong_count() > 0);
        if let Some(flight) = open.get(&question).and_then(Weak::upgrade) {
            return flight;
        }
        let flight = Arc::new(Flight::new());
        open.insert(question, Arc::downgrade(&flight));
        flight
    }
}

/// A digest over everything that can change the answer.
pub(super) fn question(kind: CredentialKind, shown: &ProviderCredential) -> [u8; 32] {
    let kind = format!("{kind:?}");
    let secrets = [&shown.code_verifier, &shown.id_token, &shown.access_token];
    let plain = [&shown.nonce, &shown.device_id, &shown.redirect_uri, &shown.state];
    let secrets = secrets.map(|secret| secret.as_ref().map_or("", |secret| secret.expose_secret()));
    let plain = plain.map(|text| text.as_deref().unwrap_or_default());
    let mut parts = vec![kind.as_str(), shown.language.tag(), shown.token.expose_secret()];
    parts.extend(secrets);
    parts.extend(plain);
    let parts: Vec<&[u8]> = parts.into_iter().map(str::as_bytes).collect();
    fingerprint::of_all(&parts)
}

#[cfg(test)]
mod tests {
    use super::{Flights, question};
    use crate::{
        domain::provider::{CredentialKind, ProviderCredential},
        error::Why,
        providers::error::ProviderError,
    };
    use std::cell::Cell;

    #[tokio::test]
    async fn equal_questions_at_one_time_are_asked_once() {
        let (flights, asked) = (Flights::default(), Cell::new(0));
        let ask = || async {
            tokio::task::yield_now().await;
            asked.set(asked.get() + 1);
            Err(ProviderError::Refused(Why::Unknown))
        };
        let share = |question| flights.share(question, ask());
        let _ = tokio::join!(share([1; 32]), share([1; 32]), share([2; 32]));
        assert_eq!(asked.get(), 2);
        let _ = share([1; 32]).await;
        assert_eq!(asked.get(), 3);
    }

    #[tokio::test]
    async fn when_the_one_who_asks_goes_away_the_next_asks() {
        let flights = Flights::default();
        let stuck = flights.share([1; 32], std::future::pending());
        let next = flights.share([1; 32], async { Err(ProviderError::Refused(Why::Expired)) });
        let told = {
            let mut stuck = Box::pin(stuck);
            let mut next = Box::pin(next);
            tokio::select! {
                biased;
                _ = &mut stuck => unreachable!("it never ends"),
                () = tokio::task::yield_now() => {}
            }
            drop(stuck);
            next.as_mut().await
        };
        assert_eq!(told.expect_err("refused"), ProviderError::Refused(Why::Expired));
    }

    #[test]
    fn a_question_differs_by_everything_that_is_shown() {
        let plain = ProviderCredential::token("t".into());
        let base = question(CredentialKind::Code, &plain);
        assert_eq!(base, question(CredentialKind::Code, &plain));
        assert_ne!(base, question(CredentialKind::IdToken, &plain));
        let nonce =
            ProviderCredential { nonce: Some("n".into()), ..ProviderCredential::token("t".into()) };
        let state =
            ProviderCredential { state: Some("n".into()), ..ProviderCredential::token("t".into()) };
        assert_ne!(question(CredentialKind::Code, &nonce), question(CredentialKind::Code, &state));
        assert_ne!(base, question(CredentialKind::Code, &nonce));
    }
}
