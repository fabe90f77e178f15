//! The `[metrics]` section: where the numbers are told.

use std::net::SocketAddr;

use serde::Deserialize;

use super::{
    problem::{Finding, complain_if},
    server::maybe_socket,
};

/// Numbers for Prometheus, on a listener of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// The address and port of `/metrics`; without it there is none.
    #[serde(deserialize_with = "maybe_socket")]
    pub listen: Option<SocketAddr>,
}

impl Metrics {
    /// What is public is not told the numbers: a proxy that sends everything on must not send this on.
    pub(super) fn validate(&self, public: SocketAddr) -> Vec<Finding> {
        let shared = self.listen.is_some_and(|own| meet(own, public));
        let mend = "is where server.listen serves everybody; write another port";
        complain_if(shared, "listen", mend).into_iter().collect()
    }

    pub(super) fn warnings(&self) -> Vec<Finding> {
        let open = self.listen.is_some_and(|own| own.ip().is_unspecified());
        let mend = "tells the numbers to whoever reaches any address of this machine; write the one \
                    that Prometheus asks";
        complain_if(open, "listen", mend).into_iter().collect()
    }
}

/// Whether two listeners would be one. Port 0 is one that is free.
fn meet(one: SocketAddr, other: SocketAddr) -> bool {
    let same_ip =
        one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() == other.port() && one.port() != 0 && same_ip
}

#[cfg(test)]
mod tests {
    use super::Metrics;

    #[test]
    fn the_public_address_is_refused_in_all_its_forms() {
        for (own, public, refused) in [
            ("127.0.0.1:9000", "127.0.0.1:8000", false),
            ("127.0.0.1:8000", "127.0.0.1:8000", true),
            ("0.0.0.0:8000", "127.0.0.1:8000", true),
            ("127.0.0.1:8000", "[::]:8000", true),
            ("10.0.0.1:8000", "10.0.0.2:8000", false),
            ("127.0.0.1:0", "127.0.0.1:0", false),
        ] {
            let metrics = Metrics { listen: Some(own.parse().expect("an address")) };
            let found = metrics.validate(public.parse().expect("an address"));
            assert_eq!(!found.is_empty(), refused, "{own} beside {public}");
        }
        assert!(Metrics::default().validate("127.0.0.1:8000".parse().expect("it")).is_empty());
    }
}
