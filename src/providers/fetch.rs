//! The one way out: HTTP calls to providers, under rules that no provider can bend.
//!
//! No redirects, no proxy, no cookies, no compression, public addresses only, TLS 1.2 or newer with
//! built-in roots, limits on time and size. Errors never carry a URL: a query could hold a token.

use std::{sync::Arc, time::Duration};

use reqwest::{
    Client, RequestBuilder, Response,
    header::{
        ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, HeaderMap,
        HeaderName, HeaderValue,
    },
    redirect,
};
use rustls_pki_types::CertificateDer;
use url::{Host, Url};

use super::{
    address::PublicNames,
    error::{Flaw, Outage, ProviderError},
};
use crate::{config::providers::Egress, domain::language::Language, error::Fault};

/// The most read of an answer about a person or a token, in bytes.
pub(super) const ANSWER_MAX: usize = 64 * 1024;

/// The most read of a set of keys, in bytes.
pub(super) const KEYS_MAX: usize = 256 * 1024;

/// One call to be made. Secrets travel in a header or in the form, never in the address.
pub(super) struct Ask {
    /// Where to.
    pub(super) url: Url,
    authorization: Option<String>,
    form: Option<Vec<u8>>,
    language: Option<Language>,
    cap: usize,
}

impl Ask {
    /// A GET of at most [`ANSWER_MAX`] bytes.
    pub(super) fn get(url: Url) -> Self {
        Self { url, authorization: None, form: None, language: None, cap: ANSWER_MAX }
    }

    /// A POST of form fields.
    pub(super) fn post(url: Url, fields: &[(&str, &str)]) -> Self {
        let form =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::post_raw(url, form.into_bytes())
    }

    /// A POST of a form that is encoded already.
    pub(super) fn post_raw(url: Url, form: Vec<u8>) -> Self {
        Self { form: Some(form), ..Self::get(url) }
    }

    /// With a token under a scheme such as `Bearer`.
    pub(super) fn authorized(mut self, scheme: &str, token: &str) -> Self {
        self.authorization = Some(format!("{scheme} {token}"));
        self
    }

    /// In the language in which names are wanted.
    pub(super) fn in_language(mut self, language: Language) -> Self {
        self.language = Some(language);
        self
    }

    /// With another limit on the size of the answer.
    pub(super) fn at_most(mut self, bytes: usize) -> Self {
        self.cap = bytes;
        self
    }
}

/// What came back, in full and unread.
#[derive(Debug)]
pub(super) struct Reply {
    /// The HTTP status.
    pub(super) status: u16,
    /// The headers.
    pub(super) headers: HeaderMap,
    /// The body, no longer than asked for.
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// A header's text.
    pub(super) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The HTTP client of one provider, with its own pool and its own roots of trust.
pub(super) struct Fetcher {
    client: Client,
    allow_private: bool,
}

impl Fetcher {
    /// Builds the client; `roots` are trusted besides the public ones.
    pub(super) fn build(
        rules: &Egress,
        roots: Vec<CertificateDer<'static>>,
    ) -> Result<Self, Fault> {
        let allow_private = rules.allow_private_network;
        #[expect(clippy::disallowed_methods, reason = "the one legal HTTP client")]
        let client = Client::builder()
            .tls_backend_preconfigured(tls(roots)?)
            .https_only(!allow_private)
            .dns_resolver(PublicNames { allow_private })
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .http1_max_headers(64)
            .connect_timeout(Duration::from_millis(rules.connect_timeout_ms))
            .timeout(Duration::from_millis(rules.call_timeout_ms))
            .pool_idle_timeout(Duration::from_secs(30))
            .build()
            .map_err(|why| Fault::because("the HTTP client for providers", why.without_url()))?;
        Ok(Self { client, allow_private })
    }

    /// Makes the call once and reads the answer whole, up to the limit.
    pub(super) async fn call(&self, ask: &Ask) -> Result<Reply, ProviderError> {
        self.check(&ask.url)?;
        let response = self.request(ask).send().await.map_err(|why| failed(&why))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = read(response, ask.cap).await?;
        Ok(Reply { status, headers, body })
    }

    /// An IP address in place of a name would pass the name lookup by.
    fn check(&self, url: &Url) -> Result<(), ProviderError> {
        let named = matches!(url.host(), Some(Host::Domain(_)));
        if self.allow_private || (named && url.scheme() == "https") {
            return Ok(());
        }
        Err(ProviderError::Misconfigured("a provider's address is not https with a host name"))
    }

