//! VK: `vk-oauth2`, which is VK ID and, behind it, the old VK OAuth.
//!
//! An `id_token` of VK ID is never verified here: VK publishes no keys for it.

use std::iter;

use futures_util::future::BoxFuture;
use secrecy::ExposeSecret as _;
use url::Url;

use super::{
    Provider,
    answer::Record,
    error::ProviderError,
    exchange::{Counter, Tokens, exchange},
    flights::Told,
    guard::{Cx, Line},
    page::Page,
    person,
    vk_id::{self, Owner},
    vk_legacy::Legacy,
};
use crate::{
    config::providers::vk,
    domain::provider::{
        AudienceProof, CredentialKind, EmailTrust, ProviderCredential, ProviderIdentity,
    },
    error::Why,
};

/// VK accounts.
pub(super) struct Vk {
    settings: vk::Vk,
    accepted: Vec<CredentialKind>,
    legacy: Option<Legacy>,
    line: Line,
}

impl Vk {
    pub(super) fn new(settings: &vk::Vk, line: Line) -> Self {
        let legacy = Legacy::new(settings);
        let mut accepted = vec![CredentialKind::Code];
        if settings.accept_user_info_binding || legacy.is_some() {
            accepted.push(CredentialKind::AccessToken);
        }
        if settings.accept_user_info_binding {
            accepted.push(CredentialKind::IdToken);
        }
        Self { settings: settings.clone(), accepted, legacy, line }
    }

    /// We exchange the code ourselves, so the token is ours beyond doubt.
    async fn by_code(&self, shown: &ProviderCredential, cx: &Cx) -> Told {
        let mut refused = ProviderError::Refused(Why::Unknown);
        // A code does not say for which of our applications it is; PKCE makes asking for each safe.
        for client_id in &self.settings.client_ids {
            match self.exchange(client_id, shown, cx).await {
                Ok(tokens) => return self.owner(client_id, &tokens, shown, cx).await,
                Err(why @ ProviderError::Refused(_)) => refused = why,
                Err(why) => return Err(why),
            }
        }
        Err(refused)
    }

    async fn by_code_of(&self, client_id: &str, shown: &ProviderCredential, cx: &Cx) -> Told {
        let tokens = self.exchange(client_id, shown, cx).await?;
        self.owner(client_id, &tokens, shown, cx).await
    }

    async fn owner(
        &self,
        client_id: &str,
        tokens: &Tokens,
        shown: &ProviderCredential,
        cx: &Cx,
    ) -> Told {
        let url = below(&self.settings.id_url, "/oauth2/user_info");
        let fields = [("access_token", tokens.access_token()), ("client_id", client_id)];
        let Owner::Known(user) = vk_id::ask(&self.line, (url, &fields), shown, cx).await? else {
            return Err(ProviderError::Refused(Why::Unknown));
        };
        let identity = self.identity(&user, AudienceProof::CodeExchange)?;
        if tokens.user_id().is_some_and(|id| id != identity.subject.as_str()) {
            return Err(ProviderError::Refused(Why::Forged));
        }
        Ok(identity)
    }

    async fn exchange(
        &self,
        client_id: &str,
        shown: &ProviderCredential,
        cx: &Cx,
    ) -> Result<Tokens, ProviderError> {
        let Some(device_id) = &shown.device_id else {
            let missing = "a VK code comes with code_verifier and device_id";
            return Err(ProviderError::BadRequest(missing));
        };
        let state = shown.state.as_deref().map(|state| ("state", state));
        let extra: Vec<_> = iter::once(("device_id", device_id.as_str())).chain(state).collect();
        let counter = Counter {
            url: &below(&self.settings.id_url, "/oauth2/auth"),
            client_id,
            // VK ID has no secrets, and answers one with 404.
            secret: None,
            extra: &extra,
            // There is no secret that could be wrong: the code was not given to this application.
            rejected: ProviderError::Refused(Why::ForeignAudience),
        };
        exchange(&self.line, counter, shown, cx).await
    }

    /// VK ID first; a token it does not know may be one of the old OAuth.
    async fn by_access_token(&self, shown: &ProviderCredential, cx: &Cx) -> Told {
        let owner = if self.settings.accept_user_info_binding {
            self.owner_by("/oauth2/user_info", "access_token", shown, cx).await?
        } else {
            Owner::Unknown
        };
        match (owner, &self.legacy) {
            (Owner::Known(user), _) => self.identity(&user, AudienceProof::ClientIdEcho),
            (Owner::Foreign, _) => Err(ProviderError::Refused(Why::ForeignAudience)),
            (Owner::Unknown, None) => Err(ProviderError::Refused(Why::Unknown)),
            (Owner::Unknown, Some(legacy)) => legacy.identify(&self.line, shown, cx).await,
        }
    }

    async fn by_id_token(&self, shown: &ProviderCredential, cx: &Cx) -> Told {
        match self.owner_by("/oauth2/public_info", "id_token", shown, cx).await? {
            Owner::Known(user) => {
                let mut identity = self.identity(&user, AudienceProof::ClientIdEcho)?;
                // Masked: `a***@mail.ru` could be anybody's.
                identity.email = None;
                Ok(identity)
            }
            Owner::Foreign => Err(ProviderError::Refused(Why::ForeignAudience)),
            Owner::Unknown => Err(ProviderError::Refused(Why::Unknown)),
        }
    }

