//! `[providers.google-oauth2]`.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::{
    Common, Complaint, checks,
    common::{NonceRule, kinds, link_existing},
};
use crate::domain::{identity::LinkExisting, provider::CredentialKind};

/// Google accounts: `id_token`s checked against its published keys, access tokens by asking it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Google {
    /// Whether Google's tokens are exchanged at all.
    pub enabled: bool,
    /// Other names clients use for it, each for this provider alone.
    pub aliases: Vec<String>,
    /// The client ids of your applications (web, Android, iOS); tokens of any other are refused.
    pub client_ids: Vec<String>,
    /// Which of its addresses may lead to an existing account: `verified`, `authoritative`, `never`.
    #[serde(deserialize_with = "link_existing")]
    pub link_existing: LinkExisting,
    /// Whether a person without an e-mail address is refused.
    pub require_email: bool,
    /// PEM files with further roots of trust, for calls to this provider only.
    pub extra_root_ca: Vec<PathBuf>,
    /// What is taken: `id_token`, `access_token`.
    #[serde(deserialize_with = "kinds")]
    pub accept: Vec<CredentialKind>,
    /// The secret of the first of `client_ids`; without it nobody signs in on Google's page.
    pub client_secret: Option<SecretString>,
    /// Google's page on which people sign in.
    pub authorize_url: Url,
    /// Where the code that comes back from that page is exchanged.
    pub token_url: Url,
    /// What people are asked to share on that page.
    pub scopes: Vec<String>,
    /// Where the person behind an access token is asked for.
    pub userinfo_url: Url,
    /// Where the application behind an access token is asked for.
    pub tokeninfo_url: Url,
    /// Where the keys that sign `id_token`s are published.
    pub jwks_url: Url,
    /// What may stand as `iss` in an `id_token`.
    pub issuers: Vec<String>,
    /// The nonce of an `id_token`: `required`, `optional` (both sides have one or neither), `ignored`.
    pub nonce: NonceRule,
    /// Seconds after its issue for which an `id_token` is taken.
    pub max_age_seconds: u32,
}

impl Default for Google {
    fn default() -> Self {
        Self {
            enabled: false,
            aliases: Vec::new(),
            client_ids: Vec::new(),
            link_existing: LinkExisting::Verified,
            require_email: false,
            extra_root_ca: Vec::new(),
            accept: vec![CredentialKind::IdToken, CredentialKind::AccessToken],
            client_secret: None,
            authorize_url: preset("https://accounts.google.com/o/oauth2/v2/auth"),
            token_url: preset("https://oauth2.googleapis.com/token"),
            scopes: ["openid", "email", "profile"].map(str::to_owned).to_vec(),
            userinfo_url: preset("https://www.googleapis.com/oauth2/v3/userinfo"),
            tokeninfo_url: preset("https://oauth2.googleapis.com/tokeninfo"),
            jwks_url: preset("https://www.googleapis.com/oauth2/v3/certs"),
            issuers: vec![
                "https://accounts.google.com".to_owned(),
                "accounts.google.com".to_owned(),
            ],
            nonce: NonceRule::Optional,
            max_age_seconds: 3600,
        }
    }
}

impl Google {
    /// The name clients send as `backend`.
    pub const NAME: &'static str = "google-oauth2";

    /// What it has in common with every provider.
    pub fn common(&self) -> Common<'_> {
        Common {
            enabled: self.enabled,
            aliases: &self.aliases,
            client_ids: &self.client_ids,
            link_existing: self.link_existing,
            require_email: self.require_email,
            extra_root_ca: &self.extra_root_ca,
        }
    }

    pub(super) fn validate(&self, private: bool, wrong: &mut Vec<Complaint>) {
        checks::url("google-oauth2.authorize_url", &self.authorize_url, private, wrong);
        checks::url("google-oauth2.token_url", &self.token_url, private, wrong);
        checks::secret("google-oauth2.client_secret", self.client_secret.as_ref(), wrong);
        checks::scopes("google-oauth2.scopes", &self.scopes, wrong);
        checks::url("google-oauth2.userinfo_url", &self.userinfo_url, private, wrong);
        checks::url("google-oauth2.tokeninfo_url", &self.tokeninfo_url, private, wrong);
        checks::url("google-oauth2.jwks_url", &self.jwks_url, private, wrong);
        let ours = |kind: &CredentialKind| {
            matches!(kind, CredentialKind::IdToken | CredentialKind::AccessToken)
        };
        if self.accept.is_empty() || !self.accept.iter().all(ours) {
            let mend = "list id_token, access_token or both";
            wrong.push(("google-oauth2.accept".to_owned(), mend.to_owned()));
        }
        if self.issuers.is_empty() {
            let mend = "list what may stand as iss";
            wrong.push(("google-oauth2.issuers".to_owned(), mend.to_owned()));
        }
        if self.max_age_seconds == 0 {
            let mend = "must be at least 1";
            wrong.push(("google-oauth2.max_age_seconds".to_owned(), mend.to_owned()));
        }
    }

    pub(super) fn warnings(&self, odd: &mut Vec<Complaint>) {
        if self.nonce == NonceRule::Ignored {
            let why = "an id_token caught on its way can be shown again until it expires";
            odd.push(("google-oauth2.nonce".to_owned(), why.to_owned()));
        }
    }
}

#[expect(clippy::expect_used, reason = "a constant address, read by the tests of this file")]
pub(super) fn preset(address: &'static str) -> Url {
    Url::parse(address).expect("a constant address")
}

#[cfg(test)]
mod tests {
    use super::Google;
    use crate::config::providers::{Vk, Yandex};

    #[test]
    fn the_preset_addresses_are_addresses() {
        let google = Google::default();
        assert_eq!(google.jwks_url.host_str(), Some("www.googleapis.com"));
        assert_eq!(Yandex::default().info_url.host_str(), Some("login.yandex.ru"));
        assert_eq!(Vk::default().id_url.host_str(), Some("id.vk.ru"));
    }
}
