//! A range of network addresses, as in `10.0.0.0/8`.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;

/// A range of addresses; a lone address is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Cidr(pub IpNet);

impl Cidr {
    /// Whether the range is all there is.
    pub fn is_everything(&self) -> bool {
        self.0.prefix_len() == 0
    }
}

impl TryFrom<String> for Cidr {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const MEND: &str = "write ranges such as 10.0.0.0/8 or fd00::/8, or single addresses";
        let alone = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse().or_else(|_no_range| alone()).map(Self).map_err(|_neither| MEND)
    }
}

#[cfg(test)]
mod tests {
    use super::Cidr;

    #[test]
    fn ranges_and_lone_addresses_are_read() {
        for (text, range) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.1.2.3", "10.1.2.3/32"),
            ("fd00::/8", "fd00::/8"),
            ("2001:db8::1", "2001:db8::1/128"),
        ] {
            assert_eq!(Cidr::try_from(text.to_owned()).expect("a range").0.to_string(), range);
        }
        for all in ["0.0.0.0/0", "::/0"] {
            assert!(Cidr::try_from(all.to_owned()).expect("a range").is_everything());
        }
    }

    #[test]
    fn malformed_ranges_are_refused() {
        for text in ["", "10.0.0.0/33", "fd00::/129", "10.0.0.0/", "proxy", "10.0.0.0/-1"] {
            assert!(Cidr::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
