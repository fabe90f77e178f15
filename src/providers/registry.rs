//! The providers that are enabled, by name: the room's one door.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument as _, field::Empty};
use url::Url;

use super::{
    KNOWN, Provider,
    error::{Outage, ProviderError},
    fetch::Fetcher,
    flights::{Flights, Told, question},
    guard::{Cx, Line},
    kind,
};
use crate::{
    config::providers::Providers,
    domain::{
        identity::LinkExisting,
        provider::{CredentialKind, Departure, ProviderCredential, ProviderIdentity, ProviderName},
    },
    error::{Fault, Outcome, Refusal, Why},
    meters::{Provider as Meter, Providers as Meters},
};

/// Every enabled provider, ready to be asked.
pub struct Registry {
    desks: Vec<Desk>,
    limit: Duration,
}

/// One provider with the rules of its block.
struct Desk {
    name: ProviderName,
    aliases: Vec<String>,
    link_existing: LinkExisting,
    require_email: bool,
    flights: Flights,
    meter: Meter,
    provider: Box<dyn Provider>,
}

impl Registry {
    /// Builds the clients of the enabled providers. Nobody is called: a start needs no provider.
    pub fn build(config: &Providers, meters: &Meters) -> Result<Self, Fault> {
        let mut desks = Vec::new();
        for ((name, common), make) in config.blocks().into_iter().zip(KNOWN) {
            if !common.enabled {
                continue;
            }
            let name = ProviderName::parse(name)
                .ok_or_else(|| Fault::internal("a provider's own name is not legal"))?;
            let fetcher = Fetcher::build(&config.egress, common.extra_roots()?)?;
            let meter = meters.named(name.as_str());
            let line = Line::new(name.clone(), fetcher, &config.egress).counted(meter.clone());
            desks.push(Desk {
                name,
                aliases: common.aliases.to_vec(),
                link_existing: common.link_existing,
                require_email: common.require_email,
                flights: Flights::default(),
                meter,
                provider: make(config, line),
            });
        }
        let limit = Duration::from_millis(config.egress.total_timeout_ms);
        Ok(Self { desks, limit })
    }

    /// The enabled provider of that name or alias.
    pub fn resolve(&self, backend: &str) -> Option<&ProviderName> {
        let goes_by = |desk: &&Desk| {
            desk.name.as_str() == backend || desk.aliases.iter().any(|alias| alias == backend)
        };
        self.desks.iter().find(goes_by).map(|desk| &desk.name)
    }

    /// The enabled providers.
    pub fn names(&self) -> impl Iterator<Item = &ProviderName> {
        self.desks.iter().map(|desk| &desk.name)
    }

    /// Those of them whose settings say all it takes to send people to their page.
    pub fn with_page(&self) -> impl Iterator<Item = &ProviderName> {
        self.desks.iter().filter(|desk| desk.provider.page().is_some()).map(|desk| &desk.name)
    }

    /// Which of its e-mail addresses may lead to an account that exists; none for an unknown name.
    pub fn link_existing(&self, name: &ProviderName) -> LinkExisting {
        self.desk(name).map_or(LinkExisting::Never, |desk| desk.link_existing)
    }

    /// Whether a person without an e-mail address is refused.
    pub fn require_email(&self, name: &ProviderName) -> bool {
        self.desk(name).is_some_and(|desk| desk.require_email)
    }

    /// Asks a provider whose credential this is, and whether it was given to one of our applications.
    ///
    /// Ends within the configured total time. Equal questions at one time are asked once.
    pub async fn identify(
        &self,
        provider: &ProviderName,
        shown: &ProviderCredential,
        now: DateTime<Utc>,
    ) -> Outcome<ProviderIdentity> {
        let desk = self.desk(provider).ok_or(Refusal::UnknownProvider)?;
        let started = Instant::now();
        let span = tracing::info_span!(target: "spans", "provider", %provider, outcome = Empty);
        let cx = Cx { now, deadline: started + self.limit };
        let told = desk.ask(shown, &cx).instrument(span.clone()).await;
        span.record("outcome", outcome(&told));
        desk.report(&told, started.elapsed());
        desk.admitted(told)
    }

    /// The address of the provider's own page for somebody who sets out to sign in there. Refused when
    /// the provider's settings do not say all that it takes.
    pub fn page(&self, provider: &ProviderName, departure: &Departure) -> Outcome<Url> {
        let desk = self.desk(provider).ok_or(Refusal::UnknownProvider)?;
        let page = desk.provider.page().ok_or(Refusal::UnknownProvider)?;
        Ok(page.address(departure)?)
    }

    /// Asks whose a code is that came back from [`Registry::page`]. Never shared: a code is good once.
    pub async fn redeem(
        &self,
        provider: &ProviderName,
        code: &ProviderCredential,
        now: DateTime<Utc>,
    ) -> Outcome<ProviderIdentity> {
        let desk = self.desk(provider).ok_or(Refusal::UnknownProvider)?;
        let started = Instant::now();
        let span = tracing::info_span!(target: "spans", "provider", %provider, outcome = Empty);
        let cx = Cx { now, deadline: started + self.limit };
        let told = desk.redeem(code, &cx).instrument(span.clone()).await;
        span.record("outcome", outcome(&told));
        desk.report(&told, started.elapsed());
        desk.admitted(told)
    }

