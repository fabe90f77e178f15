//! The `[dialects]` section: choices within the published contracts.

pub mod api;
pub mod mount;
pub mod signin;

use secrecy::SecretString;
use serde::Deserialize;

use super::problem::{Finding, complain_if, under};

/// One block for each dialect that leaves a choice.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dialects {
    /// `POST /auth/convert-token`.
    pub convert_token: ConvertToken,
    /// `/api/login` and its like.
    pub api: api::Api,
    /// `/signin` and its like.
    pub signin: signin::Signin,
}

impl Dialects {
    /// Where seed 2's calls begin; nowhere when they are off, or have no key to sign with.
    pub fn api_at(&self, common: Option<&SecretString>) -> Option<&str> {
        let key = self.api.jwt_secret.as_ref().or(common);
        key.filter(|_| self.api.enabled).map(|_| self.api.path.as_str())
    }

    /// The same for seed 3's.
    pub fn signin_at(&self, common: Option<&SecretString>) -> Option<&str> {
        let key = self.signin.jwt_secret.as_ref().or(common);
        key.filter(|_| self.signin.enabled).map(|_| self.signin.path.as_str())
    }

    /// An account that works at once tells that its address was free: whoever registers it and logs in
    /// knows that nobody else had it.
    pub(super) fn warnings(&self, hides_accounts: bool) -> Vec<Finding> {
        let text = "lets people in at once, and so tells who had no account, which \
                    registration.reveal_existing = false is to hide; turn it on";
        let tells = |enabled: bool, required: bool| hides_accounts && enabled && !required;
        let (api, signin) = (&self.api, &self.signin);
        let findings = [
            (tells(api.enabled, api.require_activation), "api.require_activation"),
            (tells(signin.enabled, signin.require_activation), "signin.require_activation"),
        ];
        findings.into_iter().filter_map(|(bad, key)| complain_if(bad, key, text)).collect()
    }

    pub(super) fn validate(&self) -> Vec<Finding> {
        let (api, signin) = (&self.api, &self.signin);
        let meet = api.enabled && signin.enabled && api.path == signin.path;
        let text =
            "is that of dialects.api as well: both would answer to its refresh; write another";
        let finding = meet.then(|| ("signin.path".to_owned(), text.to_owned()));
        let sections = [("api", api.validate()), ("signin", signin.validate())];
        let below = sections.into_iter().flat_map(|(name, findings)| under(name, findings));
        finding.into_iter().chain(below).collect()
    }
}

/// Choices of the token exchange.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConvertToken {
    /// The form of its refusals: `rfc` or `drf`.
    pub errors: ErrorForm,
}

/// The form of refusals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorForm {
    /// RFC 6749 §5.2: `error` and `error_description`.
    #[default]
    Rfc,
    /// As Django REST Framework words them: lists of sentences by field.
    Drf,
}
