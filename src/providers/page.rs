//! The provider's own page: where people are sent to say yes (RFC 6749 §4.1.1, RFC 7636).

use oauth2::{
    AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    basic::BasicClient,
};
use secrecy::ExposeSecret as _;
use url::Url;

use super::error::ProviderError;
use crate::domain::provider::Departure;

/// A provider's page, as one of our applications sends people there.
pub(super) struct Page<'a> {
    /// Its address.
    pub(super) url: &'a Url,
    /// The application: the first of the configured ones.
    pub(super) client_id: &'a str,
    /// What people are asked to share.
    pub(super) scopes: &'a [String],
    /// The word for SHA-256 challenges: `S256` (RFC 7636 §4.2), at VK ID in lower case.
    pub(super) method: &'static str,
}

impl Page<'_> {
    /// The whole address for one departure.
    pub(super) fn address(&self, departure: &Departure) -> Result<Url, ProviderError> {
        let redirect = RedirectUrl::new(departure.redirect_uri.clone())
            .map_err(|_why| ProviderError::BadRequest("redirect_uri is not an absolute address"))?;
        let verifier = PkceCodeVerifier::new(departure.verifier.expose_secret().to_owned());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        let client = BasicClient::new(ClientId::new(self.client_id.to_owned()))
            .set_auth_uri(AuthUrl::from_url(self.url.clone()))
            .set_redirect_uri(redirect);
        let state = departure.state.clone();
        let (url, _state) = client
            .authorize_url(move || CsrfToken::new(state))
            .add_scopes(self.scopes.iter().cloned().map(Scope::new))
            .add_extra_param("code_challenge", challenge.as_str())
            .add_extra_param("code_challenge_method", self.method)
            .url();
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::Page;
    use crate::domain::provider::Departure;
    use std::collections::HashMap;
    use url::Url;

    #[test]
    fn the_address_carries_what_the_rfcs_want_and_never_the_verifier() {
        let page = Page {
            url: &Url::parse("https://id.example/authorize").expect("a URL"),
            client_id: "web",
            scopes: &["openid".to_owned(), "email".to_owned()],
            method: "S256",
        };
        let departure = Departure {
            redirect_uri: "https://app.example/cb?x=1".to_owned(),
            state: "st".to_owned(),
            // The example of RFC 7636, appendix B.
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into(),
        };
        let url = page.address(&departure).expect("an address");
        let told: HashMap<_, _> = url.query_pairs().into_owned().collect();
        for (name, wanted) in [
            ("response_type", "code"),
            ("client_id", "web"),
            ("redirect_uri", "https://app.example/cb?x=1"),
            ("state", "st"),
            ("scope", "openid email"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(told.get(name).map(String::as_str), Some(wanted), "{name}");
        }
        assert_eq!(told.len(), 7);
    }
}
