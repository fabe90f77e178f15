//! Google: `google-oauth2`.

use std::slice;

use futures_util::future::{BoxFuture, join};
use secrecy::ExposeSecret as _;
use url::Url;

use super::{
    Provider,
    answer::{Answer, Record},
    error::{Flaw, ProviderError, both},
    fetch::Ask,
    flights::Told,
    guard::{Again, Cx, Line},
    id_token::Rules,
    jwks::Jwks,
    person,
};
use crate::{
    config::providers::google,
    crypto::{jwt::Jws, jwt_key::Algorithm},
    domain::provider::{
        AudienceProof, CredentialKind, EmailTrust, ProviderCredential, ProviderEmail,
        ProviderIdentity,
    },
    error::Why,
};

/// Google signs with nothing else.
const ALGORITHMS: &[Algorithm] = &[Algorithm::RS256];

/// Google accounts.
pub(super) struct Google {
    settings: google::Google,
    keys: Jwks,
    line: Line,
}

impl Google {
    pub(super) fn new(settings: &google::Google, line: Line) -> Self {
        let keys = Jwks::new(settings.jwks_url.clone(), ALGORITHMS);
        Self { settings: settings.clone(), keys, line }
    }

    /// Offline but for the keys: the signature covers the audience.
    async fn by_id_token(&self, shown: &ProviderCredential, cx: &Cx) -> Told {
        let token = Jws::parse(shown.token.expose_secret())?;
        let key = self.keys.find(token.kid(), &self.line, cx).await?;
        let claims = Record::from(token.verify(&key)?);
        let rules = Rules {
            issuers: &self.settings.issuers,
            client_ids: &self.settings.client_ids,
            nonce: self.settings.nonce,
            max_age: self.settings.max_age_seconds,
        };
        rules.check(&claims, shown, cx.now)?;
        self.identity(&claims, AudienceProof::SignedClaim)
    }

    /// Two questions at once: for whom was it issued, and whose is it. Both must mean one person.
    async fn by_access_token(&self, shown: &ProviderCredential, cx: &Cx) -> Told {
        let token = shown.token.expose_secret();
        let url = |url: &Url| url.clone();
        let whom = Ask::post(url(&self.settings.tokeninfo_url), &[("access_token", token)]);
        let whose = Ask::get(url(&self.settings.userinfo_url)).authorized("Bearer", token);
        let (whom, whose) =
            join(self.line.ask(&whom, Again::CutOff, cx), self.line.ask(&whose, Again::CutOff, cx))
                .await;
        let (whom, whose) = both(whom.and_then(told), whose.and_then(told))?;
        check_token(&whom, &self.settings.client_ids)?;
        let identity = self.identity(&whose, AudienceProof::Introspected)?;
        if person::subject(&whom, "sub")? != identity.subject {
            return Err(ProviderError::Refused(Why::Forged));
        }
        Ok(identity)
    }

    fn identity(&self, told: &Record, audience: AudienceProof) -> Told {
        Ok(ProviderIdentity {
            provider: self.line.provider().clone(),
            subject: person::subject(told, "sub")?,
            audience,
            email: email(told),
            name: person::name(
                told.text("given_name"),
                told.text("family_name"),
                told.text("name"),
            ),
        })
    }
}

impl Provider for Google {
    fn accepts(&self) -> &[CredentialKind] {
        &self.settings.accept
    }

    fn identify<'a>(
        &'a self,
        kind: CredentialKind,
        shown: &'a ProviderCredential,
        cx: &'a Cx,
    ) -> BoxFuture<'a, Told> {
        match kind {
            CredentialKind::IdToken => Box::pin(self.by_id_token(shown, cx)),
            _ => Box::pin(self.by_access_token(shown, cx)),
        }
    }
}

/// Both endpoints say no with 400, 401 or 403, in two styles of body; the status is enough.
fn told(answer: Answer) -> Result<Record, ProviderError> {
    match answer.status {
        400 | 401 | 403 => Err(ProviderError::Refused(Why::Unknown)),
        _ => answer.success(),
    }
}

