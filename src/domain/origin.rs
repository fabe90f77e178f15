//! Where a page comes from whose scripts call us (RFC 6454).

use url::{Host, Url};

/// An origin as browsers write it; compared byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// Reads an origin that may be registered: `https` with a host, or `http` on a loopback host; without a
    /// path, and a port only where it is not the usual one. `null` is none.
    pub fn parse(typed: &str) -> Option<Self> {
        let url = Url::parse(typed).ok()?;
        let safe = match (url.scheme(), url.host()?) {
            ("https", _) | ("http", Host::Domain("localhost")) => true,
            ("http", Host::Ipv4(address)) => address.is_loopback(),
            ("http", Host::Ipv6(address)) => address.is_loopback(),
            _ => false,
        };
        (safe && url.origin().ascii_serialization() == typed).then(|| Self(typed.to_owned()))
    }

    /// The origin.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Origin;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port_that_is_not_the_usual_one() {
        for good in [
            "https://app.example",
            "https://app.example:8443",
            "http://localhost:3000",
            "http://127.0.0.1:3000",
            "http://[::1]:3000",
        ] {
            assert!(Origin::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "*",
            "null",
            "app.example",
            "https://",
            "https://app.example/",
            "https://app.example:443",
            "https://APP.example",
            "https://app.example/path",
            "https://user@app.example",
            "https://app.example?q",
            "https://app.example https://other.example",
            "http://app.example",
            "com.example.app://callback",
        ] {
            assert!(Origin::parse(bad).is_none(), "{bad}");
        }
    }
}
