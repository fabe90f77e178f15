//! Yandex ID: `yandex-oauth2`.

use futures_util::future::BoxFuture;
use secrecy::ExposeSecret as _;

use super::{
    Provider,
    answer::{Answer, Record},
    error::{Flaw, ProviderError},
    exchange::{Counter, exchange},
    fetch::Ask,
    flights::Told,
    guard::{Again, Cx, Line},
    id_token::LEEWAY,
    page::Page,
    person,
};
use crate::{
    config::providers::yandex,
    crypto::{
        jwt::Jws,
        jwt_key::{Algorithm, VerifyingKey},
        jwt_time::{self, TimeRule},
    },
    domain::{
        language::Language,
        provider::{
            AudienceProof, CredentialKind, EmailTrust, ProviderCredential, ProviderEmail,
            ProviderIdentity,
        },
    },
    error::Why,
};

/// The issuer of its JWTs.
const ISSUER: &str = "login.yandex.ru";

/// The domains under which Yandex itself gives out mailboxes.
const OWN_DOMAINS: [&str; 20] = [
    "ya.ru",
    "yandex.ru",
    "yandex.com",
    "yandex.by",
    "yandex.kz",
    "yandex.ua",
    "yandex.uz",
    "yandex.az",
    "yandex.ee",
    "yandex.fr",
    "yandex.kg",
    "yandex.lt",
    "yandex.lv",
    "yandex.md",
    "yandex.tj",
    "yandex.tm",
    "yandex.com.am",
    "yandex.com.ge",
    "yandex.com.tr",
    "yandex.co.il",
];

/// Yandex accounts.
pub(super) struct Yandex {
    settings: yandex::Yandex,
    key: Option<VerifyingKey>,
    line: Line,
}

impl Yandex {
    pub(super) fn new(settings: &yandex::Yandex, line: Line) -> Self {
        let key = settings.client_secret.as_ref().map(|secret| {
            VerifyingKey::secret(Algorithm::HS256, secret.expose_secret().as_bytes())
        });
        Self { settings: settings.clone(), key, line }
    }

    /// The answer names the application; its own documents call the query form insecure, so the
    /// token goes into a header.
    async fn by_access_token(&self, shown: &ProviderCredential, cx: &Cx) -> Told {
        let info = self.info(shown.token.expose_secret(), shown.language, cx).await?;
        self.identity(&info, AudienceProof::ClientIdEcho)
    }

    async fn by_code(&self, shown: &ProviderCredential, cx: &Cx) -> Told {
        let counter = Counter {
            url: &self.settings.token_url,
            client_id: self.settings.client_ids.first().map_or("", String::as_str),
            secret: self.settings.client_secret.as_ref(),
            extra: &[],
            rejected: ProviderError::Misconfigured(
                "Yandex rejects the first of yandex-oauth2.client_ids, or its client_secret",
            ),
        };
        let tokens = exchange(&self.line, counter, shown, cx).await?;
        let info = self.info(tokens.access_token(), shown.language, cx).await?;
        self.identity(&info, AudienceProof::CodeExchange)
    }

    async fn info(
        &self,
        token: &str,
        language: Language,
        cx: &Cx,
    ) -> Result<Record, ProviderError> {
        let mut url = self.settings.info_url.clone();
        url.set_query(Some("format=json"));
        let ask = Ask::get(url).authorized("OAuth", token).in_language(language);
        let info = told(self.line.ask(&ask, Again::Failed, cx).await?)?;
        check_client(&info, &self.settings.client_ids)?;
        Ok(info)
    }

    /// The JWT names no audience: that it is signed with our application's secret is the proof.
    fn by_jwt(&self, shown: &ProviderCredential, cx: &Cx) -> Told {
        let key = self.key.as_ref().ok_or(ProviderError::Refused(Why::WrongKind))?;
        let claims = Record::from(Jws::parse(shown.token.expose_secret())?.verify(key)?);
        if claims.text("iss") != Some(ISSUER) {
            return Err(ProviderError::Refused(Why::Forged));
        }
        let max_age = Some(self.settings.max_age_seconds.into());
        jwt_time::check(claims.members(), TimeRule { leeway: LEEWAY, max_age }, cx.now)?;
        Ok(ProviderIdentity {
            provider: self.line.provider().clone(),
            subject: person::decimal_subject(&claims, "uid")?,
            audience: AudienceProof::SharedSecret,
            email: self.email(claims.text("email")),
            name: person::name(None, None, claims.text("name").or(claims.text("display_name"))),
        })
    }