    fn desk(&self, name: &ProviderName) -> Option<&Desk> {
        self.desks.iter().find(|desk| desk.name == *name)
    }
}

impl Desk {
    async fn ask(&self, shown: &ProviderCredential, cx: &Cx) -> Told {
        let kind = kind::read(shown, self.provider.accepts())?;
        let asked = self.provider.identify(kind, shown, cx);
        match timeout_at(cx.deadline, self.flights.share(question(kind, shown), asked)).await {
            Ok(told) => told,
            Err(_elapsed) => Err(ProviderError::Unavailable(Outage::Timeout)),
        }
    }

    async fn redeem(&self, code: &ProviderCredential, cx: &Cx) -> Told {
        kind::read(code, &[CredentialKind::Code])?;
        match timeout_at(cx.deadline, self.provider.redeem(code, cx)).await {
            Ok(told) => told,
            Err(_elapsed) => Err(ProviderError::Unavailable(Outage::Timeout)),
        }
    }

    /// One line per question: who was asked, what came of it, how the audience was proved, how long it
    /// took. Nothing of the credential and nothing of the person.
    fn report(&self, told: &Told, took: Duration) {
        let provider = &self.name;
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let outcome = outcome(told);
        let proof = told.as_ref().ok().map(|identity| identity.audience);
        let why = told.as_ref().err().map(tracing::field::display);
        self.meter.asked(outcome, took);
        tracing::info!(%provider, outcome, proof = ?proof, why, took_ms, "provider asked");
        if let Err(ProviderError::Refused(Why::ForeignAudience)) = told {
            warn_of_foreign(provider);
        }
    }

    fn admitted(&self, told: Told) -> Outcome<ProviderIdentity> {
        let identity = told?;
        if self.require_email && identity.email.is_none() {
            return Err(Refusal::ProviderGaveNoEmail.into());
        }
        Ok(identity)
    }
}

/// What came of a question, as one word.
fn outcome(told: &Told) -> &'static str {
    told.as_ref().map_or_else(ProviderError::word, |_| "identified")
}

fn warn_of_foreign(provider: &ProviderName) {
    tracing::warn!(%provider, "a token issued to another application was shown");
}

#[cfg(test)]
mod tests {
    use super::{Meters, Registry};
    use crate::{
        config::providers::Providers,
        domain::{
            identity::LinkExisting,
            provider::{CredentialKind, ProviderCredential, ProviderName},
        },
        error::{Error, Refusal},
    };
    use chrono::DateTime;

    fn registry() -> Registry {
        let mut config = Providers::default();
        config.google.enabled = true;
        config.google.client_ids = vec!["web".to_owned()];
        config.vk.enabled = true;
        config.vk.client_ids = vec!["1".to_owned()];
        config.vk.aliases = vec!["vk-id".to_owned()];
        config.yandex.aliases = vec!["yaru".to_owned()];
        Registry::build(&config, &Meters::default()).expect("a registry")
    }

    fn name(name: &str) -> ProviderName {
        ProviderName::parse(name).expect("a name")
    }

    #[tokio::test]
    async fn names_and_aliases_of_enabled_providers_resolve() {
        let registry = registry();
        let names: Vec<_> = registry.names().map(ProviderName::as_str).collect();
        assert_eq!(names, ["google-oauth2", "vk-oauth2"]);
        assert_eq!(registry.resolve("vk-id"), Some(&name("vk-oauth2")));
        assert_eq!(registry.resolve("google-oauth2"), Some(&name("google-oauth2")));
        for unknown in ["yandex-oauth2", "yaru", "", "Google-oauth2", "github"] {
            assert_eq!(registry.resolve(unknown), None, "{unknown}");
        }
        assert_eq!(registry.link_existing(&name("google-oauth2")), LinkExisting::Verified);
        assert_eq!(registry.link_existing(&name("github")), LinkExisting::Never);
    }

    #[tokio::test]
    async fn what_can_be_refused_without_asking_is_not_asked() {
        let registry = registry();
        let identify = async |provider: &str, shown: ProviderCredential| {
            let now = DateTime::from_timestamp(1_700_000_000, 0).expect("an instant");
            match registry.identify(&name(provider), &shown, now).await {
                Err(Error::Refused(refusal)) => refusal,
                other => panic!("{other:?}"),
            }
        };
        let plain = |token: &str| ProviderCredential::token(token.into());
        assert_eq!(identify("yandex-oauth2", plain("t")).await, Refusal::UnknownProvider);
        let spaced = identify("google-oauth2", plain("a b")).await;
        assert!(matches!(spaced, Refusal::BadRequest(_)));
        let code = ProviderCredential { kind: Some(CredentialKind::Code), ..plain("c") };
        assert!(matches!(identify("google-oauth2", code).await, Refusal::BadRequest(_)));
        let bare_code = ProviderCredential { kind: Some(CredentialKind::Code), ..plain("c") };
        assert!(matches!(identify("vk-oauth2", bare_code).await, Refusal::BadRequest(_)));
    }

    #[test]
    fn what_identify_returns_can_move_between_threads() {
        fn is_send<T: Send>(_: &T) {}
        let registry = registry();
        let (provider, shown) = (name("vk-oauth2"), ProviderCredential::token("t".into()));
        is_send(&registry.identify(&provider, &shown, DateTime::UNIX_EPOCH));
    }
}
