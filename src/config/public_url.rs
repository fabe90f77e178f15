//! `public_url`: the address under which people and applications reach Cambio.

use std::fmt;

use serde::Deserialize;
use url::{Host, Url};

/// An http or https address: an origin and perhaps a path, without a trailing slash.
///
/// Links, cookies and redirects are built from it alone, never from a `Host` header.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicUrl(Url);

impl PublicUrl {
    /// The address, without a trailing slash.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Scheme, host and port, as browsers write an origin.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The path, without a trailing slash; empty at the root of the host.
    pub fn path(&self) -> &str {
        self.0.path().trim_end_matches('/')
    }

    /// Whether browsers speak TLS to it, so that cookies may be `Secure`.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether secrets would cross a network in the clear.
    pub fn is_insecure(&self) -> bool {
        is_insecure(&self.0)
    }
}

impl Default for PublicUrl {
    #[expect(clippy::expect_used, reason = "a constant address, read by the tests of this room")]
    fn default() -> Self {
        Self(Url::parse("http://127.0.0.1:8000").expect("a constant address"))
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const MEND: &str = "write an http or https address such as https://id.example.org, \
                            without user, query and fragment";
        let Ok(url) = Url::parse(&text) else { return Err(MEND) };
        let bare = url.username().is_empty() && url.password().is_none();
        let plain = bare && url.query().is_none() && url.fragment().is_none();
        let web = matches!(url.scheme(), "http" | "https") && url.has_host();
        if plain && web { Ok(Self(url)) } else { Err(MEND) }
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether it is plain http to anything but this machine.
pub(super) fn is_insecure(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && !loopback
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;

    fn read(text: &str) -> Result<PublicUrl, &'static str> {
        PublicUrl::try_from(text.to_owned())
    }

    #[test]
    fn it_is_an_origin_and_perhaps_a_path() {
        let url = read("https://id.example.org:8443/auth/").expect("an address");
        assert_eq!(url.as_str(), "https://id.example.org:8443/auth");
        assert_eq!(url.origin(), "https://id.example.org:8443");
        assert_eq!(url.path(), "/auth");
        assert_eq!(read("https://id.example.org").expect("an address").path(), "");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "id.example.org",
            "ftp://id.example.org",
            "https://me:pw@id.example.org",
            "https://id.example.org?x=1",
            "https://id.example.org/#top",
            "https://",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn plain_http_is_harmless_on_this_machine_only() {
        for (text, insecure) in [
            ("http://127.0.0.1:8000", false),
            ("http://[::1]:8000", false),
            ("http://localhost", false),
            ("https://id.example.org", false),
            ("http://id.example.org", true),
            ("http://10.0.0.1", true),
            ("http://localhost.example.org", true),
        ] {
            assert_eq!(read(text).expect("an address").is_insecure(), insecure, "{text}");
        }
    }
}
