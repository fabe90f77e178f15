//! `[providers.yandex-oauth2]`.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::{Common, Complaint, checks, common::link_existing, google::preset};
use crate::domain::identity::LinkExisting;

/// Yandex ID: access tokens by asking it, and its JWTs when the application's secret is known.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Yandex {
    /// Whether Yandex' tokens are exchanged at all.
    pub enabled: bool,
    /// Other names clients use for it, each for this provider alone.
    pub aliases: Vec<String>,
    /// The client ids of your applications; tokens of any other are refused.
    pub client_ids: Vec<String>,
    /// Which of its addresses may lead to an existing account: `verified`, `authoritative`, `never`.
    #[serde(deserialize_with = "link_existing")]
    pub link_existing: LinkExisting,
    /// Whether a person without an e-mail address is refused.
    pub require_email: bool,
    /// PEM files with further roots of trust, for calls to this provider only.
    pub extra_root_ca: Vec<PathBuf>,
    /// Where the person and the application behind an access token are asked for.
    pub info_url: Url,
    /// Yandex' page on which people sign in.
    pub authorize_url: Url,
    /// Where the code that comes back from that page is exchanged.
    pub token_url: Url,
    /// What people are asked to share on that page; empty: what the application was registered with.
    pub scopes: Vec<String>,
    /// The application's secret, with which Yandex signs its JWTs; without it no JWT is taken, and a
    /// code of the first of `client_ids` is exchanged with PKCE alone.
    pub client_secret: Option<SecretString>,
    /// A file that holds `client_secret`.
    pub client_secret_file: Option<PathBuf>,
    /// Whether addresses outside Yandex' own domains count as verified. Yandex does not promise it.
    pub trust_default_email: bool,
    /// Seconds after its issue for which a JWT is taken.
    pub max_age_seconds: u32,
}

impl Default for Yandex {
    fn default() -> Self {
        Self {
            enabled: false,
            aliases: Vec::new(),
            client_ids: Vec::new(),
            link_existing: LinkExisting::Authoritative,
            require_email: false,
            extra_root_ca: Vec::new(),
            info_url: preset("https://login.yandex.ru/info"),
            authorize_url: preset("https://oauth.yandex.ru/authorize"),
            token_url: preset("https://oauth.yandex.ru/token"),
            scopes: Vec::new(),
            client_secret: None,
            client_secret_file: None,
            trust_default_email: false,
            max_age_seconds: 3600,
        }
    }
}

impl Yandex {
    /// The name clients send as `backend`.
    pub const NAME: &'static str = "yandex-oauth2";

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
        checks::url("yandex-oauth2.info_url", &self.info_url, private, wrong);
        checks::url("yandex-oauth2.authorize_url", &self.authorize_url, private, wrong);
        checks::url("yandex-oauth2.token_url", &self.token_url, private, wrong);
        checks::scopes("yandex-oauth2.scopes", &self.scopes, wrong);
        checks::secret("yandex-oauth2.client_secret", self.client_secret.as_ref(), wrong);
        if self.max_age_seconds == 0 {
            let mend = "must be at least 1";
            wrong.push(("yandex-oauth2.max_age_seconds".to_owned(), mend.to_owned()));
        }
    }

    pub(super) fn warnings(&self, odd: &mut Vec<Complaint>) {
        if self.trust_default_email {
            let why = "Yandex does not promise that default_email is confirmed outside its domains";
            odd.push(("yandex-oauth2.trust_default_email".to_owned(), why.to_owned()));
        }
    }
}
