//! The cookies: a secret by which a browser is known again, which opens nothing by itself; the secret of its
//! session; where the person was going who has left for a letter or a provider's page; and the language they chose.

use actix_web::{HttpRequest, http::header};
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};

use crate::{domain::language::Language, entropy::Entropy};

/// The cookie under which a browser keeps its secret; part of every worker's data.
#[derive(Debug, Clone, Copy)]
pub struct BrowserCookie {
    /// Whether browsers speak TLS to this installation, and so keep the cookie to themselves without it.
    pub secure: bool,
}

/// Characters of the secret: 256 bits in hex.
const LENGTH: usize = 64;

/// Characters of a session's secret: 256 bits in base64url.
const SESSION_LENGTH: usize = 43;

/// How long it is kept where somebody was going: a letter takes its time.
const WAY_LIFE: TimeDelta = TimeDelta::minutes(30);

/// How long the choice of a language is kept.
const LANGUAGE_LIFE: TimeDelta = TimeDelta::days(365);

/// Most bytes of that; browsers take cookies of 4096 with name and attributes.
const WAY_LENGTH: usize = 3_800;

impl BrowserCookie {
    /// A secret for a browser that has none.
    pub fn draw(entropy: &dyn Entropy) -> SecretString {
        hex::encode(entropy.bytes::<{ LENGTH / 2 }>()).into()
    }

    /// The secret of the browser that asks, if it has one.
    pub fn read(self, request: &HttpRequest) -> Option<SecretString> {
        let secret = named(request, self.name())?;
        (secret.len() == LENGTH && secret.bytes().all(|b| b.is_ascii_hexdigit()))
            .then(|| secret.into())
    }

    /// The `Set-Cookie` header for a secret.
    ///
    /// `Lax`: the front-end may live on another host of the same site, but no other site's page can
    /// send it along. The `__Host-` name keeps sibling hosts from setting it (RFC 6265bis §4.1.3.2).
    pub fn write(self, secret: &SecretString, life: TimeDelta) -> String {
        let (name, secret) = (self.name(), secret.expose_secret());
        let secure = if self.secure { "; Secure" } else { "" };
        let seconds = life.num_seconds();
        format!("{name}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }

    /// The secret of the session that the browser is signed in with, if there is one.
    pub fn read_session(self, request: &HttpRequest) -> Option<SecretString> {
        let secret = named(request, self.session())?;
        let legal = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
        (secret.len() == SESSION_LENGTH && secret.bytes().all(legal)).then(|| secret.into())
    }

    /// The `Set-Cookie` header for a session; it goes when the browser is closed, or at its end here.
    pub fn write_session(self, secret: &SecretString) -> String {
        let (name, secret) = (self.session(), secret.expose_secret());
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}")
    }

    /// The `Set-Cookie` header that makes the browser forget its session.
    pub fn forget_session(self) -> String {
        let name = self.session();
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}")
    }

    /// Where the person was going, as [`Self::write_way`] wrote it; unjudged.
    pub fn read_way(self, request: &HttpRequest) -> Option<&str> {
        named(request, self.way()).filter(|way| is_way(way))
    }

    /// The `Set-Cookie` header that keeps where a person is going, the words of a query; one that forgets it
    /// where there is nothing to keep, or more than browsers take (RFC 6265bis §5.6).
    pub fn write_way(self, way: &str) -> String {
        let name = self.way();
        let secure = if self.secure { "; Secure" } else { "" };
        let (way, seconds) = if is_way(way) { (way, WAY_LIFE.num_seconds()) } else { ("", 0) };
        format!("{name}={way}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }

    /// The language the person has chosen for the pages, if they have.
    pub fn read_language(self, request: &HttpRequest) -> Option<Language> {
        named(request, self.language()).and_then(Language::parse)
    }

    /// The `Set-Cookie` header that remembers the language for a year.
    pub fn write_language(self, language: Language) -> String {
        let (name, tag) = (self.language(), language.tag());
        let secure = if self.secure { "; Secure" } else { "" };
        let seconds = LANGUAGE_LIFE.num_seconds();
        format!("{name}={tag}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }

    fn language(self) -> &'static str {
        if self.secure { "__Host-cambio-language" } else { "cambio-language" }
    }

    fn way(self) -> &'static str {
        if self.secure { "__Host-cambio-way" } else { "cambio-way" }
    }

    fn session(self) -> &'static str {
        if self.secure { "__Host-cambio-session" } else { "cambio-session" }
    }

    /// The name of the cookie.
    pub fn name(self) -> &'static str {
        if self.secure { "__Host-cambio-browser" } else { "cambio-browser" }
    }
}

/// The value of a cookie.
fn named<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let headers = request.headers().get_all(header::COOKIE);
    let texts = headers.filter_map(|header| header.to_str().ok());
    let mut pairs = texts.flat_map(|text| text.split(';')).map(str::trim);
    pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// Whether it can be where somebody was going: our own words alone, none of which needs an escape.
fn is_way(way: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-_=&".contains(&b);
    !way.is_empty() && way.len() <= WAY_LENGTH && way.bytes().all(legal)
}

#[cfg(test)]
mod tests {
    use super::BrowserCookie;
    use actix_web::test::TestRequest;
    use chrono::TimeDelta;
    use secrecy::ExposeSecret as _;

    const SECRET: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    fn read(cookies: &str) -> Option<String> {
        let request = TestRequest::default().insert_header(("Cookie", cookies)).to_http_request();
        let secret = BrowserCookie { secure: false }.read(&request);
        secret.map(|secret| secret.expose_secret().to_owned())
    }

    #[test]
    fn the_secret_is_found_among_other_cookies() {
        let ours = format!("a=b; cambio-browser={SECRET};c=d");
        assert_eq!(read(&ours).as_deref(), Some(SECRET));
        for foreign in ["a=b", "cambio-browser=short", "cambio-browser", "xcambio-browser=1"] {
            assert_eq!(read(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_way_too_long_for_a_cookie_or_not_of_ours_is_forgotten() {
        let cookie = BrowserCookie { secure: true };
        assert!(
            cookie.write_way("ask=a-_1&to=device").starts_with("__Host-cambio-way=ask=a-_1&to")
        );
        for way in ["", "ask=a; Domain=example", &format!("ask={}", "a".repeat(4000))] {
            let written = cookie.write_way(way);
            assert!(written.starts_with("__Host-cambio-way=; Path=/; Max-Age=0;"), "{written}");
        }
    }

    #[test]
    fn over_tls_the_cookie_belongs_to_this_host_alone() {
        let cookie = BrowserCookie { secure: true }.write(&SECRET.into(), TimeDelta::minutes(10));
        assert_eq!(
            cookie,
            format!(
                "__Host-cambio-browser={SECRET}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"
            )
        );
    }
}