    pub(super) fn identity(&self, info: &Record, audience: AudienceProof) -> Told {
        let first_listed = || info.list("emails")?.first()?.as_str();
        let full = info.text("real_name").or(info.text("display_name"));
        Ok(ProviderIdentity {
            provider: self.line.provider().clone(),
            subject: person::decimal_subject(info, "id")?,
            audience,
            email: self.email(info.text("default_email").or_else(first_listed)),
            name: person::name(info.text("first_name"), info.text("last_name"), full),
        })
    }

    fn email(&self, told: Option<&str>) -> Option<ProviderEmail> {
        let mut email = person::email(told, EmailTrust::Unverified)?;
        if OWN_DOMAINS.contains(&email.address.domain()) {
            email.trust = EmailTrust::Authoritative;
        } else if self.settings.trust_default_email {
            email.trust = EmailTrust::Verified;
        }
        Some(email)
    }
}

impl Provider for Yandex {
    fn accepts(&self) -> &[CredentialKind] {
        // Callers that only know "some JWT" may name it either way.
        const ALL: [CredentialKind; 3] =
            [CredentialKind::AccessToken, CredentialKind::IdToken, CredentialKind::Signed];
        if self.key.is_some() { &ALL } else { &[CredentialKind::AccessToken] }
    }

    fn identify<'a>(
        &'a self,
        kind: CredentialKind,
        shown: &'a ProviderCredential,
        cx: &'a Cx,
    ) -> BoxFuture<'a, Told> {
        match kind {
            CredentialKind::IdToken | CredentialKind::Signed => {
                Box::pin(std::future::ready(self.by_jwt(shown, cx)))
            }
            _ => Box::pin(self.by_access_token(shown, cx)),
        }
    }

    fn page(&self) -> Option<Page<'_>> {
        let Yandex { settings, .. } = self;
        let client_id = settings.client_ids.first()?;
        let (url, scopes) = (&settings.authorize_url, &settings.scopes);
        Some(Page { url, client_id, scopes, method: "S256" })
    }

    fn redeem<'a>(&'a self, code: &'a ProviderCredential, cx: &'a Cx) -> BoxFuture<'a, Told> {
        Box::pin(self.by_code(code, cx))
    }
}

/// A bad token is a 401, whose body is not documented.
pub(super) fn told(answer: Answer) -> Result<Record, ProviderError> {
    match answer.status {
        400 | 401 | 403 => Err(ProviderError::Refused(Why::Unknown)),
        _ => answer.success(),
    }
}

/// `client_id`: "the ID of the OAuth app for which the token was issued".
pub(super) fn check_client(info: &Record, client_ids: &[String]) -> Result<(), ProviderError> {
    let issued_to = info.text("client_id");
    let issued_to = issued_to.ok_or(ProviderError::Malformed(Flaw::Member("client_id")))?;
    if client_ids.iter().any(|ours| ours == issued_to) {
        return Ok(());
    }
    Err(ProviderError::Refused(Why::ForeignAudience))
}

#[cfg(test)]
mod tests {
    use super::{Yandex, check_client};
    use crate::{
        config::providers::{Egress, yandex},
        crypto::{
            jwt::sign,
            jwt_key::{Algorithm, SigningKey},
        },
        domain::provider::{
            AudienceProof, EmailTrust, ProviderCredential, ProviderIdentity, ProviderName,
        },
        error::Why,
        providers::{
            answer::Record,
            error::{Flaw, ProviderError},
            fetch::Fetcher,
            guard::{Cx, Line},
        },
    };
    use chrono::DateTime;
    use serde_json::{Value, json};

    const NOW: i64 = 1_700_000_000;

    fn yandex(trust_default_email: bool) -> Yandex {
        let rules = Egress::default();
        let name = ProviderName::parse("yandex-oauth2").expect("a name");
        let fetcher = Fetcher::build(&rules, Vec::new()).expect("a client");
        let settings = yandex::Yandex {
            client_ids: vec!["ours".to_owned()],
            client_secret: Some("hush".into()),
            trust_default_email,
            ..yandex::Yandex::default()
        };
        Yandex::new(&settings, Line::new(name, fetcher, &rules))
    }

    fn record(value: &Value) -> Record {
        value.as_object().expect("an object").clone().into()
    }

    fn by_jwt(claims: &Value, secret: &str) -> Result<ProviderIdentity, ProviderError> {
        let key = SigningKey::secret(Algorithm::HS256, secret.as_bytes());
        let jwt = sign(claims, &key).expect("signed");
        let now = DateTime::from_timestamp(NOW, 0).expect("an instant");
        let cx = Cx { now, deadline: tokio::time::Instant::now() };
        yandex(false).by_jwt(&ProviderCredential::token(jwt.into()), &cx)
    }