/// Tokeninfo: all its values are strings. `azp` differs from `aud` when an Android application asks
/// on behalf of a web one; both must be ours.
fn check_token(whom: &Record, client_ids: &[String]) -> Result<(), ProviderError> {
    let aud = whom.text("aud").ok_or(ProviderError::Malformed(Flaw::Member("aud")))?;
    let azp = whom.value("azp").map(|azp| azp.as_str().unwrap_or_default());
    let ours = |id: &str| client_ids.iter().any(|ours| ours == id);
    if !slice::from_ref(&aud).iter().chain(&azp).all(|id| ours(id)) {
        return Err(ProviderError::Refused(Why::ForeignAudience));
    }
    match whom.number("expires_in") {
        Some(left) if left > 0 => Ok(()),
        Some(_) => Err(ProviderError::Refused(Why::Expired)),
        None => Err(ProviderError::Malformed(Flaw::Member("expires_in"))),
    }
}

/// Google is the mail host of its own domains and of hosted ones (`hd`); for any other address it
/// has, at some time, seen that mail arrives.
fn email(told: &Record) -> Option<ProviderEmail> {
    let mut email = person::email(told.text("email"), EmailTrust::Unverified)?;
    if told.flag("email_verified") == Some(true) {
        let host = matches!(email.address.domain(), "gmail.com" | "googlemail.com");
        let hosted = host || told.text("hd").is_some();
        email.trust = if hosted { EmailTrust::Authoritative } else { EmailTrust::Verified };
    }
    Some(email)
}

#[cfg(test)]
mod tests {
    use super::{check_token, email};
    use crate::{
        domain::provider::EmailTrust,
        error::Why,
        providers::{
            answer::Record,
            error::{Flaw, ProviderError},
        },
    };
    use serde_json::{Value, json};

    fn record(value: &Value) -> Record {
        value.as_object().expect("an object").clone().into()
    }

    #[test]
    fn a_token_of_another_application_is_foreign() {
        let ours = ["web".to_owned(), "android".to_owned()];
        let foreign = Err(ProviderError::Refused(Why::ForeignAudience));
        for (told, wanted) in [
            (json!({"aud": "web", "azp": "web", "expires_in": "3599"}), Ok(())),
            (json!({"aud": "web", "azp": "android", "expires_in": 1}), Ok(())),
            (json!({"aud": "web", "expires_in": "3599"}), Ok(())),
            (json!({"aud": "other", "azp": "web", "expires_in": "3599"}), foreign.clone()),
            (json!({"aud": "web", "azp": "other", "expires_in": "3599"}), foreign.clone()),
            (json!({"aud": "web", "azp": null, "expires_in": "3599"}), foreign),
            (json!({"aud": "web", "expires_in": "0"}), Err(ProviderError::Refused(Why::Expired))),
            (json!({"aud": "web"}), Err(ProviderError::Malformed(Flaw::Member("expires_in")))),
            (json!({"expires_in": "1"}), Err(ProviderError::Malformed(Flaw::Member("aud")))),
        ] {
            assert_eq!(check_token(&record(&told), &ours), wanted, "{told}");
        }
    }

    #[test]
    fn an_address_is_trusted_as_far_as_google_vouches_for_it() {
        use EmailTrust::{Authoritative, Unverified, Verified};
        for (address, verified, hosted, wanted) in [
            ("ada@gmail.com", json!(true), json!(null), Authoritative),
            ("ada@GoogleMail.com", json!("true"), json!(null), Authoritative),
            ("ada@firm.example", json!(true), json!("firm.example"), Authoritative),
            ("ada@firm.example", json!(true), json!(null), Verified),
            ("ada@firm.example", json!(true), json!(""), Verified),
            ("ada@gmail.com", json!(false), json!("x"), Unverified),
            ("ada@gmail.com", json!("false"), json!(null), Unverified),
            ("ada@gmail.com", json!(null), json!(null), Unverified),
            ("ada@gmail.com", json!("yes"), json!(null), Unverified),
        ] {
            let told = json!({"email": address, "email_verified": verified, "hd": hosted});
            assert_eq!(email(&record(&told)).expect("an address").trust, wanted, "{told}");
        }
    }

    #[test]
    fn without_an_address_there_is_none() {
        for told in [json!({}), json!({"email": ""}), json!({"email": 1, "email_verified": true})] {
            assert_eq!(email(&record(&told)), None);
        }
    }
}
