//! A house, a client, and somebody before a desk; and what must be true however it went.

use std::sync::atomic::{AtomicU32, Ordering};

use cambio::{
    domain::account::{Account, AccountId},
    usecases::manage,
};
use chrono::TimeDelta;
use serde_json::json;

use super::desk::{Desk, Shown};
use crate::support::{House, OAuthClient, Said, logs};

/// The settings under which nobody waits long for a provider that says nothing.
pub const HASTE: [(&str, &str); 3] = [
    ("providers.egress.connect_timeout_ms", "150"),
    ("providers.egress.call_timeout_ms", "200"),
    ("providers.egress.total_timeout_ms", "500"),
];

/// Somebody before a desk.
pub struct Scene {
    /// The house.
    pub house: House,
    /// The client.
    pub client: OAuthClient,
    /// The desk.
    pub desk: Desk,
    /// The number of the person; no other test has it, so that the log can be searched for it.
    pub n: u32,
}

impl Scene {
    /// A new house with one client.
    pub async fn at(desk: Desk) -> Self {
        Self::with(desk, &[]).await
    }

    /// The same with settings.
    pub async fn with(desk: Desk, settings: &[(&str, &str)]) -> Self {
        let house = House::with(&[desk.settings(), settings].concat()).await;
        let client = house.client("web-client").await;
        Self { house, client, desk, n: a_number() }
    }

    /// What the person shows.
    pub fn plain(&self) -> Shown {
        self.shows(&self.desk.name(self.n))
    }

    /// What somebody of that name in the sandbox's table shows.
    pub fn shows(&self, name: &str) -> Shown {
        self.desk.shows(&self.house.sandbox, name)
    }

    /// What was good once: a token known to have run out, or something that is shown too late.
    pub fn expired(&self) -> Shown {
        match self.desk {
            Desk::GoogleIdToken | Desk::YandexJwt | Desk::VkIdToken | Desk::VkCode => {
                let shown = self.plain();
                self.house.forward(TimeDelta::hours(2));
                shown
            }
            _ => self.shows(&format!("expired-{}", self.n)),
        }
    }

    /// Shows it.
    pub async fn converts(&self, shown: &Shown) -> Said {
        let said = self.house.show(&self.client, shown).await;
        self.leaks_nothing(shown);
        assert!(!said.text.contains(&shown.secrets[0]), "{said:?}");
        said
    }

    /// Shows it and insists that it is refused, and that nobody came of it.
    pub async fn refuses(&self, shown: &Shown) -> Said {
        let said = self.converts(shown).await.is_a(400, "invalid_grant", REFUSED);
        self.nobody().await;
        said
    }

    /// Insists that no account was made.
    pub async fn nobody(&self) {
        assert!(self.house.accounts().await.is_empty());
    }

    /// Insists that what was shown stood in no address a provider was called at, and in no line of the log.
    pub fn leaks_nothing(&self, shown: &Shown) {
        let seen = self.house.sandbox.log();
        assert!(seen.iter().all(|seen| !seen.token_in_url && seen.user_agent), "{seen:?}");
        for secret in &shown.secrets {
            assert_eq!(logs::lines_with(secret), [""; 0], "in the log");
        }
    }

    /// How often an endpoint was asked.
    pub fn asked(&self, endpoint: &str) -> usize {
        self.house.asked(endpoint)
    }
}

/// What a refused credential is answered with, whatever is wrong with it.
pub const REFUSED: &str = "The provider does not vouch for this token for any of our applications.";
/// What is answered when a provider cannot be asked.
pub const BUSY: &str = "The provider cannot be asked at the moment. Please try again.";
/// What is answered when a provider answers nonsense.
pub const ODD: &str = "The provider gave no usable answer.";

/// A number that no other test uses. Everybody so numbered is called Ada Shevchenko in the sandbox.
pub fn a_number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(20_000);
    NEXT.fetch_add(1, Ordering::Relaxed) * 56
}

impl House {
    /// A conversion of what is shown.
    pub fn show(&self, client: &OAuthClient, shown: &Shown) -> crate::support::Call {
        self.post("/auth/convert-token/").form(&client.signed(&shown.fields()))
    }

    /// Every account.
    pub async fn accounts(&self) -> Vec<Account> {
        self.app.read(|ctx| manage::list(ctx, AccountId(0), 1000)).await.unwrap()
    }

    /// How often an endpoint of the providers was asked.
    pub fn asked(&self, endpoint: &str) -> usize {
        let log = self.sandbox.log();
        log.iter().filter(|seen| seen.endpoint.as_deref() == Some(endpoint)).count()
    }
}

impl Said {
    /// Insists on a whole answer of RFC 6749 §5.2.
    #[expect(clippy::wrong_self_convention, reason = "it reads as a sentence")]
    pub fn is_a(self, status: u16, error: &str, description: &str) -> Self {
        let said = self.with_status(status);
        assert_eq!(said.header("cache-control"), "no-store");
        said.is(&json!({ "error": error, "error_description": description }))
    }
}
