//! `[providers.vk-oauth2]`.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::{Common, Complaint, checks, common::link_existing, google::preset};
use crate::domain::identity::LinkExisting;

/// VK ID codes and tokens, and tokens of the old VK OAuth when the service token is known.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Vk {
    /// Whether VK's tokens are exchanged at all.
    pub enabled: bool,
    /// Other names clients use for it, each for this provider alone.
    pub aliases: Vec<String>,
    /// The ids of your applications (VK has one per platform); tokens of any other are refused.
    pub client_ids: Vec<String>,
    /// Which of its addresses may lead to an existing account. VK vouches for none of them.
    #[serde(deserialize_with = "link_existing")]
    pub link_existing: LinkExisting,
    /// Whether a person without an e-mail address is refused.
    pub require_email: bool,
    /// PEM files with further roots of trust, for calls to this provider only.
    pub extra_root_ca: Vec<PathBuf>,
    /// The API of the old VK OAuth, up to `/method`.
    pub api_url: Url,
    /// VK ID, without a path.
    pub id_url: Url,
    /// VK ID's page on which people sign in.
    pub authorize_url: Url,
    /// What people are asked to share on that page; empty: their name.
    pub scopes: Vec<String>,
    /// The version of the API, sent as `v`.
    pub api_version: String,
    /// The application's service token, with which old tokens are checked; without it none is taken.
    pub service_token: Option<SecretString>,
    /// A file that holds `service_token`.
    pub service_token_file: Option<PathBuf>,
    /// Whether a VK ID token counts as issued to the application under whose id VK ID tells of its
    /// owner. VK does not document that it refuses tokens of others; when off, VK ID tokens are
    /// refused and only codes and old tokens are taken.
    pub accept_user_info_binding: bool,
}

impl Default for Vk {
    fn default() -> Self {
        Self {
            enabled: false,
            aliases: Vec::new(),
            client_ids: Vec::new(),
            link_existing: LinkExisting::Never,
            require_email: false,
            extra_root_ca: Vec::new(),
            api_url: preset("https://api.vk.ru/method"),
            id_url: preset("https://id.vk.ru"),
            authorize_url: preset("https://id.vk.ru/authorize"),
            scopes: Vec::new(),
            api_version: "5.199".to_owned(),
            service_token: None,
            service_token_file: None,
            accept_user_info_binding: true,
        }
    }
}

impl Vk {
    /// The name clients send as `backend`.
    pub const NAME: &'static str = "vk-oauth2";

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
        checks::url("vk-oauth2.api_url", &self.api_url, private, wrong);
        checks::url("vk-oauth2.id_url", &self.id_url, private, wrong);
        checks::url("vk-oauth2.authorize_url", &self.authorize_url, private, wrong);
        checks::scopes("vk-oauth2.scopes", &self.scopes, wrong);
        checks::secret("vk-oauth2.service_token", self.service_token.as_ref(), wrong);
        let digit_or_dot = |c: char| c.is_ascii_digit() || c == '.';
        if self.api_version.is_empty() || !self.api_version.chars().all(digit_or_dot) {
            let mend = "write a version such as 5.199";
            wrong.push(("vk-oauth2.api_version".to_owned(), mend.to_owned()));
        }
    }

    pub(super) fn warnings(&self, odd: &mut Vec<Complaint>) {
        if self.accept_user_info_binding {
            let why = "VK does not document that user_info refuses tokens of other applications; \
                       try it with two applications, or take codes only";
            odd.push(("vk-oauth2.accept_user_info_binding".to_owned(), why.to_owned()));
        }
    }
}
