//! One function per reader of outside bytes. None may panic, and what it has read must be what was there.

use actix_web::{
    HttpRequest,
    http::header::{HeaderName, HeaderValue},
    test::TestRequest,
};
use cambio::{
    config::{Config, Sources},
    crypto::{
        jwt::{Jws, looks_like_jws},
        jwt_key::{Algorithm, VerifyingKey},
        secret,
    },
    domain::{
        account::{AccountId, Group},
        client::{ClientId, RedirectUri},
        credential::Credential,
        email::Email,
        language::Language,
        provider::{ProviderIdentity, ProviderName, Subject},
        scope::ScopeSet,
        username::Username,
    },
    http::{
        body::{Word, Words},
        browser::BrowserCookie,
        credential,
        fields::{Reader, Text},
        form, json, multipart,
    },
    providers::fuzzing::{self, Desk, OURS},
};
use chrono::DateTime;
use futures_util::FutureExt as _;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use url::Url;

/// Eats bytes.
pub type Eater = fn(&[u8]);

/// Every eater by the name of its fuzz target and of its folder of seeds.
pub const ALL: [(&str, Eater); 18] = [
    ("accept_language", accept_language),
    ("authorization", authorization),
    ("config_text", config_text),
    ("config_variables", config_variables),
    ("cookie", cookie),
    ("email", email),
    ("form_body", form_body),
    ("google_answer", google_answer),
    ("id_token_claims", id_token_claims),
    ("json_body", json_body),
    ("jwks", jwks),
    ("jwt", jwt),
    ("mail_link", mail_link),
    ("multipart_body", multipart_body),
    ("names", names),
    ("redirect_uri", redirect_uri),
    ("vk_answer", vk_answer),
    ("yandex_answer", yandex_answer),
];

/// `Accept-Language`.
pub fn accept_language(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Some(language) = Language::accepted(text) {
        let text = text.to_ascii_lowercase();
        assert!(text.contains(language.tag()), "{language:?}");
    }
}

/// The `Authorization` header, as a bearer credential and as a client's.
pub fn authorization(data: &[u8]) {
    let Some(request) = with_header("authorization", data) else { return };
    let _ = credential::basic(&request);
    let token = match credential::of(&request) {
        None | Some(Credential::Malformed(_)) => return,
        Some(Credential::Jwt(shown)) => shown.token,
        Some(
            Credential::Bearer(token)
            | Credential::AuthToken(token)
            | Credential::DialectJwt(_, token),
        ) => token,
    };
    let token = token.expose_secret();
    assert!(!token.is_empty() && !token.contains(' '), "a token with spaces");
}

/// A settings file.
pub fn config_text(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    // A key that names a file has it read: no file of this machine is to be read by chance.
    if !text.contains("_file") {
        let _ = Config::from_toml(text);
    }
}

/// Variables, one `NAME=VALUE` a line.
pub fn config_variables(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if text.to_ascii_lowercase().contains("_file") {
        return;
    }
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let env = pairs.map(|(name, value)| (format!("CAMBIO_{name}"), value.to_owned()));
    let loaded = Config::load(&Sources { env: env.collect(), ..Sources::default() });
    if let Err(problems) = loaded {
        assert!(problems.iter().all(|problem| !problem.key.is_empty() && !problem.text.is_empty()));
    }
}

/// The cookie of a browser.
pub fn cookie(data: &[u8]) {
    let Some(request) = with_header("cookie", data) else { return };
    for secure in [true, false] {
        if let Some(secret) = (BrowserCookie { secure }).read(&request) {
            assert!(secret.expose_secret().bytes().all(|b| b.is_ascii_hexdigit()));
        }
    }
}

/// An e-mail address.
pub fn email(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Some(email) = Email::parse(text) {
        assert!(email.as_str().bytes().all(|b| b.is_ascii_graphic()) && email.as_str().len() < 255);
        assert_eq!(Email::parse(email.as_str()).as_ref(), Some(&email));
        assert_eq!(email.key(), Email::parse(&email.key()).unwrap().key());
    }
}

/// A form body; whatever we read, the URL standard reads the same.
pub fn form_body(data: &[u8]) {
    let Ok(words) = form::read(data) else { return };
    for (name, value) in url::form_urlencoded::parse(data) {
        assert_eq!(words.get(&name), Some(&Word::Text(value.into_owned())));
    }
    fields(&words);
}

/// A JSON body; whatever we read, serde reads the same.
pub fn json_body(data: &[u8]) {
    let Ok(words) = json::read(data) else { return };
    // Deeper than serde goes we pass over what is there.
    let Ok(value) = serde_json::from_slice::<Value>(data) else { return };
    for (name, value) in value.as_object().unwrap() {
        match (words.get(name).unwrap(), value) {
            (Word::Text(text), Value::String(same)) => assert_eq!(text, same),
            (Word::Bool(word), Value::Bool(same)) => assert_eq!(word, same),
            (Word::Number(_), Value::Number(_))
            | (Word::Null, Value::Null)
            | (Word::Other, Value::Array(_) | Value::Object(_)) => {}
            (word, value) => panic!("{word:?} {value}"),
        }
    }
    fields(&words);
}

