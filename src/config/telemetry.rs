//! The `[telemetry]` section: where traces go.

use serde::Deserialize;
use url::{Host, Url};

use super::problem::{Finding, complain_if, within};

/// Traces, for a collector that speaks OTLP over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telemetry {
    /// The collector's address, without `/v1/traces`; without it nothing is traced.
    pub otlp_endpoint: Option<Url>,
    /// One of how many requests is traced.
    pub sample_one_in: u32,
    /// Whether a caller's `traceparent` is continued.
    pub trust_traceparent: bool,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { otlp_endpoint: None, sample_one_in: 1, trust_traceparent: false }
    }
}

impl Telemetry {
    pub(super) fn validate(&self) -> Vec<Finding> {
        let is = |what: fn(&Url) -> bool| self.otlp_endpoint.as_ref().is_some_and(what);
        let mend =
            "is no http or https address; write http://127.0.0.1:4318 or what your collector says";
        let bare = "has a name, a password, a query or a fragment; write the address alone";
        let checks = [
            complain_if(is(is_foreign), "otlp_endpoint", mend),
            complain_if(is(is_decked_out), "otlp_endpoint", bare),
            within("sample_one_in", self.sample_one_in, 1..=1_000_000),
        ];
        checks.into_iter().flatten().collect()
    }

    pub(super) fn warnings(&self) -> Vec<Finding> {
        let open = |url: &Url| url.scheme() == "http" && !is_here(url);
        let text = "sends traces in the clear to another machine; write https, or run a collector beside Cambio";
        let open = self.otlp_endpoint.as_ref().is_some_and(open);
        complain_if(open, "otlp_endpoint", text).into_iter().collect()
    }
}

fn is_foreign(url: &Url) -> bool {
    !matches!(url.scheme(), "http" | "https") || !url.has_host()
}

fn is_decked_out(url: &Url) -> bool {
    let named = !url.username().is_empty() || url.password().is_some();
    named || url.query().is_some() || url.fragment().is_some()
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Telemetry;

    fn at(endpoint: &str) -> Telemetry {
        Telemetry { otlp_endpoint: Some(endpoint.parse().expect("a url")), ..Telemetry::default() }
    }

    #[test]
    fn an_endpoint_is_a_plain_address() {
        for (endpoint, good, open) in [
            ("http://127.0.0.1:4318", true, false),
            ("http://[::1]:4318/otlp", true, false),
            ("http://localhost:4318", true, false),
            ("https://collector.example", true, false),
            ("http://collector.example", true, true),
            ("ftp://collector.example", false, false),
            ("unix:/run/collector", false, false),
            ("https://key@collector.example", false, false),
            ("https://u:p@collector.example", false, false),
            ("https://collector.example?key=1", false, false),
            ("https://collector.example#here", false, false),
        ] {
            assert_eq!(at(endpoint).validate().is_empty(), good, "{endpoint}");
            assert_eq!(!at(endpoint).warnings().is_empty(), open, "{endpoint}");
        }
    }

    #[test]
    fn a_sample_is_one_in_so_many() {
        for (sample_one_in, good) in [(0, false), (1, true), (1_000_000, true), (1_000_001, false)]
        {
            let telemetry = Telemetry { sample_one_in, ..Telemetry::default() };
            assert_eq!(telemetry.validate().is_empty(), good, "{sample_one_in}");
        }
    }
}
