//! Google: `google-oauth2`.

use std::slice;

use futures_util::future::{BoxFuture, join};
use secrecy::ExposeSecret as _;

use super::{
    Provider,
    answer::{Answer, Record},
    error::{Flaw, ProviderError, both},
    exchange::{Counter, exchange},
    fetch::Ask,
    flights::Told,
    guard::{Again, Cx, Line},
    id_token::Rules,
    jwks::Jwks,
    page::Page,
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
        let whom = Ask::post(self.settings.tokeninfo_url.clone(), &[("access_token", token)]);
        let whose = Ask::get(self.settings.userinfo_url.clone()).authorized("Bearer", token);
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

    /// The token came to us alone, straight from Google: whose it is is all that is left to ask.
    async fn by_code(&self, shown: &ProviderCredential, cx: &Cx) -> Told {
        let counter = Counter {
            url: &self.settings.token_url,
            client_id: self.settings.client_ids.first().map_or("", String::as_str),
            secret: self.settings.client_secret.as_ref(),
            extra: &[],
            rejected: ProviderError::Misconfigured(
                "Google rejects the first of google-oauth2.client_ids, or its client_secret",
            ),
        };
        let tokens = exchange(&self.line, counter, shown, cx).await?;
        let url = self.settings.userinfo_url.clone();
        let whose = Ask::get(url).authorized("Bearer", tokens.access_token());
        let whose = told(self.line.ask(&whose, Again::CutOff, cx).await?)?;
        self.identity(&whose, AudienceProof::CodeExchange)
    }

    pub(super) fn identity(&self, told: &Record, audience: AudienceProof) -> Told {
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

    /// Google exchanges no code of a web application without its secret.
    fn page(&self) -> Option<Page<'_>> {
        let Google { settings, .. } = self;
        settings.client_secret.as_ref()?;
        let client_id = settings.client_ids.first()?;
        let (url, scopes) = (&settings.authorize_url, &settings.scopes);
        Some(Page { url, client_id, scopes, method: "S256" })
    }

    fn redeem<'a>(&'a self, code: &'a ProviderCredential, cx: &'a Cx) -> BoxFuture<'a, Told> {
        Box::pin(self.by_code(code, cx))
    }
}

/// Both endpoints say no with 400, 401 or 403, in two styles of body; the status is enough.
pub(super) fn told(answer: Answer) -> Result<Record, ProviderError> {
    match answer.status {
        400 | 401 | 403 => Err(ProviderError::Refused(Why::Unknown)),
        _ => answer.success(),
    }
}

