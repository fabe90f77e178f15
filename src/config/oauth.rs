//! The `[oauth]` section: the authorization server and OpenID provider.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::problem::{Finding, complain_if};
use crate::domain::signing::SigningAlgorithm;

/// How it signs. It is on whenever `jwt.signing_key` is set.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OAuth {
    /// The algorithm of `id_token`s and access JWTs: ES256, `EdDSA` or RS256.
    pub signing_algorithm: String,
    /// The token that lets clients register themselves; without it that is off.
    pub registration_token: Option<SecretString>,
}

impl Default for OAuth {
    fn default() -> Self {
        Self {
            signing_algorithm: SigningAlgorithm::default().word().to_owned(),
            registration_token: None,
        }
    }
}

impl OAuth {
    pub(super) fn validate(&self) -> Vec<Finding> {
        let unknown = SigningAlgorithm::parse(&self.signing_algorithm).is_none();
        let text = "is none of ES256, EdDSA and RS256; write one of them";
        let token = self.registration_token.as_ref().map(ExposeSecret::expose_secret);
        let is_fit = |token: &str| token.len() >= 32 && token.bytes().all(|b| b.is_ascii_graphic());
        let weak = token.is_some_and(|token| !is_fit(token));
        let mend = "must be 32 characters at least, printable ASCII without spaces; \
                    `openssl rand -base64 32` makes one";
        let findings = [
            complain_if(unknown, "signing_algorithm", text),
            complain_if(weak, "registration_token", mend),
        ];
        findings.into_iter().flatten().collect()
    }
}
