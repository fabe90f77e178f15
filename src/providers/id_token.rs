//! The rules every `id_token` must keep (OpenID Connect Core §3.1.3.7).

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::{answer::Record, error::ProviderError};
use crate::{
    config::providers::common::NonceRule,
    crypto::{
        fingerprint::{at_hash, same, sha256_hex},
        jwt_time::{self, TimeRule},
    },
    domain::provider::ProviderCredential,
    error::Why,
};

/// By how many seconds a provider's clock may differ from ours.
pub(super) const LEEWAY: i64 = 60;

/// What is asked of a token whose signature holds.
pub(super) struct Rules<'a> {
    /// What may stand as `iss`.
    pub(super) issuers: &'a [String],
    /// Our applications.
    pub(super) client_ids: &'a [String],
    /// What is done about the nonce.
    pub(super) nonce: NonceRule,
    /// For how many seconds after its issue it is taken.
    pub(super) max_age: u32,
}

impl Rules<'_> {
    /// Holds the claims of a token against the rules and against what came along with it.
    pub(super) fn check(
        &self,
        claims: &Record,
        shown: &ProviderCredential,
        now: DateTime<Utc>,
    ) -> Result<(), ProviderError> {
        let issued_by = claims.text("iss").unwrap_or_default();
        if !self.issuers.iter().any(|issuer| issuer == issued_by) {
            return Err(ProviderError::Refused(Why::Forged));
        }
        self.check_audience(claims)?;
        let rule = TimeRule { leeway: LEEWAY, max_age: Some(self.max_age.into()) };
        jwt_time::check(claims.members(), rule, now)?;
        self.check_nonce(claims.value("nonce"), shown.nonce.as_deref())?;
        check_at_hash(claims, shown)
    }

    /// `aud` must name one of our applications, and so must `azp`, which several audiences demand.
    fn check_audience(&self, claims: &Record) -> Result<(), ProviderError> {
        let foreign = Err(ProviderError::Refused(Why::ForeignAudience));
        let named: Option<Vec<&str>> = match claims.value("aud") {
            Some(Value::String(one)) => Some(vec![one]),
            Some(Value::Array(several)) => several.iter().map(Value::as_str).collect(),
            _ => None,
        };
        let Some(named) = named else { return foreign };
        let ours = |id: &str| self.client_ids.iter().any(|ours| ours == id);
        if !named.iter().any(|id| ours(id)) {
            return foreign;
        }
        match claims.value("azp") {
            None if named.len() == 1 => Ok(()),
            Some(Value::String(party)) if ours(party) => Ok(()),
            _ => foreign,
        }
    }

    /// The token has the nonce as the application sent it, or its SHA-256 in hex, as iOS and Android
    /// examples have it.
    fn check_nonce(&self, told: Option<&Value>, sent: Option<&str>) -> Result<(), ProviderError> {
        let forged = Err(ProviderError::Refused(Why::Forged));
        match (self.nonce, told, sent) {
            (NonceRule::Ignored, _, _) | (NonceRule::Optional, None, None) => Ok(()),
            (_, Some(Value::String(told)), Some(sent)) => {
                let meant = same(told, sent) || same(told, &sha256_hex(sent));
                if meant { Ok(()) } else { forged }
            }
            _ => forged,
        }
    }
}

/// An access token that came along must be the one that the `id_token` was issued with.
fn check_at_hash(claims: &Record, shown: &ProviderCredential) -> Result<(), ProviderError> {
    let (Some(told), Some(token)) = (claims.value("at_hash"), &shown.access_token) else {
        return Ok(());
    };
    match told.as_str() {
        Some(told) if same(told, &at_hash(token.expose_secret())) => Ok(()),
        _ => Err(ProviderError::Refused(Why::Forged)),
    }
}

#[cfg(test)]
mod tests {
    use super::Rules;
    use crate::{
        config::providers::common::NonceRule,
        crypto::fingerprint::{at_hash, sha256_hex},
        domain::provider::ProviderCredential,
        error::Why,
        providers::error::ProviderError,
    };
    use chrono::DateTime;
    use serde_json::{Value, json};

    const NOW: i64 = 1_700_000_000;

    fn verdict(nonce: NonceRule, change: &Value, shown: &ProviderCredential) -> Result<(), Why> {
        let mut claims = json!({
            "iss": "accounts.google.com", "aud": "web", "sub": "1", "iat": NOW, "exp": NOW + 3600,
        });
        for (name, value) in change.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        let claims = claims.as_object().expect("an object");
        // `null` in a change takes the claim away.
        let claims: serde_json::Map<_, _> =
            claims.clone().into_iter().filter(|(_, value)| !value.is_null()).collect();
        let rules = Rules {
            issuers: &["https://accounts.google.com".to_owned(), "accounts.google.com".to_owned()],
            client_ids: &["web".to_owned(), "android".to_owned()],
            nonce,
            max_age: 3600,
        };
        let now = DateTime::from_timestamp(NOW, 0).expect("an instant");
        rules.check(&claims.into(), shown, now).map_err(|why| match why {
            ProviderError::Refused(why) => why,
            other => panic!("{other:?}"),
        })
    }

