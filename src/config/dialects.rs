//! The `[dialects]` section: choices within the published contracts.

use serde::Deserialize;

/// One block for each dialect that leaves a choice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dialects {
    /// `POST /auth/convert-token`.
    pub convert_token: ConvertToken,
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