    #[tokio::test]
    async fn a_full_answer_is_read() {
        let info = record(&json!({
            "login": "ada", "id": "1000034426", "client_id": "ours", "psuid": "1.AA.x",
            "default_email": "ada@yandex.ru", "emails": ["ada@yandex.ru"], "birthday": "0000-12-23",
            "first_name": "Ada", "last_name": "Lovelace", "real_name": "Ada Lovelace",
            "display_name": "ada", "sex": null, "default_phone": {"id": 1, "number": "+7903"},
        }));
        let identity =
            yandex(false).identity(&info, AudienceProof::ClientIdEcho).expect("somebody");
        assert_eq!(identity.subject.as_str(), "1000034426");
        assert_eq!(identity.email.expect("an address").trust, EmailTrust::Authoritative);
        assert_eq!(identity.name.full, "Ada Lovelace");
    }

    #[tokio::test]
    async fn an_empty_address_is_none_and_the_list_is_asked_next() {
        let told = |info: &Value| {
            let identity = yandex(false).identity(&record(info), AudienceProof::ClientIdEcho);
            identity.expect("somebody").email.map(|email| email.address.as_str().to_owned())
        };
        assert_eq!(told(&json!({"id": "1", "default_email": "", "emails": []})), None);
        let listed = json!({"id": "1", "default_email": null, "emails": ["a@ya.ru"]});
        assert_eq!(told(&listed).as_deref(), Some("a@ya.ru"));
    }

    #[tokio::test]
    async fn only_its_own_domains_are_trusted_unless_the_setting_says_more() {
        let trust = |wide, address| yandex(wide).email(Some(address)).expect("an address").trust;
        assert_eq!(trust(false, "a@ya.ru"), EmailTrust::Authoritative);
        assert_eq!(trust(false, "a@yandex.com.tr"), EmailTrust::Authoritative);
        for address in ["a@firm.example", "a@notya.ru", "a@ya.ru.evil.test", "a@mail.yandex.ru"] {
            assert_eq!(trust(false, address), EmailTrust::Unverified, "{address}");
            assert_eq!(trust(true, address), EmailTrust::Verified, "{address}");
        }
    }

    #[tokio::test]
    async fn an_id_is_a_number_that_lost_no_digits() {
        for (id, fine) in [
            (json!("1130000000000001"), true),
            (json!(1_130_000_000_000_001_u64), true),
            (json!(1.13e15), false),
            (json!("None"), false),
            (json!(""), false),
            (json!("0"), false),
            (json!(0), false),
            (json!(-1), false),
            (json!(null), false),
            (json!(["1"]), false),
        ] {
            let told =
                yandex(false).identity(&record(&json!({"id": id})), AudienceProof::ClientIdEcho);
            assert_eq!(told.is_ok(), fine, "{id}");
        }
    }

    #[test]
    fn a_token_of_another_application_is_foreign() {
        let ours = ["ours".to_owned()];
        let check = |info: &Value| check_client(&record(info), &ours);
        assert_eq!(check(&json!({"client_id": "ours"})), Ok(()));
        let foreign = Err(ProviderError::Refused(Why::ForeignAudience));
        assert_eq!(check(&json!({"client_id": "other"})), foreign);
        assert_eq!(check(&json!({})), Err(ProviderError::Malformed(Flaw::Member("client_id"))));
    }

    #[tokio::test]
    async fn a_jwt_is_proved_by_our_secret() {
        let claims = json!({
            "iss": "login.yandex.ru", "uid": 1_000_034_426, "iat": NOW, "exp": NOW + 60,
            "email": "ada@yandex.ru", "name": "Ada Lovelace",
        });
        let identity = by_jwt(&claims, "hush").expect("somebody");
        assert_eq!(identity.subject.as_str(), "1000034426");
        assert_eq!(identity.audience, AudienceProof::SharedSecret);
        let refused = |told: Result<ProviderIdentity, _>| told.expect_err("refused");
        assert_eq!(refused(by_jwt(&claims, "other")), ProviderError::Refused(Why::Forged));
        let mut foreign = claims.clone();
        foreign["iss"] = "passport.yandex.ru".into();
        assert_eq!(refused(by_jwt(&foreign, "hush")), ProviderError::Refused(Why::Forged));
        let mut old = claims;
        old["exp"] = (NOW - 60).into();
        assert_eq!(refused(by_jwt(&old, "hush")), ProviderError::Refused(Why::Expired));
    }
}