/// Tokeninfo: all its values are strings. `azp` differs from `aud` when an Android application asks
/// on behalf of a web one; both must be ours.
pub(super) fn check_token(whom: &Record, client_ids: &[String]) -> Result<(), ProviderError> {
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
    use super::{Google, check_token, email};
    use crate::{
        config::providers::google,
        crypto::{
            jwt::sign,
            jwt_key::{Algorithm, SigningKey},
            test_keys,
        },
        domain::provider::{EmailTrust, ProviderCredential},
        error::Why,
        providers::{
            Provider as _,
            answer::Record,
            canned::{self, Canned},
            error::{Flaw, ProviderError},
            guard::Cx,
        },
    };
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use chrono::DateTime;
    use serde_json::{Value, json};
    use std::time::Duration;
    use tokio::time::Instant;

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

    #[tokio::test]
    async fn without_the_secret_nobody_is_sent_to_googles_page() {
        let mut settings =
            google::Google { client_ids: vec!["web".to_owned()], ..google::Google::default() };
        assert!(Google::new(&settings, canned::line()).page().is_none());
        settings.client_secret = Some("s".into());
        let google = Google::new(&settings, canned::line());
        assert_eq!(google.page().map(|page| page.client_id), Some("web"));
    }

    /// Google with its keys at a server of ours, and what came of showing it a token.
    struct Desk {
        keys: Canned,
        google: Google,
    }

    impl Desk {
        async fn open(keys: &Value) -> Self {
            let keys = Canned::json(&json!({ "keys": keys })).await;
            let settings = google::Google {
                client_ids: vec!["web".to_owned()],
                jwks_url: keys.url.clone(),
                ..google::Google::default()
            };
            Self { keys, google: Google::new(&settings, canned::line()) }
        }

        async fn shows(&self, token: &str) -> Result<String, ProviderError> {
            let now = DateTime::from_timestamp(NOW, 0).expect("an instant");
            let deadline = Instant::now() + Duration::from_secs(5);
            let shown = ProviderCredential::token(token.into());
            let told = self.google.by_id_token(&shown, &Cx { now, deadline }).await?;
            Ok(told.subject.as_str().to_owned())
        }
    }

    const NOW: i64 = 1_700_000_000;

    fn claims() -> Value {
        json!({"iss": "accounts.google.com", "aud": "web", "sub": "108204268033311374519",
            "iat": NOW, "exp": NOW + 3600, "email": "ada@gmail.com", "email_verified": true})
    }

    fn signed(kid: &str) -> String {
        sign(&claims(), &test_keys::rsa(kid)).expect("signed")
    }

    #[tokio::test]
    async fn an_id_token_is_verified_offline_once_the_keys_are_there() {
        let desk = Desk::open(&json!([test_keys::rsa_jwk("one")])).await;
        for _ in 0..3 {
            assert_eq!(desk.shows(&signed("one")).await.as_deref(), Ok("108204268033311374519"));
        }
        assert_eq!(desk.keys.asked(), 1);
    }

    #[tokio::test]
    async fn a_new_key_is_fetched_at_once_but_made_up_ones_only_once() {
        let desk = Desk::open(&json!([test_keys::rsa_jwk("one")])).await;
        assert!(desk.shows(&signed("one")).await.is_ok());
        desk.keys.now_says(&json!({"keys": [test_keys::rsa_jwk("two")]}));
        assert!(desk.shows(&signed("two")).await.is_ok());
        assert_eq!(desk.keys.asked(), 2);
        for kid in ["a", "b", "c"] {
            let forged = Err(ProviderError::Refused(Why::Forged));
            assert_eq!(desk.shows(&signed(kid)).await, forged);
        }
        assert_eq!(desk.keys.asked(), 2);
    }

    #[tokio::test]
    async fn an_empty_set_never_takes_the_place_of_a_good_one() {
        let desk = Desk::open(&json!([test_keys::rsa_jwk("one")])).await;
        assert!(desk.shows(&signed("one")).await.is_ok());
        desk.keys.now_says(&json!({"keys": []}));
        assert!(desk.shows(&signed("two")).await.is_err());
        assert!(desk.shows(&signed("one")).await.is_ok());
    }

    #[tokio::test]
    async fn without_keys_nobody_is_refused_nor_let_in() {
        let desk = Desk::open(&json!([])).await;
        let odd = Err(ProviderError::Malformed(Flaw::Member("keys")));
        assert_eq!(desk.shows(&signed("one")).await, odd);
    }

    #[tokio::test]
    async fn a_forged_token_is_refused_whatever_its_header_says() {
        let desk = Desk::open(&json!([test_keys::rsa_jwk("one")])).await;
        let modulus = test_keys::rsa_jwk("one")["n"].as_str().expect("n").to_owned();
        let hmac = SigningKey::secret(Algorithm::HS256, modulus.as_bytes()).named("one");
        let ours = SigningKey::pkcs8(Algorithm::ES256, &test_keys::es256_der()).expect("a key");
        let rs384 = SigningKey::pkcs8(Algorithm::RS384, &test_keys::rsa_der()).expect("a key");
        let header = |header: Value| {
            let token = signed("one");
            let (_, rest) = token.split_once('.').expect("a JWT");
            format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
        };
        for token in [
            sign(&claims(), &hmac).expect("signed"),
            sign(&claims(), &ours.named("one")).expect("signed"),
            sign(&claims(), &rs384.named("one")).expect("signed"),
            header(json!({"alg": "none", "kid": "one"})),
            header(json!({"alg": "RS256", "kid": "one", "jku": desk.keys.url.as_str()})),
            header(json!({"alg": "RS256", "kid": "one", "crit": ["b64"], "b64": false})),
        ] {
            let forged = Err(ProviderError::Refused(Why::Forged));
            assert_eq!(desk.shows(&token).await, forged, "{token}");
        }
        assert!(desk.keys.asked() <= 1);
    }

    #[tokio::test]
    async fn a_token_without_a_key_name_is_fine_where_there_is_one_key() {
        let nameless = SigningKey::pkcs8(Algorithm::RS256, &test_keys::rsa_der()).expect("a key");
        let token = sign(&claims(), &nameless).expect("signed");
        let one = Desk::open(&json!([test_keys::rsa_jwk("one")])).await;
        assert!(one.shows(&token).await.is_ok());
        let two = Desk::open(&json!([test_keys::rsa_jwk("one"), test_keys::rsa_jwk("two")])).await;
        assert!(two.shows(&token).await.is_err());
    }
}