/// A multipart body between fixed boundaries.
pub fn multipart_body(data: &[u8]) {
    let read = multipart::read(data.to_vec(), "cambio".to_owned());
    // All of it is there: nothing is waited for.
    if let Ok(words) = read.now_or_never().unwrap() {
        fields(&words);
    }
}

/// Reads all kinds of fields out of a body.
fn fields(words: &Words) {
    let mut read = Reader::new(words);
    let short = read.optional(Text::filled("a", 5));
    assert!(short.is_none_or(|text| (1..=5).contains(&text.chars().count())));
    let _ = read.text(Text::free("b", 255));
    let _ = read.email("email");
    let _ = read.username("username");
    let _ = read.name("name");
    let _ = read.integer("id");
    let _ = read.errors();
}

/// The small words: scopes, names, ids.
pub fn names(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Some(scopes) = ScopeSet::parse(text) {
        assert_eq!(ScopeSet::parse(&scopes.to_string()).as_ref(), Some(&scopes));
    }
    if let Some(name) = Username::parse(text) {
        assert_eq!(Username::parse(name.as_str()).as_ref(), Some(&name));
        assert!(!name.as_str().contains(char::is_control) && !name.key().is_empty());
    }
    if let Some(group) = Group::parse(text) {
        assert_eq!(Group::parse(group.as_str()).as_ref(), Some(&group));
    }
    for kept in [
        ClientId::parse(text).map(|id| id.as_str().to_owned()),
        ProviderName::parse(text).map(|name| name.as_str().to_owned()),
        Subject::parse(text).map(|id| id.as_str().to_owned()),
        Subject::parse_decimal(text).map(|id| id.as_str().to_owned()),
    ] {
        assert!(kept.is_none_or(|kept| kept == text));
    }
}

/// A redirect URI that is to be registered.
pub fn redirect_uri(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Some(uri) = RedirectUri::parse(text) else { return };
    assert_eq!(uri.as_str(), text);
    let url = Url::parse(text).unwrap();
    assert!(url.fragment().is_none() && url.username().is_empty() && url.password().is_none());
    assert!(!["javascript", "data", "file", "blob", "about"].contains(&url.scheme()));
    assert!(url.scheme() != "https" || url.host().is_some());
}

/// The uid and the token of a mailed link, one a line.
pub fn mail_link(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (uid, token) = text.split_once('\n').unwrap_or((text, ""));
    if let Some(id) = AccountId::from_uid(uid) {
        assert_eq!(AccountId::from_uid(&id.uid()), Some(id));
        assert!(id.0 >= 0);
    }
    let digest = secret::digest(&token.into());
    assert!(secret::same(digest, secret::digest(&token.into())));
}

/// A JWT; without the key none is believed.
pub fn jwt(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let likely = looks_like_jws(text);
    let Ok(token) = Jws::parse(text) else { return };
    assert!(likely, "a JWS that does not look like one");
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let key = VerifyingKey::secret(algorithm, b"a key that nobody has guessed so far");
        assert!(token.verify(&key).is_err(), "a forged signature holds");
    }
}

/// A provider's set of keys.
pub fn jwks(data: &[u8]) {
    let keys = fuzzing::keys(data);
    assert!(keys <= 100);
}

/// The claims of a token whose signature holds.
pub fn id_token_claims(data: &[u8]) {
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    if fuzzing::claims(data, now) {
        let claims: Value = serde_json::from_slice(data).unwrap();
        let ours = |aud: &Value| aud == OURS;
        let named = ours(&claims["aud"]) || claims["aud"].as_array().unwrap().iter().any(ours);
        assert!(named && claims["iss"] == "accounts.google.com");
        assert!(claims["exp"].as_f64().unwrap() > 1_699_999_939.0);
    }
}

/// What Google says of a token.
pub fn google_answer(data: &[u8]) {
    for status in [200, 400] {
        person(desk(|desk| desk.google(status, data)).as_ref());
    }
}

/// What Yandex says of a token.
pub fn yandex_answer(data: &[u8]) {
    for status in [200, 401] {
        person(desk(|desk| desk.yandex(status, data)).as_ref());
    }
}

/// What VK ID and VK's old API say of a token.
pub fn vk_answer(data: &[u8]) {
    for status in [200, 400, 404] {
        person(desk(|desk| desk.vk_id(status, data)).as_ref());
        let _ = fuzzing::vk_others(status, data);
    }
}

/// Whoever a provider tells of is fit to be kept.
fn person(told: Option<&ProviderIdentity>) {
    let Some(told) = told else { return };
    assert_eq!(Subject::parse(told.subject.as_str()).as_ref(), Some(&told.subject));
    for name in [&told.name.first, &told.name.last, &told.name.full] {
        assert!(name.chars().count() <= 150 && !name.contains(char::is_control));
    }
    if let Some(email) = &told.email {
        assert_eq!(Email::parse(email.address.as_str()).as_ref(), Some(&email.address));
    }
}

fn desk<T>(ask: impl FnOnce(&Desk) -> T) -> T {
    thread_local! {
        static DESK: Desk = Desk::open().unwrap_or_else(|fault| panic!("{fault}"));
    }
    DESK.with(ask)
}

fn with_header(name: &'static str, value: &[u8]) -> Option<HttpRequest> {
    let value = HeaderValue::from_bytes(value).ok()?;
    let request = TestRequest::default().insert_header((HeaderName::from_static(name), value));
    Some(request.to_http_request())
}