    /// Asks under the id of each of our applications until VK ID tells of the owner. Foreign is what
    /// is foreign to all of them, where it is known at all.
    async fn owner_by(
        &self,
        path: &str,
        field: &str,
        shown: &ProviderCredential,
        cx: &Cx,
    ) -> Result<Owner, ProviderError> {
        let url = below(&self.settings.id_url, path);
        let mut verdict = Owner::Unknown;
        for client_id in &self.settings.client_ids {
            let fields = [(field, shown.token.expose_secret()), ("client_id", client_id)];
            match vk_id::ask(&self.line, (url.clone(), &fields), shown, cx).await? {
                Owner::Known(user) => return Ok(Owner::Known(user)),
                Owner::Foreign => verdict = Owner::Foreign,
                Owner::Unknown => {}
            }
        }
        Ok(verdict)
    }

    /// `verified` in this answer means the account, not its address.
    pub(super) fn identity(&self, user: &Record, audience: AudienceProof) -> Told {
        Ok(ProviderIdentity {
            provider: self.line.provider().clone(),
            subject: person::decimal_subject(user, "user_id")?,
            audience,
            email: person::email(user.text("email"), EmailTrust::Unverified),
            name: person::name(user.text("first_name"), user.text("last_name"), None),
        })
    }
}

impl Provider for Vk {
    fn accepts(&self) -> &[CredentialKind] {
        &self.accepted
    }

    fn identify<'a>(
        &'a self,
        kind: CredentialKind,
        shown: &'a ProviderCredential,
        cx: &'a Cx,
    ) -> BoxFuture<'a, Told> {
        match kind {
            CredentialKind::Code => Box::pin(self.by_code(shown, cx)),
            CredentialKind::IdToken => Box::pin(self.by_id_token(shown, cx)),
            _ => Box::pin(self.by_access_token(shown, cx)),
        }
    }

    fn page(&self) -> Option<Page<'_>> {
        let Vk { settings, .. } = self;
        let client_id = settings.client_ids.first()?;
        let (url, scopes) = (&settings.authorize_url, &settings.scopes);
        Some(Page { url, client_id, scopes, method: "s256" })
    }

    fn redeem<'a>(&'a self, code: &'a ProviderCredential, cx: &'a Cx) -> BoxFuture<'a, Told> {
        let ours = self.settings.client_ids.first().map_or("", String::as_str);
        Box::pin(self.by_code_of(ours, code, cx))
    }
}

/// The address of a path below a base.
pub(super) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url
}

#[cfg(test)]
mod tests {
    use super::{Vk, below};
    use crate::{
        config::providers::{Egress, vk},
        domain::provider::{AudienceProof, CredentialKind, EmailTrust, ProviderName},
        providers::{Provider as _, answer::Record, fetch::Fetcher, guard::Line},
    };
    use serde_json::{Value, json};
    use url::Url;

    fn vk(settings: &vk::Vk) -> Vk {
        let rules = Egress::default();
        let name = ProviderName::parse("vk-oauth2").expect("a name");
        let fetcher = Fetcher::build(&rules, Vec::new()).expect("a client");
        Vk::new(settings, Line::new(name, fetcher, &rules))
    }

    fn record(value: &Value) -> Record {
        value.as_object().expect("an object").clone().into()
    }

    #[tokio::test]
    async fn an_address_of_vk_is_never_trusted_even_of_a_verified_account() {
        let user = record(&json!({
            "user_id": "1234567890", "first_name": "Ada", "last_name": "Lovelace", "phone": "7900",
            "avatar": "https://vk.example/a.jpg", "email": "ada@vk.com", "sex": 2, "verified": true,
        }));
        let told = vk(&vk::Vk::default()).identity(&user, AudienceProof::ClientIdEcho);
        let identity = told.expect("somebody");
        assert_eq!(identity.email.expect("an address").trust, EmailTrust::Unverified);
        assert_eq!(identity.name.full, "Ada Lovelace");
    }

    #[tokio::test]
    async fn an_id_may_be_a_string_or_a_number() {
        for id in [json!("210700286"), json!(210_700_286)] {
            let user = record(&json!({ "user_id": id }));
            let told = vk(&vk::Vk::default()).identity(&user, AudienceProof::ClientIdEcho);
            assert_eq!(told.expect("somebody").subject.as_str(), "210700286");
        }
        let nobody = record(&json!({"user_id": null}));
        assert!(vk(&vk::Vk::default()).identity(&nobody, AudienceProof::ClientIdEcho).is_err());
    }

    #[tokio::test]
    async fn without_a_binding_only_what_can_be_proved_is_taken() {
        use CredentialKind::{AccessToken, Code, IdToken};
        let strict = vk::Vk { accept_user_info_binding: false, ..vk::Vk::default() };
        assert_eq!(vk(&strict).accepts(), [Code]);
        let legacy = vk::Vk { service_token: Some("s".into()), ..strict };
        assert_eq!(vk(&legacy).accepts(), [Code, AccessToken]);
        assert_eq!(vk(&vk::Vk::default()).accepts(), [Code, AccessToken, IdToken]);
    }

    #[test]
    fn a_base_may_end_with_a_slash_and_have_a_path() {
        let address =
            |base: &str| below(&Url::parse(base).expect("a URL"), "/oauth2/auth").to_string();
        assert_eq!(address("https://id.vk.ru"), "https://id.vk.ru/oauth2/auth");
        assert_eq!(address("https://id.vk.ru/"), "https://id.vk.ru/oauth2/auth");
        assert_eq!(
            address("http://127.0.0.1:1/id.vk.ru"),
            "http://127.0.0.1:1/id.vk.ru/oauth2/auth"
        );
    }
}