    fn request(&self, ask: &Ask) -> RequestBuilder {
        let request = match &ask.form {
            None => self.client.get(ask.url.clone()),
            Some(form) => self
                .client
                .post(ask.url.clone())
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.clone()),
        };
        let mut request =
            request.header(ACCEPT, "application/json").header(ACCEPT_ENCODING, "identity");
        if let Some(language) = ask.language {
            request = request.header(ACCEPT_LANGUAGE, language.tag());
        }
        if let Some(authorization) = &ask.authorization
            && let Ok(mut value) = HeaderValue::from_str(authorization)
        {
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        request
    }
}

async fn read(mut response: Response, cap: usize) -> Result<Vec<u8>, ProviderError> {
    let too_large = ProviderError::Malformed(Flaw::TooLarge);
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).map_or(true, |announced| announced > cap) {
        return Err(too_large);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|why| failed(&why))? {
        if body.len() + chunk.len() > cap {
            return Err(too_large);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn failed(why: &reqwest::Error) -> ProviderError {
    ProviderError::Unavailable(match why {
        _ if why.is_connect() => Outage::Connect,
        _ if why.is_timeout() => Outage::Timeout,
        _ => Outage::Closed,
    })
}

fn tls(roots: Vec<CertificateDer<'static>>) -> Result<rustls::ClientConfig, Fault> {
    let told = |why| Fault::because("the TLS settings for providers", why);
    let public = webpki_roots::TLS_SERVER_ROOTS.iter().cloned();
    let mut store: rustls::RootCertStore = public.collect();
    for root in roots {
        store.add(root).map_err(told)?;
    }
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .map_err(told)?
        .with_root_certificates(store)
        .with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::{ANSWER_MAX, Ask, Fetcher, Flaw, Outage};
    use crate::{
        config::providers::Egress,
        providers::{canned::Canned, error::ProviderError},
    };
    use url::Url;

    #[test]
    fn without_the_private_network_only_named_https_hosts_are_called() {
        let public = Fetcher::build(&Egress::default(), Vec::new()).expect("a client");
        let check = |url: &str| public.check(&Url::parse(url).expect("a URL"));
        assert_eq!(check("https://login.yandex.ru/info"), Ok(()));
        for url in ["http://login.yandex.ru/", "https://10.0.0.1/", "https://[::1]/"] {
            assert!(matches!(check(url), Err(ProviderError::Misconfigured(_))), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_called() {
        let public = Fetcher::build(&Egress::default(), Vec::new()).expect("a client");
        let ask = Ask::get(Url::parse("https://localhost/").expect("a URL"));
        let why = public.call(&ask).await.expect_err("refused");
        assert_eq!(why, ProviderError::Unavailable(Outage::Connect));
    }

    #[test]
    fn a_token_in_a_form_is_encoded() {
        let ask = Ask::post(Url::parse("https://a.ru/").expect("a URL"), &[("t", "a&b=c +")]);
        assert_eq!(ask.form.expect("a form"), b"t=a%26b%3Dc+%2B");
    }

    async fn told(answer: Vec<u8>) -> (Result<u16, ProviderError>, usize) {
        let canned = Canned::raw(answer).await;
        let rules = Egress { allow_private_network: true, ..Egress::default() };
        let private = Fetcher::build(&rules, Vec::new()).expect("a client");
        let told = private.call(&Ask::get(canned.url.clone())).await.map(|reply| reply.status);
        (told, canned.asked())
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let away = "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(told(away.into()).await, (Ok(302), 1));
    }

    #[tokio::test]
    async fn what_is_too_large_is_not_read_announced_or_not() {
        let too_large = (Err(ProviderError::Malformed(Flaw::TooLarge)), 1);
        let announced = "HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n";
        assert_eq!(told(announced.into()).await, too_large);
        let mut silent = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
        silent.extend(vec![b' '; ANSWER_MAX + 1]);
        assert_eq!(told(silent).await, too_large);
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_none() {
        let short = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{}";
        assert_eq!(told(short.into()).await.0, Err(ProviderError::Unavailable(Outage::Closed)));
        assert_eq!(told(Vec::new()).await.0, Err(ProviderError::Unavailable(Outage::Closed)));
    }
}