    fn bare() -> ProviderCredential {
        ProviderCredential::token("t".into())
    }

    #[test]
    fn the_issuer_is_one_of_the_list_to_the_letter() {
        for (iss, wanted) in [
            (json!("https://accounts.google.com"), Ok(())),
            (json!("https://accounts.google.com/"), Err(Why::Forged)),
            (json!("https://accounts.google.com.evil.test"), Err(Why::Forged)),
            (json!("HTTPS://accounts.google.com"), Err(Why::Forged)),
            (json!(["accounts.google.com"]), Err(Why::Forged)),
            (json!(""), Err(Why::Forged)),
            (json!(null), Err(Why::Forged)),
        ] {
            assert_eq!(
                verdict(NonceRule::Optional, &json!({"iss": iss}), &bare()),
                wanted,
                "{iss}"
            );
        }
    }

    #[test]
    fn the_audience_and_the_party_are_ours() {
        let foreign = Err(Why::ForeignAudience);
        for (change, wanted) in [
            (json!({"aud": "web"}), Ok(())),
            (json!({"aud": "web", "azp": "android"}), Ok(())),
            (json!({"aud": ["web"]}), Ok(())),
            (json!({"aud": ["web", "other"], "azp": "web"}), Ok(())),
            (json!({"aud": ["web", "other"]}), foreign),
            (json!({"aud": ["web", "other"], "azp": "other"}), foreign),
            (json!({"aud": "web", "azp": "other"}), foreign),
            (json!({"aud": "web", "azp": 1}), foreign),
            (json!({"aud": "other"}), foreign),
            (json!({"aud": "other", "azp": "web"}), foreign),
            (json!({"aud": "WEB"}), foreign),
            (json!({"aud": []}), foreign),
            (json!({"aud": ["web", 1], "azp": "web"}), foreign),
            (json!({"aud": {"web": true}}), foreign),
            (json!({"aud": null}), foreign),
        ] {
            assert_eq!(verdict(NonceRule::Optional, &change, &bare()), wanted, "{change}");
        }
    }

    #[test]
    fn it_holds_from_its_issue_to_its_end() {
        for (change, wanted) in [
            (json!({"exp": NOW - 59}), Ok(())),
            (json!({"exp": NOW - 60}), Err(Why::Expired)),
            (json!({"iat": NOW - 3600}), Ok(())),
            (json!({"iat": NOW - 3601}), Err(Why::Expired)),
            (json!({"iat": NOW + 60}), Ok(())),
            (json!({"iat": NOW + 61}), Err(Why::Malformed)),
            (json!({"nbf": NOW + 61}), Err(Why::Malformed)),
            (json!({"exp": "9999999999"}), Err(Why::Malformed)),
            (json!({"exp": null}), Err(Why::Malformed)),
            (json!({"iat": null}), Err(Why::Malformed)),
        ] {
            assert_eq!(verdict(NonceRule::Optional, &change, &bare()), wanted, "{change}");
        }
    }

    #[test]
    fn the_nonce_is_both_or_neither_raw_or_hashed() {
        use NonceRule::{Ignored, Optional, Required};
        let sent = || ProviderCredential { nonce: Some("n".to_owned()), ..bare() };
        let hashed = json!({"nonce": sha256_hex("n")});
        let (raw, none, other) = (json!({"nonce": "n"}), json!({}), json!({"nonce": "m"}));
        for (rule, told, shown, fine) in [
            (Optional, &none, bare(), true),
            (Optional, &raw, sent(), true),
            (Optional, &hashed, sent(), true),
            (Optional, &raw, bare(), false),
            (Optional, &none, sent(), false),
            (Optional, &other, sent(), false),
            (Required, &none, bare(), false),
            (Required, &raw, sent(), true),
            (Required, &other, sent(), false),
            (Ignored, &other, sent(), true),
            (Ignored, &raw, bare(), true),
        ] {
            let wanted = if fine { Ok(()) } else { Err(Why::Forged) };
            assert_eq!(verdict(rule, told, &shown), wanted, "{rule:?} {told}");
        }
        assert_eq!(verdict(Optional, &json!({"nonce": 1}), &sent()), Err(Why::Forged));
    }

    #[test]
    fn an_access_token_that_came_along_is_the_one_it_was_issued_with() {
        let along = || ProviderCredential { access_token: Some("at".into()), ..bare() };
        let check =
            |told: Value, shown| verdict(NonceRule::Optional, &json!({"at_hash": told}), &shown);
        assert_eq!(check(json!(at_hash("at")), along()), Ok(()));
        assert_eq!(check(json!(at_hash("other")), along()), Err(Why::Forged));
        assert_eq!(check(json!(1), along()), Err(Why::Forged));
        assert_eq!(check(json!(at_hash("other")), bare()), Ok(()));
    }
}
