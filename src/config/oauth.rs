//! The `[oauth]` section: the authorization server and OpenID provider.

use serde::Deserialize;

use super::problem::{Finding, complain_if};
use crate::domain::signing::SigningAlgorithm;

/// How it signs. It is on whenever `jwt.signing_key` is set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OAuth {
    /// The algorithm of `id_token`s and access JWTs: ES256, `EdDSA` or RS256.
    pub signing_algorithm: String,
}

impl Default for OAuth {
    fn default() -> Self {
        Self { signing_algorithm: SigningAlgorithm::default().word().to_owned() }
    }
}

impl OAuth {
    pub(super) fn validate(&self) -> Vec<Finding> {
        let unknown = SigningAlgorithm::parse(&self.signing_algorithm).is_none();
        let text = "is none of ES256, EdDSA and RS256; write one of them";
        complain_if(unknown, "signing_algorithm", text).into_iter().collect()
    }
}
